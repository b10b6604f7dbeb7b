"""What the filer's side hears of a dossier: notices, and letters to be written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.accounts.viewer import FILING_ROLES
from portal.dossiers.models import Dossier
from portal.letters.actions import request_letter
from portal.letters.contents import LetterKind
from portal.notices.actions import tell
from portal.notices.kinds import NoticeKind


def tell_filers(
    session: Session,
    dossier: Dossier,
    kind: NoticeKind,
    *,
    now: datetime,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Tell whoever filed it, and the owners and filers of its party, of the dossier's last event.

    `params` are what this kind of notice says besides the code, the procedure and the dates.
    """
    members = session.scalars(
        sa.select(Membership.person_id).where(
            Membership.party_id == dossier.party_id,
            Membership.role.in_(FILING_ROLES),
            Membership.ended_at.is_(None),
        )
    )
    people = [dossier.filer_id, *members]
    said = {**known_of(dossier), **(params or {})}
    tell(session, kind, dossier_id=dossier.id, event_version=dossier.version, people=people, now=now, params=said)


def known_of(dossier: Dossier) -> dict[str, Any]:
    """What every notice about the dossier may say: nothing its answers hold, and no names of people."""
    return {
        "dossier_code": dossier.code,
        "procedure": dict(dossier.procedure.names),
        "acceptance_due_at": dossier.acceptance_due_at.isoformat(),
        "promised_due_at": dossier.promised_due_at.isoformat() if dossier.promised_due_at else None,
    }


def write_letter(session: Session, dossier: Dossier, kind: LetterKind, *, event_version: int) -> None:
    """Have a letter about this event written, rendered and sealed by a job."""
    request_letter(session, dossier_id=dossier.id, kind=kind, event_version=event_version)
