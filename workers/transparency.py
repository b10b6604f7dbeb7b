"""Transparency: the daily public snapshot."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal.foundation.outbox import Job
from portal.transparency import actions
from workers.handlers import Payload, handles


@handles(Job.PUBLISH_SNAPSHOT, lease=timedelta(minutes=5))
def publish_snapshot(session: Session, payload: Payload, now: datetime) -> None:
    """Shortly after midnight: the day in the payload has just begun, the one before it is published."""
    actions.publish_snapshot(session, date.fromisoformat(payload["day"]) - timedelta(days=1), now)
