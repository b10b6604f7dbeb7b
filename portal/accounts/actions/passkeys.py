"""Passkeys of a person: made, named, shown, removed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import passkeys, queries
from portal.accounts.actions.audit import record
from portal.accounts.models import Passkey, Person, RecoveryCode
from portal.accounts.passkeys import Made, Site
from portal.foundation.errors import Invalid, NotFound, Refused

MOST = 10
LONGEST_NAME = 60


def add(session: Session, person_id: UUID, made: Made, *, name: str, now: datetime) -> Passkey:
    """Take a new passkey into use. Raises Invalid where it is known already, Refused after ten."""
    session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update())
    if len(queries.passkeys_of(session, person_id)) >= MOST:
        raise Refused("accounts.passkeys_many")
    if session.get(Passkey, made.id) is not None:
        raise Invalid(fields={"name": "accounts.passkey_known"})
    added = Passkey(
        id=made.id,
        person_id=person_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports,
        name=_named(name),
        made_at=now,
    )
    session.add(added)
    record(session, "accounts.add_passkey", f"person:{person_id}", by=person_id, now=now)
    session.flush()
    return added


def rename(session: Session, person_id: UUID, reference: str, *, name: str) -> None:
    """Call one's passkey something else."""
    found = _own(session, person_id, reference)
    found.name = _named(name)
    session.flush()


def remove(session: Session, person_id: UUID, reference: str, *, now: datetime) -> None:
    """It opens nothing any more. With the last second factor the recovery codes go, too.

    Raises Refused for officers whose only second factor it is.
    """
    person = session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    gone = _own(session, person_id, reference)
    is_last = person.one_time_secret is None and len(queries.passkeys_of(session, person_id)) == 1
    if is_last and queries.holds_post(session, person_id):
        raise Refused("accounts.last_factor")
    session.delete(gone)
    if is_last:
        session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    record(session, "accounts.remove_passkey", f"person:{person_id}", by=person_id, now=now)
    session.flush()


def prove(session: Session, person_id: UUID, answer: str, *, site: Site, challenge: bytes, now: datetime) -> bool:
    """Whether the browser has shown one of the person's passkeys."""
    shown = passkeys.id_shown(answer)
    if shown is None:
        return False
    held = session.scalars(
        sa.select(Passkey)
        .join(Person, Person.id == Passkey.person_id)
        .where(Passkey.id == shown, Passkey.person_id == person_id, Person.disabled_at.is_(None))
        .with_for_update(of=Passkey)
    ).one_or_none()
    if held is None:
        return False
    count = passkeys.new_count(site, answer, held, challenge)
    if count is None:
        return False
    held.sign_count, held.used_at = count, now
    return True


def reference_of(passkey: Passkey) -> str:
    """How a page names a passkey."""
    return passkey.id.hex()


def _own(session: Session, person_id: UUID, reference: str) -> Passkey:
    try:
        found = session.get(Passkey, bytes.fromhex(reference))
    except ValueError:
        found = None
    if found is None or found.person_id != person_id:
        raise NotFound
    return found


def _named(name: str) -> str:
    named = " ".join(name.split())[:LONGEST_NAME]
    if not named:
        raise Invalid(fields={"name": "accounts.passkey_unnamed"})
    return named
