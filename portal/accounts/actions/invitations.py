"""Inviting people: an account without a password, and a letter with a link to choose one."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import letters, links, new_passwords, people
from portal.accounts.actions.audit import record
from portal.accounts.actions.new_passwords import NO_PASSWORD
from portal.accounts.models import LinkPurpose, MailedLink, Person
from portal.foundation.errors import Refused
from portal.foundation.formats import Language


def invite(
    session: Session, *, name: str, email: str, language: Language, by: UUID | None, now: datetime
) -> tuple[Person, MailedLink]:
    """Make the account and send the letter. Raises Invalid if the address has an account."""
    person = people.add(
        session, name=name, email=email, password_hash=NO_PASSWORD, language=language, is_verified=False, now=now
    )
    after = {"name": person.name, "email": person.email, "language": language}
    record(session, "accounts.invite", f"person:{person.id}", by=by, now=now, after=after)
    return person, send(session, person, by=by, now=now)


def send(session: Session, person: Person, *, by: UUID | None, now: datetime) -> MailedLink:
    """Make a new invitation in place of those before it, and send it."""
    made = links.make(session, person.id, LinkPurpose.INVITATION, by=by, now=now)
    letters.send_link(session, made, "invited")
    return made


def send_again(session: Session, person_id: UUID, *, by: UUID, now: datetime) -> MailedLink:
    """Another letter for somebody who has not chosen a password yet. Refused once they have."""
    person = session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    if person.password_hash != NO_PASSWORD:
        raise Refused("accounts.has_password")
    made = send(session, person, by=by, now=now)
    after = {"email": person.email, "until": made.expires_at.isoformat()}
    record(session, "accounts.invite_again", f"person:{person_id}", by=by, now=now, after=after)
    return made


def accept(session: Session, token: str, password: str, *, now: datetime) -> Person:
    """Choose the password; the link opens nothing afterwards, and the address is known to reach the person.

    Raises LinkOver for a token that is good no longer, Invalid for a password that is not good enough.
    """
    person = new_passwords.choose(session, LinkPurpose.INVITATION, token, password, now=now)
    record(session, "accounts.accept_invitation", f"person:{person.id}", by=person.id, now=now)
    return person
