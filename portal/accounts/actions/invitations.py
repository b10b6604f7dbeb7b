"""Inviting people: an account without a password, and a letter with a link to choose one."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import invitations, passwords
from portal.accounts.actions import people, sign_in
from portal.accounts.actions.audit import record
from portal.accounts.models import Invitation, Person
from portal.accounts.queries import holds_post
from portal.foundation.database import new_id
from portal.foundation.errors import NotFound, Refused
from portal.foundation.formats import Language
from portal.foundation.outbox import Job, enqueue

NO_PASSWORD = "none yet"  # noqa: S105 - no password
"""Stands where the hash of a password will be; no password fits it."""


def invite(
    session: Session, *, name: str, email: str, language: Language, by: UUID | None, now: datetime
) -> tuple[Person, Invitation]:
    """Make the account and send the letter. Raises Invalid if the address has an account."""
    person = people.add(session, name=name, email=email, password_hash=NO_PASSWORD, language=language, now=now)
    after = {"name": person.name, "email": person.email, "language": language}
    record(session, "accounts.invite", f"person:{person.id}", by=by, now=now, after=after)
    return person, send(session, person, by=by, now=now)


def send(session: Session, person: Person, *, by: UUID | None, now: datetime) -> Invitation:
    """Make a new invitation in place of those before it, and send it."""
    _end_open(session, person.id, now=now)
    made = Invitation(
        id=new_id(), person_id=person.id, made_by=by, made_at=now, expires_at=now + invitations.LASTS, ended_at=None
    )
    session.add(made)
    session.flush()
    params = {"invitation": str(made.id), "at": made.expires_at.isoformat()}
    enqueue(session, Job.SEND_NOTICE, {"person_id": str(person.id), "kind": "invited", "params": params})
    return made


def send_again(session: Session, person_id: UUID, *, by: UUID, now: datetime) -> Invitation:
    """Another letter for somebody who has not chosen a password yet. Refused once they have."""
    person = session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    if person.password_hash != NO_PASSWORD:
        raise Refused("accounts.has_password")
    record(session, "accounts.invite_again", f"person:{person_id}", by=by, now=now)
    return send(session, person, by=by, now=now)


def invited(session: Session, token: str, *, now: datetime) -> Person:
    """Whom a token invites. Raises NotFound for one that is wrong, used or over."""
    invitation_id = invitations.invitation_in(token)
    person = session.scalar(
        sa.select(Person)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(
            Invitation.id == invitation_id,
            Invitation.ended_at.is_(None),
            Invitation.expires_at > now,
            Person.disabled_at.is_(None),
            Person.password_hash == NO_PASSWORD,
        )
    )
    if person is None:
        raise NotFound
    return person


def accept(session: Session, token: str, password: str, *, now: datetime) -> Person:
    """Choose the password; the link opens nothing afterwards.

    Raises NotFound for a token that is good no longer, Invalid for a password that is not good enough.
    """
    person = invited(session, token, now=now)
    session.refresh(person, with_for_update=True)
    if person.password_hash != NO_PASSWORD:
        raise NotFound
    is_staff = holds_post(session, person.id)
    passwords.check(password, has_second_factor=is_staff, email=person.email, name=person.name)
    person.password_hash = passwords.hash_password(password)
    _end_open(session, person.id, now=now)
    sign_in.end_all(session, person.id, now=now)
    record(session, "accounts.accept_invitation", f"person:{person.id}", by=person.id, now=now)
    return person


def _end_open(session: Session, person_id: UUID, *, now: datetime) -> None:
    session.execute(
        sa.update(Invitation)
        .where(Invitation.person_id == person_id, Invitation.ended_at.is_(None))
        .values(ended_at=now)
    )
