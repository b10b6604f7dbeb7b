"""Booking a time at the counter, giving it up, and what the counter does with it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.accounts.viewer import FILING_ROLES, Viewer
from portal.calendars.queries import in_force
from portal.clock.zone import office_day
from portal.deliveries import queries
from portal.deliveries.models import CAPACITY, SLOT_MINUTES, Booking, BookingState, Counter
from portal.deliveries.slots import HORIZON_DAYS, Slot, bookable, free_place, is_open, reminder_at
from portal.dossiers.actions import decision
from portal.dossiers.capacity import require, staff_actor
from portal.dossiers.models import Dossier
from portal.dossiers.policy import capacities
from portal.dossiers.queries import locked
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import tell_filers
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Refused
from portal.foundation.formats import short_instant
from portal.foundation.outbox import TimerKind, cancel_timers, set_timer
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Action, Role, State

CALENDAR = "machine:calendar"


def book(session: Session, dossier: Dossier, starts_at: datetime, *, viewer: Viewer, now: datetime) -> Booking:
    """Book a slot for the dossier (locked); a booking it has moves there.

    Raises Refused where the result is not ready or goes another way, where there is no such slot, or where it has
    just been taken: bookings of one counter follow each other.
    """
    if not FILING_ROLES & capacities(viewer, dossier):
        raise Forbidden("dossier.role_may_not")
    receiving = queries.of_dossier(session, dossier)
    if not receiving.may_book:
        raise Refused("deliveries.not_ready" if dossier.state is not State.SETTLED else "deliveries.other_way")
    office = dossier.intake_agency_id
    counter = locked_counter(session, office)
    slot = _slot(session, counter, starts_at, now=now)
    day = queries.taken_places(session, office, since=slot.starts_at, until=slot.ends_at, without=dossier.id)
    place = free_place((one for _, one in day), counter.capacity)
    if place is None:
        raise Refused("deliveries.slot_taken")
    if receiving.booking is not None:
        release(session, dossier, receiving.booking, BookingState.MOVED, actor=viewer.actor, now=now)
    booking = Booking(
        id=new_id(),
        dossier_id=dossier.id,
        agency_id=office,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        place=place,
        state=BookingState.BOOKED,
        booked_by=viewer.person_id,
        booked_at=now,
    )
    session.add(booking)
    session.flush()
    record(session, dossier, [_told(EventKind.SLOT_BOOKED, booking)], actor=viewer.actor, now=now)
    _set_reminder(session, booking, now=now)
    _tell(session, dossier, NoticeKind.SLOT_BOOKED, booking, now=now)
    return booking


def cancel(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """The filer gives the booked time up."""
    if not FILING_ROLES & capacities(viewer, dossier):
        raise Forbidden("dossier.role_may_not")
    booking = queries.of_dossier(session, dossier).booking
    if booking is None or booking.state is not BookingState.BOOKED:
        raise Refused("deliveries.nothing_booked")
    release(session, dossier, booking, BookingState.CANCELLED, actor=viewer.actor, now=now)


def release(
    session: Session, dossier: Dossier, booking: Booking, state: BookingState, *, actor: str, now: datetime
) -> None:
    """The booking ends before the result is handed over, and its place is free."""
    booking.state, booking.ended_at = state, now
    session.flush()
    cancel_timers(session, dossier_id=booking.id, now=now)
    released = _told(EventKind.SLOT_RELEASED, booking, why=state.value)
    record(session, dossier, [released], actor=actor, now=now)


def note_came(session: Session, dossier: Dossier, booking: Booking, *, viewer: Viewer, now: datetime) -> None:
    """Somebody of the company stands at the counter."""
    _require_server(viewer, booking)
    if booking.state is not BookingState.BOOKED:
        raise Refused("deliveries.marked_already")
    if dossier.state is not State.SETTLED:
        raise Refused("deliveries.not_ready")
    booking.state, booking.came_at = BookingState.CAME, now
    cancel_timers(session, dossier_id=booking.id, now=now)
    session.flush()


def note_absent(session: Session, dossier: Dossier, booking: Booking, *, viewer: Viewer, now: datetime) -> None:
    """Nobody came in the booked time: the filer is told and may book again. Not before the time is over."""
    _require_server(viewer, booking)
    if booking.state is not BookingState.BOOKED:
        raise Refused("deliveries.marked_already")
    if now < booking.ends_at:
        raise Refused("deliveries.not_over_yet")
    release(session, dossier, booking, BookingState.NO_SHOW, actor=staff_actor(viewer, dossier, Role.ONE_STOP), now=now)
    _tell(session, dossier, NoticeKind.SLOT_MISSED, booking, now=now)


def hand_over(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """The one-stop officer hands the result over at the counter, booked or not. Not while the post has it."""
    require(viewer, dossier, Action.DELIVER)
    receiving = queries.of_dossier(session, dossier)
    if receiving.is_on_the_way:
        raise Refused("deliveries.in_the_post")
    decision.hand_over(session, dossier, viewer=viewer, now=now)
    if receiving.booking is not None:
        booking = receiving.booking
        booking.state, booking.ended_at, booking.came_at = BookingState.HANDED_OVER, now, booking.came_at or now
        cancel_timers(session, dossier_id=booking.id, now=now)
        session.flush()


def remind(session: Session, booking_id: UUID, *, now: datetime) -> None:
    """One working day before the booked time: the filer is reminded, once; not of a time that is no more."""
    booking = session.get(Booking, booking_id)
    dossier = locked(session, booking.dossier_id) if booking is not None else None
    if booking is None or dossier is None:
        return
    session.refresh(booking)
    if booking.state is BookingState.BOOKED and dossier.state is State.SETTLED and now < booking.starts_at:
        _tell(session, dossier, NoticeKind.SLOT_REMINDER, booking, now=now)


def void_if_shut(session: Session, booking_id: UUID, *, now: datetime) -> bool:
    """A booking at a time when the office does not work after all, or of a result taken back, ends; its filer is told.

    Returns whether it ended.
    """
    booking = session.get(Booking, booking_id)
    dossier = locked(session, booking.dossier_id) if booking is not None else None
    if booking is None or dossier is None:
        return False
    session.refresh(booking)
    if booking.state is not BookingState.BOOKED or booking.starts_at <= now:
        return False
    slot = Slot(starts_at=booking.starts_at, ends_at=booking.ends_at)
    shut = queries.shut_times(session, since=slot.starts_at, until=slot.ends_at)
    office = session.get_one(Agency, booking.agency_id)
    calendar = in_force(session).hours_of(booking.agency_id)
    works = office.closed_at is None and is_open(calendar, slot, shut=shut)
    if works and dossier.state is State.SETTLED:
        return False
    release(session, dossier, booking, BookingState.VOID, actor=CALENDAR, now=now)
    if dossier.state is State.SETTLED:
        _tell(session, dossier, NoticeKind.SLOT_VOID, booking, now=now)
    return True


def locked_counter(session: Session, agency_id: UUID) -> Counter:
    """The counter's row, made where there is none: bookings of one counter follow each other."""
    made = insert(Counter).values(agency_id=agency_id, slot_minutes=SLOT_MINUTES, capacity=CAPACITY, version=1)
    session.execute(made.on_conflict_do_nothing(index_elements=["agency_id"]))
    return session.scalars(
        sa.select(Counter)
        .where(Counter.agency_id == agency_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _slot(session: Session, counter: Counter, starts_at: datetime, *, now: datetime) -> Slot:
    """The slot that begins then, if it is one that may be booked."""
    day = office_day(starts_at)
    if day > office_day(now) + timedelta(days=HORIZON_DAYS):
        raise Refused("deliveries.no_such_slot")
    calendar = in_force(session).hours_of(counter.agency_id)
    shut = queries.shut_times(session, since=starts_at, until=starts_at + timedelta(minutes=counter.slot_minutes))
    slots = bookable(calendar, day, counter.slot_minutes, shut=shut, now=now)
    found = next((one for one in slots if one.starts_at == starts_at), None)
    if found is None:
        raise Refused("deliveries.no_such_slot")
    return found


def _set_reminder(session: Session, booking: Booking, *, now: datetime) -> None:
    # Under the booking's own id: timers of a dossier are cancelled when it ends, and bookings begin there.
    calendar = in_force(session).hours_of(booking.agency_id)
    due_at = reminder_at(calendar, Slot(starts_at=booking.starts_at, ends_at=booking.ends_at))
    if due_at is not None and due_at > now:
        set_timer(session, TimerKind.COUNTER_SLOT, dossier_id=booking.id, subject_id=booking.id, due_at=due_at)


def _told(kind: EventKind, booking: Booking, **more: str) -> Happening:
    """The event of a booking; `until` is what its sentence says: the moment, in figures."""
    moment = short_instant(booking.starts_at, "vi")
    return Happening(kind=kind, params={"booking": str(booking.id), "until": moment, **more})


def _tell(session: Session, dossier: Dossier, kind: NoticeKind, booking: Booking, *, now: datetime) -> None:
    office = session.get_one(Agency, booking.agency_id)
    said: dict[str, Any] = {
        "slot_at": booking.starts_at.isoformat(),
        "office": dict(office.names),
        "link": f"/dossiers/{dossier.code}/slot",
    }
    tell_filers(session, dossier, kind, now=now, params=said)


def _require_server(viewer: Viewer, booking: Booking) -> None:
    if viewer.post_for(booking.agency_id, Role.ONE_STOP) is None:
        raise Forbidden("dossier.role_may_not")
