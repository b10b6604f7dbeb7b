"""Who may what: every route, asked by everybody, about things in every state (`matrix.toml`)."""

import re
from functools import lru_cache

import flask
import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.foundation.guards import guard_of
from tests.abuse import matrix
from tests.abuse.matrix import Row
from tests.abuse.town import ACTORS, Town, Values

ROWS = matrix.rows()
FOUNDATION = {"static"}
ENDED_SIGN_IN = 401
NOT_FOUND = 404
KNOW_OF_NOTHING = (
    "stranger", "newcomer", "expired_agent", "revoked_agent", "former_head", "other_head", "administrator",
)  # fmt: skip
"""For them the company, its drafts and its dossiers do not exist."""
ONCE = re.compile(r'(csrf_token[^>]*value|nonce|data-request-id)="[^"]*"|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}')
"""What differs from one answer to the next and says nothing."""


@lru_cache(maxsize=1)
def rules(app: flask.Flask) -> dict[str, Rule]:
    """By endpoint; of several addresses of one page the shortest."""
    every = sorted(app.url_map.iter_rules(), key=lambda rule: -len(asked_for(rule)))
    return {rule.endpoint: rule for rule in every if rule.endpoint not in FOUNDATION}


def asked_for(rule: Rule) -> set[str]:
    """The names an address of this rule must be given."""
    return rule.arguments - set(rule.defaults or ())


def methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def address(app: flask.Flask, row: Row, values: Values, *, language: str = "en") -> str:
    rule = rules(app)[row.endpoint]
    known = {"language": language, **values, **row.values}
    with app.test_request_context():
        return flask.url_for(row.endpoint, **{name: known[name] for name in asked_for(rule)}, **row.query)


def typed(row: Row, values: Values) -> dict[str, str]:
    """What is sent: the version of the dossier as it stands, and what the table says, addresses filled in."""
    sent = {"version": values["version"]} if "version" in values else {}
    return sent | {name.format(**values): text.format(**values) for name, text in row.form.items()}


def asked(place: Town, row: Row, actor: str, values: Values, method: str) -> TestResponse:
    sent = {"data": typed(row, values)} if method == "POST" else {}
    return place.ask(actor, method, address(place.app, row, values), **sent)


def status(answer: TestResponse) -> int:
    """The status, where being led to the sign-in page or its second half counts as 401."""
    led_away = answer.status_code in {302, 303} and answer.location.startswith(("/sign-in?", "/sign-in/"))
    return ENDED_SIGN_IN if led_away else answer.status_code


def one_for_each_answer(row: Row, state: str) -> list[str]:
    """Of all who get the same answer one, another for each endpoint: who gets which is asked by the great test."""
    start = list(ROWS).index(row.endpoint) % len(ACTORS)
    return list({row.answer(state, actor): actor for actor in ACTORS[start:] + ACTORS[:start]}.values())


def test_every_route_stands_in_the_matrix_and_declares_its_guard(app: flask.Flask) -> None:
    known = rules(app)
    unguarded = sorted(
        endpoint
        for endpoint in known
        if guard_of(app.view_functions[endpoint]) is None and not endpoint.startswith("languages.")
    )

    assert not unguarded, f"Say who may enter with @public or @open_to(Audience…): {unguarded}"
    assert not set(known) - set(ROWS), f"Say in tests/abuse/matrix.toml who gets what: {sorted(set(known) - set(ROWS))}"
    assert not set(ROWS) - set(known), f"No such routes; out of matrix.toml: {sorted(set(ROWS) - set(known))}"


@pytest.mark.parametrize("endpoint", ROWS)
def test_everybody_gets_the_answer_of_the_matrix_and_reading_changes_nothing(place: Town, endpoint: str) -> None:
    row, wrong = ROWS[endpoint], list[str]()
    for method in sorted(methods(rules(place.app)[endpoint])):
        for number, (state, values) in enumerate(place.things[row.on].items()):
            for actor in ACTORS:
                if number and row.is_shut(actor):
                    continue  # the door does not look at the thing: once is enough
                with place.watching() as changes:
                    answer = asked(place, row, actor, values, method)
                if status(answer) != row.answer(state, actor):
                    wrong.append(f"{method} {actor} {state}: {status(answer)}, not {row.answer(state, actor)}")
                acts = bool({actor, f"{actor} {state}"} & row.writes)
                if method == "GET" and bool(changes) != acts:
                    wrong.append(f"{actor} {state}: {changes[:1] or 'changed nothing, though the matrix says so'}")
    assert not wrong, "\n".join([endpoint, *wrong])


@pytest.mark.parametrize("endpoint", [endpoint for endpoint, row in ROWS.items() if row.on not in {"page", "token"}])
def test_what_one_may_not_know_of_looks_like_what_does_not_exist(place: Town, endpoint: str) -> None:
    row = ROWS[endpoint]
    for method in sorted(methods(rules(place.app)[endpoint])):
        for actor in KNOW_OF_NOTHING:
            state, values = next(iter(place.things[row.on].items()))
            if row.answer(state, actor) != NOT_FOUND:
                continue
            nothing = asked(place, row, actor, place.missing[row.on], method)
            something = asked(place, row, actor, values, method)
            assert nothing.status_code == NOT_FOUND, actor
            assert bare(nothing, place.missing[row.on]) == bare(something, values), actor


def bare(answer: TestResponse, values: Values) -> str:
    """The page without the address that was asked for and what is new in each answer."""
    text = answer.text
    for value in sorted((values[name] for name in set(values) - {"version"}), key=len, reverse=True):
        text = text.replace(value, "…")
    return ONCE.sub("…", text)


@pytest.mark.parametrize("endpoint", ROWS)
def test_asking_for_the_head_or_a_range_opens_no_other_door(place: Town, endpoint: str) -> None:
    row = ROWS[endpoint]
    if "GET" not in methods(rules(place.app)[endpoint]):
        return
    state, values = next(iter(place.things[row.on].items()))
    for actor in ACTORS if row.is_file else one_for_each_answer(row, state):
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
        state, values = next(iter(place.things[row.on].items()))
        for actor in one_for_each_answer(row, state):
            with place.watching() as changes:
                answer = place.ask(actor, method, address(place.app, row, values), data=typed(row, values), csrf=False)
            assert answer.status_code == 400 or status(answer) == row.answer(state, actor) in {401, 403}, actor
            assert not changes, actor
