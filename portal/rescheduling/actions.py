"""Moving open dossiers to the calendar in force, one short transaction each."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.calendars.models import CalendarEdition
from portal.calendars.queries import edition
from portal.dossiers.models import Dossier
from portal.dossiers.queries import locked
from portal.dossiers.record import CALENDAR, Happening, history, record
from portal.dossiers.replaying import replayed
from portal.rescheduling.queries import Move, move_of
from portal.workflow.events import EventKind

ALMANAC = "machine:calendar"


def recount(session: Session, dossier_id: UUID, made: CalendarEdition, *, now: datetime) -> Move | None:
    """Count the dossier's dates by this edition, once: an event if anything moves, and an audit row naming both dates.

    Does nothing for a dossier that has ended or counts by it already.
    """
    dossier = locked(session, dossier_id)
    if dossier is None:
        return None
    new = edition(made.content_hash)
    events = history(session, dossier.id)
    move = move_of(dossier, replayed(dossier, events), events, new, now=now)
    if move is None:
        return None
    before = _dates(dossier)
    record(
        session,
        dossier,
        [Happening(kind=EventKind.DUE_CHANGED, params={CALENDAR: new.content_hash, "edition": made.number})],
        actor=ALMANAC,
        now=now,
    )
    audit.record(
        session,
        "calendars.move_dossier",
        f"dossier:{dossier.code}",
        by=made.made_by,
        now=now,
        before=before,
        after={**_dates(dossier), "edition": made.number},
    )
    return move


def _dates(dossier: Dossier) -> dict[str, object]:
    """The dates as an audit row keeps them: instants as ISO texts, in UTC."""
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in (
            ("acceptance_due_at", dossier.acceptance_due_at),
            ("statutory_due_at", dossier.statutory_due_at),
            ("promised_due_at", dossier.promised_due_at),
            ("due_is_provisional", dossier.due_is_provisional),
        )
    }
