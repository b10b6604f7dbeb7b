"""Spans of time in words: what the law gives, what a step may take."""

from decimal import Decimal

from flask_babel import gettext, ngettext

from portal.clock import words
from portal.clock.limit import MINUTES_PER_HOUR, Unit
from portal.foundation import formats
from portal.foundation.languages import spoken

STEP_UNITS = {"hour": Unit.WORKING_HOUR, "day": Unit.WORKING_DAY}
"""A step counts in working time, whatever the unit of the whole."""


def limit_words(amount: Decimal | int, unit: Unit | str) -> str:
    """`20 ngày`, `7 ngày làm việc`: an amount of one of the four units the law counts in; 0 is the same day."""
    if amount == 0:
        return words.limit("0", Unit.WORKING_DAY, spoken())
    written = formats.number(amount, spoken(), 3)
    many = 1 if amount == 1 else 2
    match STEP_UNITS.get(unit, unit):
        case Unit.WORKING_HOUR:
            said = ngettext("%(amount)s working hour", "%(amount)s working hours", many, amount=written)
        case Unit.WORKING_DAY:
            said = ngettext("%(amount)s working day", "%(amount)s working days", many, amount=written)
        case Unit.CALENDAR_DAY:
            said = ngettext("%(amount)s calendar day", "%(amount)s calendar days", many, amount=written)
        case Unit.MONTH:
            said = ngettext("%(amount)s month", "%(amount)s months", many, amount=written)
        case other:
            raise ValueError(other)
    return str(said)


def answer_time(minutes: int) -> str:
    """How long the one-stop office has to accept or refuse: `8 giờ làm việc`, `30 phút làm việc`."""
    if minutes < MINUTES_PER_HOUR:
        return words.working_time(minutes, spoken())
    return limit_words(Decimal(minutes) / MINUTES_PER_HOUR, Unit.WORKING_HOUR)


def unit_rule(unit: Unit) -> str:
    """What the unit counts, in one sentence."""
    match unit:
        case Unit.WORKING_HOUR | Unit.WORKING_DAY:
            return str(gettext("Weekends and holidays are not counted."))
        case Unit.CALENDAR_DAY:
            return str(
                gettext("Every day counts, weekends too; if the last day is a day off, the next working day is due.")
            )
        case Unit.MONTH:
            return str(gettext("Counted by the calendar; if the last day is a day off, the next working day is due."))
