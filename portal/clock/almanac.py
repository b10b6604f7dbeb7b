"""The precomputed days of a calendar: for each day whether it works, and running counts to jump by bisection.

Days are proleptic ordinals (`date.toordinal`). The table covers whole years; the calendar replaces it by a wider
one when a question reaches past its ends.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date

from portal.clock.errors import CalendarFault, Fault
from portal.clock.year import Hours, Pages, Span

SATURDAY = 5

# Nobody files before these years and no limit reaches beyond them; asking is a mistake to be told.
FIRST_YEAR, LAST_YEAR = 1900, 2300


class Almanac:
    """Running tables over the days of the years `first_year`..`last_year`.

    `working[i]` is the ordinal of the i-th working day, `working_until[k]` counts the working days up to and with
    the k-th day; `plain` and `plain_until` do so for days that are no day off (weekends do count there);
    `minutes_before[k]` sums the working minutes of the days before the k-th.
    """

    __slots__ = (
        "__weakref__",
        "exceptions",
        "first",
        "first_year",
        "last",
        "last_year",
        "minutes_before",
        "plain",
        "plain_until",
        "spans",
        "working",
        "working_until",
    )

    def __init__(self, pages: Pages, *, first_year: int, last_year: int) -> None:
        self.first_year, self.last_year = max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR)
        self.first = date(self.first_year, 1, 1).toordinal()
        self.last = date(self.last_year, 12, 31).toordinal()
        off = {day.toordinal() for day in pages.days_off}
        makes_up = {day.on.toordinal(): day.instead_of.weekday() for day in pages.make_up_days.values()}
        hours = HoursBook(pages.hours)
        self.working: list[int] = []
        self.plain: list[int] = []
        self.exceptions: list[int] = []  # days that do not work, and make-up days that do, in order
        self.working_until: list[int] = []
        self.plain_until: list[int] = []
        self.minutes_before = [0]
        self.spans: list[tuple[Span, ...]] = []
        for ordinal in range(self.first, self.last + 1):
            weekday = (ordinal - 1) % 7
            works = ordinal in makes_up or (weekday < SATURDAY and ordinal not in off)
            spans = hours.on(ordinal, makes_up.get(ordinal, weekday)) if works else ()
            if works:
                self.working.append(ordinal)
            if not works or ordinal in makes_up:
                self.exceptions.append(ordinal)
            if ordinal not in off:
                self.plain.append(ordinal)
            self.spans.append(spans)
            self.working_until.append(len(self.working))
            self.plain_until.append(len(self.plain))
            self.minutes_before.append(self.minutes_before[-1] + sum(span.closes - span.opens for span in spans))

    def covers(self, ordinal: int) -> bool:
        """Whether the day lies inside the table."""
        return self.first <= ordinal <= self.last

    def minutes_at(self, ordinal: int, minute: int) -> int:
        """Working minutes from the table's beginning to this minute of the day."""
        row = ordinal - self.first
        elapsed = self.minutes_before[row]
        for span in self.spans[row]:
            if minute <= span.opens:
                break
            elapsed += min(minute, span.closes) - span.opens
        return elapsed

    def moment_of(self, minutes: int) -> tuple[int, int] | None:
        """The first moment (day, minute) before which that many working minutes lie; None beyond the table."""
        row = bisect_left(self.minutes_before, minutes) - 1
        if row >= len(self.spans):
            return None
        left = minutes - self.minutes_before[row]
        for span in self.spans[row]:
            if left <= span.closes - span.opens:
                return self.first + row, span.opens + left
            left -= span.closes - span.opens
        raise AssertionError("the running minutes disagree with the day's hours")


class HoursBook:
    """Which opening hours hold on a day; rules for one agency come after those for everybody, the last one wins."""

    def __init__(self, hours: Sequence[Hours]) -> None:
        ordered = sorted(hours, key=lambda rule: rule.agency is not None)
        self._by_weekday = [[rule for rule in reversed(ordered) if day in rule.weekdays] for day in range(7)]

    def on(self, ordinal: int, weekday: int) -> tuple[Span, ...]:
        """The openings of a day taken as the given weekday."""
        day: date | None = None
        for rule in self._by_weekday[weekday]:
            if rule.since is None and rule.until is None and rule.season is None:
                return rule.spans
            day = day or date.fromordinal(ordinal)
            if rule.covers(day, weekday):
                return rule.spans
        raise CalendarFault(Fault.NO_HOURS, day=date.fromordinal(ordinal).isoformat())
