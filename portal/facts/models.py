"""Turnaround facts: one row per dossier, derived from its events, and their daily distributions; forecasts.

All but the forecasts can be thrown away and made again from the events: `portal transparency rebuild`. A forecast is
kept as it was made, so that it can be compared with what came.
"""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, text_enum

BIN_MINUTES = 15
"""Width of a distribution's bins in working minutes (decision 22)."""


class DossierFact(Base):
    """What the figures need to know of a dossier. Days are local days of the office.

    `clock_stopped_at` is when the filer's turn began, while it lasts: a dossier that was within its limit then
    still is. `statutory_due_at` and `promised_due_at` are as of the last event. `agency_minutes` of a stopped
    dossier run to its end; `applicant_minutes` of an open one are those of the filer's turns that are over.
    `refusal_reason` is the key of the managed reason of a refusal, at the counter or in the end; empty: own words.
    `level` is 3 or 4 as derived from the version the dossier is pinned to, `channel` how it was filed.
    `counted_version` is the version that the shares and rollups know (0: none); all else follows from the events.
    """

    __tablename__ = "dossier_facts"
    __table_args__ = (
        sa.Index("ix_dossier_facts_settled", "agency_id", "procedure_code", "settled_on"),
        sa.Index("ix_dossier_facts_open", "statutory_due_at", postgresql_where=sa.text("ended_on IS NULL")),
        sa.Index(
            "ix_dossier_facts_stopped",
            "ended_on",
            postgresql_where=sa.text("settled_on IS NULL AND accepted_on IS NOT NULL"),
        ),
        sa.Index("ix_dossier_facts_uncounted", "dossier_id", postgresql_where=sa.text("counted_version <> version")),
        sa.Index("ix_dossier_facts_filed_on", "filed_on"),
        sa.Index("ix_dossier_facts_procedure_filed", "procedure_code", "filed_on"),
        sa.Index("ix_dossier_facts_accepted_on", "accepted_on"),
        sa.Index("ix_dossier_facts_settled_on", "settled_on"),
    )

    dossier_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    procedure_code: Mapped[str]
    case_key: Mapped[str]
    field: Mapped[str]
    agency_id: Mapped[UUID | None]
    commune: Mapped[str | None]
    state: Mapped[str]
    filed_on: Mapped[date]
    accepted_on: Mapped[date | None]
    settled_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    statutory_due_at: Mapped[datetime | None]
    promised_due_at: Mapped[datetime | None]
    clock_stopped_at: Mapped[datetime | None]
    acceptance_was_late: Mapped[bool | None]
    agency_minutes: Mapped[int | None]
    applicant_minutes: Mapped[int | None]
    was_on_time: Mapped[bool | None]
    was_on_time_766: Mapped[bool | None]
    supplement_rounds: Mapped[int]
    outcome: Mapped[str | None]
    stop_reason: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    level: Mapped[int | None] = mapped_column(sa.SmallInteger)
    channel: Mapped[str | None]
    refusal_reason: Mapped[str | None]
    counted_version: Mapped[int] = mapped_column(server_default=sa.text("0"))


class TurnaroundCell(Base):
    """How many dossiers settled on a day took so long: the sparse count map of decision 22.

    `bin` counts 15 working minutes of agency time, rounded up; sums of cells are exact for any window, so a page
    costs the same whatever the number of dossiers. The other columns are sums over the dossiers of the cell.
    """

    __tablename__ = "turnaround_cells"
    __table_args__ = (sa.CheckConstraint("dossiers >= 0", name="dossiers"),)

    settled_on: Mapped[date] = mapped_column(primary_key=True)
    procedure_code: Mapped[str] = mapped_column(primary_key=True)
    case_key: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    bin: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    was_on_time: Mapped[bool] = mapped_column(primary_key=True)
    was_on_time_766: Mapped[bool] = mapped_column(primary_key=True)
    dossiers: Mapped[int]
    agency_minutes: Mapped[int] = mapped_column(sa.BigInteger)
    applicant_minutes: Mapped[int] = mapped_column(sa.BigInteger)
    supplement_rounds: Mapped[int]
    supplemented: Mapped[int]


WHOLE = ""
"""In place of a step's key: the whole way from acceptance to issue."""


class CountedShare(Base):
    """What one dossier adds to the rollups: once as a settled whole, and once for each visit to a step that ended.

    `entry` is the version of the event that opened the step, 0 for the whole. `day` is when it ended. Minutes are
    working minutes: `agency_minutes` of the whole, or from the opening of the step to its end without the filer's
    turns; `waiting_minutes` the part of a step's in which nobody had been named to do it.
    """

    __tablename__ = "counted_shares"
    __table_args__ = (
        sa.Index("ix_counted_shares_rollup", "day", "procedure_code", "case_key", "agency_id", "step", "channel"),
    )

    dossier_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
    procedure_code: Mapped[str]
    case_key: Mapped[str]
    agency_id: Mapped[UUID]
    channel: Mapped[str]
    agency_minutes: Mapped[int]
    waiting_minutes: Mapped[int]
    applicant_minutes: Mapped[int]
    supplement_rounds: Mapped[int]
    was_on_time: Mapped[bool]
    was_on_time_766: Mapped[bool]
    was_early: Mapped[bool]
    was_refused: Mapped[bool]
    refusal_reason: Mapped[str] = mapped_column(server_default=sa.text("''"))


class Rollup(Base):
    """All shares of a day, procedure, case, agency, step and channel together: exact, and mergeable.

    `durations` and `waits` are sparse count maps (decision 22): quarters of a working hour, rounded up, to how
    many; `refusals` counts the refused ones by the key of their managed reason (empty: own words). Maps and sums of
    any rows added are those of all their dossiers.
    """

    __tablename__ = "rollups"
    __table_args__ = (sa.CheckConstraint("dossiers > 0", name="dossiers"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    procedure_code: Mapped[str] = mapped_column(primary_key=True)
    case_key: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    dossiers: Mapped[int]
    durations: Mapped[dict[str, Any]]
    waits: Mapped[dict[str, Any]]
    refusals: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    agency_minutes: Mapped[int] = mapped_column(sa.BigInteger)
    waiting_minutes: Mapped[int] = mapped_column(sa.BigInteger)
    applicant_minutes: Mapped[int] = mapped_column(sa.BigInteger)
    supplement_rounds: Mapped[int]
    supplemented: Mapped[int]
    on_time: Mapped[int]
    on_time_766: Mapped[int]
    early: Mapped[int]
    refused: Mapped[int]


class Heard(enum.StrEnum):
    """What else is counted beside the dossiers' way; the answers are those of the enumeration's comments."""

    RATING = "rating"  # one to five, on the day it was given
    FEEDBACK = "feedback"  # on_time or late, on the day it was answered
    PAYMENT = "payment"  # online or counter: bills settled on the day


class HeardCount(Base):
    """How many answers of a kind a day brought, by procedure and agency: exact, and mergeable.

    It follows from ratings, feedback and settled bills (`transparency.hearsay`), which are not in the event log;
    `procedure_code` is empty where feedback was about no procedure.
    """

    __tablename__ = "heard_counts"
    __table_args__ = (sa.CheckConstraint("n > 0", name="n"),)

    kind: Mapped[Heard] = mapped_column(text_enum(Heard), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    procedure_code: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]


class Method(enum.StrEnum):
    """How a forecast was made: from where the dossier stands, or from the whole duration of earlier ones."""

    STANDING = "standing"
    WHOLE = "whole"


FORECAST_SHARES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""The shares of the quantiles of a forecast: the ends of its ranges of 95, 80 and 50 percent, and the middle."""


class Forecast(Base):
    """When a dossier would be settled, as it looked after its event of this `version`.

    `quantiles` are instants by `FORECAST_SHARES`, from `n` earlier dossiers; empty where there were too few.
    """

    __tablename__ = "forecasts"
    __table_args__ = (sa.Index("ix_forecasts_made_at", "made_at"),)

    dossier_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    method: Mapped[Method] = mapped_column(text_enum(Method), primary_key=True)
    made_at: Mapped[datetime]
    n: Mapped[int]
    quantiles: Mapped[list[datetime]] = mapped_column(ARRAY(sa.TIMESTAMP(timezone=True)))


class Calibration(Base):
    """How often forecasts of the last year held, as published on this day."""

    __tablename__ = "calibrations"

    as_of: Mapped[date] = mapped_column(primary_key=True)
    published_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
