"""A time in which the portal does not work, announced or recorded afterwards."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id


class Outage(Base):
    """The portal is out of service between two instants. It moves no due date; it explains lateness of that time.

    `words` stand on every page from `shown_from` until the end, in three languages.
    """

    __tablename__ = "outages"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="period"),
        sa.CheckConstraint("shown_from <= starts_at", name="shown_before"),
        sa.Index("ix_outages_ends_at", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    shown_from: Mapped[datetime]
    words: Mapped[dict[str, Any]]
    made_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
