"""Early, on time or overdue; within the limit, due soon or overdue."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from portal.clock.calendar import Calendar
from portal.clock.due import Due
from portal.clock.limit import MINUTES_PER_WORKING_DAY, Unit
from portal.clock.zone import office_time


class Closed(StrEnum):
    """How a finished dossier or step kept its date."""

    EARLY = "early"
    ON_TIME = "on_time"
    OVERDUE = "overdue"


class Open(StrEnum):
    """How a running dossier or step stands."""

    WITHIN_LIMIT = "within_limit"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSoon:
    """When a date counts as near: so many working minutes before it, or that share of the whole time."""

    minutes: int = MINUTES_PER_WORKING_DAY
    share: Decimal | None = None


ONE_WORKING_DAY = DueSoon()


def verdict_closed(due: Due, ended_at: datetime, unit: Unit) -> Closed:
    """Judge a finished dossier: by the minute in working hours, by the office day in every other unit."""
    ended, limit = _comparable(ended_at, unit), _comparable(due.due_at, unit)
    if ended < limit:
        return Closed.EARLY
    return Closed.OVERDUE if ended > limit else Closed.ON_TIME


def is_past(due: Due, now: datetime, unit: Unit) -> bool:
    """Whether the date has passed: to the minute in working hours, else from the office day after the due day."""
    return _comparable(now, unit) > _comparable(due.due_at, unit)


def verdict_open(due: Due, now: datetime, unit: Unit, calendar: Calendar, due_soon: DueSoon = ONE_WORKING_DAY) -> Open:
    """Judge a running dossier at `now`. It is due soon from exactly the given working time before its date."""
    if is_past(due, now, unit):
        return Open.OVERDUE
    near = due_soon.minutes
    if due_soon.share is not None:
        near = int(due_soon.share * calendar.working_minutes(due.effective_reception, due.due_at))
    return Open.DUE_SOON if remaining_minutes(due, now, calendar) <= near else Open.WITHIN_LIMIT


def remaining_minutes(due: Due, now: datetime, calendar: Calendar) -> int:
    """Working minutes left until the due date; negative is how long it has passed."""
    left = calendar.working_minutes(now, due.due_at)
    return left or -calendar.working_minutes(due.due_at, now)


def _comparable(instant: datetime, unit: Unit) -> tuple[int, int]:
    local = office_time(instant)
    return local.toordinal(), local.hour * 60 + local.minute if unit.is_counted_in_minutes else 0
