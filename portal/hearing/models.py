"""What people say to an office besides their dossiers: feedback, complaints, requests about a result or their data.

The words lie here and may be erased; a complaint also leaves an event, without words, in the dossier's record.
"""

import enum
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Agency, Person
from portal.dossiers.models import Dossier
from portal.foundation.database import Base, new_id, text_enum


class MatterKind(enum.StrEnum):
    """What somebody turns to the office with."""

    FEEDBACK = "feedback"
    COMPLAINT = "complaint"
    MENDING = "mending"
    OWN_DATA = "own_data"


class MatterAbout(enum.StrEnum):
    """What it is about: feedback on rules or on conduct (766, 5.1), a wrong or a lost result, own data to erase."""

    RULES = "rules"
    CONDUCT = "conduct"
    CORRECTION = "correction"
    DUPLICATE = "duplicate"
    ERASURE = "erasure"


class MatterState(enum.StrEnum):
    """Raised; the office asks more (and the answer is awaited); settled with an answer; refused or passed on."""

    RAISED = "raised"
    ASKED = "asked"
    SETTLED = "settled"
    REFUSED = "refused"


class Matter(Base):
    """One matter, with the answer once there is one.

    `screen_by`: until when feedback is taken on, refused or passed on; `ask_by`: until when more may be asked about
    it; `due_at`: until when it is answered;
    `publish_by`: until when an answer to feedback is published. All are closes of business of working days.
    """

    __tablename__ = "matters"
    __table_args__ = (
        sa.CheckConstraint("(state IN ('settled', 'refused')) = (answered_at IS NOT NULL)", name="answered"),
        sa.CheckConstraint("kind != 'feedback' OR screen_by IS NOT NULL", name="feedback_is_screened"),
        sa.Index("ix_matters_person", "person_id", "raised_at"),
        sa.Index("ix_matters_dossier", "dossier_id", "raised_at"),
        sa.Index("ix_matters_agency_open", "agency_id", "due_at", postgresql_where=sa.text("answered_at IS NULL")),
        sa.Index("ix_matters_published", "published_at", postgresql_where=sa.text("published_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[MatterKind] = mapped_column(text_enum(MatterKind))
    about: Mapped[MatterAbout | None] = mapped_column(text_enum(MatterAbout))
    state: Mapped[MatterState] = mapped_column(text_enum(MatterState), default=MatterState.RAISED)
    dossier_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("dossiers.id"))
    procedure_code: Mapped[str | None]
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    words: Mapped[str]
    raised_at: Mapped[datetime]
    screen_by: Mapped[datetime | None]
    ask_by: Mapped[datetime | None]
    taken_on_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    question: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    reply: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    publish_by: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    overdue_noted_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")
    dossier: Mapped[Dossier | None] = relationship(lazy="raise")


class Rating(Base):
    """How somebody was served, once per dossier: one to five, and words if they like."""

    __tablename__ = "ratings"
    __table_args__ = (sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),)

    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    score: Mapped[int]
    words: Mapped[str]
    rated_at: Mapped[datetime]
