"""Turnaround facts: one row per dossier, derived from its events, and their daily distributions.

Everything here can be thrown away and made again from the events: `portal transparency rebuild`.
"""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base

BIN_MINUTES = 15
"""Width of a distribution's bins in working minutes (decision 22)."""


class DossierFact(Base):
    """What the figures need to know of a dossier. Days are local days of the office.

    `clock_stopped_at` is when the filer's turn began, while it lasts: a dossier that was within its limit then
    still is. `statutory_due_at` and `promised_due_at` are as of the last event.
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
