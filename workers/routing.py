"""Routing: a filed dossier finds its office and its officer, steps without hands find some, effort is learned."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.foundation.outbox import Job
from portal.routing import actions, learning
from workers.handlers import Payload, handles

LEARNING_MAY_TAKE = timedelta(minutes=10)


@handles(Job.ROUTE_DOSSIER)
def route_dossier(session: Session, payload: Payload, now: datetime) -> None:
    actions.route(session, UUID(payload["dossier_id"]), now=now)


@handles(Job.PLACE_STEPS)
def place_steps(session: Session, payload: Payload, now: datetime) -> None:  # noqa: ARG001 - each route has its own
    """Of one person who has left at once; every morning of all, for those who are back."""
    person = payload.get("person_id")
    actions.place(session, person_id=UUID(person) if person else None)


@handles(Job.LEARN_EFFORT, lease=LEARNING_MAY_TAKE)
def learn_effort(session: Session, payload: Payload, now: datetime) -> None:  # noqa: ARG001 - learns up to now
    learning.learn(session, now=now)
