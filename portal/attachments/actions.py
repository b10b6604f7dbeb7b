"""Keeping uploaded files: inspect, store, scan, remove, hand over from draft to dossier."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments import queries
from portal.attachments.inspection import inspect
from portal.attachments.models import Attachment, CopyKind, ScanState
from portal.catalogue.documents import Document
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, Unavailable
from portal.foundation.outbox import Job, enqueue
from portal.foundation.storage import Storage

FOLDER = "uploads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file as it came in: nothing of it is believed yet."""

    filename: str
    content: bytes
    copy_kind: CopyKind


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
    supplement_round: int = 0,
) -> Attachment:
    """Take one file in for a document of a draft or dossier (locked by the caller, so that limits hold).

    The bytes are stored before the row is saved: what is mentioned is always there. Raises Invalid with what is
    wrong with the file, Unavailable where nobody could scan it.
    """
    if not shelf.has_scanner and not shelf.takes_unscanned:
        raise Unavailable("attachments.no_scanner")
    held = queries.of(session, draft_id=draft_id, dossier_id=dossier_id)
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
    )
    shelf.storage.put(attachment.storage_key, upload.content)
    session.add(attachment)
    session.flush()
    if shelf.has_scanner:
        enqueue(session, Job.SCAN_ATTACHMENT, {"attachment_id": str(attachment.id)}, now=now)
    return attachment


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


def _check_room(held: Sequence[Attachment], document: Document, supplement_round: int) -> None:
    count = sum(
        (one.document_key, one.supplement_round) == (document.code, supplement_round)
        and one.scan_state is not ScanState.INFECTED
        for one in held
    )
    if count >= document.max_files:
        raise Invalid("attachments.too_many", limit=document.max_files)
