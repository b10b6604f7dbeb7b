"""What a person is told: kind and parameters; the words are made when it is read or sent, in their language."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id, text_enum
from portal.notices.preferences import Channel, Manner, Topic


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
    texted_at: Mapped[datetime | None]


class NoticeChoice(Base):
    """How a person wants the notices of a topic, from the moment of choosing; without a row they are mailed at once."""

    __tablename__ = "notice_choices"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    topic: Mapped[Topic] = mapped_column(text_enum(Topic), primary_key=True)
    manner: Mapped[Manner] = mapped_column(text_enum(Manner))
    since: Mapped[datetime]


class MessageWish(Base):
    """A person wants short messages on their telephone, by this channel."""

    __tablename__ = "message_wishes"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(text_enum(Channel))
    since: Mapped[datetime]
