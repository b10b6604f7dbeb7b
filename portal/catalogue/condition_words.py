"""Conditions in words: what a reader is told of "only if", in one case and in their language."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from typing import Final

from flask_babel import gettext as _

from portal.catalogue.conditions import (
    CASE,
    Above,
    AllOf,
    Always,
    AnyOf,
    Below,
    Condition,
    Equals,
    Not,
    OneOf,
    Present,
    Scalar,
    holds,
)
from portal.catalogue.definition import Definition
from portal.catalogue.fields import (
    ChoiceField,
    FieldBase,
    ManyField,
    NumberField,
    Option,
    RowsField,
    YesNoField,
    all_fields,
)
from portal.catalogue.shown import NO, YES
from portal.catalogue.text import Text
from portal.foundation import formats
from portal.foundation.formats import Language

TOO_LARGE: Final = 10**15
_SITUATION: Final = Text(vi="Trường hợp", en="Your situation", zh="办理情形")


def simplified(condition: Condition | None, case: str) -> Condition | bool:
    """What is left of a condition once the case is known: True or False where nothing else is asked."""
    match condition:
        case None | Always():
            return True
        case Not():
            inner = simplified(condition.of, case)
            return not inner if isinstance(inner, bool) else Not(op="not", of=inner)
        case AllOf() | AnyOf():
            return _of_several(condition, case)
        case _:
            return holds(condition, {CASE: case}) if condition.field == CASE else condition


def in_words(condition: Condition | None, definition: Definition, case: str, language: Language) -> str:
    """Say when the condition holds in this case; nothing where it always (or never) does."""
    left = simplified(condition, case)
    return "" if isinstance(left, bool) else said(left, definition, language)


def _of_several(condition: AllOf | AnyOf, case: str) -> Condition | bool:
    decides = isinstance(condition, AnyOf)
    parts = [simplified(part, case) for part in condition.of]
    if any(part is decides for part in parts):
        return decides
    left = [part for part in parts if not isinstance(part, bool)]
    if not left:
        return not decides
    if len(left) == 1:
        return left[0]
    return AnyOf(op="or", of=tuple(left)) if decides else AllOf(op="and", of=tuple(left))


def said(condition: Condition, definition: Definition, language: Language) -> str:
    """Say a whole condition, whatever the case; nothing where it always holds."""
    match condition:
        case Always():
            return ""
        case AllOf():
            return str(_("; and ")).join(_together(condition, definition, language))
        case AnyOf():
            return str(_("; or ")).join(_together(condition, definition, language))
        case Not() if not isinstance(condition.of, Above | Below):
            return str(_("not: %(condition)s", condition=said(condition.of, definition, language)))
        case Present():
            return str(_("%(question)s is answered", question=_question(condition.field, definition, language)))
        case _:
            question, answers = _told(condition, definition, language)
            return _answered(question, answers)


def _together(condition: AllOf | AnyOf, definition: Definition, language: Language) -> list[str]:
    """The parts in words; what is said of one question is said at once: its bounds, or the answers that will do."""
    is_all = isinstance(condition, AllOf)
    sentences: dict[str, tuple[str, list[str]]] = {}
    for number, part in enumerate(condition.of):
        comparison = part.of if isinstance(part, Not) else part
        merges = Above | Below if is_all or comparison is not part else Above | Below | Equals | OneOf
        if isinstance(comparison, merges):
            place, (question, answers) = comparison.field, _told(part, definition, language)
        else:
            place, question, answers = str(number), said(part, definition, language), []
        sentences.setdefault(place, (question, []))[1].extend(answers)
    return [
        _answered(question, [str(_(" and ")).join(answers)] if is_all and answers else answers)
        for question, answers in sentences.values()
    ]


def _answered(question: str, answers: Sequence[str]) -> str:
    return str(_("%(question)s – %(answers)s", question=question, answers=_one_of(answers))) if answers else question


def _told(condition: Condition, definition: Definition, language: Language) -> tuple[str, list[str]]:
    """The question a comparison speaks of, and the answers it allows."""
    comparison = condition.of if isinstance(condition, Not) else condition
    if not isinstance(comparison, Equals | OneOf | Above | Below):  # pragma: no cover - the callers have looked
        raise TypeError(type(comparison).__name__)
    field = _asked(comparison.field.partition(".")[0], definition)
    question = _question(comparison.field, definition, language)
    if isinstance(comparison, OneOf):
        return question, [_value(field, value, language) for value in comparison.values]
    value = _value(field, comparison.value, language)
    is_denied = condition is not comparison
    match comparison:
        case Above():
            value = str(_("at most %(value)s", value=value) if is_denied else _("more than %(value)s", value=value))
        case Below():
            value = str(_("at least %(value)s", value=value) if is_denied else _("less than %(value)s", value=value))
    return question, [value]


def _question(path: str, definition: Definition, language: Language) -> str:
    field = _asked(path.partition(".")[0], definition)
    return f"“{field.label.words(language)}”" if field else path


def _asked(code: str, definition: Definition) -> FieldBase | None:
    """The question a condition speaks of: of the form, of a row of it, an eligibility question, or the case."""
    if code == CASE:
        cases = tuple(Option(code=case.code, label=case.name) for case in definition.cases)
        return ChoiceField.model_construct(type="choice", code=CASE, label=_SITUATION, options=cases)
    found = definition.field(code)
    if found is not None:
        return found
    rows = (field for _, field in all_fields(definition.sections) if isinstance(field, RowsField))
    inside = (part for field in rows for part in field.fields if part.code == code)
    asked = (question.ask for question in definition.questions if question.code == code)
    return next(chain(inside, asked), None)


def _one_of(answers: Sequence[str]) -> str:
    if len(answers) == 1:
        return answers[0]
    return str(_("%(some)s or %(last)s", some=str(_(", ")).join(answers[:-1]), last=answers[-1]))


def _value(field: FieldBase | None, value: Scalar, language: Language) -> str:
    if isinstance(field, YesNoField) and isinstance(value, bool):
        return (YES if value else NO).words(language)
    if isinstance(field, ChoiceField | ManyField):
        names = (option.label.words(language) for option in field.options if option.code == value)
        return next(names, str(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        written = figure(value, language)
        unit = field.unit.words(language) if isinstance(field, NumberField) and field.unit else ""
        return f"{written} {unit}".strip()
    return str(value)


def figure(value: Decimal | float, language: Language) -> str:
    """Write a number of the definition; one too large for anybody to read stays as it was typed."""
    return formats.number(value, language, 9) if -TOO_LARGE < value < TOO_LARGE else str(value)
