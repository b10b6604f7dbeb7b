"""The hands of the clock: how each unit counts on, waits and is extended. One hand is one running limit."""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from portal.clock import explain
from portal.clock.almanac import LAST_YEAR
from portal.clock.calendar import Calendar
from portal.clock.errors import ClockError, Refusal
from portal.clock.explain import Line
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Stretch

_MONTHS = 12


class Hand(Protocol):
    """A limit as it runs. Happenings are told in the order of time; `due_at` answers at any moment between.

    `skips_its_first_day`: day 0 is left out of the count. `floor`: the ordinal of the promised day given by an
    extension, below which the due day never falls (0 without one).
    """

    floor: int
    skips_its_first_day: bool

    def due_at(self) -> datetime:
        """The due date as things stand."""

    def pause(self, stop: Stretch) -> tuple[int, int]:
        """Take a pause that began in time; answers how many days and working minutes fell out of the count."""

    def extend_to(self, ordinal: int) -> None:
        """Let the limit run on until the day (an ordinal; 0 is none)."""

    def skipped(self, after: int, until: int, pauses: Iterable[Stretch]) -> list[Line]:
        """The lines on days that this unit does not count."""

    def before_moving(self) -> tuple[int, datetime | None]:
        """The due day before it moved to a working day, and the end of the pause that alone holds it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Which days count: the n-th that does after a day, how many do in between, and the lines on those that do not."""

    nth: Callable[[int, int], int]
    between: Callable[[int, int], int]
    lines: Callable[[Calendar, int, int, Iterable[Stretch]], list[Line]]


class DayHand:
    """Working days, calendar days, and calendar days without holidays: count day by day, end at close of business."""

    __slots__ = (
        "_calendar",
        "_cursor",
        "_days",
        "_held_until",
        "_remaining",
        "floor",
        "skips_its_first_day",
    )

    def __init__(self, calendar: Calendar, count: int, *, start: datetime, days: Days) -> None:
        self._calendar, self._days = calendar, days
        self._cursor, self._remaining = start.toordinal(), count
        self.skips_its_first_day = count > 0
        self._held_until: datetime | None = None
        self.floor = 0

    def due_at(self) -> datetime:
        return self._calendar.close(self._calendar.first_working(self._due_day()))

    def _counted_day(self) -> int:
        return max(self._days.nth(self._cursor, self._remaining), self.floor)

    def _due_day(self) -> int:
        held = self._held_until.toordinal() if self._held_until else 0
        return max(self._counted_day(), held)

    def pause(self, stop: Stretch) -> tuple[int, int]:
        began, last = stop.began_at.toordinal(), stop.ended_at.toordinal()
        reached = self._days.nth(self._cursor, self._remaining)
        if began < reached:
            self._remaining -= self._days.between(self._cursor, began)
            self._cursor = last
        self._held_until = stop.ended_at
        return self._days.between(began, last), 0

    def extend_to(self, ordinal: int) -> None:
        if ordinal > self._due_day():
            self._remaining = self._days.between(self._cursor, ordinal)
            self.floor = ordinal

    def skipped(self, after: int, until: int, pauses: Iterable[Stretch]) -> list[Line]:
        return self._days.lines(self._calendar, after, until, pauses)

    def before_moving(self) -> tuple[int, datetime | None]:
        due_day = self._due_day()
        return due_day, self._held_until if due_day > self._counted_day() else None


class MonthHand:
    """Months: the same date n months later, plus the paused calendar days."""

    __slots__ = ("_calendar", "_day", "_held_until", "floor", "skips_its_first_day")

    def __init__(self, calendar: Calendar, months: int, *, start: datetime) -> None:
        self._calendar = calendar
        self._day = months_later(start.date(), months).toordinal()
        self.skips_its_first_day = True
        self._held_until: datetime | None = None
        self.floor = 0

    def due_at(self) -> datetime:
        return self._calendar.close(self._calendar.first_working(self._due_day()))

    def _due_day(self) -> int:
        held = self._held_until.toordinal() if self._held_until else 0
        return max(self._day, held)

    def pause(self, stop: Stretch) -> tuple[int, int]:
        days = stop.ended_at.toordinal() - stop.began_at.toordinal()
        self._day += days
        self._held_until = stop.ended_at
        return days, 0

    def extend_to(self, ordinal: int) -> None:
        if ordinal > self._due_day():
            self._day = self.floor = ordinal

    def skipped(self, after: int, until: int, pauses: Iterable[Stretch]) -> list[Line]:  # noqa: ARG002
        return []

    def before_moving(self) -> tuple[int, datetime | None]:
        due_day = self._due_day()
        return due_day, self._held_until if due_day > self._day else None


class MinuteHand:
    """Working hours: minute by minute while the office is open; paused minutes do not count."""

    __slots__ = ("_calendar", "_cursor", "_remaining", "floor", "skips_its_first_day")

    def __init__(self, calendar: Calendar, minutes: int, *, start: datetime) -> None:
        self._calendar, self._remaining, self._cursor = calendar, minutes, start
        self.skips_its_first_day = False
        self.floor = 0

    def due_at(self) -> datetime:
        walked = self._calendar.add_working_minutes(self._cursor, self._remaining)
        return max(walked, self._close(self.floor)) if self.floor else walked

    def _close(self, ordinal: int) -> datetime:
        return self._calendar.close(self._calendar.first_working(ordinal))

    def pause(self, stop: Stretch) -> tuple[int, int]:
        self._remaining -= self._calendar.working_minutes(self._cursor, stop.began_at)
        self._cursor = stop.ended_at
        return 0, self._calendar.working_minutes(stop.began_at, stop.ended_at)

    def extend_to(self, ordinal: int) -> None:
        if not ordinal:
            return
        close = self._close(ordinal)
        if close > self.due_at():
            self._remaining = self._calendar.working_minutes(self._cursor, close)
            self.floor = ordinal

    def skipped(self, after: int, until: int, pauses: Iterable[Stretch]) -> list[Line]:
        return explain.skipped(self._calendar, after, until, pauses)

    def before_moving(self) -> tuple[int, datetime | None]:
        return self.due_at().toordinal(), None


def hand_for(limit: Limit, calendar: Calendar, *, start: datetime) -> Hand:
    """The hand that counts this limit from the effective reception."""
    if limit.unit is Unit.WORKING_HOUR:
        return MinuteHand(calendar, limit.count, start=start)
    if limit.unit is Unit.MONTH:
        return MonthHand(calendar, limit.count, start=start)
    return DayHand(calendar, limit.count, start=start, days=_days(limit, calendar))


def _days(limit: Limit, calendar: Calendar) -> Days:
    if limit.unit is Unit.WORKING_DAY:
        return Days(nth=calendar.nth_working, between=calendar.working_between, lines=explain.skipped)
    if limit.skips_holidays:
        return Days(nth=calendar.nth_plain, between=calendar.plain_between, lines=explain.holidays)
    return _EVERY_DAY


def months_later(day: date, months: int) -> date:
    """The same date n months later; the last day of the month where it has no such date."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year, month = day.year + years, month + 1
    if year > LAST_YEAR:
        raise ClockError(Refusal.BEYOND_THE_CALENDAR, f"outside the years this calendar can count: {year}")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _day_after(day: int, count: int) -> int:
    return day + count


def _days_between(after: int, until: int) -> int:
    return until - after


def _no_lines(calendar: Calendar, after: int, until: int, pauses: Iterable[Stretch]) -> list[Line]:  # noqa: ARG001
    return []


_EVERY_DAY = Days(nth=_day_after, between=_days_between, lines=_no_lines)
