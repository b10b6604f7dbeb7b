"""What is waiting, what was given up, and whether the parts that do the work are well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.foundation.jobs import CLOCK, IS_OPEN
from portal.foundation.outbox import Job, OutboxRow
from portal.letters.certificates import State
from portal.letters.printing import PrintingOffice
from portal.letters.queries import certificates
from portal.operations.subjects import Subject, subjects

MOST_SHOWN = 50
LOOKED_AT = 1000  # open rows that a health check looks at: its cost does not grow with the trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenJobs:
    """The open jobs of one kind. `is_known` is False for a kind of another release, which waits for it."""

    kind: str
    is_known: bool
    count: int
    failed_before: int  # how many of them have been put off at least once
    oldest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A job given up after too many tries. `last_error` is a class and a code; `subject` whom or what it was for."""

    id: int
    kind: str
    created_at: datetime
    dead_at: datetime
    attempts: int
    last_error: str
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxHealth:
    """How far relay and workers are behind; zero where nothing is.

    `lag_seconds`: age of the oldest due row that no relay has taken. `untouched_seconds`: age of the oldest job
    of a known kind that no worker has tried yet. `is_busy`: somebody works on a job right now.
    """

    lag_seconds: float
    untouched_seconds: float
    is_busy: bool


def open_jobs(session: Session) -> list[OpenJobs]:
    """The open jobs by kind, the longest waiting first."""
    statement = (
        sa.select(
            OutboxRow.kind,
            sa.func.count(),
            sa.func.count().filter(OutboxRow.last_error.is_not(None)),
            sa.func.min(OutboxRow.created_at).label("oldest_at"),
        )
        .where(IS_OPEN)
        .group_by(OutboxRow.kind)
        .order_by(sa.literal_column("oldest_at"), OutboxRow.kind)
    )
    return [
        OpenJobs(kind=kind, is_known=kind in set(Job), count=count, failed_before=failed, oldest_at=oldest_at)
        for kind, count, failed, oldest_at in session.execute(statement).all()
    ]


def dead_letters(session: Session) -> list[DeadLetter]:
    """The jobs given up, the newest first, at most fifty."""
    statement = (
        sa.select(
            OutboxRow.id,
            OutboxRow.kind,
            OutboxRow.created_at,
            OutboxRow.dead_at,
            OutboxRow.attempts,
            OutboxRow.last_error,
            OutboxRow.payload,
        )
        .where(OutboxRow.dead_at.is_not(None))
        .order_by(OutboxRow.dead_at.desc(), OutboxRow.id.desc())
        .limit(MOST_SHOWN)
    )
    rows = session.execute(statement).all()
    of_job = subjects(session, {row.id: row.payload for row in rows})
    return [
        DeadLetter(
            id=row.id,
            kind=row.kind,
            created_at=row.created_at,
            dead_at=row.dead_at,
            attempts=row.attempts,
            last_error=row.last_error or "",
            subject=of_job.get(row.id, Subject()),
        )
        for row in rows
        if row.dead_at is not None
    ]


def dead_letter_count(session: Session) -> int:
    """How many jobs are given up, counted to a hundred."""
    some = sa.select(sa.literal(1)).where(OutboxRow.dead_at.is_not(None)).limit(100).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def outbox_health(session: Session) -> OutboxHealth:
    """How far relay and workers are behind."""
    columns = sa.select(OutboxRow.next_try_at, OutboxRow.created_at, OutboxRow.attempts, OutboxRow.kind)
    due_first = columns.where(IS_OPEN).order_by(OutboxRow.next_try_at).limit(LOOKED_AT).subquery().c
    due_last = (
        sa.select(OutboxRow.leased_until)
        .where(IS_OPEN)
        .order_by(OutboxRow.next_try_at.desc())  # a lease puts the next try off to its end
        .limit(LOOKED_AT)
        .subquery()
        .c
    )
    untouched = sa.and_(due_first.attempts == 0, due_first.kind.in_([job.value for job in Job]))
    lag, age, is_busy = session.execute(
        sa.select(
            _seconds_since(sa.func.min(due_first.next_try_at)),
            _seconds_since(sa.func.min(due_first.created_at).filter(untouched)),
            sa.select(due_last.leased_until).where(due_last.leased_until > CLOCK).exists(),
        )
    ).one()
    return OutboxHealth(lag_seconds=lag, untouched_seconds=age, is_busy=is_busy)


def _seconds_since(instant: sa.ColumnElement[datetime]) -> sa.ColumnElement[float]:
    seconds: sa.ColumnElement[float] = sa.cast(sa.extract("epoch", CLOCK - instant), sa.Double())
    return sa.func.coalesce(sa.func.greatest(seconds, 0.0), 0.0)


def seal_figures(session: Session, office: PrintingOffice, *, warned_from: int, now: datetime) -> dict[str, Any]:
    """What there is to say about seals and signatures: agencies by key, leaders only by number. Empty: nothing.

    A demonstration without keys of its own makes and renews everything itself.
    """
    if office.is_demo and not office.keys.agencies and not office.keys.leaders:
        return {}
    lines = certificates(session, office, warned_from=warned_from, now=now)
    said: dict[str, Any] = {}
    for state in (State.MISSING, State.EXPIRED, State.SOON, State.UNREACHABLE, State.FAULTY):
        mine = [line for line in lines if line.state is state]
        if agencies := [line for line in mine if line.owner.is_agency]:
            said[state.value] = {line.owner.key: line.days_left for line in agencies}
        if leaders := len(mine) - len(agencies):
            said[f"leaders_{state.value}"] = leaders
    return said


def current_migration(session: Session) -> str | None:
    """The migration the tables are at."""
    found: str | None = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found
