"""Reading posted forms: every type, good and bad, and what is hidden."""

from datetime import date
from typing import Any

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.answers import posted_from, read, visible, without_hidden
from portal.catalogue.conditions import Answer
from portal.catalogue.fields import FieldBase, SimpleField
from portal.catalogue.readers import Unreadable, read_answer
from tests.catalogue.samples import PLACES, definition, words

ADAPTER: pydantic.TypeAdapter[FieldBase] = pydantic.TypeAdapter(SimpleField)
OPTIONS = [{"code": "a", "label": words()}, {"code": "b", "label": words()}]


def field(type_: str, **more: Any) -> FieldBase:
    return ADAPTER.validate_python({"code": "x", "type": type_, "label": words(), **more})


def answer(field_: FieldBase, *typed: str, **parts: str) -> Answer | None:
    return read_answer(field_, {"": list(typed), **{name: [text] for name, text in parts.items()}}, PLACES)


def code_of(field_: FieldBase, *typed: str, **parts: str) -> str:
    with pytest.raises(Unreadable) as refusal:
        answer(field_, *typed, **parts)
    return refusal.value.code


@pytest.mark.parametrize(
    ("asked", "typed", "canonical"),
    [
        (field("text"), ["  Kho  số\t2 "], "Kho số 2"),
        (field("text"), ["Ho\u0302\u0300"], "Hồ"),
        (field("text"), ["a\x00b\u0007"], "ab"),
        (field("text", lines=4), [" một \r\nhai  "], "một\nhai"),
        (field("text", digits=True), ["CN-03, 125,"], "CN-03, 125,"),
        (field("number", decimals=2), ["1.250,5"], "1250.5"),
        (field("number"), ["0007"], "7"),
        (field("date"), ["24/11/2026"], "2026-11-24"),
        (field("date"), ["2026-11-24"], "2026-11-24"),
        (field("date"), ["5.1.2026"], "2026-01-05"),
        (field("choice", options=OPTIONS), ["b"], "b"),
        (field("many", options=OPTIONS), ["b", "a", "b"], ["a", "b"]),
        (field("yes_no"), ["yes"], True),
        (field("yes_no"), ["no"], False),
        (field("hs_code"), ["0810.50.00"], "08105000"),
        (field("hs_code"), ["0810500010"], "0810500010"),
        (field("tax_code"), ["0100233488\t"], "0100233488"),
        (field("tax_code"), ["0100233488001"], "0100233488-001"),
        (field("tax_code"), [" 4900 888 882"], "4900888882"),
        (field("tax_code"), ["020199001234"], "020199001234"),
        (field("tax_code", subject="person"), ["020199001234"], "020199001234"),
        (field("person_id"), ["020 199 001 234"], "020199001234"),
        (field("person_id", passport=True), ["c1234567"], "C1234567"),
        (field("number"), ["1.000.000.000.000"], "1000000000000"),
        (field("phone"), ["0912 345 678"], "+84912345678"),
        (field("phone"), ["0205 3812 345"], "+842053812345"),
        (field("phone"), ["+86 771 2345678"], "+867712345678"),
        (field("email"), ["Ten.Toi@Example.VN"], "Ten.Toi@example.vn"),
    ],
)
def test_a_good_answer_becomes_canonical(asked: FieldBase, typed: list[str], canonical: Answer) -> None:
    assert answer(asked, *typed) == canonical


@pytest.mark.parametrize(
    ("asked", "typed", "code"),
    [
        (field("text", max_length=3), "dài quá", "too_long"),
        (field("text", digits=True), "abc", "no_digits"),
        (field("text", digits=True), "125, b", "no_digits"),
        (field("text"), "x" * 50_000, "too_long"),
        (field("number"), "năm", "not_a_number"),
        (field("number"), "12,5", "too_many_decimals"),
        (field("number", decimals=3), "1.622", "ambiguous_number"),
        (field("number", min=5), "4", "too_small"),
        (field("number", max=5), "6", "too_large"),
        (field("number", decimals=2), "999999999999999999999", "too_large"),
        (field("number"), "1000000000001", "too_large"),
        (field("money"), "1000000000000001", "too_large"),
        (field("money", currencies=("USD",)), "999999999999999", "too_large"),
        (field("date"), "31/02/2026", "not_a_date"),
        (field("date"), "24/11/26", "not_a_date"),
        (field("date"), "ngày mai", "not_a_date"),
        (field("date"), "24/11-2026", "not_a_date"),
        (field("date", earliest=date(2026, 1, 1)), "31/12/2025", "too_early"),
        (field("date", latest=date(2026, 1, 1)), "02/01/2026", "too_late"),
        (field("choice", options=OPTIONS), "c", "not_an_option"),
        (field("many", options=OPTIONS), "c", "not_an_option"),
        (field("yes_no"), "maybe", "not_yes_or_no"),
        (field("hs_code"), "0810", "not_an_hs_code"),
        (field("hs_code"), "99105000", "not_an_hs_code"),
        (field("tax_code"), "4900001011", "not_a_tax_code"),
        (field("tax_code"), "0100233488-000", "not_a_tax_code"),
        (field("tax_code", subject="organisation"), "020199001234", "not_a_tax_code"),
        (field("tax_code", subject="person"), "4900888882", "not_a_personal_tax_code"),
        (field("person_id"), "000199001234", "not_a_person_id"),
        (field("person_id"), "097199001234", "not_a_person_id"),
        (field("person_id"), "C1234567", "not_a_person_id"),
        (field("person_id", passport=True), "12345", "not_a_person_id_or_passport"),
        (field("phone"), "12345", "not_a_phone"),
        (field("phone"), "0" * 60, "not_a_phone"),
        (field("email"), "a@b", "not_an_email"),
        (field("email"), "a b@example.vn", "not_an_email"),
        (field("email"), "a@exa..mple.vn", "not_an_email"),
    ],
)
def test_a_bad_answer_is_refused_with_its_reason(asked: FieldBase, typed: str, code: str) -> None:
    assert code_of(asked, typed) == code


def test_a_day_may_come_in_three_parts() -> None:
    assert answer(field("date"), day="5", month="1", year="2027") == "2027-01-05"
    assert code_of(field("date"), day="5", month="", year="2027") == "not_a_date"


def test_a_sum_carries_its_currency() -> None:
    both = field("money", currencies=["VND", "USD"])

    assert answer(both, amount="1.622.000", currency="VND") == {"amount": "1622000", "currency": "VND"}
    assert answer(both, amount="1,622.50", currency="usd") == {"amount": "1622.5", "currency": "USD"}
    assert answer(both, currency="USD", amount="") is None
    assert code_of(both, amount="5", currency="EUR") == "currency_unknown"
    assert code_of(both, amount="5,5", currency="VND") == "too_many_decimals"
    assert code_of(both, amount="-1", currency="VND") == "too_small"


def test_an_address_is_a_province_and_one_of_its_communes() -> None:
    here, anywhere = field("address", inside_province=True), field("address")

    good = {"province": "20", "commune": "6184", "street": "Khu 3"}
    assert answer(here, province="20", commune="6184", street="Khu 3") == good
    assert answer(here, commune="6184", street="Khu 3") == good
    assert answer(anywhere, province="01", commune="Phường Ba Đình", street="")
    assert answer(anywhere, province="20", commune="", street="") is None
    assert code_of(here, province="01", commune="6184", street="x") == "outside_province"
    assert code_of(here, province="20", commune="1", street="x") == "commune_unknown"
    assert code_of(here, province="20", commune="", street="x") == "commune_missing"
    assert code_of(anywhere, province="99", commune="6184", street="x") == "province_unknown"


def test_a_point_lies_in_vietnam() -> None:
    point = field("point")

    assert answer(point, lat="21,9547", long="106.70610") == {"lat": "21.9547", "long": "106.7061"}
    assert code_of(point, lat="106.7", long="21.9") == "outside_vietnam"
    assert code_of(point, lat="abc", long="21.9") == "not_a_point"


def posted(**more: list[str]) -> dict[str, list[str]]:
    whole = {
        "subject": ["Kho số 2"],
        "site.province": ["20"],
        "site.commune": ["6184"],
        "site.street": ["Khu 3"],
        "kind": ["a"],
        "goods.0.name": ["Điều"],
        "goods.0.hs": ["08013200"],
        "goods.1.name": ["Tiêu"],
        "sure": ["yes"],
    }
    return {**whole, **{name.replace("__", "."): typed for name, typed in more.items()}}


def test_a_whole_form_is_read() -> None:
    reading = read(definition(), "new", posted(), places=PLACES)

    assert reading.problems == ()
    assert reading.answers == {
        "subject": "Kho số 2",
        "site": {"province": "20", "commune": "6184", "street": "Khu 3"},
        "kind": "a",
        "goods": [{"name": "Điều", "hs": "08013200"}, {"name": "Tiêu"}],
        "sure": True,
    }


def test_answers_to_questions_not_asked_are_dropped_and_not_complained_about() -> None:
    hidden = read(definition(), "new", posted(only_b=["nonsense"]), places=PLACES)
    asked = read(definition(), "new", posted(kind=["b"], only_b=["nonsense"]), places=PLACES)

    assert hidden.problems == ()
    assert "only_b" not in hidden.answers
    assert [problem.path for problem in asked.problems] == ["only_b"]


def test_unknown_names_are_ignored() -> None:
    reading = read(definition(), "new", posted(evil=["1"], goods__0__evil=["1"], goods__x__name=["1"]), places=PLACES)

    assert reading == read(definition(), "new", posted(), places=PLACES)


def test_a_problem_in_a_row_names_its_cell() -> None:
    reading = read(definition(), "new", posted(goods__1__hs=["12"]), places=PLACES)

    assert [(problem.path, problem.code) for problem in reading.problems] == [("goods.1.hs", "not_an_hs_code")]


def test_empty_rows_are_left_out_and_too_many_refused() -> None:
    many = {f"goods__{number}__name": ["x"] for number in range(5)}
    reading = read(definition(), "new", posted(**many), places=PLACES)
    gap = read(definition(), "new", posted(goods__0__name=[" "], goods__0__hs=[""]), places=PLACES)

    assert [problem.code for problem in reading.problems] == ["too_many_rows"]
    assert gap.answers["goods"] == [{"name": "Tiêu"}]


def test_a_question_hanging_on_a_hidden_answer_is_hidden_too() -> None:
    def bend(told: dict[str, Any]) -> None:
        told["sections"][0]["fields"].append(
            {"code": "deep", "type": "text", "label": words(), "when": {"op": "present", "field": "only_b"}}
        )

    chained = definition(bend)

    assert "deep" in visible(chained, "new", {"kind": "b", "only_b": "1"})
    assert "deep" not in visible(chained, "new", {"kind": "a", "only_b": "1"})
    assert without_hidden(chained, "new", {"kind": "a", "only_b": "1", "deep": "x"}) == {"kind": "a"}


def test_one_page_of_the_form_is_read_by_itself() -> None:
    reading = read(definition(), "new", posted(), places=PLACES, section="nowhere")

    assert reading.answers == {}


PIECES = st.sampled_from(
    ["", "x", "b", "a", "yes", "1", "-5", "1.5", "24/11/2026", "0100233488", "6184", "20", "\x00", "９", "🙂"]
)
NAMES = st.sampled_from(
    ["subject", "site", "site.commune", "site.province", "site.street", "kind", "value", "value.amount",
     "value.currency", "only_b", "goods", "goods.0", "goods.0.name", "goods.01.name", "goods.-1.name",
     "goods.0.hs", "goods.99999999.name", "goods.0.name.x", "sure", "", ".", "goods.."]
)  # fmt: skip


FORM = definition()


@settings(deadline=None)
@given(st.dictionaries(NAMES, st.lists(PIECES | st.text(max_size=8), max_size=3)))
def test_whatever_is_posted_is_answered_and_reads_the_same_again(form: dict[str, list[str]]) -> None:
    reading = read(FORM, "new", form, places=PLACES)
    again = read(FORM, "new", posted_from(FORM, reading.answers), places=PLACES)

    assert again.problems == ()
    assert again.answers == reading.answers
