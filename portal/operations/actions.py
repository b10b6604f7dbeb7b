"""What an administrator does about jobs that were given up, and what is cleaned away by itself."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit, posts
from portal.accounts.models import InterruptedPost
from portal.clock.zone import office_day
from portal.foundation.errors import Refused
from portal.foundation.jobs import CLOCK, forget_closed
from portal.foundation.outbox import CHANNEL, OutboxRow

CLOSED_JOBS_KEPT = timedelta(days=30)  # their dedupe keys with them: longer than any slot or retry


def retry(session: Session, job_id: int, *, by: UUID, now: datetime) -> None:
    """Open a job that was given up, with all its tries before it. Refused if it is no longer given up."""
    row = _given_up(session, job_id)
    before = {"attempts": row.attempts, "last_error": row.last_error}
    row.dead_at = None
    row.attempts = 0
    row.leased_until = None
    session.flush()
    session.execute(sa.update(OutboxRow).where(OutboxRow.id == job_id).values(next_try_at=CLOCK))
    session.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))
    after = {"attempts": row.attempts}
    audit.record(session, "operations.retry_job", _thing(row), by=by, now=now, before=before, after=after)


def close_given_up(session: Session, job_id: int, *, reason: str, by: UUID, now: datetime) -> None:
    """Close a job that was given up without doing it; the reason stays with it. Refused if it is not."""
    row = _given_up(session, job_id)
    before = {"attempts": row.attempts, "last_error": row.last_error}
    row.dead_at = None
    row.closed_at = now
    row.resolution = reason
    session.flush()
    audit.record(session, "operations.close_job", _thing(row), by=by, now=now, before=before, after={"reason": reason})


def clean_expired(session: Session, *, now: datetime) -> dict[str, int]:
    """Delete rows and end posts whose time is over; returns how many of each.

    What people may ask about, such as the log of sign-ins, goes by the retention rules instead.
    """
    return {
        "interrupted_posts": _delete(session, sa.delete(InterruptedPost).where(InterruptedPost.expires_at < now)),
        "posts_over": posts.end_those_over(session, today=office_day(now), now=now),
        "closed_jobs": forget_closed(session, before=now - CLOSED_JOBS_KEPT),
    }


def _given_up(session: Session, job_id: int) -> OutboxRow:
    row = session.scalar(
        sa.select(OutboxRow).where(OutboxRow.id == job_id, OutboxRow.dead_at.is_not(None)).with_for_update()
    )
    if row is None:
        raise Refused("operations.not_given_up")
    return row


def _thing(row: OutboxRow) -> str:
    return f"job:{row.id}:{row.kind}"


def _delete(session: Session, statement: sa.Delete) -> int:
    result = session.execute(statement)
    assert isinstance(result, sa.CursorResult)  # noqa: S101 - for the type checker
    return result.rowcount
