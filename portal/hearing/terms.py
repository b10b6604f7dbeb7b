"""Until when the office owes what: working days after the day a matter comes in. Pure.

Feedback: taken on, refused or passed on within 2 working days, more asked within 5, settled within 15, the answer
published within 2 of its settling (figures of the 766 set, 5.2). A complaint: notice that it is taken on is owed in
10 working days, the decision in 30 days (Law on Complaints, article 28); here the limit of the decision is kept. A
wrong or lost result: 5 working days, a figure of the house. A person's own data: 2 working days (decision of the
house under Law 91/2025/QH15).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.clock.calendar import Calendar
from portal.clock.zone import office_day
from portal.hearing.models import MatterKind

SCREENING_DAYS = 2
ASKING_DAYS = 5
PUBLISHING_DAYS = 2
WORKING_DAYS = {MatterKind.FEEDBACK: 15, MatterKind.MENDING: 5, MatterKind.OWN_DATA: 2}
COMPLAINT_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Closes of business; `screen_by` and `ask_by` for feedback only."""

    due_at: datetime
    screen_by: datetime | None = None
    ask_by: datetime | None = None


def limits_of(kind: MatterKind, raised_at: datetime, calendar: Calendar) -> Limits:
    """What the office owes on a matter that came in at this instant."""
    day = office_day(raised_at)

    def close_after(working_days: int) -> datetime:
        return calendar.close_of(calendar.add_working_days(day, working_days))

    if kind is MatterKind.COMPLAINT:
        return Limits(due_at=calendar.close_of(calendar.first_working_day(day + timedelta(days=COMPLAINT_DAYS))))
    if kind is MatterKind.FEEDBACK:
        screen_by, ask_by = close_after(SCREENING_DAYS), close_after(ASKING_DAYS)
        return Limits(due_at=close_after(WORKING_DAYS[kind]), screen_by=screen_by, ask_by=ask_by)
    return Limits(due_at=close_after(WORKING_DAYS[kind]))


def publish_by(settled_at: datetime, calendar: Calendar) -> datetime:
    """Until when the answer to feedback stands in public."""
    return calendar.close_of(calendar.add_working_days(office_day(settled_at), PUBLISHING_DAYS))
