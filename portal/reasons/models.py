"""A reason an officer ticks: a sentence in three languages, for all procedures or for one."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id, text_enum


class ReasonKind(enum.StrEnum):
    """What the reason is about."""

    FIELD = "field"
    DOCUMENT = "document"
    REFUSAL = "refusal"


class Reason(Base):
    """One managed reason. `key` is its name in forms; a retired one is offered no longer.

    Letters print the Vietnamese as it stood when the letter was written.
    """

    __tablename__ = "reasons"
    __table_args__ = (sa.UniqueConstraint("kind", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[ReasonKind] = mapped_column(text_enum(ReasonKind))
    key: Mapped[str]
    procedure_code: Mapped[str | None]
    words: Mapped[dict[str, Any]]
    position: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
