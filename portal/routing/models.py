"""What routing knows of work and of people, beside their posts: learned minutes, skills, conflicts, apologies."""

import enum
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id, text_enum


class StepEffort(Base):
    """How much working time a step of a procedure takes whoever does it (`docs/routing.md`).

    `samples` finished visits took `minutes` working minutes of hands-on time in all. `expected_minutes` is their
    mean drawn towards `prior_minutes`. Made anew every night, exactly, by `routing.learning`.
    """

    __tablename__ = "step_efforts"
    __table_args__ = (sa.CheckConstraint("samples >= 0 AND expected_minutes >= 1", name="sense"),)

    procedure_code: Mapped[str] = mapped_column(primary_key=True)
    node_key: Mapped[str] = mapped_column(primary_key=True)
    samples: Mapped[int]
    minutes: Mapped[int] = mapped_column(sa.BigInteger)
    prior_minutes: Mapped[int]
    expected_minutes: Mapped[int]


class PersonSkill(Base):
    """Something a person can do that not everybody can: a skill in a word or two, or `language:zh`."""

    __tablename__ = "person_skills"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)


class SkillNeed(Base):
    """In this agency the steps of a role (of one procedure, or of all: empty) are only for people with the skill."""

    __tablename__ = "skill_needs"
    __table_args__ = (sa.UniqueConstraint("agency_id", "procedure_code", "role", "skill"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    procedure_code: Mapped[str] = mapped_column(default="")
    role: Mapped[str]
    skill: Mapped[str]


class ConflictOfInterest(Base):
    """The person must not handle this party's dossiers: a relative's company, one they worked for."""

    __tablename__ = "conflicts_of_interest"
    __table_args__ = (
        sa.Index(
            "uq_conflicts_of_interest_current",
            "person_id",
            "party_id",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    party_id: Mapped[UUID] = mapped_column(sa.ForeignKey("parties.id"))
    reason: Mapped[str]
    made_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApologyState(enum.StrEnum):
    """A letter of apology is drafted by the machine; the head sends it or lets it be."""

    DRAFTED = "drafted"
    SENT = "sent"
    DROPPED = "dropped"


class Apology(Base):
    """Form 04 drafted before the promised day passes; there is at most one for a dossier."""

    __tablename__ = "apologies"

    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"), primary_key=True)
    state: Mapped[ApologyState] = mapped_column(text_enum(ApologyState))
    promised_on: Mapped[date]
    new_day: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")
    drafted_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    decided_at: Mapped[datetime | None]
