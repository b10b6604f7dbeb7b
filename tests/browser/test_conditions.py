"""One condition language: the page judges as the server does, by shared cases and by chance."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pydantic
import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.catalogue.conditions import Condition, holds

MODULE = Path(__file__).parents[2] / "portal" / "static" / "js" / "conditions.js"
CASES = json.loads((Path(__file__).parents[1] / "catalogue" / "condition_cases.json").read_text("utf-8"))
JUDGE = """async (cases) => {
  const { holds } = await import("/conditions.js");
  return cases.map(({ condition, facts }) => holds(condition, facts));
}"""
READER: pydantic.TypeAdapter[Condition] = pydantic.TypeAdapter(Condition)


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page of an origin that holds nothing but the module."""

    def answer(route: Route) -> None:
        if route.request.url.endswith("/conditions.js"):
            route.fulfill(body=MODULE.read_text("utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>.</title>", content_type="text/html")

    context = chromium.new_context()
    opened = context.new_page()
    opened.route("**/*", answer)
    opened.goto("http://conditions.test/")
    yield opened
    context.close()


def test_the_page_judges_every_shared_case_as_it_should(page: Page) -> None:
    judged = page.evaluate(JUDGE, CASES)

    assert [case["says"] for case, holds_ in zip(CASES, judged, strict=True) if holds_ is not case["holds"]] == []


def test_the_page_and_the_server_agree_on_whatever_comes(page: Page) -> None:
    chance = Random(766)
    cases = [{"condition": some_condition(chance, 3), "facts": some_facts(chance)} for _ in range(3_000)]

    judged = page.evaluate(JUDGE, cases)

    expected = [holds(READER.validate_python(case["condition"]), case["facts"]) for case in cases]
    assert [case for case, one, other in zip(cases, judged, expected, strict=True) if one is not other] == []
    assert 0.1 < sum(expected) / len(expected) < 0.9


FIELDS = ("a", "b", "c", "c.amount", "c.currency", "d", "e.x", "nobody")
VALUES: tuple[Any, ...] = (True, False, 0, 1, -1, 0.1, 2.5, 10, 1_000_000, "", "x", "y", "10", "2026-11-24", "true")
ANSWERS: tuple[Any, ...] = (
    True, False, "", " ", "x", "y", "0", "1", "-1", "0.10", "2.5", "10", "10.0", "1e1", "abc", "2026-11-23",
    "2026-11-25", [], ["x"], ["x", "y"], ["10"], [True], {}, {"amount": "10", "currency": "VND"}, {"amount": ""},
    {"currency": "USD"}, {"x": "y"}, [{"x": "1"}],
)  # fmt: skip


def some_condition(chance: Random, depth: int) -> dict[str, Any]:
    op = chance.choice(("eq", "in", "gt", "lt", "present", "always", "and", "or", "not")[: 9 if depth else 6])
    match op:
        case "and" | "or":
            return {"op": op, "of": [some_condition(chance, depth - 1) for _ in range(chance.randint(1, 3))]}
        case "not":
            return {"op": op, "of": some_condition(chance, depth - 1)}
        case "always":
            return {"op": op}
        case "in":
            return {"op": op, "field": chance.choice(FIELDS), "values": chance.choices(VALUES, k=2)}
        case "present":
            return {"op": op, "field": chance.choice(FIELDS)}
    return {"op": op, "field": chance.choice(FIELDS), "value": chance.choice(VALUES)}


def some_facts(chance: Random) -> dict[str, Any]:
    return {name: chance.choice(ANSWERS) for name in ("a", "b", "c", "d", "e") if chance.random() < 0.8}


@pytest.mark.usefixtures("_procedure")
def test_the_checklist_follows_the_answers_at_once(chromium: Browser, client: Any) -> None:
    def answer(route: Route) -> None:
        with client.get(route.request.url.removeprefix("http://portal.test")) as got:
            route.fulfill(status=got.status_code, body=got.data, content_type=got.content_type)

    context = chromium.new_context(viewport={"width": 360, "height": 780})
    opened = context.new_page()
    opened.route("**/*", answer)
    opened.goto("http://portal.test/en/procedures/1.004191?case=issue")
    paper = opened.locator("#documents li", has_text="Re-export business code")

    assert paper.is_visible()
    opened.get_by_label("Goods under quarantine").check()
    assert paper.is_hidden()
    opened.get_by_label("Frozen food").check()
    assert paper.is_visible()
    assert "mc-applies" in str(paper.get_attribute("class"))
    context.close()


@pytest.fixture
def _procedure(session: Session) -> None:
    path = registers.PROCEDURES / "trade" / "1.004191.toml"
    publish(session, registers.read_definition(path), now=datetime(2026, 10, 1, tzinfo=UTC), origin="test")
    session.commit()
