"""What is different between two calendars: line by line for people, day by day for the dates of dossiers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from portal.calendars.documents import SECTIONS, Document, Row
from portal.calendars.editions import Edition
from portal.clock.calendar import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line that came, went or changed. `section` is its place in the document."""

    section: str
    old: Row | None
    new: Row | None


Range = tuple[date, date]
"""From day to day, both inclusive."""


def lines(old: Document, new: Document) -> list[Difference]:
    """Every line that differs, by section and day."""
    found: list[Difference] = []
    for section in SECTIONS:
        before = {_key(section, row): row for row in _named(old, section)}
        after = {_key(section, row): row for row in _named(new, section)}
        found += [
            Difference(section=section, old=before.get(key), new=after.get(key))
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]
    return found


def changed_days(old: Edition, new: Edition) -> tuple[Range, ...]:
    """The days on which anything that a date can depend on differs, for whatever agency, as ranges in order.

    A date reckoned from a first day to its due day can differ only if one of these lies between them.
    """
    agencies = {None, *old.agencies, *new.agencies}
    first = min(*old.calendar.years, *new.calendar.years) - 1
    last = max(*old.calendar.years, *new.calendar.years) + 3
    days: set[int] = set()
    for agency in agencies:
        before, after = old.hours_of(agency), new.hours_of(agency)
        if agency is None or before is not old.calendar or after is not new.calendar:
            days.update(_differing(before, after, first, last))
    return tuple(_ranges(sorted(days)))


def first_differing(before: Calendar, after: Calendar, days: Iterable[date]) -> date | None:
    """The first of these days that works in one of the two and not in the other, or has other hours."""
    return next((day for day in days if _works_differently(before, after, day)), None)


def _works_differently(before: Calendar, after: Calendar, day: date) -> bool:
    is_off = day in before.pages.days_off, day in after.pages.days_off
    return is_off[0] != is_off[1] or before.spans_of(day) != after.spans_of(day)


def _differing(before: Calendar, after: Calendar, first: int, last: int) -> Iterator[int]:
    years = range(first, last + 1)
    locked_differently = {year for year in years if before.is_official(year) != after.is_official(year)}
    for ordinal in range(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1):
        day = date.fromordinal(ordinal)
        if day.year in locked_differently or _works_differently(before, after, day):
            yield ordinal


def _ranges(days: list[int]) -> Iterator[Range]:
    begin = previous = None
    for day in days:
        if previous is not None and begin is not None and day != previous + 1:
            yield date.fromordinal(begin), date.fromordinal(previous)
            begin = day
        begin = day if begin is None else begin
        previous = day
    if begin is not None and previous is not None:
        yield date.fromordinal(begin), date.fromordinal(previous)


def _named(document: Document, section: str) -> Iterable[Row]:
    """The lines with the names themselves in place of their keys."""
    names = document.get("names", {})
    return [
        {**row, "name": names.get(row["name"], row["name"])} if section == "off" else row
        for row in document.get(section, ())
    ]


def _key(section: str, row: Row) -> str:
    match section:
        case "years":
            return str(row["year"])
        case "hours":
            parts = ("agency", "since", "until", "season", "weekdays", "open")
            return "|".join(str(row.get(part, "")) for part in parts) + f"|{row.get('source', '')}"
        case _:
            return str(row["on"])
