"""Conditions in words: short, and what is said of one question said at once."""

from collections.abc import Iterator
from typing import Any

import flask
import pytest
from pydantic import TypeAdapter

from portal.catalogue.condition_words import in_words
from portal.catalogue.conditions import Condition
from portal.foundation.languages import speaking
from tests.catalogue.samples import definition, words

KIND_A = {"op": "eq", "field": "kind", "value": "a"}
KIND_B = {"op": "eq", "field": "kind", "value": "b"}
MORE_THAN_5 = {"op": "gt", "field": "value", "value": 5}
MORE_THAN_9 = {"op": "gt", "field": "value", "value": 9}


@pytest.fixture(autouse=True)
def _in_english(app: flask.Flask) -> Iterator[None]:
    with app.test_request_context("/en/"), speaking("en"):
        yield


def named_by_their_codes(told: dict[str, Any]) -> None:
    for part in told["sections"]:
        for field in part["fields"]:
            field["label"] = words(field["code"])
            for option in field.get("options", ()):
                option["label"] = words(option["code"])


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (MORE_THAN_5, "“value” – more than 5"),
        ({"op": "not", "of": MORE_THAN_5}, "“value” – at most 5"),
        ({"op": "not", "of": {"op": "lt", "field": "value", "value": 5}}, "“value” – at least 5"),
        ({"op": "and", "of": [MORE_THAN_5, {"op": "not", "of": MORE_THAN_9}]}, "“value” – more than 5 and at most 9"),
        ({"op": "or", "of": [KIND_A, KIND_B]}, "“kind” – a or b"),
        ({"op": "and", "of": [KIND_A, MORE_THAN_5]}, "“kind” – a; and “value” – more than 5"),
        ({"op": "not", "of": KIND_A}, "not: “kind” – a"),
        ({"op": "or", "of": [KIND_A, {"op": "present", "field": "value"}]}, "“kind” – a; or “value” is answered"),
    ],
)
def test_a_condition_is_said_as_people_say_it(condition: dict[str, Any], said: str) -> None:
    found = definition(named_by_their_codes)
    read: Condition = TypeAdapter(Condition).validate_python(condition)

    assert in_words(read, found, found.cases[0].code, "en") == said
