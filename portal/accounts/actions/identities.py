"""Identities at a sign-in service outside: linked by their person, used, let go."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actions.audit import record
from portal.accounts.models import OutsideIdentity
from portal.foundation.database import new_id
from portal.foundation.errors import Refused


def link(session: Session, person_id: UUID, *, issuer: str, subject: str, known_as: str, now: datetime) -> None:
    """Let this identity sign the person in from now on. Linking it again to the same person changes nothing.

    Raises Refused where it is somebody else's, or the person has another one at this service.
    """
    made = session.scalar(
        insert(OutsideIdentity)
        .values(id=new_id(), person_id=person_id, issuer=issuer, subject=subject, known_as=known_as, linked_at=now)
        .on_conflict_do_nothing()
        .returning(OutsideIdentity.id)
    )
    if made is None:
        held = found(session, issuer=issuer, subject=subject)
        if held is not None and held.person_id == person_id:
            return
        raise Refused("accounts.outside_taken" if held is not None else "accounts.outside_other")
    record(session, "accounts.link_identity", f"person:{person_id}", by=person_id, now=now, after={"issuer": issuer})


def use(session: Session, *, issuer: str, subject: str, known_as: str, now: datetime) -> OutsideIdentity | None:
    """The identity, if it is linked to an account; that it was used is kept, and how it is known by now."""
    held = found(session, issuer=issuer, subject=subject)
    if held is not None:
        held.used_at, held.known_as = now, known_as
    return held


def unlink(session: Session, person_id: UUID, *, issuer: str, now: datetime) -> None:
    """It signs nobody in any more; the password still does."""
    gone = session.scalar(
        sa.delete(OutsideIdentity)
        .where(OutsideIdentity.person_id == person_id, OutsideIdentity.issuer == issuer)
        .returning(OutsideIdentity.id)
    )
    if gone is not None:
        before = {"issuer": issuer}
        record(session, "accounts.unlink_identity", f"person:{person_id}", by=person_id, now=now, before=before)


def found(session: Session, *, issuer: str, subject: str) -> OutsideIdentity | None:
    """The link of this identity, if there is one."""
    return session.scalar(
        sa.select(OutsideIdentity).where(OutsideIdentity.issuer == issuer, OutsideIdentity.subject == subject)
    )


def of_person(session: Session, person_id: UUID, *, issuer: str) -> OutsideIdentity | None:
    """The person's identity at this service, if linked."""
    return session.scalar(
        sa.select(OutsideIdentity).where(OutsideIdentity.person_id == person_id, OutsideIdentity.issuer == issuer)
    )
