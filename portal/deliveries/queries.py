"""Reading: what a dossier's filer chose, free slots, the day of a counter, what is to be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Agency, Party, Person
from portal.accounts.viewer import Viewer
from portal.calendars.queries import in_force
from portal.catalogue.queries import definition_of
from portal.clock.zone import VIETNAM, office_day
from portal.deliveries.models import SERVED, STANDING, Booking, BookingState, Counter, Posting, PostingState
from portal.deliveries.slots import HORIZON_DAYS, Slot, bookable, days_ahead, free_place
from portal.dossiers.models import Dossier, Draft, ResultWish
from portal.dossiers.receiving import Way, default, offered
from portal.outages.queries import touching
from portal.payments.queries import owed_vnd
from portal.workflow.lifecycle import OPEN, UNFILED, Role, State

DAYS_SHOWN = 5
MOST_LISTED = 50
COUNTER_ROLES = frozenset({Role.ONE_STOP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """How a result is to come, and how far that is. `wish` is None where nobody has chosen."""

    ways: tuple[Way, ...]
    way: Way
    wish: ResultWish | None
    booking: Booking | None = None
    posting: Posting | None = None
    state: State = State.DRAFT

    @property
    def is_on_the_way(self) -> bool:
        return self.posting is not None and self.posting.state is PostingState.ON_THE_WAY

    @property
    def came_back(self) -> bool:
        """The post brought it back, and nobody has chosen anew since."""
        return (
            self.posting is not None
            and self.posting.state is PostingState.CAME_BACK
            and self.posting.ended_at is not None
            and (self.wish is None or self.wish.chosen_at <= self.posting.ended_at)
        )

    @property
    def may_change(self) -> bool:
        """The way may be chosen as long as the result is not issued, or still lies at the office."""
        return (self.state in OPEN or self.state in UNFILED or self.state is State.SETTLED) and not self.is_on_the_way

    @property
    def may_book(self) -> bool:
        """A time at the counter may be booked."""
        has_come = self.booking is not None and self.booking.state is BookingState.CAME
        return self.way is Way.COUNTER and self.state is State.SETTLED and not self.is_on_the_way and not has_come


def of_draft(session: Session, draft: Draft) -> Receiving:
    """What the draft's filer chose."""
    ways = offered(definition_of(draft.procedure).results)
    wish = session.get(ResultWish, draft.client_key)
    return Receiving(
        ways=ways, way=wish.way if wish else default(ways, at_counter=draft.walk_in_id is not None), wish=wish
    )


def of_dossier(session: Session, dossier: Dossier) -> Receiving:
    """What the dossier's filer chose, the standing booking, the last time the post had the result; one statement."""
    last = (
        sa.select(Posting.id)
        .where(Posting.dossier_id == dossier.id)
        .order_by(Posting.posted_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = session.execute(
        sa.select(ResultWish, Booking, Posting)
        .select_from(sa.select(sa.literal(1).label("one")).subquery())
        .outerjoin(ResultWish, ResultWish.client_key == dossier.client_key)
        .outerjoin(Booking, sa.and_(Booking.dossier_id == dossier.id, Booking.state.in_(STANDING)))
        .outerjoin(Posting, Posting.id == last)
        .options(joinedload(Booking.agency))
        .execution_options(populate_existing=True)
    ).one()
    wish, booking, posting = row
    ways = offered(definition_of(dossier.procedure).results)
    return Receiving(
        ways=ways,
        way=wish.way if wish else default(ways, at_counter=dossier.walk_in_id is not None),
        wish=wish,
        booking=booking,
        posting=posting,
        state=dossier.state,
    )


def counter_of(session: Session, agency_id: UUID) -> Counter:
    """How the counter serves; the usual way where its office has decided nothing (not kept then)."""
    found = session.get(Counter, agency_id)
    return found or Counter(agency_id=agency_id, slot_minutes=30, capacity=3, version=1)


def shut_times(session: Session, *, since: datetime, until: datetime) -> list[Slot]:
    """The announced times without service within a stretch."""
    return [Slot(starts_at=one.starts_at, ends_at=one.ends_at) for one in touching(session, since=since, until=until)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A working day of a counter with its free slots."""

    day: date
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Some working days, and the day from which the next page goes on; None after the last."""

    days: tuple[Day, ...]
    next_from: date | None


def free_slots(session: Session, agency_id: UUID, *, since: date, now: datetime, most: int = DAYS_SHOWN) -> Offer:
    """The free slots of the next working days from `since` on; three statements."""
    today = office_day(now)
    last = today + timedelta(days=HORIZON_DAYS)
    since = max(since, today)
    counter, calendar = counter_of(session, agency_id), in_force(session).hours_of(agency_id)
    days = days_ahead(calendar, since, last=last, most=most + 1)
    shown, rest = days[:most], days[most:]
    if not shown:
        return Offer(days=(), next_from=None)
    begins, ends = _midnight(shown[0]), _midnight(shown[-1] + timedelta(days=1))
    shut = shut_times(session, since=begins, until=ends)
    taken = taken_places(session, agency_id, since=begins, until=ends)
    found = tuple(
        Day(
            day=day,
            slots=tuple(
                slot
                for slot in bookable(calendar, day, counter.slot_minutes, shut=shut, now=now)
                if free_place((place for other, place in taken if other.meets(slot)), counter.capacity) is not None
            ),
        )
        for day in shown
    )
    return Offer(days=found, next_from=rest[0] if rest else None)


def taken_places(
    session: Session, agency_id: UUID, *, since: datetime, until: datetime, without: UUID | None = None
) -> list[tuple[Slot, int]]:
    """The places taken within a stretch; those of the dossier `without` count as free."""
    rows = session.execute(
        sa.select(Booking.starts_at, Booking.ends_at, Booking.place, Booking.dossier_id).where(
            Booking.agency_id == agency_id,
            Booking.state.in_(SERVED),
            Booking.starts_at < until,
            Booking.ends_at > since,
        )
    )
    return [
        (Slot(starts_at=row.starts_at, ends_at=row.ends_at), row.place) for row in rows if row.dossier_id != without
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A booking as the counter reads it; `owed_vnd` is what is still to be paid for the dossier."""

    booking: Booking
    code: str
    subject: str
    party: str
    phone: str | None
    state: State
    owed_vnd: int

    @property
    def shown_state(self) -> BookingState:
        """Handed over on the dossier's own page counts too."""
        is_done = self.state is State.RETURNED and self.booking.state in STANDING
        return BookingState.HANDED_OVER if is_done else self.booking.state


def offices_of(viewer: Viewer) -> list[UUID]:
    """The offices at whose counters the viewer serves."""
    return list(dict.fromkeys(post.agency_id for post in viewer.posts if post.role in COUNTER_ROLES))


def of_the_day(session: Session, viewer: Viewer, day: date) -> list[Appointment]:
    """Who has booked at the viewer's counters on a day, in the order of time; a moved or cancelled one is left out."""
    shown = (*SERVED, BookingState.NO_SHOW)
    rows = session.execute(
        sa.select(Booking, Dossier.code, Dossier.subject, Party.name, Person.phone, Dossier.state, owed_vnd(Dossier.id))
        .join(Dossier, Dossier.id == Booking.dossier_id)
        .join(Party, Party.id == Dossier.party_id)
        .join(Person, Person.id == Booking.booked_by)
        .where(
            Booking.agency_id.in_(offices_of(viewer)),
            Booking.starts_at >= _midnight(day),
            Booking.starts_at < _midnight(day + timedelta(days=1)),
            Booking.state.in_(shown),
        )
        .options(joinedload(Booking.agency))
        .order_by(Booking.starts_at, Booking.place, Booking.id)
    )
    return [
        Appointment(booking=booking, code=code, subject=subject, party=party, phone=phone, state=state, owed_vnd=owed)
        for booking, code, subject, party, phone, state, owed in rows
    ]


def booking_of(session: Session, booking_id: UUID) -> tuple[Booking, str] | None:
    """A booking and the code of its dossier."""
    row = session.execute(
        sa.select(Booking, Dossier.code)
        .join(Dossier, Dossier.id == Booking.dossier_id)
        .where(Booking.id == booking_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A result that goes by post: where to, the last time it was handed to the post, and what is still owed."""

    dossier: Dossier
    party: str
    wish: ResultWish | None
    posting: Posting | None
    owed_vnd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What is to be sent, what is under way, what came back and waits for the filer."""

    to_send: tuple[Mail, ...]
    on_the_way: tuple[Mail, ...]
    came_back: tuple[Mail, ...]
    next_after: str


def outgoing(session: Session, viewer: Viewer, *, after: str = "") -> Outgoing:
    """The results of the viewer's counters that go by post, by code of the dossier from `after` on."""
    newest = (
        sa.select(Posting.id)
        .where(Posting.dossier_id == Dossier.id)
        .order_by(Posting.posted_at.desc())
        .limit(1)
        .correlate(Dossier)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Dossier, Party.name, ResultWish, Posting, owed_vnd(Dossier.id))
        .join(Party, Party.id == Dossier.party_id)
        .outerjoin(ResultWish, ResultWish.client_key == Dossier.client_key)
        .outerjoin(Posting, Posting.id == newest)
        .where(
            Dossier.intake_agency_id.in_(offices_of(viewer)),
            Dossier.state == State.SETTLED,
            Dossier.code > after,
            sa.or_(ResultWish.way == Way.POST, Posting.state == PostingState.ON_THE_WAY),
        )
        .order_by(Dossier.code)
        .limit(MOST_LISTED + 1)
    ).all()
    found = [
        Mail(dossier=dossier, party=party, wish=wish, posting=posting, owed_vnd=owed)
        for dossier, party, wish, posting, owed in rows
    ]
    shown = found[:MOST_LISTED]
    return Outgoing(
        to_send=tuple(one for one in shown if _place_of(one) == "to_send"),
        on_the_way=tuple(one for one in shown if _place_of(one) == "on_the_way"),
        came_back=tuple(one for one in shown if _place_of(one) == "came_back"),
        next_after=shown[-1].dossier.code if len(found) > MOST_LISTED else "",
    )


def _place_of(mail: Mail) -> str:
    if mail.posting is None or mail.wish is None:
        return "to_send" if mail.posting is None else mail.posting.state.value
    if mail.posting.state is PostingState.CAME_BACK and mail.posting.ended_at is not None:
        return "to_send" if mail.wish.chosen_at > mail.posting.ended_at else "came_back"
    return mail.posting.state.value


def standing_ahead(session: Session, *, now: datetime) -> Sequence[UUID]:
    """The bookings that are still to come."""
    return session.scalars(
        sa.select(Booking.id)
        .where(Booking.state == BookingState.BOOKED, Booking.starts_at > now)
        .order_by(Booking.starts_at, Booking.id)
    ).all()


def one_stop_offices(session: Session) -> Mapping[str, Agency]:
    """The offices with a counter, by key."""
    rows = session.scalars(sa.select(Agency).where(Agency.is_intake, Agency.closed_at.is_(None)).order_by(Agency.key))
    return {one.key: one for one in rows}


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
