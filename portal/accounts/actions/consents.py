"""Giving a consent, and taking it back: as easy the one as the other."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions.audit import record
from portal.accounts.consents import WORDINGS, Purpose
from portal.accounts.models import Consent, Person
from portal.foundation.database import new_id
from portal.foundation.errors import Stale


def give(session: Session, person_id: UUID, purpose: Purpose, *, wording: int, now: datetime) -> Consent:
    """Keep that the person agrees to this wording. Raises Stale where another wording is asked for by now.

    Agreeing twice is agreeing once; agreeing to a new wording ends the consent to the one before.
    """
    if wording != WORDINGS[purpose]:
        raise Stale
    session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update())
    held = _standing(session, person_id, purpose)
    if held is not None and held.wording == wording:
        return held
    if held is not None:
        held.withdrawn_at = now
        session.flush()
    made = Consent(id=new_id(), person_id=person_id, purpose=purpose.value, wording=wording, given_at=now)
    session.add(made)
    after = {"purpose": purpose.value, "wording": wording}
    record(session, "accounts.give_consent", f"person:{person_id}", by=person_id, now=now, after=after)
    session.flush()
    return made


def withdraw(session: Session, person_id: UUID, purpose: Purpose, *, now: datetime) -> None:
    """Take the consent back; what was done before stays lawful. Without one there is nothing to do."""
    held = _standing(session, person_id, purpose)
    if held is None:
        return
    held.withdrawn_at = now
    before = {"purpose": purpose.value, "wording": held.wording}
    record(session, "accounts.withdraw_consent", f"person:{person_id}", by=person_id, now=now, before=before)
    session.flush()


def _standing(session: Session, person_id: UUID, purpose: Purpose) -> Consent | None:
    return session.scalar(
        sa.select(Consent).where(
            Consent.person_id == person_id, Consent.purpose == purpose.value, Consent.withdrawn_at.is_(None)
        )
    )
