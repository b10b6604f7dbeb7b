"""The dates of a dossier, asked of the clock: one place that knows what to ask.

Dates with an open pause are what they would be if the answer came at the moment of the last event; pages that
show them ask again with their own `now`. Every date is counted by the calendar the history names and by the
opening hours of the agency whose time it is, so the same history always gives the same dates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.calendars.queries import edition
from portal.clock.calendar import Calendar
from portal.clock.due import (
    ACCEPTANCE_SOURCE,
    Due,
    Extension,
    Reopening,
    acceptance_due,
    clock_starts_at,
    due,
    step_due,
)
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Pause
from portal.dossiers.models import Dossier
from portal.dossiers.terms import Terms
from portal.workflow.graph import Node
from portal.workflow.projection import Interval, Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The instants kept on the dossier's row."""

    acceptance_due_at: datetime
    statutory_due_at: datetime | None
    promised_due_at: datetime | None
    is_provisional: bool


def of(dossier: Dossier, projected: Projection) -> Dates:
    """The dates that follow from the history and the dossier's terms."""
    terms = Terms.from_json(dossier.terms)
    acceptance = acceptance_of(projected, terms, now=projected.last_at, office=dossier.intake_agency_id)
    if projected.accepted_at is None:
        return Dates(
            acceptance_due_at=acceptance.due_at,
            statutory_due_at=None,
            promised_due_at=None,
            is_provisional=acceptance.provisional,
        )
    statutory = statutory_of(projected, terms, now=projected.last_at)
    promised = promised_of(projected, terms, now=projected.last_at)
    return Dates(
        acceptance_due_at=acceptance.due_at,
        statutory_due_at=statutory.due_at,
        promised_due_at=promised.due_at,
        is_provisional=statutory.provisional or promised.provisional,
    )


def calendar_of(projected: Projection, agency: UUID | str | None = None) -> Calendar:
    """The calendar this dossier is counted by, with the hours of an agency, by default of the competent one."""
    return edition(projected.calendar).hours_of(agency or projected.agency_id)


def acceptance_of(projected: Projection, terms: Terms, *, now: datetime, office: UUID | None = None) -> Due:
    """When the intake `office` must have accepted or refused: eight working hours from filing (decision 2).

    Inside a limit in working hours acceptance is the first step, and has that step's time.
    """
    filed_at = projected.filed_at or projected.last_at  # not filed yet: as if it were filed now
    waits = _pauses(pause for pause in projected.pauses if pause.before_intake)
    source = terms.statutory.source if terms.statutory.unit is Unit.WORKING_HOUR else ACCEPTANCE_SOURCE
    return acceptance_due(
        filed_at,
        calendar_of(projected, office),
        minutes=terms.acceptance_minutes,
        source=source,
        pauses=waits,
        now=now,
    )


def statutory_of(projected: Projection, terms: Terms, *, now: datetime) -> Due:
    """The date by law; it moves only with pauses and the calendar (decision 5)."""
    return _due(projected, terms, terms.statutory, now=now, extensions=())


def promised_of(projected: Projection, terms: Terms, *, now: datetime) -> Due:
    """The date on the receipt; it moves likewise, and once by a letter of apology (Form 04)."""
    extensions: tuple[Extension, ...] = ()
    if projected.extended_to is not None:
        decided_at = projected.extended_at or projected.last_at
        event = None if projected.extended_by is None else str(projected.extended_by)
        extensions = (Extension(decided_at=decided_at, until=projected.extended_to, event=event),)
    return _due(projected, terms, terms.promised, now=now, extensions=extensions)


def of_step(
    projected: Projection, *, node: Node, agency: str | None, first_entered_at: datetime, now: datetime
) -> datetime:
    """When this step must be done: its own working minutes from its first entry, the filer's time added back."""
    found = step_due(
        entered_at=first_entered_at,
        minutes=node.minutes,
        calendar=calendar_of(projected, agency),
        pauses=after_intake(projected),
        now=now,
    )
    return found.due_at


def after_intake(projected: Projection) -> tuple[Pause, ...]:
    """The pauses that concern the statutory clock."""
    return _pauses(pause for pause in projected.pauses if not pause.before_intake)


def _due(projected: Projection, terms: Terms, limit: Limit, *, now: datetime, extensions: tuple[Extension, ...]) -> Due:
    if projected.filed_at is None or projected.accepted_at is None:
        raise ValueError("the statutory clock starts at acceptance")
    starts_at = clock_starts_at(limit, filed_at=projected.filed_at, accepted_at=projected.accepted_at)
    is_from_filing = limit.unit is Unit.WORKING_HOUR
    return due(
        received_at=starts_at,
        limit=limit,
        calendar=calendar_of(projected),
        pauses=_pauses(projected.pauses) if is_from_filing else after_intake(projected),
        policy=terms.policy,
        now=now,
        extensions=extensions,
        reopenings=[Reopening(at=one.at, event=str(one.event)) for one in projected.reopenings],
    )


def _pauses(intervals: Iterable[Interval]) -> tuple[Pause, ...]:
    return tuple(
        Pause(
            began_at=interval.began_at,
            ended_at=interval.ended_at,
            reason=interval.reason.value,
            legal_ground=interval.ground or "",
            event=str(interval.event),
        )
        for interval in intervals
    )
