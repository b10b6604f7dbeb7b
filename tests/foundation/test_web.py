"""The edge: headers, error pages, static files, hostile addresses."""

import re
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from portal.foundation import web
from portal.foundation.errors import Forbidden, Invalid, NotFound, PortalError, Refused, Stale, TooLarge, TooMany
from portal.foundation.guards import guard_of, public
from portal.foundation.settings import Mode
from tests.foundation.style_guide import filer, make_app, officer


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return make_app(filer()).test_client()


def test_scripts_and_styles_only_come_from_us(client: FlaskClient) -> None:
    policy = client.get("/vi/").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "style-src 'self'" in policy


def test_each_answer_has_its_own_nonce(client: FlaskClient) -> None:
    nonces = {
        re.search(r"'nonce-([^']+)'", client.get("/vi/").headers["Content-Security-Policy"])[1]  # type: ignore[index]
        for _ in range(3)
    }

    assert len(nonces) == 3


@pytest.mark.parametrize("path", ["/vi/", "/vi/form", "/office", "/vi/nothing"])
def test_no_page_holds_inline_script_or_style(path: str) -> None:
    page = make_app(officer()).test_client().get(path).get_data(as_text=True)

    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son[a-z]+=", page)
    assert "<style" not in page
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page)


def test_a_page_of_a_person_is_not_kept_by_the_browser() -> None:
    app = make_app(filer())

    @app.get("/mine")
    @public
    def mine() -> str:
        flask.session["key"] = "of a person"
        return "mine"

    assert app.test_client().get("/mine").headers["Cache-Control"] == "private, no-store"


def test_only_production_over_tls_asks_for_tls() -> None:
    secure = make_app(mode=Mode.PRODUCTION, public_url="https://motcua.example").test_client().get("/vi/")
    demo = make_app().test_client().get("/vi/")

    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in demo.headers


def test_a_request_keeps_the_id_it_came_with_if_it_is_one(client: FlaskClient) -> None:
    kept = client.get("/vi/", headers={"X-Request-ID": "abcd-1234-efgh"}).headers["X-Request-ID"]
    forged = client.get("/vi/", headers={"X-Request-ID": "<script>alert(1)</script>"}).headers["X-Request-ID"]

    assert kept == "abcd-1234-efgh"
    assert re.fullmatch(r"[0-9a-f]{32}", forged)


def test_static_addresses_change_with_the_content_and_may_be_kept_for_a_year(client: FlaskClient) -> None:
    page = client.get("/vi/").get_data(as_text=True)
    address = re.search(r'href="(/static/motcua\.css\?v=[0-9a-f]{12})"', page)
    assert address

    assert client.get(address[1], buffered=True).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/motcua.css", buffered=True).headers["Cache-Control"] == "no-cache"
    assert client.get("/static/nothing.css?v=1").headers["Cache-Control"] == "no-cache"


def test_every_static_file_a_page_names_exists(client: FlaskClient) -> None:
    pages = "".join(client.get(path).get_data(as_text=True) for path in ("/vi/", "/office"))
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', pages))

    assert len(addresses) > 10
    assert {address: client.get(address, buffered=True).status_code for address in addresses} == dict.fromkeys(
        addresses, 200
    )


@pytest.mark.parametrize(
    "path",
    [
        "/vi/%00",
        "/vi/?q=%00",
        "/static/%00",
        "/vi/%ff%fe",
        "/vi/?q=%ff",
        "/%c3%28/",
        "/vi/%2e%2e/%2e%2e/etc/passwd",
        "/vi/" + "a" * 5000,
    ],
)
def test_broken_addresses_are_answered_not_crashed_on(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {200, 400, 404}


def test_a_nul_in_a_form_is_refused_before_any_column_sees_it(client: FlaskClient) -> None:
    answer = client.post("/vi/form", data={"company": "Đồng\0Đăng"})

    assert answer.status_code == 400
    assert "Chúng tôi không đọc được yêu cầu này" in answer.get_data(as_text=True)


def test_a_crash_shows_no_trace_and_asks_nobody_who_is_looking() -> None:
    def broken_viewer() -> None:
        raise ConnectionError("the database is away")

    app = make_app()
    app.extensions["page_viewer"] = broken_viewer
    answer = app.test_client().get("/zh/crash")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 500
    assert "系统出现故障" in page
    assert "secret" not in page
    assert "Traceback" not in page


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Refused(), 409, "Không làm việc này được nữa vì trạng thái đã thay đổi."),
        (Stale(), 409, "Có người đã thay đổi"),
        (Invalid("test.invalid"), 422, "Chưa làm được việc này"),
        (Forbidden(), 403, "Bạn không có quyền làm việc này"),
        (NotFound(), 404, "Không có trang này"),
        (TooLarge(), 413, "Dung lượng quá lớn"),
        (TooMany(retry_after_seconds=90), 429, "Bạn thử quá nhiều lần"),
    ],
)
def test_a_refusal_is_a_page_in_the_readers_language(error: PortalError, status: int, said: str) -> None:
    answer = _answer_to(error).get("/vi/refuse")

    assert answer.status_code == status
    assert said in answer.get_data(as_text=True)


def test_too_many_attempts_say_when_to_come_back() -> None:
    assert _answer_to(TooMany(retry_after_seconds=90)).get("/vi/refuse").headers["Retry-After"] == "90"


def test_a_program_gets_the_code_as_json() -> None:
    answer = _answer_to(Stale()).get("/vi/refuse", headers={"Accept": "application/json"})

    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "act.stale"
    assert answer.json["status"] == 409


def test_a_room_explains_its_own_codes_once() -> None:
    web.explain_refusals({"test.explained": "The %(thing)s is closed."})
    with pytest.raises(RuntimeError, match="explained twice"):
        web.explain_refusals({"test.explained": "Something else."})

    assert web.explanation(Refused("test.explained", thing="gate")) == "The gate is closed."
    assert web.explanation(Refused("test.unknown")) == ""


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.post("/office")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_unknown_name_in_a_template_is_loud_and_an_absent_key_is_quiet() -> None:
    app = make_app()
    with app.test_request_context("/vi/"):
        assert app.jinja_env.from_string("[{{ {}.absent }}]").render() == "[]"
        with pytest.raises(Exception, match="mispelled"):
            app.jinja_env.from_string("{{ mispelled }}").render()
        with pytest.raises(Exception, match="no attribute"):
            app.jinja_env.from_string("{% if thing.absent %}{% endif %}").render(thing=object())


def test_the_title_begins_with_the_number_of_errors(client: FlaskClient) -> None:
    page = client.post("/vi/form", data={"company": "Công ty dài", "gate": "hn"}).get_data(as_text=True)
    title = re.search(r"<title>([^<]+)</title>", page)
    assert title

    assert title[1].startswith("4 lỗi – ")
    assert page.count('<a href="#') >= 4


def test_the_views_of_the_edge_are_guarded() -> None:
    views = make_app().view_functions

    assert all(guard_of(views[name]) for name in ("languages.front_door", "languages.choose"))


def _answer_to(error: PortalError) -> Any:
    app = make_app()

    def refuse() -> str:
        raise error

    app.add_url_rule("/<language:language>/refuse", "refuse", public(refuse))
    return app.test_client()
