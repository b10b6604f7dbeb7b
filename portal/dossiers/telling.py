"""What the filer's side hears of a dossier: notices, and letters to be written."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.accounts.viewer import FILING_ROLES
from portal.dossiers.models import Dossier
from portal.letters.actions import request_letter
from portal.letters.contents import LetterKind
from portal.notices.actions import tell
from portal.notices.kinds import NoticeKind


def tell_filers(session: Session, dossier: Dossier, kind: NoticeKind, *, now: datetime) -> None:
    """Tell whoever filed it, and the owners and filers of its party, of the dossier's last event."""
    members = session.scalars(
        sa.select(Membership.person_id).where(
            Membership.party_id == dossier.party_id,
            Membership.role.in_(FILING_ROLES),
            Membership.ended_at.is_(None),
        )
    )
    people = [dossier.filer_id, *members]
    tell(session, kind, dossier_id=dossier.id, event_version=dossier.version, people=people, now=now)


def write_letter(session: Session, dossier: Dossier, kind: LetterKind, *, event_version: int, now: datetime) -> None:
    """Have a letter about this event written, rendered and sealed by a job."""
    request_letter(session, dossier_id=dossier.id, kind=kind, event_version=event_version, now=now)
