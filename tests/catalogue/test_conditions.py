"""The one condition language: judged over answers, never failing, never guessing."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.conditions import Answer, Condition, Facts, holds, is_empty, look_up

ADAPTER: pydantic.TypeAdapter[Condition] = pydantic.TypeAdapter(Condition)
SHARED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("condition_cases.json").read_text("utf-8"))
FACTS: Facts = {
    "case": "new",
    "kind": "b",
    "sure": True,
    "area": "12.5",
    "day": "2026-11-24",
    "kinds": ["frozen", "used"],
    "value": {"amount": "500", "currency": "VND"},
    "site": {"province": "20", "commune": "6184", "street": ""},
    "nothing": "",
}


def condition(**told: Any) -> Condition:
    return ADAPTER.validate_python(told)


@pytest.mark.parametrize(
    ("told", "truth"),
    [
        ({"op": "eq", "field": "kind", "value": "b"}, True),
        ({"op": "eq", "field": "kind", "value": "a"}, False),
        ({"op": "eq", "field": "sure", "value": True}, True),
        ({"op": "eq", "field": "sure", "value": "True"}, False),
        ({"op": "eq", "field": "sure", "value": 1}, False),
        ({"op": "eq", "field": "area", "value": 12.5}, True),
        ({"op": "eq", "field": "area", "value": "12.50"}, False),
        ({"op": "gt", "field": "area", "value": 12}, True),
        ({"op": "gt", "field": "area", "value": 12.5}, False),
        ({"op": "lt", "field": "area", "value": 100}, True),
        ({"op": "gt", "field": "day", "value": "2026-11-23"}, True),
        ({"op": "lt", "field": "day", "value": "2026-11-24"}, False),
        ({"op": "eq", "field": "kinds", "value": "used"}, True),
        ({"op": "in", "field": "kinds", "values": ["excise", "used"]}, True),
        ({"op": "in", "field": "kinds", "values": ["excise"]}, False),
        ({"op": "gt", "field": "value", "value": 499}, True),
        ({"op": "gt", "field": "value.amount", "value": 500}, False),
        ({"op": "eq", "field": "site.commune", "value": "6184"}, True),
        ({"op": "present", "field": "site"}, True),
        ({"op": "present", "field": "nothing"}, False),
        ({"op": "present", "field": "unasked"}, False),
        ({"op": "gt", "field": "kind", "value": 3}, False),
        ({"op": "always"}, True),
    ],
)
def test_a_comparison_is_judged_by_the_answer(told: dict[str, Any], truth: bool) -> None:
    assert holds(condition(**told), FACTS) is truth


def test_a_day_may_be_written_as_a_day_in_the_file() -> None:
    assert holds(condition(op="gt", field="day", value=date(2026, 11, 1)), FACTS)


def test_what_nobody_answered_satisfies_nothing_but_not() -> None:
    unasked = {"op": "eq", "field": "unasked", "value": "x"}

    assert not holds(condition(**unasked), FACTS)
    assert holds(condition(op="not", of=unasked), FACTS)


@pytest.mark.parametrize(
    "told",
    [
        {"op": "eval", "field": "x", "value": "__import__('os')"},
        {"op": "eq", "field": "x"},
        {"op": "in", "field": "x", "values": []},
        {"op": "and", "of": []},
        {"op": "eq", "field": "x", "value": float("nan")},
        {"op": "eq", "field": "x", "value": 1, "also": 2},
    ],
)
def test_what_is_no_condition_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        condition(**told)


NAMES = st.sampled_from(["kind", "area", "sure", "site.commune", "kinds", "unasked"])
SCALARS = st.one_of(st.booleans(), st.integers(-5, 20), st.sampled_from(["a", "b", "12.5", ""]))
COMPARISONS = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["eq", "gt", "lt"]), "field": NAMES, "value": SCALARS}),
    st.fixed_dictionaries({"op": st.just("in"), "field": NAMES, "values": st.lists(SCALARS, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"op": st.just("present"), "field": NAMES}),
    st.just({"op": "always"}),
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"op": st.sampled_from(["and", "or"]), "of": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"op": st.just("not"), "of": inner}),
    ),
    max_leaves=8,
)
ANSWERS = st.recursive(
    st.one_of(st.booleans(), st.text(max_size=6), st.sampled_from(["a", "b", "12.5", "NaN", "Infinity", "6184"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["commune", "amount", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
ANY_FACTS = st.dictionaries(st.sampled_from(["kind", "area", "sure", "site", "kinds"]), ANSWERS)


@settings(deadline=None)
@given(CONDITIONS, ANY_FACTS)
def test_any_condition_over_any_answers_is_true_or_false(told: dict[str, Any], facts: dict[str, Answer]) -> None:
    judged = holds(condition(**told), facts)

    assert judged is True or judged is False
    assert holds(condition(op="not", of=told), facts) is not judged


@settings(deadline=None)
@given(CONDITIONS, CONDITIONS, ANY_FACTS)
def test_and_or_not_obey_de_morgan(one: dict[str, Any], two: dict[str, Any], facts: dict[str, Answer]) -> None:
    neither = condition(op="not", of={"op": "or", "of": [one, two]})
    both_not = condition(op="and", of=[{"op": "not", "of": one}, {"op": "not", "of": two}])

    assert holds(neither, facts) is holds(both_not, facts)


@settings(deadline=None)
@given(CONDITIONS)
def test_a_condition_survives_being_written_as_json(told: dict[str, Any]) -> None:
    there = condition(**told)

    assert ADAPTER.validate_json(ADAPTER.dump_json(there)) == there


@settings(deadline=None)
@given(ANY_FACTS)
def test_present_says_what_is_not_empty(facts: dict[str, Answer]) -> None:
    for name in ("kind", "site", "unasked"):
        assert holds(condition(op="present", field=name), facts) is not is_empty(look_up(name, facts))


@pytest.mark.parametrize("case", SHARED, ids=[case["says"] for case in SHARED])
def test_the_shared_cases_hold_on_the_server(case: dict[str, Any]) -> None:
    """The page is held to the same cases: tests/browser/test_conditions.py."""
    condition = None if case["condition"] is None else ADAPTER.validate_python(case["condition"])

    assert holds(condition, case["facts"]) is case["holds"]
