"""A lost second factor is taken away by two administrators: one asks, another confirms. The person is told.

Afterwards the person signs in with the password and sets up a new app. Whoever still has a recovery code needs
nobody (`actions.recovery`).
"""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.actions import sign_in
from portal.accounts.actions.audit import record
from portal.accounts.models import FactorReset, Passkey, Person, RecoveryCode
from portal.foundation.database import new_id
from portal.foundation.errors import Refused
from portal.foundation.outbox import Job, enqueue

LASTS = timedelta(days=1)


def ask(session: Session, person_id: UUID, *, reason: str, by: UUID, now: datetime) -> FactorReset:
    """Ask for it. Refused for oneself, for somebody without a factor, and while another request is open."""
    session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    if person_id == by:
        raise Refused("accounts.own_factor")
    if not queries.has_second_factor(session, person_id):
        raise Refused("accounts.no_factor")
    before = open_for(session, person_id)
    if before is not None:
        if before.asked_at + LASTS > now:
            raise Refused("accounts.reset_is_asked")
        before.closed_at = now
        session.flush()
    made = FactorReset(
        id=new_id(), person_id=person_id, reason=reason, asked_by=by, asked_at=now, confirmed_by=None, closed_at=None
    )
    session.add(made)
    record(session, "accounts.ask_factor_reset", f"person:{person_id}", by=by, now=now, after={"reason": reason})
    session.flush()
    return made


def confirm(session: Session, person_id: UUID, *, by: UUID, now: datetime) -> None:
    """Take the factor away. Refused for whoever asked, for the person, and a day after the asking."""
    found = _open(session, person_id, now=now)
    if by in {found.asked_by, found.person_id}:
        raise Refused("accounts.second_person")
    found.confirmed_by = by
    found.closed_at = now
    _take_away(session, person_id, by=by, now=now, asked_by=str(found.asked_by), reason=found.reason)


def withdraw(session: Session, person_id: UUID, *, by: UUID, now: datetime) -> None:
    """Drop the request: the app was found again, or the caller was not who they said."""
    found = _open(session, person_id, now=now)
    found.closed_at = now
    before = {"asked_by": str(found.asked_by), "reason": found.reason}
    record(session, "accounts.withdraw_factor_reset", f"person:{person_id}", by=by, now=now, before=before)


def from_the_console(session: Session, person: Person, *, reason: str, now: datetime) -> None:
    """Where there is only one administrator, whoever runs the machine does it."""
    if not queries.has_second_factor(session, person.id):
        raise Refused("accounts.no_factor")
    _take_away(session, person.id, by=None, now=now, asked_by="console", reason=reason)


def open_for(session: Session, person_id: UUID) -> FactorReset | None:
    """The request for this person that is neither confirmed nor dropped."""
    return session.scalar(
        sa.select(FactorReset).where(FactorReset.person_id == person_id, FactorReset.closed_at.is_(None))
    )


def _open(session: Session, person_id: UUID, *, now: datetime) -> FactorReset:
    found = session.scalar(
        sa.select(FactorReset)
        .where(FactorReset.person_id == person_id, FactorReset.closed_at.is_(None), FactorReset.asked_at > now - LASTS)
        .with_for_update()
    )
    if found is None:
        raise Refused("accounts.no_reset_is_open")
    return found


def _take_away(
    session: Session, person_id: UUID, *, by: UUID | None, now: datetime, asked_by: str, reason: str
) -> None:
    person = session.get_one(Person, person_id)
    person.one_time_secret = None
    person.one_time_last_step = None
    session.execute(sa.delete(Passkey).where(Passkey.person_id == person_id))
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    sign_in.end_all(session, person_id, now=now)
    record(
        session,
        "accounts.reset_factor",
        f"person:{person_id}",
        by=by,
        now=now,
        before={"had_one": True},
        after={"asked_by": asked_by, "reason": reason},
    )
    params = {"at": now.isoformat()}
    enqueue(session, Job.SEND_NOTICE, {"person_id": str(person_id), "kind": "factor_reset", "params": params})
