"""One version of a text an administrator has written in place of the one that comes with the portal."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id, text_enum


class Area(enum.StrEnum):
    """What the text is part of."""

    NOTICE = "notice"
    LETTER = "letter"


class WrittenText(Base):
    """Version `number` of the text `key`. Versions are only added; the newest one counts from `made_at` on.

    `words` by language: of a notice its `subject` and `body`, of a letter the sentence. None: from then on the
    words that come with the portal count again.
    """

    __tablename__ = "written_texts"
    __table_args__ = (sa.UniqueConstraint("area", "key", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    area: Mapped[Area] = mapped_column(text_enum(Area))
    key: Mapped[str]
    number: Mapped[int]
    words: Mapped[dict[str, Any] | None]
    made_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
