"""Procedures being written: the draft, what it was before each change, and the rule for publishing."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id


class ProcedureDraft(Base):
    """A procedure somebody is writing. Nothing counts by it before it is published.

    `text` is its procedure file, perhaps with gaps. `version` grows with every change; a page made from an older one
    is refused. `based_on` is the number of the published version it began as. `reason`, `effective_on` and the
    decision are what was typed on the page of publishing.
    """

    __tablename__ = "procedure_drafts"
    __table_args__ = (sa.CheckConstraint("version >= 1", name="version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    name: Mapped[str]
    text: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    based_on: Mapped[int | None]
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    created_at: Mapped[datetime]
    changed_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    changed_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    effective_on: Mapped[date | None]
    decision_number: Mapped[str] = mapped_column(default="")
    decided_on: Mapped[date | None]


class ProcedureDraftVersion(Base):
    """A draft as it was at one of its latest versions, so that whoever comes too late sees what changed."""

    __tablename__ = "procedure_draft_versions"

    draft_id: Mapped[UUID] = mapped_column(sa.ForeignKey("procedure_drafts.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    changed_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    changed_at: Mapped[datetime]


class PublishingRule(Base):
    """How procedures are published here; one row at most. Without it one administrator alone may publish."""

    __tablename__ = "publishing_rule"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    needs_two: Mapped[bool]
    changed_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    changed_at: Mapped[datetime]
