"""The calendar: which days work, which hours, and how far the official decisions reach."""

from dataclasses import replace
from datetime import date, datetime

from portal.clock.almanac import FIRST_YEAR, LAST_YEAR, SATURDAY, Almanac
from portal.clock.calendar_file import read_pages
from portal.clock.errors import CalendarFault, ClockError, Fault, Refusal
from portal.clock.year import DayOff, MakeUpDay, Pages, Span, Year
from portal.clock.zone import VIETNAM, office_time


class Calendar:
    """Working days and hours, seen by one agency (or by the province where `agency` is None). Never changes.

    Monday to Friday work except days off; make-up days work. Days beyond the loaded years follow the same rule
    without days off; due dates that use them are provisional. Methods raise ClockError (beyond_the_calendar)
    outside the years 1900 to 2300.
    """

    __slots__ = ("_almanac", "_seen", "agency", "pages")

    def __init__(self, pages: Pages, *, agency: str | None = None) -> None:
        _check(pages)
        self.pages = pages
        self.agency = agency
        hours = tuple(rule for rule in pages.hours if rule.agency in {None, agency})
        self._seen = replace(pages, hours=hours)
        self._almanac = Almanac(self._seen, first_year=min(pages.years) - 1, last_year=max(pages.years) + 3)

    @classmethod
    def parse(cls, text: str) -> "Calendar":
        """Read a calendar file. Raises CalendarFault with one line that says what is wrong."""
        return cls(read_pages(text))

    def for_agency(self, agency: str) -> "Calendar":
        """The same days with the agency's own opening hours, where it has any."""
        if not any(rule.agency == agency for rule in self.pages.hours):
            return self
        return Calendar(self.pages, agency=agency)

    # --- what is written down

    @property
    def years(self) -> dict[int, Year]:
        """The loaded years."""
        return dict(self.pages.years)

    def day_off(self, day: date) -> DayOff | None:
        """The public holiday or day in lieu on this day, if it is one."""
        return self.pages.days_off.get(day)

    def make_up_day(self, day: date) -> MakeUpDay | None:
        """The swap that makes this day work, if there is one."""
        return self.pages.make_up_days.get(day)

    def is_official(self, year: int) -> bool:
        """Whether the year is loaded and locked as officially decided."""
        known = self.pages.years.get(year)
        return known is not None and known.official

    def provisional_years(self, first: date, last: date) -> tuple[int, ...]:
        """The years from the first day to the last whose days off are not officially decided."""
        return tuple(year for year in range(first.year, last.year + 1) if not self.is_official(year))

    # --- days

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day."""
        return bool(self.spans_of(day))

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """The openings of the day; empty on a day that does not work."""
        return self._spans(day.toordinal())

    def first_working_day(self, day: date) -> date:
        """The day itself if it works, else the next one that does."""
        return date.fromordinal(self.first_working(day.toordinal()))

    def add_working_days(self, day: date, working_days: int) -> date:
        """The n-th working day after this day, which is not counted."""
        return date.fromordinal(self.nth_working(day.toordinal(), working_days))

    def working_days_between(self, after: date, until: date) -> int:
        """Working days after one day, up to and with another."""
        return self.working_between(after.toordinal(), until.toordinal())

    def working_days_in(self, year: int) -> int:
        """How many days of the year work."""
        return self.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))

    # --- moments

    def effective(self, instant: datetime) -> datetime:
        """The moment from which the agency can work on what came in.

        It is the instant itself while the agency is open, else the next opening. Openings are half-open intervals:
        closing time already belongs to the next one.
        """
        local = office_time(instant)
        ordinal, minute = local.toordinal(), local.hour * 60 + local.minute
        for span in self._spans(ordinal):
            if minute < span.opens:
                return moment(ordinal, span.opens)
            if minute < span.closes:
                return local
        ordinal = self.first_working(ordinal + 1)
        return moment(ordinal, self._spans(ordinal)[0].opens)

    def next_opening(self, instant: datetime) -> datetime:
        """The opening of the first working day after the office day of this instant."""
        ordinal = self.first_working(office_time(instant).toordinal() + 1)
        return moment(ordinal, self._spans(ordinal)[0].opens)

    def close_of(self, day: date) -> datetime:
        """Close of business of the day; of the next working day where the day does not work."""
        return self.close(self.first_working(day.toordinal()))

    def working_minutes(self, since: datetime, until: datetime) -> int:
        """Working minutes from one instant to another; 0 where the second is not later."""
        begins, ends = office_time(since), office_time(until)
        if ends <= begins:
            return 0
        self._reach(begins.toordinal())
        almanac = self._reach(ends.toordinal())
        before = almanac.minutes_at(begins.toordinal(), begins.hour * 60 + begins.minute)
        return almanac.minutes_at(ends.toordinal(), ends.hour * 60 + ends.minute) - before

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """The first moment by which that many working minutes have passed; exactly at closing stays there.

        With 0 minutes it is the effective moment of `start`.
        """
        if minutes <= 0:
            return self.effective(start)
        local = office_time(start)
        almanac = self._reach(local.toordinal())
        while True:
            elapsed = almanac.minutes_at(local.toordinal(), local.hour * 60 + local.minute)
            found = almanac.moment_of(elapsed + minutes)
            if found is not None:
                return moment(*found)
            almanac = self._widen(almanac.first_year, almanac.last_year + 30)

    # --- the same by ordinals, for the walks

    def close(self, ordinal: int) -> datetime:
        """Close of business of a working day."""
        return moment(ordinal, self._spans(ordinal)[-1].closes)

    def first_working(self, ordinal: int) -> int:
        """The day itself if it works, else the next one that does."""
        return self.nth_working(ordinal - 1, 1)

    def nth_working(self, after: int, count: int) -> int:
        """The count-th working day after a day; with 0 that day itself."""
        if count == 0:
            return after
        almanac = self._reach(after)
        while True:
            place = almanac.working_until[after - almanac.first] + count - 1
            if place < len(almanac.working):
                return almanac.working[place]
            almanac = self._widen(almanac.first_year, almanac.last_year + 30)

    def working_between(self, after: int, until: int) -> int:
        """Working days after one day, up to and with another that is not earlier."""
        self._reach(after)
        almanac = self._reach(until)
        return almanac.working_until[until - almanac.first] - almanac.working_until[after - almanac.first]

    def nth_plain(self, after: int, count: int) -> int:
        """The count-th day after a day, leaving out days off but not weekends."""
        if count == 0:
            return after
        almanac = self._reach(after)
        while True:
            place = almanac.plain_until[after - almanac.first] + count - 1
            if place < len(almanac.plain):
                return almanac.plain[place]
            almanac = self._widen(almanac.first_year, almanac.last_year + 30)

    def plain_between(self, after: int, until: int) -> int:
        """Days after one day, up to and with another, leaving out days off but not weekends."""
        self._reach(after)
        almanac = self._reach(until)
        return almanac.plain_until[until - almanac.first] - almanac.plain_until[after - almanac.first]

    def almanac_over(self, after: int, until: int) -> Almanac:
        """The almanac, wide enough for both days."""
        self._reach(after)
        return self._reach(until)

    def _spans(self, ordinal: int) -> tuple[Span, ...]:
        almanac = self._almanac
        if not almanac.first <= ordinal <= almanac.last:
            almanac = self._reach(ordinal)
        return almanac.spans[ordinal - almanac.first]

    def _reach(self, ordinal: int) -> Almanac:
        """The almanac, made wide enough for the day."""
        almanac = self._almanac
        if almanac.first <= ordinal <= almanac.last:
            return almanac
        try:
            year = date.fromordinal(ordinal).year
        except (ValueError, OverflowError):
            raise _beyond() from None
        almanac = self._widen(min(year - 1, almanac.first_year), max(year + 1, almanac.last_year))
        if not almanac.covers(ordinal):
            raise _beyond()
        return almanac

    def _widen(self, first_year: int, last_year: int) -> Almanac:
        """Replace the almanac by a wider one; harmless if two threads do it at once."""
        almanac = self._almanac
        wider = Almanac(self._seen, first_year=first_year, last_year=last_year)
        if (wider.first, wider.last) == (almanac.first, almanac.last):
            raise _beyond()
        self._almanac = wider
        return wider


def moment(ordinal: int, minute: int) -> datetime:
    """A minute of an office day as an aware instant."""
    day = date.fromordinal(ordinal)
    hour, minute = divmod(minute, 60)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM)


def _beyond() -> ClockError:
    message = f"outside the years this calendar can count ({FIRST_YEAR} to {LAST_YEAR})"
    return ClockError(Refusal.BEYOND_THE_CALENDAR, message)


def _check(pages: Pages) -> None:
    """Raise CalendarFault for pages that contradict themselves."""
    if not pages.years or not all(FIRST_YEAR < year < LAST_YEAR for year in pages.years):
        raise CalendarFault(Fault.NO_YEARS)
    for day in (*pages.days_off, *pages.make_up_days):
        if day.year not in pages.years:
            raise CalendarFault(Fault.YEAR_NOT_LOADED, day=day.isoformat())
    for day in pages.make_up_days:
        if day.weekday() < SATURDAY or day in pages.days_off:
            raise CalendarFault(Fault.NO_MAKE_UP_DAY, day=day.isoformat())
    for rule in pages.hours:
        ends = [minute for span in rule.spans for minute in (span.opens, span.closes)]
        if not ends or ends != sorted(set(ends)):
            raise CalendarFault(Fault.HOURS_IN_DISORDER)
