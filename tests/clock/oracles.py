"""Slow, simple clocks to compare with: minute by minute for hours, day by day for everything else.

They share no code with the clock: their days and hours come from the bare data, and time is a number of minutes.
"""

import random
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

ORIGIN = datetime(2022, 1, 1)  # noqa: DTZ001 - wall-clock minutes
END = date(2033, 1, 1)
DAY = 24 * 60
DEFAULT = ((420, 690), (810, 1020))

Span = tuple[int, int]
Interval = tuple[int, int]


def minute_of(moment: datetime) -> int:
    """Minutes of the wall clock since the origin."""
    return int((moment.replace(tzinfo=None) - ORIGIN).total_seconds() // 60)


def day_of(minute: int) -> int:
    return minute // DAY


def date_of(day: int) -> date:
    return ORIGIN.date() + timedelta(days=day)


@dataclass
class Office:
    """Days off, make-up days and hours; a byte for every minute and one for every day of the years."""

    off: set[date]
    works: dict[date, date]
    hours: Callable[[date, int], Sequence[Span]] = lambda day, weekday: DEFAULT
    open_minutes: bytearray = field(init=False)
    working: bytearray = field(init=False)
    days: int = field(init=False)

    def __post_init__(self) -> None:
        self.days = (END - ORIGIN.date()).days
        self.working = bytearray(self._decided(date_of(day)) for day in range(self.days))
        self.open_minutes = bytearray(self.days * DAY)
        for day in range(self.days):
            for opens, closes in self.spans(day):
                begin, end = day * DAY + opens, day * DAY + closes
                self.open_minutes[begin:end] = b"\1" * (end - begin)

    def _decided(self, on: date) -> bool:
        return on in self.works or (on.weekday() < 5 and on not in self.off)

    def works_on(self, day: int) -> bool:
        return self.working[day] == 1

    def spans(self, day: int) -> Sequence[Span]:
        if not self.works_on(day):
            return ()
        on = date_of(day)
        return self.hours(on, self.works.get(on, on).weekday())

    def effective(self, minute: int) -> int:
        return self.open_minutes.index(1, minute)

    def close(self, day: int) -> int:
        return day * DAY + self.spans(day)[-1][1]

    def first_working(self, day: int) -> int:
        while not self.works_on(day):
            day += 1
        return day

    # --- hours

    def hours_due(self, received: int, minutes: int, pauses: Iterable[Interval], *, restart: bool) -> int:
        """Count the open minutes, a byte each, leaving out those inside a pause; a stretch of a day at a time."""
        now, left = self.effective(received), minutes
        stops = [(max(begin, now), end) for begin, end in pauses if end > begin]
        while True:
            ends = [end for begin, end in stops if begin <= now < end]
            if ends:
                now = self.effective(max(ends)) if restart else max(ends)
                left = minutes if restart else left
                continue
            until = min([now + DAY, *(begin for begin, _ in stops if begin > now)])
            counted = self.open_minutes.count(1, now, until)
            if counted >= left:
                return self._end_of_open(now, left)
            now, left = until, left - counted

    def _end_of_open(self, now: int, count: int) -> int:
        """The end of the so-many-th open minute from now."""
        for _ in range(count):
            now = self.open_minutes.index(1, now) + 1
        return now

    # --- days

    def paused_days(self, begin: int, end: int) -> set[int]:
        """The days after the one it began, up to and with that of its effective end."""
        return set(range(day_of(begin) + 1, day_of(end) + 1))

    def stops(self, effective: int, pauses: Iterable[Interval]) -> list[Interval]:
        """Pauses that have any length after reception, with effective ends, by their beginning."""
        found = [(max(begin, effective), self.effective(end)) for begin, end in pauses if end > begin]
        return sorted((begin, end) for begin, end in found if end > begin)

    def days_due(self, received: int, count: int, unit: str, pauses: Iterable[Interval], *, restart: bool) -> int:
        """The due day as decided: walk the days one by one, then hold it until pauses begun in time have ended."""
        start = self.effective(received)
        stops = self.stops(start, pauses)
        if not restart:
            return self._walk(day_of(start), count, unit, stops)
        due = self._walk(day_of(start), count, unit, [])
        for begin, end in stops:
            if end > start and begin < self.close(due):
                start = end
                due = self._walk(day_of(start), count, unit, [])
        return due

    def _walk(self, day_0: int, count: int, unit: str, stops: list[Interval]) -> int:
        if unit == "months":
            return self._months(day_0, count, stops)
        paused = set().union(*(self.paused_days(*stop) for stop in stops))
        day, counted = day_0, 0
        while counted < count:
            day += 1
            counted += self.counts(day, unit) and day not in paused
        return self._held(day, stops)

    def counts(self, day: int, unit: str) -> bool:
        if unit == "working days":
            return self.works_on(day)
        return unit == "calendar days" or date_of(day) not in self.off

    def _held(self, day: int, stops: list[Interval]) -> int:
        due = self.first_working(day)
        while True:
            ends = [day_of(end) for begin, end in stops if begin < self.close(due)]
            later = self.first_working(max([due, *ends]))
            if later == due:
                return due
            due = later

    def _months(self, day_0: int, months: int, stops: list[Interval]) -> int:
        base = same_date_later(date_of(day_0), months)
        day = (base - ORIGIN.date()).days
        used: list[Interval] = []
        while True:
            paused = set().union(*(self.paused_days(*stop) for stop in used))
            due = self._held(day + len(paused), used)
            in_time = [stop for stop in stops if stop[0] < self.close(due)]
            if in_time == used:
                return due
            used = in_time


def same_date_later(day: date, months: int) -> date:
    """Go on month by month; without such a date, the last day of the month."""
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    number = day.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


def office_of(path: Path) -> Office:
    """The bare data of a calendar file with the default hours."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return Office(
        off={row["on"] for row in content["off"]},
        works={row["on"]: row["instead_of"] for row in content["works"]},
    )


def invented(seed: int) -> tuple[str, Office]:
    """A made-up calendar of 2023 to 2027 as text and as an office: random days off, make-up days and hours."""
    chance = random.Random(seed)
    first = date(2023, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(2028, 1, 1) - first).days)]
    share = chance.choice((0.02, 0.06, 0.25))
    off = {day for day in days if chance.random() < share}
    swapped = sorted(off)
    works = {
        day: swapped[bisect_left(swapped, day) % len(swapped)]
        for day in days
        if day.weekday() >= 5 and day not in off and chance.random() < 0.08
    }
    text, hours = chance.choice((_default_hours, _summer_hours, _short_fridays))()
    lines = [f"years = [{', '.join(f'{{year = {year}, official = true}}' for year in range(2023, 2028))}]"]
    lines.append("off = [" + ", ".join(f'{{on = {day}, name = "x"}}' for day in swapped) + "]")
    lines.append("works = [" + ", ".join(f"{{on = {day}, instead_of = {off_}}}" for day, off_ in works.items()) + "]")
    lines += [text, "[names]", 'x = {vi = "x", en = "x", zh = "x"}']
    return "\n".join(lines), Office(off=off, works=works, hours=hours)


def _default_hours() -> tuple[str, Callable[[date, int], Sequence[Span]]]:
    return '[[hours]]\nopen = ["07:00-11:30", "13:30-17:00"]', lambda day, weekday: DEFAULT


def _summer_hours() -> tuple[str, Callable[[date, int], Sequence[Span]]]:
    text = (
        '[[hours]]\nopen = ["07:30-12:00", "13:30-17:00"]\n'
        '[[hours]]\nseason = "04-16/10-15"\nopen = ["07:00-11:30", "14:00-17:30"]'
    )
    winter, summer = ((450, 720), (810, 1020)), ((420, 690), (840, 1050))
    return text, lambda day, weekday: summer if (4, 16) <= (day.month, day.day) <= (10, 15) else winter


def _short_fridays() -> tuple[str, Callable[[date, int], Sequence[Span]]]:
    text = '[[hours]]\nopen = ["08:00-12:00", "13:00-17:00"]\n[[hours]]\nweekdays = ["fri"]\nopen = ["08:00-11:45"]'
    return text, lambda day, weekday: ((480, 705),) if weekday == 4 else ((480, 720), (780, 1020))
