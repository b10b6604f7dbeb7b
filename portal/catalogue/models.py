"""Published versions of procedures: immutable, dated, found by search."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Person
from portal.foundation.database import Base, new_id


class ProcedureVersion(Base):
    """One version of a procedure as it was published. Its definition never changes.

    `content_hash` is the SHA-256 of the canonical definition: publishing the same file twice is publishing
    it once (decision 14). `decision_number` and `decided_on` name the decision that announced it, `reason` says
    why this version came. `trigrams` holds the search key cut in threes, Chinese in twos (decision 27).
    """

    __tablename__ = "procedure_versions"
    __table_args__ = (
        sa.UniqueConstraint("code", "number"),
        sa.UniqueConstraint("code", "content_hash"),
        sa.Index("ix_procedure_versions_trigrams", "trigrams", postgresql_using="gin"),
        sa.Index(
            "ix_procedure_versions_in_force",
            "code",
            sa.text("effective_on DESC"),
            postgresql_where=sa.text("withdrawn_on IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    number: Mapped[int]
    field: Mapped[str]
    content_hash: Mapped[str]
    definition: Mapped[dict[str, Any]]
    names: Mapped[dict[str, Any]]
    level: Mapped[int]
    search_key: Mapped[str]
    trigrams: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey(Person.id))
    origin: Mapped[str]
    effective_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    decided_on: Mapped[date | None]
    reason: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]
