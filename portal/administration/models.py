"""How long things are kept, and what is kept for longer because a law or a court asks for it."""

import enum
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id, text_enum


class Kept(enum.StrEnum):
    """What a retention rule is about; the day it is counted from stands beside it in `queries.retention`."""

    DRAFTS = "drafts"
    NOTICES = "notices"
    SIGN_IN_LOG = "sign_in_log"
    ENDED_SIGN_INS = "ended_sign_ins"
    BATCH_NOTES = "batch_notes"
    REGISTRATION_PAPERS = "registration_papers"
    CLOSED_ACCOUNTS = "closed_accounts"
    ANSWERS = "answers"


class RetentionRule(Base):
    """How many days something is kept, and by which rule. A rule not in force erases nothing."""

    __tablename__ = "retention_rules"
    __table_args__ = (sa.CheckConstraint("keep_days BETWEEN 1 AND 36500", name="keep_days"),)

    subject: Mapped[Kept] = mapped_column(text_enum(Kept), primary_key=True)
    keep_days: Mapped[int]
    source: Mapped[str]
    is_in_force: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    changed_at: Mapped[datetime]


class LegalHold(Base):
    """A dossier of which nothing is erased until the hold is lifted: a complaint, a lawsuit, an inspection."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        sa.CheckConstraint("(lifted_by IS NULL) = (lifted_at IS NULL)", name="lifted"),
        sa.Index("ix_legal_holds_standing", "dossier_id", unique=True, postgresql_where=sa.text("lifted_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    reason: Mapped[str]
    set_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    set_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    lifted_at: Mapped[datetime | None]
