"""A draft tried on past dossiers of its procedure: what would be different today.

Whoever looks at it may not read what dossiers contain (decision 19): a dossier is named by its code, with the rule
that differs, never with an answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from portal.catalogue import registers
from portal.catalogue.answers import Answers, facts_of, posted_from, read, without_hidden
from portal.catalogue.completeness import missing
from portal.catalogue.conditions import holds
from portal.catalogue.definition import Definition
from portal.catalogue.leaflet import name_of
from portal.catalogue.limit_words import limit_words
from portal.catalogue.requirements import agency_for, limit_for
from portal.catalogue.wording import Problem
from portal.clock.calendar import Calendar
from portal.clock.due import due
from portal.clock.errors import ClockError
from portal.clock.limit import Limit
from portal.foundation.formats import Language

MOST: Final = 1000
"""Dossiers looked at, the latest first."""
EXAMPLES: Final = 5
"""Dossiers named for each rule."""
RULES: Final = 12
"""Rules named of each kind of difference, those that concern most dossiers first."""


class Difference(StrEnum):
    """What would not be as it was."""

    INCOMPLETE = "incomplete"
    ROUTED = "routed"
    STEPS = "steps"
    LONGER = "longer"


WORDS: Final = {
    Difference.INCOMPLETE: _("would not be complete any more"),
    Difference.ROUTED: _("would be decided by another agency"),
    Difference.STEPS: _("would go through other steps"),
    Difference.LONGER: _("would have a later day by law"),
}
_MISSING_DOCUMENT: Final = _("The document “%(name)s” would be missing")
_TOO_MANY_FILES: Final = _("There would be too many files for “%(name)s”")
_MISSING_ANSWER: Final = _("The question “%(name)s” would have no answer")
_UNFIT_ANSWER: Final = _("The answer to “%(name)s” would no longer be accepted")
_NO_CASE: Final = _("Its case no longer exists")
_FROM_TO: Final = _("%(before)s → %(after)s")
_MORE: Final = _("added: %(names)s")
_LESS: Final = _("left out: %(names)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A dossier as it was filed: its case, its answers, files per document, what was fixed for it then."""

    code: str
    case: str
    answers: Answers
    files: Mapping[str, int]
    filed_at: datetime
    competent: str
    statutory: Limit
    definition: Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule by which dossiers would be treated differently: how many, and the latest of them by their codes."""

    why: str
    count: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of trying: how many dossiers were looked at, how many differ, by which rules, with examples.

    A dossier is counted once in `counts`, and once under every rule that concerns it.
    """

    looked_at: int
    counts: Mapping[Difference, int]
    rules: Mapping[Difference, tuple[Rule, ...]]
    unchanged: int


def tried(draft: Definition, past: list[Past], *, calendar: Calendar, language: Language) -> Trial:
    """Try the draft on these dossiers."""
    codes: dict[Difference, dict[str, list[str]]] = {kind: {} for kind in Difference}
    counts = dict.fromkeys(Difference, 0)
    unchanged = 0
    for dossier in past:
        found = _differences(draft, dossier, calendar, language)
        unchanged += not found
        for kind, reasons in found.items():
            counts[kind] += 1
            for why in dict.fromkeys(reasons):
                codes[kind].setdefault(why, []).append(dossier.code)
    return Trial(
        looked_at=len(past),
        counts=counts,
        rules={kind: tuple(_most_first(by_rule)) for kind, by_rule in codes.items()},
        unchanged=unchanged,
    )


def _most_first(codes: Mapping[str, list[str]]) -> Iterator[Rule]:
    for why, ones in sorted(codes.items(), key=lambda pair: -len(pair[1])):
        yield Rule(why=why, count=len(ones), codes=tuple(ones[:EXAMPLES]))


def _differences(draft: Definition, past: Past, calendar: Calendar, language: Language) -> dict[Difference, list[str]]:
    if draft.case(past.case) is None:
        return {Difference.INCOMPLETE: [str(_NO_CASE)]}
    places = registers.places()
    reading = read(draft, past.case, posted_from(past.definition, past.answers), places=places)
    answers = without_hidden(draft, past.case, reading.answers)
    found: dict[Difference, list[str]] = {}
    problems = (*reading.problems, *missing(draft, past.case, reading.answers, past.files))
    if problems:
        found[Difference.INCOMPLETE] = [_problem_words(one, language) for one in problems]
    competent = agency_for(draft, past.case, answers)
    if competent != past.competent:
        agencies = registers.agencies().by_key
        before, after = (name_of(key, agencies, language) for key in (past.competent, competent))
        found[Difference.ROUTED] = [str(_FROM_TO) % {"before": before, "after": after}]
    if steps := _steps_words(past, draft, answers, language):
        found[Difference.STEPS] = [steps]
    limit = limit_for(draft, past.case, answers, difficult_communes=places.difficult).limit
    if _is_longer(limit, past.statutory, past.filed_at, calendar):
        before, after = (limit_words(one.amount, one.unit) for one in (past.statutory, limit))
        found[Difference.LONGER] = [str(_FROM_TO) % {"before": before, "after": after}]
    return found


def _problem_words(problem: Problem, language: Language) -> str:
    """Which rule is not met; never what was answered."""
    name = {"name": problem.label.words(language) if problem.label else problem.path}
    if problem.kind == "document":
        return str(_MISSING_DOCUMENT if problem.code == "document_missing" else _TOO_MANY_FILES) % name
    is_missing = problem.code in {"answer_missing", "part_missing", "too_few_rows"}
    return str(_MISSING_ANSWER if is_missing else _UNFIT_ANSWER) % name


def _steps_words(past: Past, draft: Definition, answers: Answers, language: Language) -> str:
    before = _steps(past.definition, past.case, past.answers)
    after = _steps(draft, past.case, answers)
    names = {step.code: step.name.words(language) for step in (*past.definition.steps, *draft.steps)}
    added = [names[code] for code in after if code not in before]
    gone = [names[code] for code in before if code not in after]
    said = [
        str(words) % {"names": str(gettext(", ")).join(some)} for words, some in ((_MORE, added), (_LESS, gone)) if some
    ]
    return str(gettext("; ")).join(said)


def _steps(definition: Definition, case: str, answers: Answers) -> list[str]:
    facts = facts_of(case, answers)
    return [step.code for step in definition.steps if holds(step.when, facts)]


def _is_longer(limit: Limit, before: Limit, filed_at: datetime, calendar: Calendar) -> bool:
    """Whether the day by law would be later had the dossier been accepted when it was filed."""
    if (limit.amount, limit.unit, limit.skips_holidays) == (before.amount, before.unit, before.skips_holidays):
        return False
    if limit.unit is before.unit and limit.skips_holidays == before.skips_holidays:
        return limit.amount > before.amount
    try:
        later, earlier = (due(received_at=filed_at, limit=one, calendar=calendar) for one in (limit, before))
    except ClockError:
        return False
    return later.due_at > earlier.due_at
