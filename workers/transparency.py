"""Transparency: the daily public snapshot, and the figures of the officers."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.foundation.outbox import Job, OutboxRow, enqueue
from portal.foundation.unit_of_work import unit_of_work
from portal.transparency import actions, counting, sheets
from workers.handlers import Payload, Work, handles, handles_slowly


@handles(Job.PUBLISH_SNAPSHOT, lease=timedelta(minutes=5))
def publish_snapshot(session: Session, payload: Payload, now: datetime) -> None:
    """Shortly after midnight: the day in the payload has just begun, the one before it is published."""
    actions.publish_snapshot(session, date.fromisoformat(payload["day"]) - timedelta(days=1), now)


@handles_slowly(Job.COUNT_FIGURES, lease=timedelta(minutes=5))
def count_figures(work: Work) -> None:
    """Batch by batch, so that no act waits for long; a batch that was counted stays counted."""
    while True:
        with unit_of_work() as session:
            if not counting.count(session):
                break
    with work.closing() as (session, now):
        sheets.make(session, now=now)


def enqueue_count(session: Session, *, now: datetime) -> bool:
    """At every tick: have counted what has happened. If nothing has, that is one statement."""
    if not counting.is_wanted(session, now=now):
        return False
    row = OutboxRow
    is_open = (row.kind == Job.COUNT_FIGURES.value, row.closed_at.is_(None), row.dead_at.is_(None))
    if session.scalar(sa.select(sa.exists().where(*is_open))):
        return False
    enqueue(session, Job.COUNT_FIGURES, {}, dedupe_key=f"{Job.COUNT_FIGURES.value}:{now:%Y-%m-%dT%H:%M:%S}")
    return True
