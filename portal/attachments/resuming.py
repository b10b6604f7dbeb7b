"""Files that come in parts: begun, continued where a connection broke off, made whole, forgotten.

A part is stored before its row is saved, under a name made from the byte it begins at: whoever dies in between is
overtaken by the same part sent again. Nothing of a file is believed before it is whole and handed in for a document.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments.models import PartialUpload, UploadPart
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound, Refused
from portal.foundation.outbox import Job, enqueue
from portal.foundation.storage import Storage

MEGABYTE: Final = 1024 * 1024
LARGEST_PART: Final = 4 * MEGABYTE
LARGEST_FILE: Final = 210 * MEGABYTE
MOST_AT_ONCE: Final = 10
"""Of one person: more are no documents, and would fill the disk."""
LASTS: Final = timedelta(days=1)
"""Since the last part; afterwards the file is sent anew."""
LONGEST_NAME: Final = 255
FOLDER: Final = "parts"


def begin(session: Session, *, filename: str, size_bytes: int, by: UUID, now: datetime) -> PartialUpload:
    """Make room for a file of this size. Raises Invalid for an impossible one, Refused while too many are open."""
    if size_bytes <= 0:
        raise Invalid("attachments.empty", name=filename)
    if size_bytes > LARGEST_FILE:
        size, limit = -(-size_bytes // MEGABYTE), LARGEST_FILE // MEGABYTE
        raise Invalid("attachments.too_large", name=filename, size=size, limit=limit)
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"uploads {by}", 0))))
    for old in session.scalars(sa.select(PartialUpload).where(PartialUpload.person_id == by, _is_over(now))).all():
        forget(session, old)
    mine = sa.select(sa.func.count()).select_from(PartialUpload).where(PartialUpload.person_id == by)
    if (session.scalar(mine) or 0) >= MOST_AT_ONCE:
        raise Refused("attachments.too_many_begun", limit=MOST_AT_ONCE)
    begun = PartialUpload(
        id=new_id(),
        person_id=by,
        filename=filename[:LONGEST_NAME],
        size_bytes=size_bytes,
        received_bytes=0,
        began_at=now,
        touched_at=now,
    )
    session.add(begun)
    session.flush()
    return begun


def one(session: Session, upload_id: UUID, *, by: UUID, now: datetime, for_change: bool = False) -> PartialUpload:
    """The person's own upload; NotFound for anybody else's and for one whose time is over."""
    wanted = sa.select(PartialUpload).where(
        PartialUpload.id == upload_id, PartialUpload.person_id == by, sa.not_(_is_over(now))
    )
    if for_change:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound("attachments.upload_unknown")
    return found


def append(
    session: Session, upload: PartialUpload, starts_at: int, content: bytes, *, shelf: Storage, now: datetime
) -> None:
    """Keep one part (upload locked). A part that is here already changes nothing; one that leaves a gap is refused."""
    if not content or len(content) > LARGEST_PART:
        raise Invalid("attachments.part_wrong")
    if starts_at < upload.received_bytes:
        return  # sent again after a lost answer
    if starts_at > upload.received_bytes or starts_at + len(content) > upload.size_bytes:
        raise Refused("attachments.part_out_of_order")
    key = _key(upload, starts_at)
    shelf.delete(key)  # of somebody who died before saving the row
    shelf.put(key, content)
    session.add(UploadPart(upload_id=upload.id, starts_at=starts_at, storage_key=key))
    upload.received_bytes, upload.touched_at = starts_at + len(content), now
    session.flush()


def whole(session: Session, upload: PartialUpload, *, shelf: Storage) -> bytes:
    """All parts together. Raises Refused while some are missing."""
    if upload.received_bytes != upload.size_bytes:
        raise Refused("attachments.part_out_of_order")
    keys = session.scalars(
        sa.select(UploadPart.storage_key).where(UploadPart.upload_id == upload.id).order_by(UploadPart.starts_at)
    )
    return b"".join(shelf.get(key) for key in keys)


def forget(session: Session, upload: PartialUpload) -> None:
    """The upload is over, handed in or given up: its parts go, once that is saved."""
    stored: Sequence[str] = session.scalars(
        sa.select(UploadPart.storage_key).where(UploadPart.upload_id == upload.id)
    ).all()
    enqueue(session, Job.ERASE_FILES, {"keys": [*stored, _key(upload, upload.received_bytes)]})
    session.execute(sa.delete(UploadPart).where(UploadPart.upload_id == upload.id))
    session.delete(upload)
    session.flush()


def forget_stale(session: Session, *, now: datetime) -> int:
    """Forget what nobody goes on with; returns how many."""
    stale = session.scalars(sa.select(PartialUpload).where(_is_over(now)).with_for_update(skip_locked=True)).all()
    for upload in stale:
        forget(session, upload)
    return len(stale)


def _is_over(now: datetime) -> sa.ColumnElement[bool]:
    return PartialUpload.touched_at <= now - LASTS


def _key(upload: PartialUpload, starts_at: int) -> str:
    return f"{FOLDER}/{upload.id}/{starts_at}"
