"""Transparency: the daily public snapshot, and the figures of the officers."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.foundation.outbox import Job, OutboxRow, enqueue
from portal.foundation.unit_of_work import unit_of_work
from portal.transparency import calibrating, counting, forecasting, sheets
from portal.transparency.actions import snapshots
from workers.handlers import Payload, Work, handles, handles_slowly

_LEARNT = forecasting.HourlyLearning()


@handles(Job.PUBLISH_SNAPSHOT, lease=timedelta(minutes=5))
def publish_snapshot(session: Session, payload: Payload, now: datetime) -> None:
    """Shortly after midnight: the day in the payload has just begun, the one before it is published."""
    as_of = date.fromisoformat(payload["day"]) - timedelta(days=1)
    snapshots.publish_snapshot(session, as_of, now)
    calibrating.publish(session, as_of=as_of, now=now)


@handles_slowly(Job.COUNT_FIGURES, lease=timedelta(minutes=5))
def count_figures(work: Work) -> None:
    """Batch by batch, so that no act waits for long; a batch that was counted stays counted.

    A try that follows one that came to nothing makes the sheets in any case: that one may have counted.
    """
    counted = 0
    while True:
        with unit_of_work() as session:
            batch = counting.count(session)
        counted += batch
        if not batch:
            break
    while True:
        with unit_of_work() as session:
            if not forecasting.make_pending(session, now=work.claimed_at, learnt=_LEARNT):
                break
    with work.closing() as (session, now):
        if counted or work.attempt > 1 or counting.is_wanted(session, now=now):
            sheets.make(session, now=now)


def enqueue_count(session: Session, *, now: datetime) -> bool:
    """The sweep, at every tick: have counted what a count has missed, and a new day. Else that is one statement."""
    if not counting.is_wanted(session, now=now):
        return False
    row = OutboxRow
    is_open = (row.kind == Job.COUNT_FIGURES.value, row.closed_at.is_(None), row.dead_at.is_(None))
    if session.scalar(sa.select(sa.exists().where(*is_open))):
        return False
    enqueue(session, Job.COUNT_FIGURES, {}, dedupe_key=f"{Job.COUNT_FIGURES.value}:{now:%Y-%m-%dT%H:%M:%S}")
    return True
