"""Who may what: every route, asked by everybody, about things in every state (`matrix.toml`)."""

import re
from collections.abc import Iterator

import flask
import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.foundation import database
from portal.foundation.guards import guard_of
from portal.foundation.settings import Settings
from tests.abuse import matrix, town
from tests.abuse.matrix import Row
from tests.abuse.town import ACTORS, Town

ROWS = matrix.rows()
FOUNDATION = {"static"}
ENDED_SIGN_IN = 401
CHANGING = re.compile(r"\s*(INSERT|UPDATE|DELETE|TRUNCATE|MERGE)\b", re.IGNORECASE)
ONCE = re.compile(r'(csrf_token[^>]*value|nonce|data-request-id)="[^"]*"|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}')
"""What differs from one answer to the next and says nothing."""


@pytest.fixture(scope="module")
def founded(_application: flask.Flask, engine: sa.Engine, settings: Settings) -> Iterator[Town]:
    with engine.connect() as connection:
        transaction = connection.begin()
        database.bind(town.factory_on(connection))
        yield town.build(_application, connection, settings)
        transaction.rollback()


@pytest.fixture
def place(founded: Town) -> Town:
    database.bind(town.factory_on(founded.connection))
    return founded


def rules(app: flask.Flask) -> dict[str, Rule]:
    return {rule.endpoint: rule for rule in app.url_map.iter_rules() if rule.endpoint not in FOUNDATION}


def methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def address(app: flask.Flask, row: Row, values: dict[str, str]) -> str:
    rule = rules(app)[row.endpoint]
    known = {"language": "en", **values, **row.values}
    with app.test_request_context():
        return flask.url_for(row.endpoint, **{name: known[name] for name in rule.arguments}, **row.query)


def asked(place: Town, row: Row, actor: str, values: dict[str, str], method: str) -> TestResponse:
    sent = {"data": dict(row.form)} if method == "POST" else {}
    return place.ask(actor, method, address(place.app, row, values), **sent)


def status(answer: TestResponse) -> int:
    """The status, where being led to the sign-in page or its second half counts as 401."""
    led_away = answer.status_code in {302, 303} and answer.location.startswith(("/sign-in?", "/sign-in/"))
    return ENDED_SIGN_IN if led_away else answer.status_code


def test_every_route_stands_in_the_matrix_and_declares_its_guard(_application: flask.Flask) -> None:
    known = rules(_application)
    unguarded = sorted(
        endpoint
        for endpoint in known
        if guard_of(_application.view_functions[endpoint]) is None and not endpoint.startswith("languages.")
    )

    assert not unguarded, f"Say who may enter with @public or @open_to(Audience…): {unguarded}"
    assert not set(known) - set(ROWS), f"Say in tests/abuse/matrix.toml who gets what: {sorted(set(known) - set(ROWS))}"
    assert not set(ROWS) - set(known), f"No such routes; out of matrix.toml: {sorted(set(ROWS) - set(known))}"


@pytest.mark.parametrize("endpoint", ROWS)
def test_everybody_gets_the_answer_of_the_matrix(place: Town, endpoint: str) -> None:
    row, wrong = ROWS[endpoint], []
    for method in sorted(methods(rules(place.app)[endpoint])):
        for state, values in place.things[row.on].items():
            for actor in ACTORS:
                answer = asked(place, row, actor, values, method)
                if status(answer) != row.answer(state, actor):
                    wrong.append(f"{method} {actor} {state}: {status(answer)}, not {row.answer(state, actor)}")
    assert not wrong, "\n".join([endpoint, *wrong])


@pytest.mark.parametrize("endpoint", [endpoint for endpoint, row in ROWS.items() if row.on != "page"])
def test_what_one_may_not_know_of_looks_like_what_does_not_exist(place: Town, endpoint: str) -> None:
    row, compared = ROWS[endpoint], 0
    for method in sorted(methods(rules(place.app)[endpoint])):
        for actor in ACTORS:
            hidden = [
                values for state, values in place.things[row.on].items() if row.answer(state, actor) == 404
            ]
            if not hidden:
                continue
            nothing = asked(place, row, actor, place.missing[row.on], method)
            something = asked(place, row, actor, hidden[0], method)
            assert (nothing.status_code, bare(nothing, place.missing[row.on])) == (
                404,
                bare(something, hidden[0]),
            ), actor
            compared += 1
    everybody_knows = all(404 not in answers.values() for answers in row.answers.values())
    assert compared or everybody_knows


def bare(answer: TestResponse, values: dict[str, str]) -> str:
    """The page without the address that was asked for and what is new in each answer."""
    text = answer.text
    for value in values.values():
        text = text.replace(value, "…")
    return ONCE.sub("…", text)


@pytest.mark.parametrize("endpoint", ROWS)
def test_asking_for_the_head_or_a_range_opens_no_other_door(place: Town, endpoint: str) -> None:
    row = ROWS[endpoint]
    if "GET" not in methods(rules(place.app)[endpoint]):
        return
    state, values = next(iter(place.things[row.on].items()))
    for actor in ACTORS:
        where = address(place.app, row, values)
        head = place.ask(actor, "HEAD", where)
        assert status(head) == row.answer(state, actor), actor
        assert head.data == b""
        if row.is_file:
            part = place.ask(actor, "GET", where, headers={"Range": "bytes=0-3"})
            expected = row.answer(state, actor)
            assert status(part) in ({200, 206} if expected == 200 else {expected}), actor


@pytest.mark.parametrize("endpoint", ROWS)
def test_nothing_is_changed_without_the_token_of_a_form(place: Town, endpoint: str) -> None:
    row = ROWS[endpoint]
    for method in methods(rules(place.app)[endpoint]) - {"GET"}:
        for values in place.things[row.on].values():
            for actor in ACTORS:
                with place.as_if(actor) as browser, watching(place) as changes:
                    answer = browser.open(address(place.app, row, values), method=method, data=dict(row.form))
                assert answer.status_code in {400, 401, 302, 303, 403}, f"{actor}: {answer.status_code}"
                assert answer.status_code == 400 or row.answer("*", actor) in {401, 403}, actor
                assert not changes, actor


@pytest.mark.parametrize("endpoint", ROWS)
def test_reading_changes_nothing(place: Town, endpoint: str) -> None:
    row, wrong = ROWS[endpoint], []
    if "GET" not in methods(rules(place.app)[endpoint]):
        return
    for state, values in place.things[row.on].items():
        for actor in ACTORS:
            with place.as_if(actor) as browser, watching(place) as changes:
                browser.get(address(place.app, row, values), buffered=True)
            told = {actor, f"{actor} {state}"} & row.writes
            if bool(changes) != bool(told):
                wrong.append(f"{actor} {state}: {changes[:1] or 'changed nothing, though the matrix says so'}")
    assert not wrong, "\n".join([endpoint, *wrong])


class watching:  # noqa: N801 - reads as a sentence
    """Collects the statements of the block that change something."""

    def __init__(self, place: Town) -> None:
        self.connection, self.seen = place.connection, list[str]()

    def __enter__(self) -> list[str]:
        sa.event.listen(self.connection, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_: object) -> None:
        sa.event.remove(self.connection, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if CHANGING.match(statement):
            self.seen.append(" ".join(statement.split())[:120])
