"""Office time. Instants come in aware, in any zone; inside the clock they are Vietnam time, to the minute."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from portal.clock.errors import ClockError, Refusal

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def office_time(instant: datetime) -> datetime:
    """The instant on the office's wall clock. Seconds are dropped: receipts and verdicts are to the minute.

    Raises ClockError (naive_instant) for an instant without an offset: nobody can know which moment it is.
    """
    if instant.tzinfo is VIETNAM:
        return instant.replace(second=0, microsecond=0) if instant.second or instant.microsecond else instant
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ClockError(Refusal.NAIVE_INSTANT, f"an instant without an offset: {instant.isoformat()}")
    try:
        return instant.astimezone(VIETNAM).replace(second=0, microsecond=0)
    except OverflowError:
        message = f"outside the years this calendar can count: {instant.isoformat()}"
        raise ClockError(Refusal.BEYOND_THE_CALENDAR, message) from None


def office_day(instant: datetime) -> date:
    """The calendar day it is at the office at this instant."""
    return office_time(instant).date()


def at_office(day: date, moment: time) -> datetime:
    """A wall-clock time of an office day, as an aware instant."""
    return datetime.combine(day, moment, VIETNAM)
