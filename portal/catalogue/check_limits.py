"""Checks of the hour after which a dossier counts for the next working day: where it is needed, where it is idle."""

from collections.abc import Iterator
from datetime import date, time
from typing import Final

from portal.catalogue.definition import Definition, LimitRule
from portal.catalogue.findings import Finding, Severity, counted
from portal.catalogue.locating import KeyPath
from portal.clock.calendar import Calendar
from portal.clock.limit import MINUTES_PER_HOUR, MINUTES_PER_WORKING_DAY, Unit

LONGEST: Final = {Unit.WORKING_HOUR: MINUTES_PER_WORKING_DAY // MINUTES_PER_HOUR, Unit.WORKING_DAY: 1}
"""The longest limit that may have such an hour: with more time nobody expects an answer on the same day."""

MONTHS: Final = range(1, 13)


def check_limits(definition: Definition, calendar: Calendar | None) -> Iterator[Finding]:
    """Yield the hours that decide nothing, on long limits and while no office is open, and the one that is missing."""
    for name in ("limits", "promised_limits"):
        for number, rule in enumerate(getattr(definition, name)):
            if rule.amount == 0 and rule.same_day_cutoff is None:
                yield Finding(code="same_day_without_cutoff", path=(name, number), severity=Severity.WARNING)
            if rule.same_day_cutoff is not None:
                yield from _check_cutoff(rule, rule.same_day_cutoff, (name, number, "same_day_cutoff"), calendar)


def _check_cutoff(rule: LimitRule, cutoff: str, path: KeyPath, calendar: Calendar | None) -> Iterator[Finding]:
    if rule.amount > LONGEST.get(rule.unit, 0):
        detail = {"limit": counted(rule.amount, rule.unit.value.replace("_", " ")), "cutoff": cutoff}
        yield Finding(code="cutoff_on_long_limit", path=path, detail=detail)
    if calendar is not None and not _lies_within_hours(time.fromisoformat(cutoff), calendar):
        yield Finding(code="cutoff_outside_hours", path=path, detail={"cutoff": cutoff})


def _lies_within_hours(cutoff: time, calendar: Calendar) -> bool:
    """Whether there is a month whose first working day is open both before and after the hour."""
    minute = cutoff.hour * MINUTES_PER_HOUR + cutoff.minute
    firsts = (date(year, month, 1) for year in calendar.years for month in MONTHS)
    days = (calendar.spans_of(calendar.first_working_day(day)) for day in firsts)
    return any(spans[0].opens < minute < spans[-1].closes for spans in days)
