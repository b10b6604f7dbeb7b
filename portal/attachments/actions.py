"""Keeping uploaded files: inspect, store, scan, remove, hand over from draft to dossier."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments import queries, turning
from portal.attachments.inspection import inspect
from portal.attachments.models import Attachment, CopyKind, FileView, ScanState
from portal.attachments.queries import EVIDENCE_MARK
from portal.catalogue.documents import Document
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, Refused, Unavailable
from portal.foundation.outbox import Job, enqueue
from portal.foundation.storage import Storage

FOLDER = "uploads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file as it came in: nothing of it is believed yet."""

    filename: str
    content: bytes
    copy_kind: CopyKind
    is_sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where uploads of this installation are kept, and whether a scanner looks at them.

    Without a scanner uploads are taken `unscanned` (the demonstration warns), or refused (production).
    """

    storage: Storage
    has_scanner: bool
    takes_unscanned: bool


def add(
    session: Session,
    upload: Upload,
    document: Document,
    *,
    shelf: Shelf,
    by: UUID,
    now: datetime,
    draft_id: UUID | None = None,
    dossier_id: UUID | None = None,
    party_id: UUID | None = None,
    supplement_round: int = 0,
) -> Attachment:
    """Take one file in for a document of a draft or dossier (locked by the caller, so that limits hold).

    The bytes are stored before the row is saved: what is mentioned is always there. Raises Invalid with what is
    wrong with the file, Unavailable where nobody could scan it.
    """
    if not shelf.has_scanner and not shelf.takes_unscanned:
        raise Unavailable("attachments.no_scanner")
    held = queries.of(session, draft_id=draft_id, dossier_id=dossier_id, party_id=party_id)
    _check_room(held, document, supplement_round)
    found = inspect(upload.content, upload.filename, accepts=document.accepts, max_megabytes=document.max_megabytes)
    digest = hashlib.sha256(upload.content).hexdigest()
    same = next(
        (
            one
            for one in held
            if one.sha256 == digest and (one.document_key, one.supplement_round) == (document.code, supplement_round)
        ),
        None,
    )
    if same is not None:  # the same file again, after a lost answer or a double click
        return same
    attachment = Attachment(
        id=new_id(),
        draft_id=draft_id,
        dossier_id=dossier_id,
        party_id=party_id,
        document_key=document.code,
        supplement_round=supplement_round,
        filename=found.filename,
        media_type=found.media_type,
        size_bytes=len(upload.content),
        sha256=digest,
        storage_key=f"{FOLDER}/{new_id()}",
        copy_kind=upload.copy_kind,
        scan_state=ScanState.NOT_SCANNED,
        uploaded_by=by,
        uploaded_at=now,
        is_sensitive=upload.is_sensitive or document.sensitive,
    )
    shelf.storage.put(attachment.storage_key, upload.content)
    session.add(attachment)
    session.flush()
    if shelf.has_scanner:
        enqueue(session, Job.SCAN_ATTACHMENT, {"attachment_id": str(attachment.id)})
    return attachment


def keep_evidence(
    session: Session,
    content: bytes,
    *,
    filename: str,
    document_key: str,
    dossier_id: UUID | None = None,
    draft_id: UUID | None = None,
    shelf: Shelf,
    by: UUID,
    now: datetime,
) -> Attachment:
    """Keep a PDF that proves an act about a dossier or a draft, beside its documents and as none of them.

    The caller has judged what it is; a scanner looks at it like at any other file.
    """
    if not shelf.has_scanner and not shelf.takes_unscanned:
        raise Unavailable("attachments.no_scanner")
    kept = Attachment(
        id=new_id(),
        dossier_id=dossier_id,
        draft_id=draft_id,
        document_key=document_key,
        filename=filename,
        media_type="application/pdf",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage_key=f"{FOLDER}/{new_id()}",
        copy_kind=CopyKind.ELECTRONIC,
        scan_state=ScanState.NOT_SCANNED,
        uploaded_by=by,
        uploaded_at=now,
    )
    shelf.storage.put(kept.storage_key, content)
    session.add(kept)
    session.flush()
    if shelf.has_scanner:
        enqueue(session, Job.SCAN_ATTACHMENT, {"attachment_id": str(kept.id)})
    return kept


def take_over(
    session: Session, earlier: Attachment, document: Document, *, draft_id: UUID, by: UUID, now: datetime
) -> Attachment:
    """Use a file of an earlier dossier again for a document of a draft (locked by the caller): same bytes, no copy.

    The caller has checked that the person may see it. Taking it twice is taking it once.
    """
    held = queries.of(session, draft_id=draft_id)
    same = next((one for one in held if (one.sha256, one.document_key) == (earlier.sha256, document.code)), None)
    if same is not None:
        return same
    if earlier.scan_state is ScanState.INFECTED:
        raise Refused("attachments.infected")
    _check_room(held, document, 0)
    taken = Attachment(
        id=new_id(),
        draft_id=draft_id,
        document_key=document.code,
        supplement_round=0,
        filename=earlier.filename,
        media_type=earlier.media_type,
        size_bytes=earlier.size_bytes,
        sha256=earlier.sha256,
        storage_key=earlier.storage_key,
        copy_kind=earlier.copy_kind,
        scan_state=earlier.scan_state,
        uploaded_by=by,
        uploaded_at=now,
        number=earlier.number,
        issued_on=earlier.issued_on,
        valid_until=earlier.valid_until,
        taken_from=earlier.id,
        is_sensitive=earlier.is_sensitive or document.sensitive,
    )
    session.add(taken)
    session.flush()
    return taken


def turn(
    session: Session,
    attachment: Attachment,
    document: Document,
    direction: str,
    *,
    page: int | None,
    shelf: Shelf,
    by: UUID,
    now: datetime,
) -> Attachment:
    """Put a turned copy in the place of a file that is not handed in yet (its draft or dossier locked).

    The old one is hidden like one taken away; what the paper says of itself stays. Raises as `turning.turned`.
    """
    content = turning.turned(shelf.storage.get(attachment.storage_key), attachment.media_type, direction, page=page)
    remove(session, attachment, now=now)
    made = add(
        session,
        Upload(
            filename=attachment.filename,
            content=content,
            copy_kind=attachment.copy_kind,
            is_sensitive=attachment.is_sensitive,
        ),
        document,
        shelf=shelf,
        by=by,
        now=now,
        draft_id=attachment.draft_id,
        dossier_id=attachment.dossier_id,
        supplement_round=attachment.supplement_round,
    )
    made.number, made.issued_on, made.valid_until = attachment.number, attachment.issued_on, attachment.valid_until
    made.turned_from = attachment.id
    session.flush()
    return made


def describe(
    session: Session,
    attachment: Attachment,
    *,
    number: str,
    issued_on: date | None,
    valid_until: date | None,
    is_sensitive: bool = False,
) -> None:
    """Keep what the paper says of itself: its number, its day, until when it is valid, whether it is sensitive."""
    if issued_on is not None and valid_until is not None and valid_until < issued_on:
        raise Invalid("attachments.valid_before_issued")
    attachment.number = number.strip() or None
    attachment.issued_on = issued_on
    attachment.valid_until = valid_until
    attachment.is_sensitive = is_sensitive
    session.flush()


def note_view(session: Session, attachment: Attachment, *, by: UUID, agency_id: UUID | None, now: datetime) -> None:
    """Keep that somebody has opened a file; `agency_id` is the office of an officer."""
    session.add(
        FileView(
            id=new_id(),
            attachment_id=attachment.id,
            dossier_id=attachment.dossier_id,
            person_id=by,
            agency_id=agency_id,
            at=now,
        )
    )


def record_scan(session: Session, attachment_id: UUID, state: ScanState) -> None:
    """Keep what the scanner said. A file once found infected stays so."""
    session.execute(
        sa.update(Attachment)
        .where(Attachment.id == attachment_id, Attachment.scan_state != ScanState.INFECTED)
        .values(scan_state=state)
    )


def hand_over(session: Session, *, draft_id: UUID, dossier_id: UUID) -> None:
    """What belonged to the draft now belongs to its dossier."""
    session.execute(
        sa.update(Attachment)
        .where(Attachment.draft_id == draft_id, Attachment.removed_at.is_(None))
        .values(dossier_id=dossier_id)
    )


def hand_back(session: Session, *, draft_id: UUID, dossier_id: UUID) -> None:
    """The filing came to nothing: the documents are the draft's alone again. What proved an act proves no other."""
    session.execute(
        sa.update(Attachment)
        .where(
            Attachment.draft_id == draft_id,
            Attachment.dossier_id == dossier_id,
            Attachment.removed_at.is_(None),
            sa.not_(Attachment.document_key.startswith(EVIDENCE_MARK)),
        )
        .values(dossier_id=None)
    )


def remove(session: Session, attachment: Attachment, *, now: datetime) -> None:
    """Take a file out of the draft or answer; its bytes go with retention."""
    attachment.removed_at = now
    session.flush()


def remove_all(session: Session, *, draft_id: UUID, now: datetime) -> None:
    """Take every file out of a draft that is put away."""
    session.execute(
        sa.update(Attachment)
        .where(Attachment.draft_id == draft_id, Attachment.dossier_id.is_(None), Attachment.removed_at.is_(None))
        .values(removed_at=now)
    )


def remove_others(session: Session, *, draft_id: UUID, keeping: Collection[str], now: datetime) -> None:
    """Take out of a draft the files handed in for documents it is no longer asked for."""
    session.execute(
        sa.update(Attachment)
        .where(
            Attachment.draft_id == draft_id,
            Attachment.dossier_id.is_(None),
            Attachment.removed_at.is_(None),
            Attachment.document_key.not_in(sorted(keeping)),
        )
        .values(removed_at=now)
    )


def _check_room(held: Sequence[Attachment], document: Document, supplement_round: int) -> None:
    count = sum(
        (one.document_key, one.supplement_round) == (document.code, supplement_round)
        and one.scan_state is not ScanState.INFECTED
        for one in held
    )
    if count >= document.max_files:
        raise Invalid("attachments.too_many", limit=document.max_files)
