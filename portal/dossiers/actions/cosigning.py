"""Co-signing: somebody of the company is asked, signs or declines; the signature counts for the content they saw."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.models import Party
from portal.accounts.viewer import Viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments.actions import Shelf
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.dossiers.actions import declaring, filing
from portal.dossiers.cosigning import Standing, needed, signers, standing_of
from portal.dossiers.declaring import Content, changed, content_of, numbered
from portal.dossiers.models import Cosignature, Draft
from portal.dossiers.narrative import COSIGNATURE
from portal.dossiers.record import new_salt
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.letters.outside import LARGEST_BYTES
from portal.letters.printing import PrintingOffice
from portal.notices.actions import tell_of_account
from portal.notices.kinds import NoticeKind
from portal.workflow.lifecycle import CompanyRole

SIGNED_NAME = "cung-ky-{number}.pdf"
LONGEST_REASON = 2000


def ask(session: Session, draft: Draft, *, of: UUID, viewer: Viewer, now: datetime) -> None:
    """Ask an owner of the company to co-sign the draft (locked by `drafts.editable`); they are told.

    An earlier request or signature is put aside; asking the same person again who has not answered changes nothing.
    Raises `Incomplete` with every gap, `Invalid` for whom may not be asked, `Refused` where nothing is to be co-signed.
    """
    if not needed(draft):
        raise Refused("cosigning.not_needed")
    if of not in {person_id for person_id, _name in signers(session, draft, but=viewer.person_id)}:
        raise Invalid(fields={"person": "cosigning.no_such_person"})
    definition, content = _content(session, draft, viewer=viewer, now=now)
    found = standing_of(session, draft, definition, content)
    if found.row is not None:
        if found.row.asked_of == of and found.standing in {Standing.ASKED, Standing.SIGNED}:
            return
        found.row.ended_at = now
        _take_paper_away(session, draft, now=now)
        session.flush()
    salt = new_salt()
    session.add(
        Cosignature(
            id=new_id(),
            draft_id=draft.id,
            asked_by=viewer.person_id,
            asked_of=of,
            asked_at=now,
            content_fingerprint=content.fingerprint,
            digests=content.digests(salt),
            salt=salt,
        )
    )
    _note(session, "dossiers.ask_cosignature", draft, viewer=viewer, now=now, person=of)
    said = {**_said(draft, viewer), "link": f"/drafts/{draft.id}/cosign"}
    tell_of_account(session, NoticeKind.COSIGNATURE_ASKED, person_id=of, params=said, now=now)


def sign(session: Session, draft: Draft, *, seen: str, viewer: Viewer, now: datetime) -> None:
    """Co-sign the content whose fingerprint the person saw; who it is has been shown again just now.

    Raises `ContentChanged` where the draft has moved on since, `Incomplete` where something is missing by now.
    """
    row = asked(session, draft, viewer)
    definition, content = _content(session, draft, viewer=viewer, now=now)
    if row.signed_at is not None and row.content_fingerprint == content.fingerprint:
        return
    if seen != content.fingerprint:
        raise declaring.ContentChanged(changed(row.digests, content.digests(row.salt), definition))
    _sign(session, draft, row, content, viewer=viewer, now=now)


def sign_by_paper(
    session: Session,
    draft: Draft,
    returned: bytes,
    *,
    viewer: Viewer,
    office: PrintingOffice,
    shelf: Shelf,
    now: datetime,
) -> None:
    """Co-sign by the declaration, signed outside with a certificate of the company itself (never of its agent).

    Raises `Invalid` with what is wrong with the paper, `ContentChanged` where the draft is not what was signed.
    """
    row = asked(session, draft, viewer)
    if not returned or len(returned) > LARGEST_BYTES:
        raise Invalid("declaring.too_large" if returned else "declaring.no_file")
    definition, content = _content(session, draft, viewer=viewer, now=now)
    owner = session.get_one(Party, draft.party_id)
    judged = declaring.judged_paper(
        session, draft, returned, content=content, definition=definition, holders=[owner], office=office, now=now
    )
    _sign(session, draft, row, content, viewer=viewer, now=now)
    row.certificate, row.paper_sha256 = declaring.certificate_words(judged), hashlib.sha256(returned).hexdigest()
    attachments.keep_evidence(
        session,
        returned,
        filename=SIGNED_NAME.format(number=numbered(content.fingerprint)),
        document_key=COSIGNATURE,
        draft_id=draft.id,
        shelf=shelf,
        by=viewer.person_id,
        now=now,
    )


def decline(session: Session, draft: Draft, reason: str, *, viewer: Viewer, now: datetime) -> None:
    """Do not co-sign, or take the signature back, and say why; whoever asked is told."""
    row = asked(session, draft, viewer)
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise Invalid(fields={"reason": "cosigning.reason_missing"}, limit=LONGEST_REASON)
    row.signed_at = row.certificate = row.paper_sha256 = None
    row.declined_at, row.reason = now, words
    _take_paper_away(session, draft, now=now)
    session.flush()
    _note(session, "dossiers.decline_cosignature", draft, viewer=viewer, now=now, person=row.asked_of)
    said = {**_said(draft, viewer), "reason": words, "link": f"/drafts/{draft.id}/cosignature"}
    tell_of_account(session, NoticeKind.COSIGNATURE_DECLINED, person_id=row.asked_by, params=said, now=now)


def asked(session: Session, draft: Draft, viewer: Viewer) -> Cosignature:
    """The open request to this person; `Forbidden` where they are not asked, or own the company no more."""
    row = session.scalars(
        sa.select(Cosignature).where(
            Cosignature.draft_id == draft.id,
            Cosignature.ended_at.is_(None),
            Cosignature.declined_at.is_(None),
            Cosignature.asked_of == viewer.person_id,
        )
    ).one_or_none()
    acting = viewer.acting_for_party(draft.party_id)
    if row is None or acting is None or acting.agent_party_id is not None or acting.role is not CompanyRole.OWNER:
        raise Forbidden("cosigning.not_asked")
    return row


def _content(session: Session, draft: Draft, *, viewer: Viewer, now: datetime) -> tuple[Definition, Content]:
    """What is co-signed: only a draft that is ready to be filed."""
    filing.require_fileable(session, draft, viewer=viewer, now=now)
    definition, attached = definition_of(draft.procedure), files.of(session, draft_id=draft.id)
    return definition, content_of(draft, filing.checked(draft, definition, attached), attached)


def _sign(session: Session, draft: Draft, row: Cosignature, content: Content, *, viewer: Viewer, now: datetime) -> None:
    _take_paper_away(session, draft, now=now)
    row.salt = new_salt()
    row.content_fingerprint, row.digests = content.fingerprint, content.digests(row.salt)
    row.signed_at, row.certificate, row.paper_sha256 = now, None, None
    session.flush()
    _note(session, "dossiers.cosign", draft, viewer=viewer, now=now, person=row.asked_of)
    said = {**_said(draft, viewer), "link": f"/drafts/{draft.id}/cosignature"}
    tell_of_account(session, NoticeKind.COSIGNED, person_id=row.asked_by, params=said, now=now)


def _take_paper_away(session: Session, draft: Draft, *, now: datetime) -> None:
    """A paper signed for an earlier content proves nothing any more."""
    for paper in files.evidence_of_draft(session, draft.id, document_key=COSIGNATURE):
        attachments.remove(session, paper, now=now)


def _said(draft: Draft, viewer: Viewer) -> Mapping[str, Any]:
    return {"procedure": dict(draft.procedure.names), "company": draft.party.name, "colleague": viewer.name}


def _note(session: Session, verb: str, draft: Draft, *, viewer: Viewer, now: datetime, person: UUID) -> None:
    audit.record(session, verb, f"draft:{draft.id}", by=viewer.person_id, now=now, after={"asked_of": str(person)})
