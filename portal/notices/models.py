"""What a person is told: kind and parameters; the words are made when it is read or sent, in their language."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id


class Notice(Base):
    """One notice for one person about one event of a dossier: told once, whatever is retried.

    Without a dossier it is about the person's own account.
    """

    __tablename__ = "notices"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "dossier_id", "event_version", "kind"),
        sa.Index("ix_notices_person", "person_id", sa.text("created_at DESC")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    dossier_id: Mapped[UUID | None]
    event_version: Mapped[int | None]
    kind: Mapped[str]
    params: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
