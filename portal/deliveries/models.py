"""Counters with their slots, bookings of them, and results that were given to the post.

What the filer wishes (`ResultWish`) lies with the dossiers, whose filing asks for it.
"""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Agency
from portal.dossiers.models import Dossier
from portal.foundation.database import Base, new_id, text_enum

SLOT_MINUTES = 30
CAPACITY = 3
"""How a counter serves whose office has decided nothing else."""


class Counter(Base):
    """How the counter of a one-stop office serves: the length of a slot, and how many are served in one.

    Its opening hours are those of the calendar. Bookings of one counter follow each other by a lock on this row.
    """

    __tablename__ = "counters"
    __table_args__ = (
        sa.CheckConstraint("slot_minutes BETWEEN 10 AND 120", name="slot_minutes"),
        sa.CheckConstraint("capacity BETWEEN 1 AND 20", name="capacity"),
    )

    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    slot_minutes: Mapped[int] = mapped_column(default=SLOT_MINUTES)
    capacity: Mapped[int] = mapped_column(default=CAPACITY)
    version: Mapped[int] = mapped_column(default=1)


class BookingState(enum.StrEnum):
    """Booked; the filer came; has the result; did not come; or the booking ended before: by whom it says.

    `MOVED`: the filer took another slot. `VOID`: the office is shut at that time after all.
    """

    BOOKED = "booked"
    CAME = "came"
    HANDED_OVER = "handed_over"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    MOVED = "moved"
    VOID = "void"


STANDING = (BookingState.BOOKED, BookingState.CAME)
SERVED = (*STANDING, BookingState.HANDED_OVER)
"""What takes up a place of its slot."""


class Booking(Base):
    """A slot at a counter for one dossier. No place of a slot is given twice, no dossier has two bookings."""

    __tablename__ = "counter_bookings"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="period"),
        sa.CheckConstraint("place >= 1", name="place"),
        sa.CheckConstraint("(state IN ('booked', 'came')) = (ended_at IS NULL)", name="ended"),
        sa.Index("ix_counter_bookings_day", "agency_id", "starts_at", "id"),
        sa.Index("ix_counter_bookings_dossier", "dossier_id", "booked_at"),
        sa.Index(
            "uq_counter_bookings_standing",
            "dossier_id",
            unique=True,
            postgresql_where=sa.text("state IN ('booked', 'came')"),
        ),
        sa.Index(
            "uq_counter_bookings_place",
            "agency_id",
            "starts_at",
            "place",
            unique=True,
            postgresql_where=sa.text("state IN ('booked', 'came', 'handed_over')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[int]
    state: Mapped[BookingState] = mapped_column(text_enum(BookingState))
    booked_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    booked_at: Mapped[datetime]
    came_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")


class PostingState(enum.StrEnum):
    """Where a posted result is."""

    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    CAME_BACK = "came_back"


class Posting(Base):
    """A result in the hands of the post. `address` is what stood on the envelope; erasable."""

    __tablename__ = "result_postings"
    __table_args__ = (
        sa.CheckConstraint("(state = 'on_the_way') = (ended_at IS NULL)", name="ended"),
        sa.Index("ix_result_postings_dossier", "dossier_id", "posted_at"),
        sa.Index(
            "uq_result_postings_on_the_way",
            "dossier_id",
            unique=True,
            postgresql_where=sa.text("state = 'on_the_way'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    carrier: Mapped[str]
    tracking: Mapped[str]
    address: Mapped[dict[str, Any]]
    salt: Mapped[bytes]
    state: Mapped[PostingState] = mapped_column(text_enum(PostingState))
    posted_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    posted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship(lazy="raise")
