"""Legal holds: nothing of a dossier is erased while one stands."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.administration.models import LegalHold
from portal.dossiers.models import Dossier
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound, Refused


def hold(session: Session, code: str, *, reason: str, by: UUID, now: datetime) -> LegalHold:
    """Hold the dossier with this code. Raises Invalid where there is none, or it is on hold already."""
    dossier_id = session.scalar(sa.select(Dossier.id).where(Dossier.code == code).with_for_update())
    if dossier_id is None:
        raise Invalid(fields={"code": "administration.no_such_dossier"})
    if session.scalar(sa.select(sa.exists().where(LegalHold.dossier_id == dossier_id, LegalHold.lifted_at.is_(None)))):
        raise Invalid(fields={"code": "administration.held_already"})
    made = LegalHold(id=new_id(), dossier_id=dossier_id, reason=reason, set_by=by, set_at=now)
    session.add(made)
    session.flush()
    audit.record(session, "administration.hold", f"dossier:{code}", by=by, now=now, after={"reason": reason})
    return made


def lift(session: Session, hold_id: UUID, *, by: UUID, now: datetime) -> None:
    """The dossier is kept no longer than others. Raises Refused once it has been lifted."""
    found = session.scalar(sa.select(LegalHold).where(LegalHold.id == hold_id).with_for_update())
    if found is None:
        raise NotFound
    if found.lifted_at is not None:
        raise Refused
    found.lifted_at, found.lifted_by = now, by
    code = session.get_one(Dossier, found.dossier_id).code
    before = {"reason": found.reason, "since": found.set_at.isoformat()}
    audit.record(session, "administration.lift_hold", f"dossier:{code}", by=by, now=now, before=before)
    session.flush()
