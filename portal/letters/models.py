"""Letters and results that left, or will leave, the office: their PDF, number, signature and seal."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id


class Letter(Base):
    """One letter of a dossier. The four acts leave four evidences (decision 12).

    sign: `signature` (detached CMS by the leader over `signed_bytes`) · number: `number` ·
    issue: `sealed_at`, the agency's PAdES seal over the whole file · deliver: `delivered_at`.
    A letter that only informs (Forms 01 to 03) has no signature of its own: it is rendered and sealed by a job.
    `signed_for` is the post in whose place `signed_by` signed, `signed_manner` how ("KT.", "TL.").
    `token` is the unguessable word in the QR of the public check page.
    `outside_key` is where the PDF lies that the leader signed outside the portal; `signature` is then the CMS in it.
    """

    __tablename__ = "letters"
    __table_args__ = (
        sa.UniqueConstraint("dossier_id", "kind", "event_version"),
        sa.UniqueConstraint("agency_id", "year", "number"),
        sa.CheckConstraint("number IS NULL OR year IS NOT NULL", name="number_has_year"),
        sa.CheckConstraint("sealed_at IS NULL OR storage_key IS NOT NULL", name="sealed_has_file"),
        sa.CheckConstraint("(signature IS NULL) = (signed_at IS NULL)", name="signature"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"), index=True)
    kind: Mapped[str]
    event_version: Mapped[int]
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    token: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    signed_bytes: Mapped[bytes | None]
    signature: Mapped[bytes | None]
    signed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    signed_at: Mapped[datetime | None]
    signed_for: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    signed_manner: Mapped[str | None]
    outside_key: Mapped[str | None]
    year: Mapped[int | None]
    number: Mapped[int | None]
    numbered_at: Mapped[datetime | None]
    storage_key: Mapped[str | None]
    sha256: Mapped[str | None]
    sealed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class Handout(Base):
    """The text of a decision, handed to the leader as a PDF to be signed with a token of their own.

    What comes back must begin with exactly these bytes (`sha256`); `signed_bytes` are the canonical bytes the paper
    prints. A handout is about the dossier as it stood at `dossier_version`, and serves nobody but `post_id`.
    `managed_reason` is the key of the reason the office has agreed on, where a refusal has one.
    """

    __tablename__ = "signing_handouts"
    __table_args__ = (sa.Index("ix_signing_handouts_dossier", "dossier_id", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    dossier_version: Mapped[int]
    node_key: Mapped[str]
    post_id: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id"))
    outcome: Mapped[str]
    reason: Mapped[str]
    managed_reason: Mapped[str] = mapped_column(server_default=sa.text("''"))
    token: Mapped[str] = mapped_column(unique=True)
    signed_bytes: Mapped[bytes]
    storage_key: Mapped[str]
    sha256: Mapped[str]
    made_at: Mapped[datetime]


class SignerCertificate(Base):
    """The certificate an agency seals with, or a leader signs with, as it was found when it was last looked at.

    `signer` says where the key is ("software", "pkcs11", "csc"; "outside": a leader's own token, known by the last
    signature that came back). `trouble` is why it could not be looked at; what was known before then stays.
    `warned_days` is the last warning given about this very certificate (`serial`): so many days before its end, 0 when
    it had expired.
    """

    __tablename__ = "signer_certificates"
    __table_args__ = (sa.CheckConstraint("num_nonnulls(agency_id, person_id) = 1", name="one_owner"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agencies.id"), unique=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"), unique=True)
    signer: Mapped[str]
    checked_at: Mapped[datetime]
    trouble: Mapped[str | None]
    holder: Mapped[str | None]
    issuer: Mapped[str | None]
    serial: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    warned_days: Mapped[int | None]


class LetterCounter(Base):
    """The last outgoing number of an agency in a year; numbers have no gaps."""

    __tablename__ = "letter_counters"

    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
