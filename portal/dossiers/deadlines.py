"""The dates of a dossier, asked of the clock: one place that knows what to ask.

Dates with an open pause are what they would be if the answer came at the moment of the last event; pages that
show them ask again with their own `now` (`explained`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.clock.due import Due, Extension, acceptance_due, clock_starts_at, due, step_due
from portal.clock.limit import Limit
from portal.clock.stopwatch import Pause
from portal.dossiers.models import Dossier
from portal.dossiers.terms import Terms
from portal.foundation.packaged import office_calendar
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
    acceptance = acceptance_of(projected, now=projected.last_at)
    if projected.accepted_at is None:
        return Dates(
            acceptance_due_at=acceptance.due_at,
            statutory_due_at=None,
            promised_due_at=None,
            is_provisional=acceptance.provisional,
        )
    terms = Terms.from_json(dossier.terms)
    statutory = statutory_of(projected, terms, now=projected.last_at)
    promised = promised_of(projected, terms, now=projected.last_at)
    return Dates(
        acceptance_due_at=acceptance.due_at,
        statutory_due_at=statutory.due_at,
        promised_due_at=promised.due_at,
        is_provisional=statutory.provisional or promised.provisional,
    )


def acceptance_of(projected: Projection, *, now: datetime) -> Due:
    """When the office must have accepted or refused: eight working hours from filing (decision 2)."""
    if projected.filed_at is None:
        raise ValueError("a dossier that was never filed has no dates")
    waits = _pauses(pause for pause in projected.pauses if pause.before_intake)
    return acceptance_due(projected.filed_at, office_calendar(), pauses=waits, now=now)


def statutory_of(projected: Projection, terms: Terms, *, now: datetime) -> Due:
    """The date by law; it moves only with pauses and the calendar (decision 5)."""
    return _due(projected, terms, terms.statutory, now=now, extensions=())


def promised_of(projected: Projection, terms: Terms, *, now: datetime) -> Due:
    """The date on the receipt; it moves likewise, and once by a letter of apology (Form 04)."""
    extensions: tuple[Extension, ...] = ()
    if projected.extended_to is not None:
        extensions = (Extension(decided_at=projected.last_at, until=projected.extended_to),)
    return _due(projected, terms, terms.promised, now=now, extensions=extensions)


def of_step(projected: Projection, *, node: Node, first_entered_at: datetime, now: datetime) -> datetime:
    """When this step must be done: its own working minutes from its first entry, the filer's time added back."""
    found = step_due(
        entered_at=first_entered_at,
        minutes=node.minutes,
        calendar=office_calendar(),
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
    return due(
        received_at=clock_starts_at(limit, filed_at=projected.filed_at, accepted_at=projected.accepted_at),
        limit=limit,
        calendar=office_calendar(),
        pauses=after_intake(projected),
        policy=terms.policy,
        now=now,
        extensions=extensions,
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
