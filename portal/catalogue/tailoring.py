"""What applies to one reader: documents, fees, limit and office that follow from a few answers, before any form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from portal.catalogue.answers import Answers, facts_of, read, visible
from portal.catalogue.charges import fees_for, total_vnd
from portal.catalogue.check_conditions import scope_in_case
from portal.catalogue.conditions import (
    CASE,
    AllOf,
    AnyOf,
    Condition,
    Facts,
    Not,
    comparisons,
    holds,
    is_empty,
)
from portal.catalogue.definition import Case, Definition
from portal.catalogue.fees import BracketFee, RateFee
from portal.catalogue.fields import AnyField, ChoiceField, ManyField, MoneyField, NumberField, YesNoField, all_fields
from portal.catalogue.places import Places
from portal.catalogue.requirements import agency_for, limit_for
from portal.clock.limit import Limit

State = Literal["open", "applies", "left_out"]

ASKABLE = (ChoiceField, ManyField, MoneyField, NumberField, YesNoField)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tailored:
    """What the answers given so far decide. `answers` are canonical; `typed` is what stands in the boxes.

    `fee_vnd` and `limit` are None until nothing they hang on is open any more.
    """

    questions: tuple[AnyField, ...]
    shown: frozenset[str]
    answers: Answers
    typed: Mapping[str, Sequence[str]]
    open: frozenset[str]
    fee_vnd: int | None
    limit: Limit | None
    agency: str | None
    case: str

    @property
    def has_begun(self) -> bool:
        """Whether anything was answered."""
        return bool(self.answers)

    def state(self, condition: Condition | None) -> State:
        """Whether what hangs on the condition applies, is left out, or hangs on an open question."""
        found = _certainty(condition, facts_of(self.case, self.answers), self.open)
        return "open" if found is None else "applies" if found else "left_out"


def tailored(definition: Definition, case: Case, typed: Mapping[str, Sequence[str]], *, places: Places) -> Tailored:
    """Judge the answers to the questions that decide; what cannot be read counts as not answered."""
    questions = deciding_questions(definition, case)
    codes = {question.code for question in questions}
    mine = {name: values for name, values in typed.items() if name.partition(".")[0] in codes}
    answers = read(definition, case.code, mine, places=places).answers
    asked = visible(definition, case.code, answers)
    unanswered = {code for code in codes & asked if is_empty(answers.get(code))}
    elsewhere = {field.code for _, field in all_fields(definition.sections)} - codes
    waiting = frozenset(unanswered | elsewhere)
    facts = facts_of(case.code, answers)

    def certain(condition: Condition | None) -> bool | None:
        return _certainty(condition, facts, waiting)

    fees = [(fee, certain(fee.when)) for fee in definition.fees]
    is_fee_open = any(
        applies is None or (applies and isinstance(fee, BracketFee | RateFee) and fee.base in waiting)
        for fee, applies in fees
    )
    limit = next((applies for rule in definition.limits if (applies := certain(rule.when)) is not False), None)
    agency = next((applies for rule in definition.competence if (applies := certain(rule.when)) is not False), None)
    return Tailored(
        questions=questions,
        shown=asked,
        answers=answers,
        typed=mine,
        open=waiting,
        fee_vnd=None if is_fee_open else total_vnd(fees_for(definition, case.code, answers)),
        limit=limit_for(definition, case.code, answers).limit if limit else None,
        agency=agency_for(definition, case.code, answers) if agency else None,
        case=case.code,
    )


def carried(definition: Definition, case: Case, typed: Mapping[str, Sequence[str]], *, places: Places) -> Answers:
    """What was answered before any account, as a draft begins with it: read, and asked in this case."""
    found = tailored(definition, case, typed, places=places)
    return {code: answer for code, answer in found.answers.items() if code in found.shown and not is_empty(answer)}


def deciding_questions(definition: Definition, case: Case) -> tuple[AnyField, ...]:
    """Return the questions of the form that documents, fees, limits or the office hang on, simple ones only."""
    things = (*definition.documents, *definition.fees, *definition.limits, *definition.competence)
    wanted = {root for thing in things for root in _roots(thing.when)}
    wanted |= {fee.base for fee in definition.fees if isinstance(fee, BracketFee | RateFee)}
    askable = scope_in_case(definition, case)
    everything = {field.code: field for _, field in all_fields(definition.sections)}
    found: set[str] = set()
    edge = list(wanted)
    while edge:
        code = edge.pop()
        field = everything.get(code)
        if code not in found and code in askable and isinstance(field, ASKABLE):
            found.add(code)
            edge += _roots(field.when)
    return tuple(field for code, field in everything.items() if code in found)


def _certainty(condition: Condition | None, facts: Facts, waiting: frozenset[str]) -> bool | None:
    """Whether the condition holds whatever the questions still open are answered; None where that depends on them."""
    match condition:
        case AllOf() | AnyOf():
            decides = isinstance(condition, AnyOf)
            parts = {_certainty(part, facts, waiting) for part in condition.of}
            return decides if decides in parts else None if None in parts else not decides
        case Not():
            inner = _certainty(condition.of, facts, waiting)
            return None if inner is None else not inner
        case _:
            return None if _roots(condition) & waiting else holds(condition, facts)


def _roots(condition: Condition | None) -> set[str]:
    return {comparison.field.partition(".")[0] for comparison in comparisons(condition)} - {CASE}
