"""Timers: what happens when a moment of the law has come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.foundation.outbox import Job, Timer
from portal.routing import actions
from workers.handlers import Payload, handles


@handles(Job.FIRE_TIMER)
def fire_timer(session: Session, payload: Payload, now: datetime) -> None:
    timer = session.get_one(Timer, UUID(payload["timer_id"]))
    actions.note_limit_passed(session, timer.dossier_id, timer.kind, now=now)
