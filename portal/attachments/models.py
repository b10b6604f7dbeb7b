"""Uploaded files: what they are, where their bytes lie, and whether a scanner has seen them."""

import enum
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id, text_enum


class ScanState(enum.StrEnum):
    """What the antivirus said. "Scanner down" is never "clean" (decision 28)."""

    NOT_SCANNED = "not_scanned"
    CLEAN = "clean"
    INFECTED = "infected"


class CopyKind(enum.StrEnum):
    """What was uploaded: the electronic original, or a scan of a paper of this kind."""

    ORIGINAL = "original"
    COPY = "copy"
    CERTIFIED = "certified"
    ELECTRONIC = "electronic"


class Attachment(Base):
    """One file for one document of a draft or a dossier, or for the registration of the company `party_id`.

    Removing hides it; retention deletes the bytes.

    `taken_from` is the file of an earlier dossier this one was taken over from: both name the same stored bytes,
    which go only when no row names them any more. `turned_from` is the file this one was made of by turning its
    pages: it is hidden and kept as evidence, and this row says by whom (`uploaded_by`) and when. `number`,
    `issued_on` and `valid_until` are of the paper, as its holder wrote them. `is_sensitive`: an identity paper or
    the like, by the procedure's word or the uploader's; every opening is recorded, and only those who need it may
    open it.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        sa.CheckConstraint("num_nonnulls(draft_id, dossier_id, party_id) >= 1", name="belongs_somewhere"),
        sa.CheckConstraint("size_bytes > 0", name="size"),
        sa.Index("ix_attachments_draft", "draft_id", postgresql_where=sa.text("removed_at IS NULL")),
        sa.Index("ix_attachments_dossier", "dossier_id", postgresql_where=sa.text("removed_at IS NULL")),
        sa.Index("ix_attachments_party", "party_id", postgresql_where=sa.text("party_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    draft_id: Mapped[UUID | None]
    dossier_id: Mapped[UUID | None]
    party_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("parties.id"))
    document_key: Mapped[str]
    supplement_round: Mapped[int] = mapped_column(default=0)
    filename: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    storage_key: Mapped[str]
    copy_kind: Mapped[CopyKind] = mapped_column(text_enum(CopyKind))
    scan_state: Mapped[ScanState] = mapped_column(text_enum(ScanState), default=ScanState.NOT_SCANNED)
    uploaded_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    taken_from: Mapped[UUID | None] = mapped_column(sa.ForeignKey("attachments.id"))
    turned_from: Mapped[UUID | None] = mapped_column(sa.ForeignKey("attachments.id"))
    is_sensitive: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class FileView(Base):
    """Somebody has opened a file: people may know who looked at what they handed in.

    Kept are an officer's look at any file of a dossier, and everybody's look at a sensitive one, in a draft too; then
    there is no `dossier_id`, and no `agency_id` where a colleague looked.
    """

    __tablename__ = "file_views"
    __table_args__ = (sa.Index("ix_file_views_dossier", "dossier_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attachment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("attachments.id"))
    dossier_id: Mapped[UUID | None]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    agency_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agencies.id"))
    at: Mapped[datetime]


class PartialUpload(Base):
    """A large file that comes in parts, so that a dropped connection costs one part and not the whole.

    It belongs to the person alone until it is whole and handed in for a document. `received_bytes` is where the next
    part begins.
    """

    __tablename__ = "partial_uploads"
    __table_args__ = (
        sa.CheckConstraint("size_bytes > 0", name="size"),
        sa.CheckConstraint("received_bytes BETWEEN 0 AND size_bytes", name="received"),
        sa.Index("ix_partial_uploads_person", "person_id"),
        sa.Index("ix_partial_uploads_touched", "touched_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    filename: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    received_bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    began_at: Mapped[datetime]
    touched_at: Mapped[datetime]


class UploadPart(Base):
    """One part of it that has arrived, by the byte it begins at."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[UUID] = mapped_column(sa.ForeignKey("partial_uploads.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    storage_key: Mapped[str]
