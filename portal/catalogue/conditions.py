"""The one condition language of the catalogue: eligibility, visibility, documents, fees, steps, competence.

A condition is data. It is judged over facts: the answers of a dossier by field code, and `case`, the
case chosen before the form. Parts of an answer are reached by a dot: `site.commune`, `value.amount`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import pydantic

from portal.catalogue.text import Model

CASE = "case"

Answer = str | bool | Sequence["Answer"] | Mapping[str, "Answer"]
"""A canonical answer, the same in Python, in JSON and in the database.

Numbers and days are text (`"12.5"`, `"2026-11-24"`), so that nothing is lost on the way.
"""
Facts = Mapping[str, Answer]


def _day_as_text(value: object) -> object:
    return value.isoformat() if type(value) is date else value


Scalar = Annotated[
    pydantic.StrictBool | pydantic.StrictInt | pydantic.StrictFloat | pydantic.StrictStr,
    pydantic.BeforeValidator(_day_as_text),
]
"""What an answer may be compared with; a day is written as a day and kept as `2026-11-24`."""


class Equals(Model):
    """The answer is `value`; an answer of several choices contains it."""

    op: Literal["eq"]
    field: str
    value: Scalar


class OneOf(Model):
    """The answer is one of `values`; an answer of several choices shares one with them."""

    op: Literal["in"]
    field: str
    values: Annotated[tuple[Scalar, ...], pydantic.Field(min_length=1)]


class Above(Model):
    """The answer is a number greater, or a day later, than `value`."""

    op: Literal["gt"]
    field: str
    value: Scalar


class Below(Model):
    """The answer is a number smaller, or a day earlier, than `value`."""

    op: Literal["lt"]
    field: str
    value: Scalar


class Present(Model):
    """Something was answered."""

    op: Literal["present"]
    field: str


class Always(Model):
    """Holds in every dossier."""

    op: Literal["always"]


class AllOf(Model):
    """Every one of `of` holds."""

    op: Literal["and"]
    of: Annotated[tuple["Condition", ...], pydantic.Field(min_length=1)]


class AnyOf(Model):
    """At least one of `of` holds."""

    op: Literal["or"]
    of: Annotated[tuple["Condition", ...], pydantic.Field(min_length=1)]


class Not(Model):
    """`of` does not hold; so it is true of a question nobody answered."""

    op: Literal["not"]
    of: "Condition"


Condition = Annotated[
    Equals | OneOf | Above | Below | Present | Always | AllOf | AnyOf | Not,
    pydantic.Field(discriminator="op"),
]
Comparison = Equals | OneOf | Above | Below | Present

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


def holds(condition: Condition | None, facts: Facts) -> bool:
    """Judge `condition` over `facts`. No condition holds always; a missing answer satisfies nothing."""
    match condition:
        case None | Always():
            return True
        case AllOf():
            return all(holds(part, facts) for part in condition.of)
        case AnyOf():
            return any(holds(part, facts) for part in condition.of)
        case Not():
            return not holds(condition.of, facts)
        case _:
            return _compare(condition, look_up(condition.field, facts))


def look_up(path: str, facts: Facts) -> Answer | None:
    """Return the answer at `path`, following dots into parts of an answer; None where there is none."""
    if path in facts:
        return facts[path]
    found: Answer | None = facts
    for part in path.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def condition_json(condition: Condition) -> str:
    """Write a condition as the page's script reads it (portal/static/js/conditions.js)."""
    return json.dumps(condition.model_dump(mode="json", exclude_none=True), ensure_ascii=False)


def comparisons(condition: Condition | None) -> Iterator[Comparison]:
    """Yield every comparison inside `condition`, so that its fields and values can be checked."""
    waiting: list[Condition] = [] if condition is None else [condition]
    while waiting:
        current = waiting.pop()
        match current:
            case AllOf() | AnyOf():
                waiting.extend(reversed(current.of))
            case Not():
                waiting.append(current.of)
            case Always():
                pass
            case _:
                yield current


def _compare(condition: Comparison, answer: Answer | None) -> bool:
    if is_empty(answer) or answer is None:
        return False
    match condition:
        case Present():
            return True
        case Equals():
            return _is(answer, condition.value)
        case OneOf():
            return any(_is(answer, value) for value in condition.values)
        case Above() | Below():
            return _is_beyond(condition, answer)


def is_empty(answer: Answer | None) -> bool:
    """Say whether nothing was answered: no letters, no rows, or parts all empty. "No" is an answer."""
    if answer is None:
        return True
    if isinstance(answer, bool):
        return False
    if isinstance(answer, str):
        return not answer.strip()
    if isinstance(answer, Mapping):
        return all(is_empty(part) for part in answer.values())
    return len(answer) == 0


def _is(answer: Answer, value: Scalar) -> bool:
    if isinstance(answer, Mapping):
        amount = answer.get("amount")
        return amount is not None and not isinstance(value, str | bool) and _is(amount, value)
    if isinstance(value, bool) or isinstance(answer, bool):
        return answer is value
    if isinstance(answer, str):
        if isinstance(value, str):
            return answer == value
        return _number(answer) == Decimal(str(value))
    return any(_is(part, value) for part in answer)


def _is_beyond(condition: Above | Below, answer: Answer) -> bool:
    if isinstance(answer, Mapping):
        answer = answer.get("amount", "")
    if not isinstance(answer, str) or isinstance(condition.value, bool):
        return False
    if isinstance(condition.value, str):
        return answer > condition.value if isinstance(condition, Above) else answer < condition.value
    number = _number(answer)
    if number is None:
        return False
    bound = Decimal(str(condition.value))
    return number > bound if isinstance(condition, Above) else number < bound


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
