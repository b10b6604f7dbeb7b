"""The slots of a counter: its opening hours of a day, cut into equal parts. Pure.

A rest of an opening that is shorter than a slot is no slot. Times without service make no slot they touch.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.clock.calendar import Calendar
from portal.clock.zone import VIETNAM, office_day

LEAD = timedelta(minutes=30)
"""A slot is bookable until so long before it begins."""
HORIZON_DAYS = 45
"""So many days ahead a slot may be booked."""
FARTHEST_REMINDER = 30


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Slot:
    """From one instant until another, which does not belong to it."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Slot") -> bool:
        """Whether both share any time."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def slots_of(calendar: Calendar, day: date, minutes: int) -> Iterator[Slot]:
    """The slots of one day, by the office's hours; none on a day off."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    for span in calendar.spans_of(day):
        begins = span.opens
        while begins + minutes <= span.closes:
            yield Slot(
                starts_at=midnight + timedelta(minutes=begins), ends_at=midnight + timedelta(minutes=begins + minutes)
            )
            begins += minutes


def bookable(calendar: Calendar, day: date, minutes: int, *, shut: Sequence[Slot], now: datetime) -> Iterator[Slot]:
    """The slots of the day that are neither too near nor in a time without service."""
    for slot in slots_of(calendar, day, minutes):
        if slot.starts_at >= now + LEAD and not any(slot.meets(one) for one in shut):
            yield slot


def days_ahead(calendar: Calendar, since: date, *, last: date, most: int) -> list[date]:
    """The first working days from `since` on, up to and with `last`."""
    found: list[date] = []
    day = since
    while day <= last and len(found) < most:
        if calendar.is_working_day(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def is_open(calendar: Calendar, slot: Slot, *, shut: Iterable[Slot]) -> bool:
    """Whether the office works during the whole slot."""
    begins = slot.starts_at.astimezone(VIETNAM)
    minute = begins.hour * 60 + begins.minute
    length = int((slot.ends_at - slot.starts_at).total_seconds()) // 60
    spans = calendar.spans_of(begins.date())
    inside = any(span.opens <= minute and minute + length <= span.closes for span in spans)
    return inside and not any(slot.meets(one) for one in shut)


def free_place(taken: Iterable[int], capacity: int) -> int | None:
    """The lowest place of a slot nobody has; None where it is full."""
    held = set(taken)
    return next((place for place in range(1, capacity + 1) if place not in held), None)


def reminder_at(calendar: Calendar, slot: Slot) -> datetime | None:
    """The same time one working day before; None where there is no such day near."""
    begins = slot.starts_at.astimezone(VIETNAM)
    for back in range(1, FARTHEST_REMINDER):
        if calendar.is_working_day(office_day(begins) - timedelta(days=back)):
            return begins - timedelta(days=back)
    return None
