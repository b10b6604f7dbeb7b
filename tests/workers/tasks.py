"""A worker that also knows the kinds of the tests: `celery --app=tests.workers.tasks`.

Each effect is a row of `effects`, so that done twice shows as two rows.
"""

import os
import signal
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.foundation.outbox import Job
from portal.foundation.unit_of_work import unit_of_work
from workers.app import app
from workers.handlers import HANDLERS, Payload, Work, handles, handles_slowly

__all__ = ["app"]

PATIENT = sa.text("SELECT pg_sleep(0.01)")


def note(session: Session, what: object, now: datetime | None) -> None:
    session.execute(sa.text("INSERT INTO effects (what, at) VALUES (:what, :at)"), {"what": str(what), "at": now})


@handles("test.note")
def simple(session: Session, payload: Payload, now: datetime) -> None:
    note(session, payload["what"], now)


@handles("test.poison")
def poison(session: Session, payload: Payload, now: datetime) -> None:
    note(session, payload["what"], now)
    raise LookupError(f"the secret of {payload['what']}")


@handles("test.killer")
def killer(session: Session, payload: Payload, now: datetime) -> None:
    """Kills its process in the middle of the work as long as the file is there."""
    note(session, payload["what"], now)
    session.flush()
    if Path(payload["while"]).exists():
        os.kill(os.getpid(), signal.SIGKILL)


@handles_slowly("test.slow")
def slow(work: Work) -> None:
    """Tells that it has begun, waits until it may go on, then saves."""
    with unit_of_work() as session:
        session.execute(sa.text("INSERT INTO begun (what) VALUES (:what)"), {"what": work.payload["what"]})
    wait_for(work.payload["gate"])
    with work.closing() as (session, now):
        note(session, work.payload["what"], now)


def wait_for(gate: str) -> None:
    while not Path(gate).exists():
        with unit_of_work() as session:
            session.execute(PATIENT)


HANDLERS.pop(Job.FIRE_TIMER, None)


@handles(Job.FIRE_TIMER)
def fire_timer(session: Session, payload: Payload, now: datetime) -> None:
    note(session, payload["timer_id"], now)
