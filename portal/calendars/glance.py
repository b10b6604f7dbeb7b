"""A year at a glance: twelve months of days, each said to work or not, and the lines behind them by date."""

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date

from portal.clock.calendar import Calendar
from portal.clock.year import DayOff, MakeUpDay

MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a month. `kind`: work, weekend, off (a day off by name) or works (a make-up day)."""

    on: date
    kind: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month; weeks begin on Monday, None stands for days of other months."""

    number: int
    weeks: tuple[tuple[Day | None, ...], ...]
    days_off: tuple[DayOff, ...]
    make_up_days: tuple[MakeUpDay, ...]


def months(calendar: Calendar, year: int, *, before: Calendar | None = None) -> tuple[Month, ...]:
    """The months of a year; days that differ from the calendar `before` are marked as new."""
    return tuple(_month(calendar, year, number, before or calendar) for number in MONTHS)


def _month(calendar: Calendar, year: int, number: int, before: Calendar) -> Month:
    here = (year, number)
    weeks = Weeks().monthdatescalendar(year, number)
    pages = calendar.pages
    return Month(
        number=number,
        weeks=tuple(tuple(_day(calendar, on, before) if on.month == number else None for on in week) for week in weeks),
        days_off=tuple(off for on, off in sorted(pages.days_off.items()) if (on.year, on.month) == here),
        make_up_days=tuple(day for on, day in sorted(pages.make_up_days.items()) if (on.year, on.month) == here),
    )


def _day(calendar: Calendar, on: date, before: Calendar) -> Day:
    kind = _kind(calendar, on)
    return Day(on=on, kind=kind, is_new=kind != _kind(before, on))


def _kind(calendar: Calendar, on: date) -> str:
    if calendar.day_off(on) is not None:
        return "off"
    if calendar.make_up_day(on) is not None:
        return "works"
    return "work" if calendar.is_working_day(on) else "weekend"
