"""Moving open dossiers to the calendar in force, one short transaction each."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.calendars.models import CalendarEdition
from portal.calendars.queries import edition
from portal.catalogue.text import Text
from portal.dossiers.models import Dossier
from portal.dossiers.queries import locked
from portal.dossiers.record import CALENDAR, Happening, history, record
from portal.dossiers.replaying import replayed
from portal.dossiers.telling import tell_filers
from portal.notices.kinds import NoticeKind
from portal.rescheduling.queries import Move, move_of
from portal.workflow.events import EventKind, Param

ALMANAC = "machine:calendar"


def recount(session: Session, dossier_id: UUID, made: CalendarEdition, *, now: datetime) -> Move | None:
    """Count the dossier's dates by this edition, once: an event if anything moves, and an audit row naming both dates.

    The filers are told where the day by law or the promised day becomes another. Does nothing for a dossier that has
    ended or counts by the edition already.
    """
    dossier = locked(session, dossier_id)
    if dossier is None:
        return None
    new = edition(made.content_hash)
    events = history(session, dossier.id)
    move = move_of(dossier, replayed(dossier, events), events, new, now=now)
    if move is None:
        return None
    params: dict[str, Param] = {CALENDAR: new.content_hash, "edition": made.number, **_moved(move)}
    record(session, dossier, [Happening(kind=EventKind.DUE_CHANGED, params=params)], actor=ALMANAC, now=now)
    before, after = _sides(move)
    audit.record(
        session,
        "calendars.move_dossier",
        f"dossier:{dossier.code}",
        by=made.made_by,
        now=now,
        before=before,
        after={**after, "edition": made.number, "because": _iso(move.because)},
    )
    if move.moves_promise:
        _tell(session, dossier, move, now=now)
    return move


def _moved(move: Move) -> dict[str, Param]:
    """What the event says: each date that moved (`statutory_from`, `statutory_to`, …), and the day that caused it."""
    found: dict[str, Param] = {}
    for shift in move.shifts:
        found |= {f"{shift.name}_from": _iso(shift.old), f"{shift.name}_to": _iso(shift.new)}
    if move.because is not None:
        found["because"] = _iso(move.because)
    return found


def _sides(move: Move) -> tuple[dict[str, object], dict[str, object]]:
    """What moved, before and after, both asked at this moment: instants as ISO texts, in UTC, and steps by name."""
    before: dict[str, object] = {f"{shift.name}_due_at": _iso(shift.old) for shift in move.shifts}
    after: dict[str, object] = {f"{shift.name}_due_at": _iso(shift.new) for shift in move.shifts}
    if move.steps:
        before["steps"] = [{"step": _in_all(step.name), "due_at": _iso(step.old)} for step in move.steps]
        after["steps"] = [{"step": _in_all(step.name), "due_at": _iso(step.new)} for step in move.steps]
    if move.was_provisional != move.is_provisional:
        before["due_is_provisional"], after["due_is_provisional"] = move.was_provisional, move.is_provisional
    if move.is_paused and (move.shifts or move.steps):
        before["as_if_answered_now"] = after["as_if_answered_now"] = True
    return before, after


def _tell(session: Session, dossier: Dossier, move: Move, *, now: datetime) -> None:
    """One notice: the date the receipt promised if that moves, else the one by law; from when to when, and why."""
    shift = next(one for one in reversed(move.shifts) if one.name != "acceptance" and one.days)
    said = {
        "moved_from": _iso(shift.old),
        "moved_to": _iso(shift.new),
        "because": _iso(move.because),
        "is_paused": move.is_paused,
    }
    tell_filers(session, dossier, NoticeKind.CALENDAR_MOVED, now=now, params=said)


def _in_all(name: Text) -> dict[str, str]:
    return {"vi": name.vi, "en": name.en, "zh": name.zh}


def _iso(value: date | datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat() if value else None
