"""What a person has agreed to."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.consents import WORDINGS, Purpose
from portal.accounts.models import Consent


def standing(session: Session, person_id: UUID) -> dict[Purpose, Consent]:
    """The consents that count today: not taken back, and to the wording that is asked for now."""
    rows = session.scalars(
        sa.select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
    ).all()
    known = {purpose.value for purpose in Purpose}
    found = {Purpose(row.purpose): row for row in rows if row.purpose in known}
    return {purpose: row for purpose, row in found.items() if row.wording == WORDINGS[purpose]}


def all_of(session: Session, person_id: UUID) -> Sequence[Consent]:
    """Every consent the person ever gave, newest first."""
    own = sa.select(Consent).where(Consent.person_id == person_id)
    return session.scalars(own.order_by(Consent.given_at.desc(), Consent.id)).all()
