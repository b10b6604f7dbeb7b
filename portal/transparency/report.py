"""The periodic report II.06a/VPCP/KSTT: dossiers received, settled and in progress by field, in a period.

Received counts accepted dossiers. Settled counts every end after acceptance; one that was stopped counts with those
on time unless its limit had passed. A dossier that waits for its filer is in progress here, though the form lets
it be counted as settled on time: it is not settled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import VIETNAM
from portal.facts.models import DossierFact

FIELDS: Final = ("investment", "land", "construction", "trade")
COUNTS: Final = (
    "online", "other", "carried_over", "early", "on_time", "late", "within_limit", "overdue",
)  # fmt: skip
ONLINE: Final = "online"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The counts of one field, or of all. Received + carried over = settled + in progress."""

    field: str
    online: int = 0
    other: int = 0
    carried_over: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    within_limit: int = 0
    overdue: int = 0

    @property
    def received(self) -> int:
        """Everything that had to be dealt with in the period."""
        return self.online + self.other + self.carried_over

    @property
    def settled(self) -> int:
        """What came to an end in the period."""
        return self.early + self.on_time + self.late

    @property
    def in_progress(self) -> int:
        """What was still open at the end of the period."""
        return self.within_limit + self.overdue

    def cells(self) -> tuple[int, ...]:
        """The eleven numbers of the form, in its order."""
        received = (self.received, self.online, self.other, self.carried_over)
        settled = (self.settled, self.early, self.on_time, self.late)
        return (*received, *settled, self.in_progress, self.within_limit, self.overdue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of a period: its first and last day, a line for each field, and their sum."""

    first: date
    last: date
    lines: tuple[Line, ...]

    @property
    def total(self) -> Line:
        """All fields together."""
        return summed(self.lines)


def report(session: Session, *, first: date, last: date) -> Report:
    """The report of the days from `first` to `last`, both included. One statement.

    How an open dossier stood at the end of a past period is judged by the dates it has now.
    """
    fact = DossierFact
    due_on, stopped_on = _day(fact.statutory_due_at), _day(fact.clock_stopped_at)
    ended = sa.and_(fact.ended_on >= first, fact.ended_on <= last)
    still = sa.or_(fact.ended_on.is_(None), fact.ended_on > last)
    late = sa.case((ended, _is_late(due_on)), else_=due_on < sa.func.least(sa.func.coalesce(stopped_on, last), last))
    columns = {
        "online": sa.and_(fact.accepted_on >= first, fact.channel == ONLINE),
        "other": sa.and_(fact.accepted_on >= first, fact.channel.is_distinct_from(ONLINE)),
        "carried_over": fact.accepted_on < first,
        "early": sa.and_(ended, ~late, fact.ended_on < due_on),
        "on_time": sa.and_(ended, ~late, fact.ended_on >= due_on),
        "late": sa.and_(ended, late),
        "within_limit": sa.and_(still, ~late),
        "overdue": sa.and_(still, late),
    }
    counts = [sa.func.count().filter(condition).label(name) for name, condition in columns.items()]
    statement = (
        sa.select(fact.field, *counts)
        .where(fact.accepted_on <= last, sa.or_(fact.ended_on.is_(None), fact.ended_on >= first), due_on.is_not(None))
        .group_by(fact.field)
    )
    found = {row.field: Line(**row._mapping) for row in session.execute(statement)}
    names = (*FIELDS, *sorted(found.keys() - set(FIELDS)))
    return Report(first=first, last=last, lines=tuple(found.get(name, Line(field=name)) for name in names))


def summed(lines: Iterable[Line]) -> Line:
    """The lines as one, without a field."""
    whole = list(lines)
    return Line(field="", **{name: sum(getattr(line, name) for line in whole) for name in COUNTS})


def month_of(day: date) -> tuple[date, date]:
    """The first and last day of the month before the day's own: the latest that is complete."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _is_late(due_on: sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
    """Whether an ended dossier ended late: a settled one by its verdict, a stopped one by its day."""
    fact = DossierFact
    by_verdict = sa.and_(fact.settled_on.is_not(None), fact.was_on_time.is_(False))
    return sa.or_(by_verdict, sa.and_(fact.settled_on.is_(None), fact.ended_on > due_on))


def _day(instant: Any) -> sa.ColumnElement[date]:
    return sa.cast(sa.func.timezone(VIETNAM.key, instant), sa.Date)
