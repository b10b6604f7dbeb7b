"""Adding the certificate of a company, and deciding about its registration by it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import parties
from portal.accounts.models import Membership, Party, PartyStatus
from portal.accounts.viewer import FILING_ROLES
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments.actions import Shelf, Upload
from portal.attachments.models import Attachment, ScanState
from portal.foundation.errors import NotFound, Refused
from portal.notices.actions import tell_of_account
from portal.notices.kinds import NoticeKind
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
    approved = parties.approve(session, tax_code, by=by, now=now)
    _tell(session, approved, NoticeKind.REGISTRATION_APPROVED, now=now)
    return approved


def refuse(session: Session, tax_code: str, *, reason: str, by: UUID, now: datetime) -> Party:
    """Refuse the registration with a reason, which its people are told."""
    refused = parties.refuse(session, tax_code, reason=reason, by=by, now=now)
    _tell(session, refused, NoticeKind.REGISTRATION_REFUSED, now=now)
    return refused


def _tell(session: Session, party: Party, kind: NoticeKind, *, now: datetime) -> None:
    """Those who may file for the company hear of the decision, each once: it is taken once."""
    session.flush()
    people = session.scalars(
        sa.select(Membership.person_id)
        .where(Membership.party_id == party.id, Membership.role.in_(FILING_ROLES), Membership.ended_at.is_(None))
        .distinct()
    )
    said = {"company": party.name, "reason": party.refusal_reason, "link": "/accounts"}
    for person_id in people.all():
        tell_of_account(session, kind, person_id=person_id, params=said, now=now)


def may_be_read(session: Session, party_id: UUID, *, must_be_clean: bool) -> bool:
    """Whether there is a file of the certificate an officer can have opened."""
    good = {ScanState.CLEAN} if must_be_clean else {ScanState.CLEAN, ScanState.NOT_SCANNED}
    return any(one.scan_state in good for one in files.of(session, party_id=party_id))


def _waiting(session: Session, party_id: UUID) -> None:
    party = session.scalars(sa.select(Party).where(Party.id == party_id).with_for_update()).one()
    if party.status is not PartyStatus.WAITING:
        raise Refused("registering.decided")
