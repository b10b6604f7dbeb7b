"""Whether a version was announced and posted in time: the pre-publication duties of the service index.

Source: Decision 766/QĐ-TTg, indicators 1.1 and 1.2, as its formulas are transcribed; not confirmed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.clock.calendar import Calendar
from portal.clock.errors import ClockError

ANNOUNCED_AHEAD_WORKING_DAYS: Final = 5
POSTED_WITHIN_WORKING_DAYS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """The two duties of one version. A day is None where the calendar does not reach."""

    decided_on: date
    posted_on: date
    post_by: date | None
    working_days_ahead: int | None

    @property
    def is_posted_in_time(self) -> bool | None:
        """Whether it was posted within five working days of the decision."""
        return None if self.post_by is None else self.posted_on <= self.post_by

    @property
    def is_announced_in_time(self) -> bool | None:
        """Whether the decision came at least five working days before the version applies."""
        ahead = self.working_days_ahead
        return None if ahead is None else ahead >= ANNOUNCED_AHEAD_WORKING_DAYS


def duties_of(*, decided_on: date | None, posted_on: date, effective_on: date, calendar: Calendar) -> Duties | None:
    """Measure the duties of a version; None where no decision is known."""
    if decided_on is None:
        return None
    try:
        post_by = calendar.add_working_days(decided_on, POSTED_WITHIN_WORKING_DAYS)
        ahead = calendar.working_days_between(decided_on, effective_on) if decided_on < effective_on else 0
    except ClockError:
        return Duties(decided_on=decided_on, posted_on=posted_on, post_by=None, working_days_ahead=None)
    return Duties(decided_on=decided_on, posted_on=posted_on, post_by=post_by, working_days_ahead=ahead)
