"""A password chosen with a link from a letter: the first one of somebody invited, another one of who forgot theirs.

Whoever has the letter has the address, so the address is known to reach them. A second factor stays and is asked for at
the next sign-in. One exception: an account whose address nobody had ever confirmed may have been made by a stranger in
the name of the address's owner; what that stranger set up opens nothing any more.
"""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import passwords, queries
from portal.accounts.actions import letters, links, sign_in
from portal.accounts.actions.audit import record
from portal.accounts.keys import normal_email
from portal.accounts.models import LinkPurpose, OutsideIdentity, Passkey, Person, RecoveryCode
from portal.foundation.outbox import Job, enqueue

NO_PASSWORD = "none yet"  # noqa: S105 - no password
"""Stands where the hash of a password will be; no password fits it."""

MOST_LETTERS = 3
COUNTED_FOR = timedelta(hours=1)
"""More letters than this within the time are not sent to one person; the last one they got stays good."""


def ask_reset(session: Session, email: str) -> None:
    """Somebody says they forgot the password of this address. The letter is written by a job.

    The same statements are made whether there is an account or not, so that time does not tell which addresses exist.
    """
    person_id = session.scalar(sa.select(Person.id).where(Person.email == normal_email(email)))
    enqueue(session, Job.SEND_RESET, {"person_id": str(person_id) if person_id else None})


def send_reset(session: Session, person_id: UUID, *, now: datetime) -> None:
    """Send the letter with the link, unless the account is closed or three went out within the hour."""
    person = session.scalar(sa.select(Person).where(Person.id == person_id).with_for_update())
    if person is None or person.disabled_at is not None:
        return
    sent = links.made_since(session, person_id=person_id, purposes=[LinkPurpose.RESET], since=now - COUNTED_FOR)
    if sent >= MOST_LETTERS:
        return
    letters.send_link(session, links.make(session, person_id, LinkPurpose.RESET, by=None, now=now), "password_reset")


def reset(session: Session, token: str, password: str, *, now: datetime) -> Person:
    """Set another password; every open sign-in ends and the person is told.

    Raises LinkOver for a token that is good no longer, Invalid for a password that is not good enough.
    """
    person = choose(session, LinkPurpose.RESET, token, password, now=now)
    record(session, "accounts.reset_password", f"person:{person.id}", by=person.id, now=now)
    letters.tell(session, person.id, "password_changed", now=now)
    return person


def choose(session: Session, purpose: LinkPurpose, token: str, password: str, *, now: datetime) -> Person:
    """Use the link up and take the password. Every other link to choose one, and every open sign-in, ends."""
    _link, person = links.use(session, purpose, token, now=now)
    if person.email_verified_at is None and person.password_hash != NO_PASSWORD:
        _take_away_factors(session, person)
    has_factor = queries.has_second_factor(session, person.id) or queries.holds_post(session, person.id)
    passwords.check(password, has_second_factor=has_factor, email=person.email, name=person.name)
    person.password_hash = passwords.hash_password(password)
    person.email_verified_at = person.email_verified_at or now
    links.end_open(session, person.id, now=now)
    sign_in.end_all(session, person.id, now=now)
    return person


def _take_away_factors(session: Session, person: Person) -> None:
    person.one_time_secret = None
    person.one_time_last_step = None
    for table in (Passkey, RecoveryCode, OutsideIdentity):
        session.execute(sa.delete(table).where(table.person_id == person.id))
    session.flush()
