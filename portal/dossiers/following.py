"""A dossier as those outside the office follow it: state, holder, dates, the clock's reasons, what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.clock import words
from portal.clock.due import Due
from portal.clock.explain import Kind, Line
from portal.clock.split import Share, split
from portal.clock.stopwatch import Pause
from portal.clock.verdict import is_past
from portal.clock.zone import office_day
from portal.dossiers import deadlines, narrative
from portal.dossiers.models import Dossier
from portal.dossiers.replaying import dates_at
from portal.dossiers.results import called, numbers_in, result_of
from portal.dossiers.terms import Terms
from portal.foundation.formats import Language
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.workflow.events import Event, EventKind
from portal.workflow.lifecycle import CLOCK_STOPPED, ENDED, Outcome, State
from portal.workflow.projection import Projection

Names = Mapping[str, Mapping[str, str]]
"""The names of agencies by id, each by language."""

UNSTATED_GROUNDS = frozenset({"supplement", "payment"})
"""Where a letter cites no article, its event names only the kind of stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has the dossier, what for, since when. `is_filer`: the next move is the filer's."""

    name: str
    doing: str
    since: datetime
    is_filer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The dates with their reasons. Before acceptance only the answer's own limit runs.

    `statutory` and `promised` are worked out as of the moment of the page, so an open pause moves them. `printed_on`
    is the day the receipt (Form 01) names; it stays as it was printed.
    """

    acceptance: Due
    statutory: Due | None
    promised: Due | None
    is_stopped: bool
    is_overdue: bool
    printed_on: date | None = None

    @property
    def ledger(self) -> tuple[Line, ...]:
        """The lines behind the date that counts now, then the new promise of Form 04, which does not move it."""
        promised = () if self.promised is None else self.promised.lines
        extended = tuple(line for line in promised if line.kind is Kind.EXTENSION)
        return (self.statutory or self.acceptance).lines + extended


def clock_of(dossier: Dossier, projected: Projection, *, events: Sequence[Event], now: datetime) -> Clock:
    """Ask the clock, as of `now`; of an ended dossier, as of its end. `events` are its whole history."""
    moment = projected.ended_at or now
    terms = Terms.from_json(dossier.terms)
    acceptance = deadlines.acceptance_of(projected, terms, now=moment, office=dossier.intake_agency_id)
    if projected.accepted_at is None:
        late = dossier.state is State.FILED and now > acceptance.due_at
        is_stopped = dossier.state in CLOCK_STOPPED
        return Clock(acceptance=acceptance, statutory=None, promised=None, is_stopped=is_stopped, is_overdue=late)
    statutory = deadlines.statutory_of(projected, terms, now=moment)
    return Clock(
        acceptance=acceptance,
        statutory=statutory,
        promised=deadlines.promised_of(projected, terms, now=moment),
        is_stopped=projected.open_pause is not None and dossier.state not in ENDED,
        is_overdue=dossier.state not in ENDED and is_past(statutory, now, terms.statutory.unit),
        printed_on=_printed_on(dossier, events),
    )


def _printed_on(dossier: Dossier, events: Sequence[Event]) -> date | None:
    """The promised day as it was known when the dossier was accepted."""
    accepted = next((event.version for event in events if event.kind is EventKind.ACCEPTED), None)
    promised = None if accepted is None else dates_at(dossier, events, accepted).promised_due_at
    return None if promised is None else office_day(promised)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A promise the agency could not keep: the day on the receipt, the one of Form 04, why, and the event of it."""

    printed_on: date
    promised_on: date
    reason: str
    event: int


def moved_promise(clock: Clock, projected: Projection, texts: Mapping[tuple[int, str], str]) -> Moved | None:
    """The promise that was moved, while the result is still awaited; None where the first one stands or it is over."""
    event = projected.extended_by
    if event is None or projected.ended_at is not None or clock.promised is None or clock.printed_on is None:
        return None
    promised_on, reason = office_day(clock.promised.due_at), texts.get((event, "reason"), "")
    return Moved(printed_on=clock.printed_on, promised_on=promised_on, reason=reason, event=event)


def line_words(line: Line, language: Language) -> str:
    """A line of the ledger as a sentence; a stop's reason in the reader's words instead of its name."""
    parameters = dict(line.parameters)
    reason = narrative.PAUSES.get(str(parameters.get("reason", "")))
    if reason is not None:
        parameters["reason"] = reason.words(language)
    if parameters.get("legal_ground") in UNSTATED_GROUNDS:
        del parameters["legal_ground"]
    return words.line(replace(line, parameters=parameters), language)


def turns(projected: Projection, *, now: datetime) -> Share | None:
    """The working time so far, split into the agency's and the filer's, from filing."""
    if projected.filed_at is None:
        return None
    pauses = [
        Pause(began_at=pause.began_at, ended_at=pause.ended_at, reason=pause.reason.value) for pause in projected.pauses
    ]
    until = projected.ended_at or now
    return split(
        received_at=projected.filed_at, until=until, visits=(), pauses=pauses, calendar=deadlines.calendar_of(projected)
    ).whole


def holders(
    dossier: Dossier, projected: Projection, definition: Definition, names: Names, language: Language
) -> tuple[Holder, ...]:
    """Who has it now: the filer, the counter, or the agencies at whose steps it stands; nobody once it has ended."""
    if dossier.state in ENDED:
        return ()
    pause = projected.open_pause
    if pause is not None:
        doing = narrative.PAUSES[pause.reason.value].words(language)
        return (Holder(name="", doing=doing, since=pause.began_at, is_filer=True),)
    if projected.open_steps and projected.accepted:
        return tuple(
            Holder(
                name=agency_name(names, step.agency or projected.agency_id, language),
                doing=step_name(definition, step.node, language),
                since=step.opened_at,
            )
            for step in projected.open_steps
        )
    agency = projected.agency_id if projected.accepted else str(dossier.intake_agency_id)
    return (
        Holder(name=agency_name(names, agency, language), doing="", since=projected.accepted_at or dossier.filed_at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one side wrote to the other; empty words have been erased."""

    version: int
    at: datetime
    words: str
    actor: str
    is_from_office: bool


def messages(events: Sequence[Event], texts: Mapping[tuple[int, str], str]) -> tuple[Message, ...]:
    """The messages between filer and office, oldest first."""
    return tuple(
        Message(
            version=event.version,
            at=event.at,
            words=texts.get((event.version, "message"), ""),
            actor=event.actor or "",
            is_from_office=event.params.get("from") == "office",
        )
        for event in events
        if event.kind is EventKind.MESSAGE_SENT
    )


def step_name(definition: Definition, key: str, language: Language) -> str:
    """The step's name in the procedure's own words; `definition` is the one it was, or is, done by."""
    found = next((step for step in definition.steps if step.code == key), None)
    return found.name.words(language) if found else key


def agency_name(names: Names, identifier: str | None, language: Language) -> str:
    """The agency's name in the reader's language; empty where it is not known."""
    found = names.get(identifier or "", {})
    return found.get(language) or found.get("vi", "")


def letters_by_name(
    letters: Iterable[Letter],
    definition: Definition,
    case: str,
    *,
    answers: Answers | None,
    events: Sequence[Event],
    language: Language,
) -> list[tuple[Letter, str]]:
    """Each letter with its name; a result with its own name and number: "Building permit 25/GPXD"."""
    result, numbers = result_of(definition, case, answers), numbers_in(events)

    def name(letter: Letter) -> str:
        if letter.kind != LetterKind.DECISION or result is None:
            return narrative.LETTERS[LetterKind(letter.kind)].words(language)
        is_granted = letter.outcome == Outcome.GRANTED
        return called(result, numbers.get(str(letter.id), ""), language, granted=is_granted)

    return [(letter, name(letter)) for letter in letters]
