"""Accounts of people: registering, passwords, second factor, disabling."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts import one_time, passwords, queries
from portal.accounts.actions import addresses, letters, links, posts, sign_in
from portal.accounts.actions.audit import record
from portal.accounts.keys import normal_email
from portal.accounts.models import (
    LinkPurpose,
    Membership,
    Party,
    PartyKind,
    PartyStatus,
    Person,
)
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid
from portal.foundation.formats import Language
from portal.foundation.outbox import Job, enqueue
from portal.workflow.lifecycle import CompanyRole


def register(
    session: Session,
    *,
    name: str,
    email: str,
    password: str,
    language: Language,
    now: datetime,
    is_verified: bool = False,
) -> Person:
    """Make an account; the person may at once draft for themselves as an individual.

    A letter asks them to confirm the address, and then they may file; `is_verified` where there is nobody to ask,
    because no mail goes out. Raises Invalid, naming the field, for an address that has an account or a password not
    good enough.
    """
    passwords.check(password, has_second_factor=False, email=email, name=name)
    person = add(
        session,
        name=name,
        email=email,
        password_hash=passwords.hash_password(password),
        language=language,
        is_verified=is_verified,
        now=now,
    )
    add_own_party(session, person, now=now)
    addresses.send_check(session, person.id, now=now)
    return person


def tell_registered(session: Session, email: str, *, now: datetime) -> None:
    """Somebody wanted to make an account with an address that has one: its owner is told, and nobody else."""
    owner = queries.person_by_email(session, email)
    if owner is not None and owner.disabled_at is None:
        letters.tell(session, owner.id, "address_known", now=now)


def add(
    session: Session,
    *,
    name: str,
    email: str,
    password_hash: str,
    language: Language,
    now: datetime,
    is_verified: bool = True,
) -> Person:
    """Make the row of a person, whose address is known to be theirs. Raises Invalid if the address has an account."""
    values = {
        "id": new_id(),
        "name": " ".join(name.split()),
        "email": normal_email(email),
        "email_verified_at": now if is_verified else None,
        "password_hash": password_hash,
        "language": language,
        "created_at": now,
    }
    made: Person | None = session.scalar(insert(Person).values(values).on_conflict_do_nothing().returning(Person))
    if made is None:
        raise Invalid(fields={"email": "accounts.email_taken"})
    return made


def add_own_party(session: Session, person: Person, *, now: datetime) -> Party:
    """The person as an individual who files for themselves; needs nobody's approval (decision 18)."""
    party = Party(
        id=new_id(),
        kind=PartyKind.INDIVIDUAL,
        status=PartyStatus.APPROVED,
        name=person.name,
        email=person.email,
        phone=person.phone,
        created_at=now,
    )
    session.add(party)
    session.flush()
    session.add(Membership(person_id=person.id, party_id=party.id, role=CompanyRole.OWNER, since=now))
    session.flush()
    return party


def change_password(session: Session, person_id: UUID, *, new: str, kept_key: str | None, now: datetime) -> None:
    """Change the password and sign out everywhere but in the browser of `kept_key`. The person is told.

    The caller has asked for the current password. Raises Invalid for one that is not good enough.
    """
    person = session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    has_factor = queries.has_second_factor(session, person_id)
    passwords.check(new, has_second_factor=has_factor, email=person.email, name=person.name)
    person.password_hash = passwords.hash_password(new)
    sign_in.end_all(session, person_id, now=now, but=kept_key)
    links.end_open(session, person_id, LinkPurpose.RESET, now=now)
    record(session, "accounts.change_password", f"person:{person_id}", by=person_id, now=now)
    letters.tell(session, person_id, "password_changed", now=now)


def refresh_hash(session: Session, person_id: UUID, password: str) -> None:
    """Keep the password, just proven right, under today's parameters."""
    session.execute(
        sa.update(Person).where(Person.id == person_id).values(password_hash=passwords.hash_password(password))
    )


def set_second_factor(session: Session, person_id: UUID, secret: str, code: str, *, now: datetime) -> None:
    """Take an authenticator app into use; its first code proves that it was set up right.

    Raises Invalid for a wrong code. Replacing a factor signs out nowhere: whoever does it has just proven
    both the password and, where there is one, the factor before.
    """
    person = session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    step = one_time.accepted_step(secret, code, last_step=None, now=now)
    if step is None:
        raise Invalid(fields={"code": "accounts.code_wrong"})
    record(
        session,
        "accounts.set_second_factor",
        f"person:{person_id}",
        by=person_id,
        now=now,
        before={"had_one": person.one_time_secret is not None},
    )
    person.one_time_secret = secret
    person.one_time_last_step = step


def disable(session: Session, person_id: UUID, *, by: UUID | None, now: datetime, reason: str = "") -> None:
    """Close the account: its open sign-ins end with the next request. The posts stay, for when it is opened again.

    Refused for the last administrator.
    """
    person = session.get_one(Person, person_id)
    if person.disabled_at is None:
        posts.keep_an_administrator(session, without=person_id)
        person.disabled_at = now
        enqueue(session, Job.PLACE_STEPS, {"person_id": str(person_id)})  # nothing waits for somebody who has gone
        sign_in.end_all(session, person_id, now=now)
        after = {"open": False, **({"reason": reason} if reason else {})}
        record(session, "accounts.disable", f"person:{person_id}", by=by, now=now, before={"open": True}, after=after)


def enable(session: Session, person_id: UUID, *, by: UUID | None, now: datetime, reason: str = "") -> None:
    """Open a disabled account again."""
    person = session.get_one(Person, person_id)
    if person.disabled_at is not None:
        before = {"disabled_at": person.disabled_at.isoformat()}
        person.disabled_at = None
        after = {"open": True, **({"reason": reason} if reason else {})}
        record(session, "accounts.enable", f"person:{person_id}", by=by, now=now, before=before, after=after)


def leave(session: Session, person_id: UUID, *, by: UUID | None, now: datetime, reason: str) -> None:
    """The person leaves the office: every post ends, every sign-in is revoked at once.

    The account stays open for what else the person is (a filer of a company). Refused for the last administrator.
    """
    session.get_one(Person, person_id)
    held = {"posts": posts.end_all(session, person_id, by=by, now=now)}
    sign_in.end_all(session, person_id, now=now)
    record(session, "accounts.leave", f"person:{person_id}", by=by, now=now, before=held, after={"reason": reason})
