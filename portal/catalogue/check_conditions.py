"""Checks of the conditions: whether they speak of questions that are asked, rightly, and can hold."""

import weakref
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Final

from portal.catalogue.conditions import (
    CASE,
    Above,
    Always,
    Answer,
    Below,
    Comparison,
    Condition,
    OneOf,
    Present,
    Scalar,
    comparisons,
    holds,
)
from portal.catalogue.definition import Case, Definition
from portal.catalogue.fields import (
    AddressField,
    ChoiceField,
    DateField,
    FieldBase,
    ManyField,
    MoneyField,
    NumberField,
    OutlineField,
    PointField,
    RowsField,
    YesNoField,
    all_fields,
)
from portal.catalogue.findings import Finding
from portal.catalogue.locating import KeyPath

MOST_COMPARISONS: Final = 100_000
"""How much is tried before a condition is taken to be one that can hold."""
PARTS: Final[Mapping[type[FieldBase], tuple[str, ...]]] = {
    AddressField: ("province", "commune", "street"),
    MoneyField: ("amount", "currency"),
    PointField: ("lat", "long"),
    OutlineField: ("shape", "area", "length"),
}

Scope = Mapping[str, FieldBase | tuple[Case, ...]]
"""What a condition may speak of, by name."""

_scopes: dict[int, tuple[weakref.ref[Definition], dict[str, Scope]]] = {}


def check_conditions(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with the conditions of a definition."""
    form = form_scope(definition)
    for path, condition in _form_conditions(definition):
        yield from check_condition(condition, path, form)
    for path, condition, row in _row_conditions(definition):
        yield from check_condition(condition, path, {**form, **row})
    asked: Scope = {CASE: definition.cases, **{question.code: question.ask for question in definition.questions}}
    for number, question in enumerate(definition.questions):
        if question.stop_when is not None:
            yield from check_condition(question.stop_when, ("questions", number, "stop_when"), asked)
    yield from _check_circles(definition)


def form_scope(definition: Definition) -> Scope:
    """Return what the conditions of the form may speak of."""
    return {CASE: definition.cases, **{field.code: field for _, field in all_fields(definition.sections)}}


def scope_in_case(definition: Definition, case: Case) -> Scope:
    """Return what the conditions may speak of in one case: only the questions that can be asked there."""
    known = _scopes_of(definition)
    if case.code not in known:
        known[case.code] = _scope_in_case(definition, case)
    return known[case.code]


def _scopes_of(definition: Definition) -> dict[str, Scope]:
    """The scopes worked out so far for this very definition, which never changes; forgotten with it."""
    entry = _scopes.get(id(definition))
    if entry is None or entry[0]() is not definition:
        key = id(definition)
        entry = (weakref.ref(definition, lambda _: _scopes.pop(key, None)), {})
        _scopes[key] = entry
    return entry[1]


def _scope_in_case(definition: Definition, case: Case) -> Scope:
    scope: Scope = {**form_scope(definition), CASE: (case,)}
    return {
        CASE: (case,),
        **{
            field.code: field
            for section, field in all_fields(definition.sections)
            if all(when is None or can_hold(when, scope) for when in (section.when, field.when))
        },
    }


def check_condition(condition: Condition, path: KeyPath, scope: Scope) -> Iterator[Finding]:
    """Yield what is wrong with one condition at `path`, judged by what it may speak of."""
    sound = True
    for comparison in comparisons(condition):
        for finding in _check_comparison(comparison, path, scope):
            sound = False
            yield finding
    if sound and not isinstance(condition, Always) and not can_hold(condition, scope):
        yield Finding(code="never_true", path=path)


def can_hold(condition: Condition, scope: Scope) -> bool:
    """Say whether some answers satisfy the condition; True where there are too many to try."""
    compared = [comparison.field for comparison in comparisons(condition)]
    names = sorted(set(compared))
    choices = [_worth_trying(name, condition, scope) for name in names]
    combinations = 1
    for tried in choices:
        combinations *= len(tried)
        if combinations * len(compared) > MOST_COMPARISONS:
            return True
    for answers in product(*choices):
        facts = {name: answer for name, answer in zip(names, answers, strict=True) if answer is not None}
        if holds(condition, facts):
            return True
    return False


def _form_conditions(definition: Definition) -> Iterator[tuple[KeyPath, Condition]]:
    for number, section in enumerate(definition.sections):
        if section.when is not None:
            yield ("sections", number, "when"), section.when
        for place, field in enumerate(section.fields):
            if field.when is not None:
                yield ("sections", number, "fields", place, "when"), field.when
    for name in ("documents", "fees", "steps", "limits", "promised_limits", "competence", "results", "forms"):
        for number, thing in enumerate(getattr(definition, name)):
            if thing.when is not None:
                yield (name, number, "when"), thing.when


def _row_conditions(definition: Definition) -> Iterator[tuple[KeyPath, Condition, Scope]]:
    for number, section in enumerate(definition.sections):
        for place, field in enumerate(section.fields):
            if isinstance(field, RowsField):
                row: Scope = {part.code: part for part in field.fields}
                for inner, part in enumerate(field.fields):
                    if part.when is not None:
                        path = ("sections", number, "fields", place, "fields", inner, "when")
                        yield path, part.when, row


def _check_comparison(comparison: Comparison, path: KeyPath, scope: Scope) -> Iterator[Finding]:
    name, _, part = comparison.field.partition(".")
    if name not in scope:
        yield Finding(code="unknown_field", path=path, detail={"field": name})
        return
    field = scope[name]
    if isinstance(field, tuple):
        yield from _check_options(comparison, path, {case.code for case in field}, unknown="unknown_case")
    elif part:
        if part not in PARTS.get(type(field), ()):
            yield Finding(code="unknown_part", path=path, detail={"field": name, "part": part})
    elif isinstance(field, ChoiceField | ManyField):
        yield from _check_options(comparison, path, {option.code for option in field.options}, unknown="unknown_option")
    elif not _suits(comparison, field):
        detail = {"field": name, "type": str(getattr(field, "type", ""))}
        yield Finding(code="wrong_type", path=path, detail=detail)


def _check_options(comparison: Comparison, path: KeyPath, known: set[str], *, unknown: str) -> Iterator[Finding]:
    if isinstance(comparison, Above | Below):
        yield Finding(code="wrong_type", path=path, detail={"field": comparison.field, "type": "choice"})
    for value in _values(comparison):
        if value not in known:
            detail = {"field": comparison.field, "value": str(value), "case": str(value)}
            yield Finding(code=unknown, path=path, detail=detail)


def _suits(comparison: Comparison, field: FieldBase) -> bool:
    values = _values(comparison)
    if isinstance(comparison, Present):
        return True
    if isinstance(field, NumberField | MoneyField):
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if isinstance(field, DateField):
        return all(isinstance(value, str) and _is_day(value) for value in values)
    if isinstance(comparison, Above | Below) or isinstance(field, AddressField | PointField | OutlineField | RowsField):
        return False
    wanted = bool if isinstance(field, YesNoField) else str
    return all(isinstance(value, wanted) for value in values)


def _values(comparison: Comparison) -> tuple[Scalar, ...]:
    if isinstance(comparison, OneOf):
        return comparison.values
    return () if isinstance(comparison, Present) else (comparison.value,)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _worth_trying(name: str, condition: Condition, scope: Scope) -> tuple[Answer | None, ...]:
    """Return answers among which every way of judging this condition's comparisons occurs."""
    field = scope.get(name.partition(".")[0])
    if field is None:
        return (None,)
    if isinstance(field, tuple):
        return tuple(case.code for case in field)
    if isinstance(field, YesNoField):
        return (None, True, False)
    if isinstance(field, ChoiceField):
        return (None, *(option.code for option in field.options))
    values = [v for c in comparisons(condition) if c.field == name for v in _values(c)]
    if isinstance(field, ManyField):
        codes = [option.code for option in field.options]
        return (None, codes, *([code] for code in codes), *([c for c in codes if c != code] for code in codes))
    tried: list[Answer | None] = [None, "something"]
    for value in values:
        if isinstance(value, int | float) and not isinstance(value, bool):
            tried += [str(Decimal(str(value)) + step) for step in (-1, 0, 1)]
        elif isinstance(value, str):
            tried += [value, value + "0", value[:-1]]
    if isinstance(field, NumberField):
        tried = [answer for answer in tried if answer is None or _in_bounds(answer, field)]
    return tuple(tried)


def _in_bounds(answer: Answer, field: NumberField) -> bool:
    if not isinstance(answer, str) or answer == "something":
        return True
    try:
        number = Decimal(answer)
    except InvalidOperation:
        return False
    return (field.min is None or number >= field.min) and (field.max is None or number <= field.max)


def _check_circles(definition: Definition) -> Iterator[Finding]:
    """Yield the questions whose being asked hangs, directly or not, on their own answer."""
    hangs_on: dict[str, set[str]] = {}
    place: dict[str, KeyPath] = {}
    for number, section in enumerate(definition.sections):
        for inner, field in enumerate(section.fields):
            used = {c.field.partition(".")[0] for when in (section.when, field.when) for c in comparisons(when)}
            hangs_on[field.code] = used - {CASE}
            place[field.code] = ("sections", number, "fields", inner, "when")
    for code, used in hangs_on.items():
        reached: set[str] = set()
        edge = list(used)
        while edge:
            earlier = edge.pop()
            if earlier not in reached:
                reached.add(earlier)
                edge.extend(hangs_on.get(earlier, ()))
        if code in reached:
            yield Finding(code="own_visibility", path=place[code], detail={"field": code})
