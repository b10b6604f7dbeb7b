"""Which language a page speaks, how figures are written, and what forms say."""

from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import DecimalField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import URL, UUID, AnyOf, InputRequired, IPAddress, Length, MacAddress, NoneOf, NumberRange

from portal.foundation import formats, languages
from portal.foundation.forms import DateField, EmailAddress, Form
from tests.foundation.style_guide import make_app

LANGUAGES = ("vi", "en", "zh")
AFTERNOON = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def client() -> FlaskClient:
    return make_app().test_client()


@pytest.mark.parametrize(("language", "said"), [("vi", "Tra cứu hồ sơ"), ("en", "Track a dossier"), ("zh", "查询办件")])
def test_the_path_decides_the_language_of_a_public_page(client: FlaskClient, language: str, said: str) -> None:
    client.set_cookie("language", "en")
    page = client.get(f"/{language}/").get_data(as_text=True)

    assert said in page
    assert f'<html lang="{languages.TAGS[language]}"' in page  # type: ignore[index]
    for tag in languages.TAGS.values():
        assert f'hreflang="{tag}" href="http://localhost:8000/' in page


@pytest.mark.parametrize(
    ("cookie", "accepts", "chosen"),
    [
        (None, "zh-CN,zh;q=0.9,en;q=0.5", "zh"),
        (None, "de-DE,de", "vi"),
        (None, "", "vi"),
        ("en", "zh-CN", "en"),
        ("xx", "zh-CN", "zh"),
    ],
)
def test_the_front_door_leads_to_the_readers_language(
    client: FlaskClient, cookie: str | None, accepts: str, chosen: str
) -> None:
    if cookie:
        client.set_cookie("language", cookie)
    answer = client.get("/", headers={"Accept-Language": accepts})

    assert answer.status_code == 302
    assert answer.location == f"/{chosen}/"


def test_a_chosen_language_is_remembered_and_leads_back_to_the_same_page(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "zh", "next": "/vi/form?page=2"})

    assert answer.status_code == 303
    assert answer.location == "/zh/form?page=2"
    assert "待办事项" not in client.get("/office").get_data(as_text=True)
    assert "审批事项" in client.get("/office").get_data(as_text=True)


def test_somebody_who_read_chinese_meets_chinese_behind_the_sign_in(client: FlaskClient) -> None:
    client.get("/zh/")

    assert "审批事项" in client.get("/office").get_data(as_text=True)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nb"]
)
def test_a_language_choice_never_leads_away(client: FlaskClient, target: str) -> None:
    assert client.post("/language", data={"language": "en", "next": target}).location == "/"


def test_an_unknown_language_is_refused(client: FlaskClient) -> None:
    assert client.post("/language", data={"language": "fr"}).status_code == 400
    assert client.get("/fr/").status_code == 404


def test_a_missing_page_speaks_the_language_of_its_path(client: FlaskClient) -> None:
    assert "没有这个页面" in client.get("/zh/nowhere").get_data(as_text=True)


def test_an_account_language_counts_until_another_is_chosen() -> None:
    app = make_app()
    app.extensions["account_language"] = lambda: "zh"
    client = app.test_client()

    assert client.get("/").location == "/zh/"
    client.set_cookie("language", "en")
    assert client.get("/").location == "/en/"


def test_a_letter_speaks_its_readers_language_inside_a_page_in_another() -> None:
    app = make_app()
    with app.test_request_context("/vi/"), languages.speaking("zh"):
        assert app.jinja_env.from_string("{{ _('Sign in') }} {{ 1622000 | money }}").render() == "登录 1,622,000 越南盾"


def test_a_constant_in_a_template_is_written_anew_for_each_reader() -> None:
    app = make_app()
    template = app.jinja_env.from_string("{{ 1622000 | money }}")
    with app.test_request_context("/vi/"):
        first = template.render()
    with app.test_request_context("/en/"):
        second = template.render()

    assert (first, second) == ("1.622.000 đồng", "1,622,000 đồng")


@pytest.mark.parametrize(
    ("write", "value", "vi", "en", "zh"),
    [
        (formats.day, date(2026, 11, 24), "24/11/2026", "24/11/2026", "2026年11月24日"),
        (formats.weekday, date(2026, 11, 24), "Thứ Ba 24/11/2026", "Tuesday 24/11/2026", "2026年11月24日 星期二"),
        (
            formats.instant,
            AFTERNOON,
            "16:30 thứ Ba 24/11/2026",
            "16:30 Tuesday 24/11/2026",
            "2026年11月24日 星期二 16:30",
        ),
        (formats.short_instant, AFTERNOON, "16:30 24/11/2026", "16:30 24/11/2026", "2026年11月24日 16:30"),
        (formats.money, 1_622_000, "1.622.000 đồng", "1,622,000 đồng", "1,622,000 越南盾"),
        (formats.percent, 0.82, "82\u00a0%", "82%", "82%"),
        (formats.size, 4_404_019, "4,2\u00a0MB", "4.2\u00a0MB", "4.2\u00a0MB"),
    ],
)
def test_values_are_written_as_people_write_them(write, value, vi: str, en: str, zh: str) -> None:  # type: ignore[no-untyped-def]
    assert [write(value, language) for language in LANGUAGES] == [vi, en, zh]
    assert [write(None, language) for language in LANGUAGES] == ["–", "–", "–"]


def test_an_instant_late_in_the_utc_day_belongs_to_the_next_office_day() -> None:
    assert formats.day(datetime(2026, 11, 24, 17, 30, tzinfo=UTC), "vi") == "25/11/2026"


class EveryMessage(Form):
    required = StringField("Ô", [InputRequired()])
    short = StringField("Ô", [Length(max=1)])
    long = StringField("Ô", [Length(min=9)])
    exact = StringField("Ô", [Length(min=9, max=9)])
    between = StringField("Ô", [Length(min=7, max=9)])
    email = StringField("Ô", [EmailAddress()])
    url = StringField("Ô", [URL()])
    address = StringField("Ô", [IPAddress()])
    mac = StringField("Ô", [MacAddress()])
    uuid = StringField("Ô", [UUID()])
    one = StringField("Ô", [AnyOf(["x", "y"])])
    none = StringField("Ô", [NoneOf(["abc"])])
    whole = IntegerField("Ô")
    number = DecimalField("Ô")
    small = IntegerField("Ô", [NumberRange(max=1)])
    range = IntegerField("Ô", [NumberRange(min=10, max=11)])
    choice = SelectField("Ô", choices=[("x", "x")])
    radio = RadioField("Ô", choices=[("x", "x")])
    on = DateField("Ô")


WRONG = {
    **dict.fromkeys(
        ("short", "long", "exact", "between", "email", "url", "address", "mac", "uuid", "one", "none"), "abc"
    ),
    **dict.fromkeys(("whole", "number", "choice", "radio", "on"), "abc"),
    "small": "5",
    "range": "5",
}


@pytest.mark.parametrize("language", ["vi", "zh"])
def test_the_form_library_says_nothing_in_english(language: str) -> None:
    with make_app().test_request_context(f"/{language}/"):
        form = EveryMessage(formdata=MultiDict(WRONG))
        assert not form.validate()
        said = {name: [str(text) for text in field.errors] for name, field in form._fields.items()}
    with make_app().test_request_context("/en/"):
        form = EveryMessage(formdata=MultiDict(WRONG))
        form.validate()
        english = {name: [str(text) for text in field.errors] for name, field in form._fields.items()}

    assert all(said.values())
    assert [name for name in said if said[name] == english[name]] == []
    assert "%(" not in str(said)


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        (["24", "11", "2026"], date(2026, 11, 24)),
        (["24/11/2026"], date(2026, 11, 24)),
        ([" 1 ", "2", "2026"], date(2026, 2, 1)),
        (["", "", ""], None),
        ([], None),
    ],
)
def test_a_date_is_read_from_three_boxes_or_one(sent: list[str], day: date | None) -> None:
    form = _dated(sent)

    assert form.validate()
    assert form.on.data == day


@settings(deadline=None)
@given(st.lists(st.text(max_size=6), max_size=7))
def test_whatever_is_sent_as_a_date_is_drawn_again_without_failing(sent: list[str]) -> None:
    with APP.test_request_context("/vi/"):
        form = Dated(formdata=MultiDict([("on", value) for value in sent]))
        valid = form.validate()
        drawn = str(form.on())

    assert drawn.count("<input") == 3
    assert valid == (form.on.data is not None or not any(value.strip() for value in sent))


class Dated(Form):
    on = DateField("Ngày bắt đầu")


APP = make_app()


def _dated(sent: list[str]) -> Dated:
    with APP.test_request_context("/vi/"):
        return Dated(formdata=MultiDict([("on", value) for value in sent]))


def test_the_boxes_of_a_date_are_labelled_in_the_readers_language_and_keep_what_was_typed() -> None:
    with APP.test_request_context("/zh/"):
        form = Dated(formdata=MultiDict([("on", "31"), ("on", "2"), ("on", "2026")]))
        form.validate()
        drawn = str(form.on())

    assert all(word in drawn for word in ("日", "月", "年"))
    assert all(f'value="{value}"' in drawn for value in ("31", "2", "2026"))
    assert "日历中没有这一天" in drawn
    assert 'id="on"' in drawn  # the error summary leads to the first box
