"""Routing: a filed dossier finds its office and its officer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.foundation.outbox import Job
from portal.routing import actions
from workers.handlers import Payload, handles


@handles(Job.ROUTE_DOSSIER)
def route_dossier(session: Session, payload: Payload, now: datetime) -> None:
    actions.route(session, UUID(payload["dossier_id"]), now=now)
