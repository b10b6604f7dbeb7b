"""The time an authority has, with the article that gives it."""

import re
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from enum import StrEnum

from portal.clock.errors import ClockError, Refusal

MINUTES_PER_HOUR = 60

# One working day of a step is eight hours, whatever the agency's opening hours.
# Source: Labour Code 45/2019/QH14, Article 105 (normal hours: eight a day); decision 6 of the project.
MINUTES_PER_WORKING_DAY = 8 * MINUTES_PER_HOUR

_GREATEST_AMOUNT = 1_000_000


class Unit(StrEnum):
    """The four units in which the law counts (`DonViTinh` of the national catalogue)."""

    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"

    @property
    def is_counted_in_minutes(self) -> bool:
        """Working hours are judged to the minute, every other unit by the day."""
        return self is Unit.WORKING_HOUR


_WORDS = {
    "working hour": Unit.WORKING_HOUR,
    "working day": Unit.WORKING_DAY,
    "calendar day": Unit.CALENDAR_DAY,
    "month": Unit.MONTH,
}
_LIMIT = re.compile(r"(?P<amount>\d{1,7}(?:\.\d{1,4})?)\s+(?P<unit>[a-z]+(?:[\s_]+[a-z]+)?)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Time the authority has. `source` cites act and article.

    `amount` is whole, except that working hours may be a fraction that comes out in whole minutes. Zero working
    days is a same-day procedure. `skips_holidays` matters to calendar days only: days off of the calendar
    (holidays, days in lieu, swapped days, but not plain weekends) are then not counted. `is_verified`: whether
    somebody has compared the figure with the act; None where nobody says. `same_day_cutoff`: what arrives after
    that time of a working day counts as received at the next working day's opening.
    """

    amount: Decimal | int
    unit: Unit
    source: str = ""
    skips_holidays: bool = False
    is_verified: bool | None = None
    same_day_cutoff: time | None = None

    def __post_init__(self) -> None:
        least = 0 if self.unit is Unit.WORKING_DAY else 1
        countable = self.amount * MINUTES_PER_HOUR if self.unit is Unit.WORKING_HOUR else self.amount
        if countable != int(countable) or not least <= countable <= _GREATEST_AMOUNT * MINUTES_PER_HOUR:
            raise ClockError(Refusal.UNREADABLE_LIMIT, f"not an amount one can count: {self.amount} {self.unit}")

    @property
    def count(self) -> int:
        """How many to count: minutes where the unit is working hours, else days or months."""
        return int(self.amount * MINUTES_PER_HOUR if self.unit is Unit.WORKING_HOUR else self.amount)

    @classmethod
    def parse(cls, text: str, *, source: str = "") -> "Limit":
        """Read "3 working days", "8 working hours", "20 calendar days", "1 month" (singular or plural).

        "0 working days" is the same working day.
        """
        found = _LIMIT.fullmatch(" ".join(text.lower().split()))
        unit = _WORDS.get(found["unit"].replace("_", " ").removesuffix("s")) if found else None
        if found is None or unit is None or (Decimal(found["amount"]) == 0 and unit is not Unit.WORKING_DAY):
            message = f'not a limit: "{text}" (write for example "3 working days")'
            raise ClockError(Refusal.UNREADABLE_LIMIT, message)
        amount = Decimal(found["amount"])
        return cls(amount=int(amount) if amount == int(amount) else amount, unit=unit, source=source)

    @classmethod
    def same_day(cls, *, source: str = "") -> "Limit":
        """Settled on the day of effective reception; usually used with the parameter for late arrivals."""
        return cls(amount=0, unit=Unit.WORKING_DAY, source=source)

    def longer_by(self, amount: Decimal | int, *, source: str) -> "Limit":
        """The limit for a case or place that has more time, such as a commune with difficult conditions."""
        both = "; ".join(part for part in (self.source, source) if part)
        return replace(self, amount=self.amount + amount, source=both)


def minutes_of(working_days: Decimal | int) -> int:
    """Working minutes of a step limit given in working days, fractions allowed (1.5 days is 720 minutes)."""
    return round(working_days * MINUTES_PER_WORKING_DAY)
