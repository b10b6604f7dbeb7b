"""Editions of the calendar, and what an administrator is preparing."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base


class CalendarEdition(Base):
    """One whole calendar as it was published. The newest is in force; rows are only added (a trigger sees to it).

    `document` is the documented calendar file as JSON, days as ISO texts. `agencies` gives, by id, the key of every
    agency that has hours of its own, so that an edition can be read without asking anybody else. `content_hash`
    covers both; events of dossiers carry it. `made_by` is None and `origin` a file's name for what came with the
    portal.
    """

    __tablename__ = "calendar_editions"
    __table_args__ = (
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("(made_by IS NULL) = (origin IS NOT NULL)", name="maker"),
        sa.Index("ix_calendar_editions_content_hash", "content_hash"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content_hash: Mapped[str]
    document: Mapped[dict[str, Any]]
    agencies: Mapped[dict[str, Any]]
    reason: Mapped[str]
    origin: Mapped[str | None]
    made_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]


class CalendarDraft(Base):
    """What one administrator is preparing, on top of the edition `based_on`. Nothing counts by it."""

    __tablename__ = "calendar_drafts"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    based_on: Mapped[int] = mapped_column(sa.ForeignKey("calendar_editions.number"))
    document: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime]
