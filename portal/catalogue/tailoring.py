"""What applies to one reader: documents, fees, limit and office that follow from a few answers, before any form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from portal.catalogue.answers import Answers, facts_of, read, visible
from portal.catalogue.charges import fees_for, total_vnd
from portal.catalogue.check_conditions import scope_in_case
from portal.catalogue.conditions import CASE, Condition, comparisons, holds, is_empty
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
        if _roots(condition) & self.open:
            return "open"
        return "applies" if holds(condition, facts_of(self.case, self.answers)) else "left_out"


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
    fees = fees_for(definition, case.code, answers)
    bases = {fee.base for fee in definition.fees if isinstance(fee, BracketFee | RateFee)}
    fees_hang_on = {root for fee in definition.fees for root in _roots(fee.when)} | bases
    limits_hang_on = {root for rule in definition.limits for root in _roots(rule.when)}
    agencies_hang_on = {root for rule in definition.competence for root in _roots(rule.when)}
    return Tailored(
        questions=questions,
        shown=asked,
        answers=answers,
        typed=mine,
        open=waiting,
        fee_vnd=None if fees_hang_on & waiting else total_vnd(fees),
        limit=None if limits_hang_on & waiting else limit_for(definition, case.code, answers).limit,
        agency=None if agencies_hang_on & waiting else agency_for(definition, case.code, answers),
        case=case.code,
    )


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


def _roots(condition: Condition | None) -> set[str]:
    return {comparison.field.partition(".")[0] for comparison in comparisons(condition)} - {CASE}
