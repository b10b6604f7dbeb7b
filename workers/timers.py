"""Timers: what happens when a moment of the law has come."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.deliveries.actions import counter
from portal.dossiers.actions.decision import RENEWAL_DAYS
from portal.dossiers.actions.payment import expire_prepayment
from portal.foundation.outbox import Job, Timer, TimerKind
from portal.hearing import actions as hearing
from portal.routing import actions
from workers.handlers import Payload, handles

OF_MATTERS = frozenset({TimerKind.MATTER_SCREENING, TimerKind.MATTER_LIMIT, TimerKind.MATTER_PUBLISHING})


@handles(Job.FIRE_TIMER)
def fire_timer(session: Session, payload: Payload, now: datetime) -> None:
    timer = session.get_one(Timer, UUID(payload["timer_id"]))
    if timer.kind is TimerKind.PREPAYMENT_DEADLINE:
        expire_prepayment(session, timer.dossier_id, now=now)
        return
    if timer.kind is TimerKind.COUNTER_SLOT:
        counter.remind(session, timer.subject_id, now=now)
        return
    if timer.kind in OF_MATTERS:
        hearing.note_term_passed(session, timer.subject_id, now=now)
        return
    if timer.kind is TimerKind.RESULT_RENEWAL:
        last_day = office_day(timer.due_at) + timedelta(days=RENEWAL_DAYS)
        hearing.remind_of_renewal(session, timer.dossier_id, expires_on=last_day, now=now)
        return
    actions.ring(session, timer, now=now)
