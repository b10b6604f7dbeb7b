"""The life of an outbox row between being written and being closed, each step one short transaction.

take due → claim → (work) close → or put off → dead. Every step is a compare-and-set on the row and is
decided by the database clock, so that messages may be lost, doubled or late without any effect:
a message only says "look at row 17".
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from portal.foundation.database import Base
from portal.foundation.outbox import QUEUES, Job, OutboxRow, Timer

OUTBOX = Base.metadata.tables["outbox"]  # statements on the bare table, made once: each job passes here
IS_OPEN = sa.and_(OUTBOX.c.closed_at.is_(None), OUTBOX.c.dead_at.is_(None))
CLOCK = sa.func.clock_timestamp(type_=sa.TIMESTAMP(timezone=True))
IS_FREE = sa.or_(OUTBOX.c.leased_until.is_(None), OUTBOX.c.leased_until <= CLOCK)

LOST = "lost"  # `last_error` of a job whose workers died without a word
LONGEST_REPUBLISH = timedelta(minutes=5)

# A claim or a hand-over that a crash of PostgreSQL forgets is only repeated, so these two need not wait for
# the disk; whatever closes a row does. Evaluated once for each returned row.
_NEED_NOT_WAIT = sa.func.set_config("synchronous_commit", "off", True)

_DUE = (
    sa.select(OUTBOX.c.id)
    .where(IS_OPEN, OUTBOX.c.next_try_at <= CLOCK)
    .order_by(OUTBOX.c.next_try_at)
    .limit(sa.bindparam("most", type_=sa.Integer()))
    .with_for_update(skip_locked=True)
    .cte("due")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_HALF_ITS_AGE = sa.literal_column("(clock_timestamp() - outbox.created_at) / 2", sa.Interval())
_UNTIL_AGAIN = sa.func.greatest(
    sa.bindparam("again", type_=sa.Interval()),
    sa.func.least(_HALF_ITS_AGE, sa.bindparam("longest", type_=sa.Interval())),
    type_=sa.Interval(),
)
_TAKE = (
    sa.update(OUTBOX)
    .where(OUTBOX.c.id == _DUE.c.id)
    .values(next_try_at=CLOCK + _UNTIL_AGAIN)
    .returning(OUTBOX.c.id, sa.type_coerce(OUTBOX.c.queue, sa.Text()), _NEED_NOT_WAIT)
)
_PUBLISH_AGAIN = sa.update(OUTBOX).where(IS_OPEN, IS_FREE, OUTBOX.c.next_try_at > CLOCK).values(next_try_at=CLOCK)
_CLOSE = (
    sa.update(OUTBOX)
    .where(OUTBOX.c.id == sa.bindparam("row_id"), IS_OPEN)
    .values(closed_at=CLOCK, leased_until=None)
    .returning(OUTBOX.c.closed_at)
)


@lru_cache
def _claim_statement(leases: tuple[tuple[str, timedelta], ...]) -> sa.UpdateBase:
    """With few parameters: the driver takes a statement of more than fifty to pieces anew each time."""
    kinds = dict(leases)
    ((usual, _),) = Counter(kinds.values()).most_common(1)
    others = {kind: lease for kind, lease in kinds.items() if lease != usual}
    lease = sa.case(others, value=OUTBOX.c.kind, else_=usual) if others else sa.literal(usual)
    return (
        sa.update(OUTBOX)
        .where(
            OUTBOX.c.id == sa.bindparam("row_id"),
            OUTBOX.c.kind == sa.any_(sa.literal(list(kinds), ARRAY(sa.Text))),
            IS_OPEN,
            IS_FREE,
            OUTBOX.c.attempts < sa.bindparam("most_attempts"),
        )
        .values(attempts=OUTBOX.c.attempts + 1, leased_until=CLOCK + lease, next_try_at=CLOCK + lease)
        .returning(OUTBOX.c.kind, OUTBOX.c.payload, OUTBOX.c.attempts, CLOCK, _NEED_NOT_WAIT)
    )


class AlreadyClosed(Exception):
    """Somebody else has done the job, or it was given up. Whatever this transaction did is rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An open row whose time has come, to be made known on its queue (perhaps one of a newer release)."""

    id: int
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One try at one job. `attempt` counts from 1 and tells this try from a later one."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    claimed_at: datetime


def take_due(session: Session, *, limit: int, again: timedelta) -> list[Due]:
    """Lock up to `limit` due rows and put their next try off by `again`; publish them before the commit.

    Rows locked by another relay are passed over. A row that nobody claims is published again after `again`,
    later after half its age (five minutes at most), so a long queue is not flooded with copies.
    """
    rows = session.execute(_TAKE, {"most": limit, "again": again, "longest": LONGEST_REPUBLISH}).all()
    return [Due(id=row_id, queue=queue) for row_id, queue, _ in sorted(rows)]


def publish_again(session: Session) -> int:
    """The broker has lost its memory: make every open row due now, except those somebody works on."""
    return _changed(session, _PUBLISH_AGAIN)


def claim(
    session: Session | sa.Connection, row_id: int, *, leases: Mapping[str, timedelta], most_attempts: int
) -> Claim | None:
    """Take the job for one try, counted before the work begins; None if there is nothing to do.

    `leases` names the kinds the caller can do and how long it may take for each. A row of another kind
    stays open untouched; a row on which somebody's lease runs, or that is closed or dead, is left alone.
    Waits for a relay that is just handing the row over. One statement, so it may be a transaction by itself.
    """
    statement = _claim_statement(tuple(leases.items()))
    row = session.execute(statement, {"row_id": row_id, "most_attempts": most_attempts}).one_or_none()
    if row is None:
        return None
    kind, payload, attempt, claimed_at, _ = row
    return Claim(id=row_id, kind=kind, payload=payload, attempt=attempt, claimed_at=claimed_at)


def close(session: Session, claim: Claim) -> datetime:
    """Close the row in the transaction of the work, before its effects; returns the moment of the work.

    The row stays locked until the commit, so a second worker waits here and then finds it closed:
    `AlreadyClosed`, nothing is done twice. If the work raises, the rollback opens the row again.
    """
    closed_at: datetime | None = session.execute(_CLOSE, {"row_id": claim.id}).scalar()
    if closed_at is None:
        raise AlreadyClosed(claim.id)
    return closed_at


def put_off(session: Session, claim: Claim, *, error: str, delay: timedelta, most_attempts: int) -> datetime | None:
    """The try failed: note `error` (a code, never data) and try again after `delay`, or give the job up.

    Returns when it was given up, else None. A try that has been overtaken by a later one changes nothing.
    """
    is_last = claim.attempt >= most_attempts
    statement = (
        sa.update(OUTBOX)
        .where(OUTBOX.c.id == claim.id, OUTBOX.c.attempts == claim.attempt, IS_OPEN)
        .values(
            last_error=error,
            leased_until=None,
            next_try_at=CLOCK + delay,
            dead_at=CLOCK if is_last else None,
        )
        .returning(OUTBOX.c.dead_at)
    )
    dead_at: datetime | None = session.execute(statement).scalar()
    return dead_at


def bury(session: Session, row_id: int, *, most_attempts: int) -> bool:
    """Give up a job whose last try ended without a word (its worker was killed); whether it was one."""
    statement = (
        sa.update(OUTBOX)
        .where(OUTBOX.c.id == row_id, IS_OPEN, IS_FREE, OUTBOX.c.attempts >= most_attempts)
        .values(dead_at=CLOCK, leased_until=None, last_error=sa.func.coalesce(OUTBOX.c.last_error, LOST))
    )
    return _changed(session, statement) == 1


def fire_due_timers(session: Session, *, limit: int) -> int:
    """Fire the timers whose moment has come by the database clock: late rather than never, never early.

    Marking a timer and writing its job is one transaction, and a timer locked by another relay is passed
    over, so two relays fire each timer once. Returns how many were fired.
    """
    due = (
        sa.select(Timer.id)
        .where(Timer.fired_at.is_(None), Timer.cancelled_at.is_(None), Timer.due_at <= CLOCK)
        .order_by(Timer.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    fired = session.execute(
        sa.update(Timer)
        .where(Timer.id == due.c.id)
        .values(fired_at=CLOCK)
        .returning(Timer.id, Timer.fired_at)
        .execution_options(synchronize_session=False)
    ).all()
    if fired:
        session.execute(
            insert(OutboxRow).on_conflict_do_nothing(index_elements=["dedupe_key"]),
            [
                {
                    "kind": Job.FIRE_TIMER.value,
                    "queue": QUEUES[Job.FIRE_TIMER],
                    "payload": {"timer_id": str(timer_id)},
                    "dedupe_key": f"timer:{timer_id}",
                    "created_at": fired_at,
                    "next_try_at": fired_at,
                    "attempts": 0,
                }
                for timer_id, fired_at in fired
            ],
        )
    return len(fired)


def forget_closed(session: Session, *, before: datetime) -> int:
    """Delete rows closed before that moment. Their dedupe keys are free again, so keep them for weeks."""
    return _changed(session, sa.delete(OutboxRow).where(OutboxRow.closed_at < before))


def database_now(session: Session) -> datetime:
    """The database clock, the one that decides."""
    return session.execute(sa.select(CLOCK)).scalar_one()


def _changed(session: Session, statement: sa.Update | sa.Delete) -> int:
    result = session.execute(statement)
    assert isinstance(result, sa.CursorResult)  # noqa: S101 - for the type checker
    return result.rowcount
