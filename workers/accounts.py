"""Accounts: letters whose sending must not tell whether there is an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.actions import new_passwords
from portal.foundation.outbox import Job
from workers.handlers import Payload, handles


@handles(Job.SEND_RESET)
def send_reset(session: Session, payload: Payload, now: datetime) -> None:
    """The letter for a forgotten password. Asked for an address nobody has, there is nothing to do."""
    if payload["person_id"]:
        new_passwords.send_reset(session, UUID(payload["person_id"]), now=now)
