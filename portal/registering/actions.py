"""Adding the certificate of a company, and deciding about its registration by it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import parties
from portal.accounts.models import Party, PartyStatus
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments.actions import Shelf, Upload
from portal.attachments.models import Attachment, ScanState
from portal.foundation.errors import NotFound, Refused
from portal.registering.certificate import CERTIFICATE


def add_paper(session: Session, party_id: UUID, upload: Upload, *, shelf: Shelf, by: UUID, now: datetime) -> Attachment:
    """Keep a page of the certificate while nobody has decided. The caller has asked who may.

    Raises Invalid for a file that is not good, Refused after the decision.
    """
    _waiting(session, party_id)
    return attachments.add(session, upload, CERTIFICATE, shelf=shelf, by=by, now=now, party_id=party_id)


def remove_paper(session: Session, party_id: UUID, paper_id: UUID, *, now: datetime) -> None:
    """Take a file away again while nobody has decided."""
    _waiting(session, party_id)
    found = next((one for one in files.of(session, party_id=party_id) if one.id == paper_id), None)
    if found is None:
        raise NotFound
    attachments.remove(session, found, now=now)


def approve(session: Session, tax_code: str, *, must_be_clean: bool, by: UUID, now: datetime) -> Party:
    """Approve the registration. Raises Refused where there is no certificate, or none that may be opened."""
    party = session.scalar(sa.select(Party).where(Party.tax_code == tax_code).with_for_update())
    if party is None:
        raise NotFound
    if party.status is PartyStatus.WAITING and not may_be_read(session, party.id, must_be_clean=must_be_clean):
        raise Refused("registering.no_certificate")
    return parties.approve(session, tax_code, by=by, now=now)


def may_be_read(session: Session, party_id: UUID, *, must_be_clean: bool) -> bool:
    """Whether there is a file of the certificate an officer can have opened."""
    good = {ScanState.CLEAN} if must_be_clean else {ScanState.CLEAN, ScanState.NOT_SCANNED}
    return any(one.scan_state in good for one in files.of(session, party_id=party_id))


def _waiting(session: Session, party_id: UUID) -> None:
    party = session.scalars(sa.select(Party).where(Party.id == party_id).with_for_update()).one()
    if party.status is not PartyStatus.WAITING:
        raise Refused("registering.decided")
