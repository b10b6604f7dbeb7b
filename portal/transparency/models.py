"""Goals, and the daily snapshot that the public sees."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id


class Goal(Base):
    """What the province promises, with its source.

    `target` is in `measure` (percent, working days, a rank), to be kept as a floor (`at_least`) or a ceiling,
    from `by_year` on where it names one. `is_verified`: an official has confirmed it. `owner` is the key of the
    agency that answers for it, if one has been named; it holds from `valid_from` to `valid_until`.
    """

    __tablename__ = "goals"
    __table_args__ = (sa.UniqueConstraint("key", "valid_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str]
    names: Mapped[dict[str, Any]]
    measure: Mapped[str]
    target: Mapped[float]
    direction: Mapped[str]
    by_year: Mapped[int | None]
    source: Mapped[str]
    owner: Mapped[str | None]
    is_verified: Mapped[bool]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Snapshot(Base):
    """The public figures of one day, with the very rows they were computed from (decision 23)."""

    __tablename__ = "snapshots"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    as_of: Mapped[date] = mapped_column(unique=True)
    published_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
    rows: Mapped[list[Any]]


class FigureSheet(Base):
    """Everything the officers' pages say of one scope, computed from rollups and open facts, kept to be read.

    `scope` and `key`: province, or a field, a procedure, an agency by its key; `on` is the office day the figures
    are for. It can be thrown away at any time; the next count makes it again.
    """

    __tablename__ = "figure_sheets"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date]
    made_at: Mapped[datetime]
    took_ms: Mapped[int]
    figures: Mapped[dict[str, Any]]
