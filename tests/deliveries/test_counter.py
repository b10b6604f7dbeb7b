"""A time at the counter: booked, moved, given up, missed, void; never twice the same place."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.calendars.queries import in_force
from portal.clock.zone import VIETNAM, office_day
from portal.deliveries import queries
from portal.deliveries.actions import choosing, counter, serving
from portal.deliveries.actions.choosing import Address, Wanted
from portal.deliveries.models import Booking, BookingState, Counter
from portal.dossiers.actions import decision, reopening
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.receiving import Way
from portal.foundation.errors import Forbidden, Invalid, Refused, Stale
from portal.foundation.outbox import Job, OutboxRow, Timer, TimerKind
from portal.letters.printing import PrintingOffice
from portal.notices.models import Notice
from portal.outages import actions as outages
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import CompanyRole, Role, State
from tests.abuse.wholeness import assert_whole
from tests.deliveries.conftest import ISSUED, settle
from tests.factories.world import World

THURSDAY_NINE = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)
HOME = Address(recipient="Nguyễn An", phone="+84912345678", province="20", commune="", street="Số 1 Hùng Vương")


@pytest.fixture
def fetched(world: World, session: Session, dossier: Dossier) -> Dossier:
    """A settled dossier whose filer wants to fetch the result."""
    choosing.choose(session, dossier, Wanted(way=Way.COUNTER), viewer=world.company_viewer, now=ISSUED)
    return dossier


def book(world: World, session: Session, dossier: Dossier, when: datetime = THURSDAY_NINE) -> Booking:
    return counter.book(session, dossier, when, viewer=world.company_viewer, now=ISSUED)


def server_of(world: World, dossier: Dossier) -> Viewer:
    return world.holder(dossier.intake_agency_id, Role.ONE_STOP)


def kinds(session: Session, dossier: Dossier) -> list[EventKind]:
    statement = sa.select(DossierEvent.kind).where(DossierEvent.dossier_id == dossier.id)
    return list(session.scalars(statement.order_by(DossierEvent.version)))


def told(session: Session, dossier: Dossier) -> list[str]:
    return list(
        session.scalars(sa.select(Notice.kind).where(Notice.dossier_id == dossier.id).order_by(Notice.created_at))
    )


def test_a_booked_time_is_recorded_told_and_reminded_of(world: World, session: Session, fetched: Dossier) -> None:
    booking = book(world, session, fetched)

    assert (booking.state, booking.place, booking.agency_id) == (BookingState.BOOKED, 1, fetched.intake_agency_id)
    assert kinds(session, fetched)[-1] is EventKind.SLOT_BOOKED
    assert "slot_booked" in told(session, fetched)
    timer = session.scalars(sa.select(Timer).where(Timer.kind == TimerKind.COUNTER_SLOT)).one()
    assert timer.due_at == THURSDAY_NINE - timedelta(days=1)
    assert_whole(session, fetched.id)


def test_the_reminder_is_sent_once_and_only_of_a_time_that_still_holds(
    world: World, session: Session, fetched: Dossier
) -> None:
    booking = book(world, session, fetched)
    wednesday = THURSDAY_NINE - timedelta(days=1)

    counter.remind(session, booking.id, now=wednesday)
    counter.remind(session, booking.id, now=wednesday)
    assert told(session, fetched).count("slot_reminder") == 1

    counter.cancel(session, fetched, viewer=world.company_viewer, now=wednesday)
    timer = session.scalars(sa.select(Timer).where(Timer.kind == TimerKind.COUNTER_SLOT)).one()
    session.refresh(timer)
    counter.remind(session, booking.id, now=wednesday + timedelta(minutes=1))
    assert timer.cancelled_at == wednesday
    assert told(session, fetched).count("slot_reminder") == 1


def test_booking_again_moves_the_booking_and_frees_the_old_place(
    world: World, session: Session, fetched: Dossier
) -> None:
    first = book(world, session, fetched)
    second = book(world, session, fetched, THURSDAY_NINE + timedelta(hours=1))

    assert first.state is BookingState.MOVED
    assert second.state is BookingState.BOOKED
    assert queries.of_dossier(session, fetched).booking is second
    assert kinds(session, fetched)[-2:] == [EventKind.SLOT_RELEASED, EventKind.SLOT_BOOKED]


@pytest.mark.parametrize(
    "when",
    [
        THURSDAY_NINE + timedelta(minutes=7),
        THURSDAY_NINE.replace(hour=12),
        THURSDAY_NINE + timedelta(days=2),
        THURSDAY_NINE - timedelta(days=5),
        THURSDAY_NINE + timedelta(days=200),
    ],
    ids=["between two slots", "at noon", "on a Saturday", "in the past", "too far ahead"],
)
def test_only_a_slot_of_the_list_can_be_booked(
    world: World, session: Session, fetched: Dossier, when: datetime
) -> None:
    with pytest.raises(Refused, match="no_such_slot"):
        book(world, session, fetched, when)


def test_a_full_slot_is_refused_and_no_longer_offered(
    world: World, session: Session, fetched: Dossier, office: PrintingOffice
) -> None:
    agency = world.agencies[next(k for k, a in world.agencies.items() if a.id == fetched.intake_agency_id)]
    serving.serve(session, agency, slot_minutes=30, capacity=1, version=1, by=fetched.filer_id, now=ISSUED)
    book(world, session, fetched)
    other = settle(world, session, office)
    choosing.choose(session, other, Wanted(way=Way.COUNTER), viewer=world.company_viewer, now=ISSUED)

    with pytest.raises(Refused, match="slot_taken"):
        book(world, session, other)
    offer = queries.free_slots(session, agency.id, since=office_day(THURSDAY_NINE), now=ISSUED)
    assert THURSDAY_NINE not in {slot.starts_at for slot in offer.days[0].slots}
    assert THURSDAY_NINE + timedelta(minutes=30) in {slot.starts_at for slot in offer.days[0].slots}


def test_a_longer_slot_counts_the_bookings_of_the_shorter_ones_it_covers(
    world: World, session: Session, fetched: Dossier, office: PrintingOffice
) -> None:
    agency = world.agencies[next(k for k, a in world.agencies.items() if a.id == fetched.intake_agency_id)]
    serving.serve(session, agency, slot_minutes=15, capacity=1, version=1, by=fetched.filer_id, now=ISSUED)
    book(world, session, fetched, THURSDAY_NINE + timedelta(minutes=15))
    serving.serve(session, agency, slot_minutes=30, capacity=1, version=2, by=fetched.filer_id, now=ISSUED)
    other = settle(world, session, office)
    choosing.choose(session, other, Wanted(way=Way.COUNTER), viewer=world.company_viewer, now=ISSUED)

    with pytest.raises(Refused, match="slot_taken"):
        book(world, session, other)


def test_the_way_a_counter_serves_is_changed_once_per_version(world: World, session: Session) -> None:
    agency = next(agency for agency in world.agencies.values() if agency.is_intake)
    assert world.filer is not None
    serving.serve(session, agency, slot_minutes=20, capacity=2, version=1, by=world.filer.id, now=ISSUED)

    assert session.get_one(Counter, agency.id).version == 2
    with pytest.raises(Stale):
        serving.serve(session, agency, slot_minutes=40, capacity=2, version=1, by=world.filer.id, now=ISSUED)


def test_only_a_result_that_is_ready_and_wished_so_can_be_fetched(
    world: World, session: Session, dossier: Dossier
) -> None:
    with pytest.raises(Refused, match="other_way"):
        book(world, session, dossier)
    unfinished = world.file(seed=9)
    choosing.choose(session, unfinished, Wanted(way=Way.COUNTER), viewer=world.company_viewer, now=ISSUED)
    with pytest.raises(Refused, match="not_ready"):
        book(world, session, unfinished)


def test_somebody_who_only_looks_books_nothing(world: World, session: Session, fetched: Dossier) -> None:
    acting = world.company_viewer.acting_for[0]
    reader = replace(world.company_viewer, acting_for=(replace(acting, role=CompanyRole.VIEWER),))

    with pytest.raises(Forbidden):
        counter.book(session, fetched, THURSDAY_NINE, viewer=reader, now=ISSUED)
    with pytest.raises(Forbidden):
        choosing.choose(session, fetched, Wanted(way=Way.ONLINE), viewer=reader, now=ISSUED)


def test_choosing_another_way_gives_the_time_up(world: World, session: Session, fetched: Dossier) -> None:
    booking = book(world, session, fetched)

    choosing.choose(session, fetched, Wanted(way=Way.ONLINE), viewer=world.company_viewer, now=ISSUED)

    assert booking.state is BookingState.CANCELLED
    assert kinds(session, fetched)[-2:] == [EventKind.SLOT_RELEASED, EventKind.DELIVERY_CHOSEN]


def test_an_address_goes_with_the_post_and_with_nothing_else(world: World, session: Session, dossier: Dossier) -> None:
    for wrong in (Wanted(way=Way.POST), Wanted(way=Way.ONLINE, address=HOME)):
        with pytest.raises(Invalid):
            choosing.choose(session, dossier, wrong, viewer=world.company_viewer, now=ISSUED)


def test_whoever_came_gets_the_result_and_the_booking_ends_with_it(
    world: World, session: Session, fetched: Dossier
) -> None:
    booking, viewer = book(world, session, fetched), server_of(world, fetched)

    counter.note_came(session, fetched, booking, viewer=viewer, now=THURSDAY_NINE)
    counter.hand_over(session, fetched, viewer=viewer, now=THURSDAY_NINE + timedelta(minutes=5))

    assert (booking.state, fetched.state) == (BookingState.HANDED_OVER, State.RETURNED)
    last = session.scalars(sa.select(DossierEvent).order_by(DossierEvent.version.desc()).limit(1)).one()
    assert (last.kind, last.params["how"]) == (EventKind.RETURNED, "counter")
    with pytest.raises(Refused, match="marked_already"):
        counter.note_absent(session, fetched, booking, viewer=viewer, now=THURSDAY_NINE + timedelta(hours=1))


def test_handing_over_on_the_dossiers_own_page_shows_in_the_day(
    world: World, session: Session, fetched: Dossier
) -> None:
    book(world, session, fetched)
    decision.hand_over(session, fetched, viewer=server_of(world, fetched), now=THURSDAY_NINE)

    shown = queries.of_the_day(session, server_of(world, fetched), office_day(THURSDAY_NINE))
    assert [one.shown_state for one in shown] == [BookingState.HANDED_OVER]


def test_nobody_has_missed_a_time_that_is_not_over(world: World, session: Session, fetched: Dossier) -> None:
    booking, viewer = book(world, session, fetched), server_of(world, fetched)

    with pytest.raises(Refused, match="not_over_yet"):
        counter.note_absent(session, fetched, booking, viewer=viewer, now=booking.ends_at - timedelta(minutes=1))
    counter.note_absent(session, fetched, booking, viewer=viewer, now=booking.ends_at)

    assert booking.state is BookingState.NO_SHOW
    assert "slot_missed" in told(session, fetched)
    assert queries.of_dossier(session, fetched).may_book


def test_only_the_counter_where_it_is_booked_marks_it(world: World, session: Session, fetched: Dossier) -> None:
    booking = book(world, session, fetched)
    here = server_of(world, fetched)
    other = next(agency for agency in world.agencies.values() if agency.id != fetched.intake_agency_id)
    elsewhere = replace(here, posts=(replace(here.posts[0], agency_id=other.id),))

    with pytest.raises(Forbidden):
        counter.note_came(session, fetched, booking, viewer=elsewhere, now=THURSDAY_NINE)
    assert queries.of_the_day(session, elsewhere, office_day(THURSDAY_NINE)) == []


def test_an_announced_outage_voids_the_booking_and_asks_for_another_time(
    world: World, session: Session, fetched: Dossier
) -> None:
    booking = book(world, session, fetched)
    assert not counter.void_if_shut(session, booking.id, now=ISSUED)
    outage = outages.Announcement(
        starts_at=THURSDAY_NINE - timedelta(hours=1),
        ends_at=THURSDAY_NINE + timedelta(minutes=1),
        shown_from=ISSUED,
        words={"vi": "Bảo trì"},
    )
    outages.announce(session, outage, by=fetched.filer_id, now=ISSUED)
    wanted = sa.select(OutboxRow).where(OutboxRow.kind == Job.RECHECK_BOOKINGS.value)
    assert session.scalars(wanted).first() is not None

    assert counter.void_if_shut(session, booking.id, now=ISSUED)
    assert not counter.void_if_shut(session, booking.id, now=ISSUED)

    assert booking.state is BookingState.VOID
    assert told(session, fetched).count("slot_void") == 1
    offer = queries.free_slots(session, booking.agency_id, since=office_day(THURSDAY_NINE), now=ISSUED)
    assert THURSDAY_NINE not in {slot.starts_at for slot in offer.days[0].slots}
    assert queries.of_dossier(session, fetched).may_book


def test_a_result_that_is_taken_back_voids_the_booking(world: World, session: Session, fetched: Dossier) -> None:
    booking = book(world, session, fetched)
    leader = world.holder(fetched.agency_id, Role.LEADER)
    to = reopening.ways_back(fetched)[-1]
    reopening.reopen(session, fetched, to, reason="Sai tên", legal_ground="", viewer=leader, now=ISSUED)

    assert counter.void_if_shut(session, booking.id, now=ISSUED)
    assert "slot_void" not in told(session, fetched)
    assert_whole(session, fetched.id)


def test_free_slots_follow_the_calendar_and_are_listed_page_by_page(
    world: World, session: Session, fetched: Dossier
) -> None:
    agency, first = fetched.intake_agency_id, office_day(ISSUED)
    calendar = in_force(session).hours_of(agency)
    seen: list[date] = []
    since: date | None = first
    while since is not None:
        offer = queries.free_slots(session, agency, since=since, now=ISSUED)
        seen += [day.day for day in offer.days]
        since = offer.next_from

    assert seen == sorted(set(seen))
    assert all(calendar.is_working_day(day) for day in seen)
    assert len(seen) > queries.DAYS_SHOWN
    assert not queries.free_slots(session, agency, since=first + timedelta(days=400), now=ISSUED).days
