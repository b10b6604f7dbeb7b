"""Cleaning: rows whose time is over."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.attachments import resuming
from portal.foundation.outbox import Job
from portal.operations import actions
from workers.handlers import Payload, handles


@handles(Job.CLEAN_EXPIRED)
def clean_expired(session: Session, _payload: Payload, now: datetime) -> None:
    actions.clean_expired(session, now=now)
    resuming.forget_stale(session, now=now)
