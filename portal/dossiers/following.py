"""A dossier as those outside the office follow it: state, holder, dates, the clock's reasons, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from portal.catalogue.definition import Definition
from portal.clock import words
from portal.clock.due import Due
from portal.clock.explain import Kind, Line
from portal.clock.split import Share, split
from portal.clock.stopwatch import Pause
from portal.dossiers import deadlines, narrative
from portal.dossiers.models import Dossier
from portal.dossiers.replaying import definition_at
from portal.dossiers.terms import Terms
from portal.foundation.formats import Language
from portal.workflow.events import Event, EventKind
from portal.workflow.lifecycle import CLOCK_STOPPED, ENDED, State
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

    `statutory` and `promised` are worked out as of the moment of the page, so an open pause moves them.
    """

    acceptance: Due
    statutory: Due | None
    promised: Due | None
    is_stopped: bool
    is_overdue: bool

    @property
    def ledger(self) -> tuple[Line, ...]:
        """The lines behind the date that counts now, then the new promise of Form 04, which does not move it."""
        promised = () if self.promised is None else self.promised.lines
        extended = tuple(line for line in promised if line.kind is Kind.EXTENSION)
        return (self.statutory or self.acceptance).lines + extended


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the timeline. `text` are the words written for the filer with it."""

    version: int
    title: str
    at: datetime
    text: str
    kind: str


def clock_of(dossier: Dossier, projected: Projection, *, now: datetime) -> Clock:
    """Ask the clock, as of `now`; of an ended dossier, as of its end."""
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
        is_overdue=statutory.due_at < now and dossier.state not in ENDED,
    )


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
                name=_name(names, step.agency or projected.agency_id, language),
                doing=step_name(definition, step.node, language),
                since=step.opened_at,
            )
            for step in projected.open_steps
        )
    agency = projected.agency_id if projected.accepted else str(dossier.intake_agency_id)
    return (Holder(name=_name(names, agency, language), doing="", since=projected.accepted_at or dossier.filed_at),)


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


def timeline(
    events: Sequence[Event],
    texts: Mapping[tuple[int, str], str],
    definition: Definition,
    names: Names,
    language: Language,
    *,
    counter_names: Mapping[int, str] = MappingProxyType({}),
) -> tuple[Happened, ...]:
    """What happened, newest first, in the filer's words; what concerns only the office is left out.

    `counter_names` says, by event, which officer did it at the counter for whom.
    """
    told = [event for event in events if not narrative.EVENTS[event.kind].is_inside]
    lines = (
        _happened(event, texts, definition_at(definition, events, event.version), names, language)
        for event in reversed(told)
    )
    return tuple(
        replace(
            line,
            title=narrative.counter_title(EventKind(line.kind), language) or line.title,
            text="\n".join(filter(None, (line.text, counter_names[line.version]))),
        )
        if line.version in counter_names
        else line
        for line in lines
    )


def step_name(definition: Definition, key: str, language: Language) -> str:
    """The step's name in the procedure's own words; `definition` is the one it was, or is, done by."""
    found = next((step for step in definition.steps if step.code == key), None)
    return found.name.words(language) if found else key


def _happened(
    event: Event,
    texts: Mapping[tuple[int, str], str],
    definition: Definition,
    names: Names,
    language: Language,
) -> Happened:
    agency = event.params.get("agency")
    node = narrative.node_of(event.params)
    until = event.params.get("until")
    title = narrative.sentence(
        event.kind,
        language,
        agency=_name(names, agency if isinstance(agency, str) else None, language),
        step=step_name(definition, node, language) if node else "",
        until=until if isinstance(until, str) else "",
    )
    said = [texts.get((event.version, key), "") for key in narrative.EVENTS[event.kind].for_filer]
    said.append(narrative.declared(event, texts, language))
    text = "\n".join(words for words in said if words)
    return Happened(version=event.version, title=title, at=event.at, text=text, kind=event.kind.value)


def _name(names: Names, identifier: str | None, language: Language) -> str:
    found = names.get(identifier or "", {})
    return found.get(language) or found.get("vi", "")
