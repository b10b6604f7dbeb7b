"""How long things are kept."""

import enum
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, text_enum


class Kept(enum.StrEnum):
    """What a retention rule is about; the day it is counted from stands beside it in `queries.retention`."""

    DRAFTS = "drafts"
    NOTICES = "notices"
    SIGN_IN_LOG = "sign_in_log"
    ENDED_SIGN_INS = "ended_sign_ins"
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
