"""What the desk keeps for its officers: acts on many dossiers at once, their ways of looking at the queue, notes."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.catalogue.models import ProcedureVersion
from portal.foundation.database import Base, new_id, text_enum

CONSIGNED = "jsonb_path_exists(definition, '$.sections[*].fields[*] ? (@.code == \"expected_arrival\")')"
"""Versions of procedures whose form asks when the goods reach the border gate."""

sa.Index(
    "ix_procedure_versions_consigned",
    ProcedureVersion.__table__.c.content_hash,
    postgresql_where=sa.text(CONSIGNED),
)


class ManyAct(enum.StrEnum):
    """What can be done to many dossiers at once."""

    ACCEPT = "accept"
    GIVE = "give"
    FORWARD = "forward"
    SIGN = "sign"
    ISSUE = "issue"


class ItemState(enum.StrEnum):
    """How far one dossier of a batch has come."""

    WAITING = "waiting"
    DONE = "done"
    NOT_DONE = "not_done"


class Batch(Base):
    """One act on many dossiers, chosen by one officer. Nothing is done before it is started.

    `note` and `post_id` are what the act needs beside the dossiers. `confirmed_at` is when the officer showed the
    second factor for all of them. The dossiers are done one by one by a job, each in a unit of work of its own.
    """

    __tablename__ = "desk_batches"
    __table_args__ = (
        sa.Index("ix_desk_batches_person", "person_id", "made_at"),
        sa.CheckConstraint("ended_at IS NULL OR started_at IS NOT NULL", name="ended_was_started"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    act: Mapped[ManyAct] = mapped_column(text_enum(ManyAct))
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(default="")
    post_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class BatchItem(Base):
    """One dossier of a batch and what became of it.

    `node_key` is the step the act is about, empty where it is about the dossier as a whole. `version_seen` is the
    dossier as the officer saw it in the list. `reason` says in a code why it was not done; `tries` counts the
    times somebody began, so that a dossier that kills its worker is given up and the others are not.
    """

    __tablename__ = "desk_batch_items"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "dossier_id", "node_key"),
        sa.CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name="done_at"),
    )

    batch_id: Mapped[UUID] = mapped_column(sa.ForeignKey("desk_batches.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"), index=True)
    node_key: Mapped[str] = mapped_column(default="")
    version_seen: Mapped[int]
    state: Mapped[ItemState] = mapped_column(text_enum(ItemState), default=ItemState.WAITING)
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]


class QueueHabit(Base):
    """How an officer likes the queue: which columns, and the filters they have given a name.

    `columns` is None until they choose. `views` are `{"name", "tab", "filter"}`, in the order they were kept.
    """

    __tablename__ = "queue_habits"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    columns: Mapped[list[Any] | None]
    views: Mapped[list[Any]] = mapped_column(default=list)
    changed_at: Mapped[datetime]


class InternalNote(Base):
    """A note for colleagues beside a dossier. The company never sees it, and no act follows from it; erasable."""

    __tablename__ = "internal_notes"
    __table_args__ = (sa.Index("ix_internal_notes_dossier", "dossier_id", "written_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    post_id: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id"))
    words: Mapped[str]
    written_at: Mapped[datetime]
