"""Whatever is sent to whatever address, the portal answers; it never fails (a crash would fail the test)."""

import pytest
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule

from tests.abuse import matrix
from tests.abuse.matrix import Row
from tests.abuse.test_access_matrix import address, methods, rules, typed
from tests.abuse.town import Town

ROWS = matrix.rows()
BROKEN = b"\xff\xfe\xc3\x28"
NUL = "a\0b"
HUGE = "x" * 20_000
HEADERS = {
    "huge": {"X-Request-ID": HUGE, "Accept-Language": HUGE, "Accept": HUGE, "Referer": HUGE, "User-Agent": HUGE},
    "nonsense": {
        "Accept": ";;q=,,/*", "Accept-Language": "*;q=nan,-,xx-yy-zz;q=9", "Range": "bytes=9-1,-,x", "If-Range": "x",
        "If-Modified-Since": "never", "If-None-Match": "W/", "Content-Length": "5", "Cookie": "a=\x01; =;;",
        "HX-Request": "true", "HX-Current-URL": "http://[", "Referer": "http://[::1", "X-Part": "1",
    },
}  # fmt: skip
METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW", "OPTIONS")


def let_in(row: Row) -> list[str]:
    """Two who come past the door, one of the company's side and one of the office's where both do."""
    state = next(iter(row.answers))
    inside = [actor for actor, status in row.answers[state].items() if status not in {401, 403, 404}]
    return sorted({*inside[:1], *inside[-1:]} or {"filer"})


def hostile_values(rule: Rule) -> list[dict[str, str]]:
    """What may stand where a code or token is expected; typed parts of an address are matched before."""
    free = [name for name in rule.arguments if name not in {"language", "form"} and "uuid" not in rule.rule]
    if not free:
        return []
    return [dict.fromkeys(free, text) for text in (NUL, "' OR 1=1 --", "../../etc/passwd", "%%s{{7*7}}", "𝕏" * 300)]


def test_an_address_with_anything_in_it_is_answered(place: Town) -> None:
    for endpoint, rule in rules(place.app).items():
        for values in hostile_values(rule):
            where = address(place.app, ROWS[endpoint], {**place.missing.get(ROWS[endpoint].on, {}), **values})
            for actor in {"anonymous", *let_in(ROWS[endpoint])}:
                answer = place.ask(actor, "GET" if "GET" in methods(rule) else "POST", where)
                assert answer.status_code < 500 or endpoint == "operations.ready", (endpoint, values)


@pytest.mark.parametrize("endpoint", ROWS)
def test_a_page_answers_whatever_comes_with_the_question(place: Town, endpoint: str) -> None:
    row, rule = ROWS[endpoint], rules(place.app)[endpoint]
    where = address(place.app, row, next(iter(place.things[row.on].values())))
    sign = "&" if "?" in where else "?"
    names = ["next", "q", "after", "page", "field", "more", "check", "procedure", "tab", "inline", "state", "day"]
    broken = sign + "&".join(f"{name}=%FF%FE%C3%28" for name in names)
    odd = sign + "&".join(f"{name}=%F0%9D%95%8F'%22%3C%7B%7B-1" for name in names)
    for actor in let_in(row):
        for method in methods(rule):
            data = dict.fromkeys((*row.form, "anything"), NUL) if method == "POST" else None
            answers = [
                place.ask(actor, method, where + broken),
                place.ask(actor, method, where + odd),
                place.ask(actor, method, where + sign + "q=%00"),
                place.ask(actor, method, where, headers=HEADERS["nonsense"]),
                place.ask(actor, method, where, headers=HEADERS["huge"]),
            ]
            if data is not None:
                answers.append(place.ask(actor, method, where, data=data))
            for answer in answers:
                assert answer.status_code < 500 or endpoint == "operations.ready", (actor, method)


@pytest.mark.parametrize("endpoint", ROWS)
def test_a_form_of_broken_letters_is_answered(place: Town, endpoint: str) -> None:
    row, rule = ROWS[endpoint], rules(place.app)[endpoint]
    if "POST" not in methods(rule):
        return
    values = next(iter(place.things[row.on].values()))
    where = address(place.app, row, values)
    for actor in let_in(row):
        with place.as_if(actor) as browser:
            fields = {"csrf_token": browser.csrf_token(), **typed(row, values)}
            sound = "&".join(f"{name}={text}" for name, text in fields.items()).encode()
            for body in (sound + b"&note=" + BROKEN + b"&" + BROKEN + b"=1", sound + b"&note=" + b"%ED%A0%80"):
                answer = browser.open(
                    where, method="POST", data=body, content_type="application/x-www-form-urlencoded", buffered=True
                )
                assert answer.status_code < 500
            for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json", "text/\xff"):
                answer = browser.open(where, method="POST", data=b"--x\r\n" + BROKEN, content_type=kind, buffered=True)
                assert answer.status_code < 500


def test_a_method_no_page_knows_is_refused(place: Town) -> None:
    signposts = place.app.url_map.bind("localhost")
    for number, (endpoint, row) in enumerate(ROWS.items()):
        where = address(place.app, row, next(iter(place.things[row.on].values())))
        path = where.partition("?")[0]
        known = signposts.allowed_methods(path)
        assert known
        unknown = sorted({*METHODS, "GET", "POST"} - set(known))
        for method in unknown:
            with pytest.raises(MethodNotAllowed):
                signposts.match(path, method=method)
        method = unknown[number % len(unknown)]  # what is not let past the signposts is answered alike everywhere
        with place.as_if("filer") as browser:
            answer = browser.open(where, method=method, data=b"", buffered=True)
        assert answer.status_code == 405, (endpoint, method, answer.status_code)


def test_no_address_leads_out_of_the_house(place: Town) -> None:
    """`next` and its like lead back to a page of the portal or nowhere."""
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d%0aX: y"):
        for endpoint in ("accounts.sign_in", "accounts.step_up", "languages.choose"):
            row = ROWS[endpoint]
            where = address(place.app, row, {})
            for actor in ("anonymous", "head"):
                if endpoint == "languages.choose":
                    answer = place.ask(actor, "POST", where, data={"language": "en", "next": target})
                else:
                    answer = place.ask(actor, "GET", where, query_string={"next": target})
                location = answer.headers.get("Location", "/")
                assert location.startswith("/"), location
                assert not location.startswith(("//", "/\\")), location


def test_an_unknown_address_is_a_page_like_any_other(place: Town) -> None:
    for path in ("/nothing", "/vi/nothing", "/drafts/not-a-number", "/dossiers/..%2f..", "/%00", "/\u202e", "/desk/"):
        answer = place.ask("anonymous", "GET", path)
        assert answer.status_code in {302, 303, 308, 400, 404}, path
