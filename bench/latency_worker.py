"""The worker of `bench/latency.py`: the portal's, with two more tasks that do next to nothing."""

from datetime import datetime

import sqlalchemy as sa
from redis import Redis
from sqlalchemy.orm import Session

from config import settings
from workers.app import app
from workers.handlers import Payload, handles

__all__ = ["app"]

REPLIES = "bench:replies"
_broker = Redis.from_url(settings().redis_url)


@app.task(name="bench.nothing")
def nothing() -> None:
    """The anchor: Celery alone, there and back through the broker."""
    _broker.rpush(REPLIES, "1")


@handles("bench.note")
def note(session: Session, payload: Payload, now: datetime) -> None:
    """One row, committed with the closing of the job, and a notification at that commit."""
    session.execute(sa.text("INSERT INTO bench_effects (at) VALUES (:at)"), {"at": now})
    session.execute(sa.text("SELECT pg_notify('bench', :number)"), {"number": str(payload["number"])})
