"""Goals, the daily snapshot that the public sees, and the views that officers keep."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, new_id, text_enum


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
    version: Mapped[int] = mapped_column(default=1, server_default=sa.text("1"))


class Snapshot(Base):
    """The public figures of one day, with the very lines they were computed from (decision 23).

    `file` is the CSV file of the open data as everybody gets it, compressed with gzip.
    """

    __tablename__ = "snapshots"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    as_of: Mapped[date] = mapped_column(unique=True)
    published_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
    file: Mapped[bytes] = mapped_column(deferred=True)


class SnapshotPart(Base):
    """The figures of one field, procedure or agency (`scope`, by its `key`) as of the newest snapshot.

    They follow from the snapshot's lines, and are kept so that a page need not read them all.
    """

    __tablename__ = "snapshot_parts"

    snapshot_id: Mapped[UUID] = mapped_column(sa.ForeignKey("snapshots.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]


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


class FigureCorrection(Base):
    """A figure of an earlier day that the record no longer bears out: reopened or recorded late (decision 23).

    Snapshots are never rewritten. The one of `as_of` found that of the dossiers counted by the one of `corrects`,
    those of `month` are others now: `before` and `after` hold how many (`n`), how many of them on time and the
    agencies' working `hours` together. `kind` is settled or stopped; their month is when their group of five was
    complete.
    """

    __tablename__ = "figure_corrections"
    __table_args__ = (sa.UniqueConstraint("as_of", "kind", "month"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    as_of: Mapped[date]
    corrects: Mapped[date]
    kind: Mapped[str]
    month: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str]


class Rhythm(enum.StrEnum):
    """How often a view is mailed to whoever keeps it."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class FigureView(Base):
    """A page of figures somebody keeps under a name, and may have sent to their address.

    `scope` and `key` are those of a `FigureSheet`; `mailed_on` is the office day of the last mail.
    """

    __tablename__ = "figure_views"
    __table_args__ = (sa.UniqueConstraint("person_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    name: Mapped[str]
    scope: Mapped[str]
    key: Mapped[str]
    rhythm: Mapped[Rhythm] = mapped_column(text_enum(Rhythm))
    made_at: Mapped[datetime]
    mailed_on: Mapped[date | None]
