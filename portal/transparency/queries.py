"""Reading goals, snapshots, and the live figures of the officers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, defer

from portal.accounts.models import Agency
from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import office_day
from portal.facts import queries as facts
from portal.facts.models import DossierFact
from portal.facts.turnaround import Turnaround
from portal.transparency.models import Goal, Snapshot
from portal.transparency.open_data import Open, Settled, Stopped

ON_TIME = "on_time"
"""The goal that is measured from turnaround."""

Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the officers' table: a procedure in an agency."""

    procedure_code: str
    agency_id: UUID
    figures: Turnaround


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The officers' figures of this moment."""

    on: date
    province: Turnaround
    rows: Sequence[Row]
    agencies: Mapping[UUID, Turnaround]
    names: Names
    goals: Sequence[Goal]


def live(session: Session, *, on: date) -> Live:
    """The figures straight from the facts: four statements, however many dossiers."""
    counts = facts.counts(session, on=on)
    groups = sorted(counts.groups, key=lambda group: (group.procedure_code, str(group.agency_id)))
    return Live(
        on=on,
        province=counts.of(),
        rows=[
            Row(procedure_code=code, agency_id=agency, figures=counts.of(procedure_code=code, agency_id=agency))
            for code, agency in groups
        ],
        agencies={agency: counts.of(agency_id=agency) for agency in sorted({group.agency_id for group in groups})},
        names=names(session),
        goals=goals(session, on=on),
    )


def goals(session: Session, *, on: date) -> Sequence[Goal]:
    """The goals that hold on this day, those that are measured first."""
    holds = sa.and_(Goal.valid_from <= on, sa.or_(Goal.valid_until.is_(None), Goal.valid_until >= on))
    return session.scalars(sa.select(Goal).where(holds).order_by(Goal.key != ON_TIME, Goal.by_year, Goal.key)).all()


def names(session: Session) -> Names:
    """The names of agencies (by id and by key) and of procedures (by code), in one statement."""
    newest = (
        sa.select(ProcedureVersion.code, ProcedureVersion.names)
        .ext(distinct_on(ProcedureVersion.code))
        .order_by(ProcedureVersion.code, ProcedureVersion.number.desc())
        .subquery()
    )
    agency_id = sa.cast(Agency.id, sa.Text)
    both = sa.union_all(
        sa.select(agency_id, Agency.short_names),
        sa.select(Agency.key, Agency.short_names),
        sa.select(newest.c.code, newest.c.names),
    )
    return {row[0]: row[1] for row in session.execute(both)}


def latest(session: Session) -> Snapshot | None:
    """The newest snapshot, without its lines."""
    return session.scalars(sa.select(Snapshot).options(defer(Snapshot.rows)).order_by(Snapshot.as_of.desc())).first()


def snapshot_of(session: Session, day: date | None) -> Snapshot | None:
    """The snapshot of a day, or the newest, with its lines."""
    statement = sa.select(Snapshot).order_by(Snapshot.as_of.desc()).limit(1)
    if day is not None:
        statement = statement.where(Snapshot.as_of == day)
    return session.scalars(statement).first()


def snapshot_days(session: Session, *, limit: int = 31) -> Sequence[date]:
    """The days of the newest snapshots."""
    return session.scalars(sa.select(Snapshot.as_of).order_by(Snapshot.as_of.desc()).limit(limit)).all()


# --- what the open data are made from


def settled_until(session: Session, day: date) -> list[Settled]:
    """Every dossier settled up to the day."""
    fact = DossierFact
    columns: tuple[Any, ...] = (
        fact.dossier_id,
        fact.settled_on,
        fact.field,
        fact.procedure_code,
        Agency.key,
        fact.agency_minutes,
        fact.applicant_minutes,
        fact.was_on_time,
        fact.was_on_time_766,
        fact.supplement_rounds,
    )
    statement = sa.select(*columns).join(Agency, Agency.id == fact.agency_id).where(fact.settled_on <= day)
    names_ = tuple(Settled.__dataclass_fields__)
    return [Settled(**dict(zip(names_, row, strict=True))) for row in session.execute(statement)]


def stopped_until(session: Session, day: date) -> list[Stopped]:
    """Every accepted dossier stopped without a decision up to the day."""
    fact = DossierFact
    statement = sa.select(
        fact.dossier_id, fact.ended_on, fact.stop_reason, fact.promised_due_at, fact.supplement_rounds
    ).where(fact.settled_on.is_(None), fact.ended_on <= day, fact.accepted_on.is_not(None))
    return [
        Stopped(
            id=dossier_id,
            on=ended_on,
            reason=reason or "",
            was_on_time_766=promised is not None and ended_on <= office_day(promised) and rounds <= 1,
        )
        for dossier_id, ended_on, reason, promised, rounds in session.execute(statement)
        if ended_on is not None
    ]


def open_on(session: Session, day: date) -> list[Open]:
    """Every dossier accepted and not ended by the end of the day, as far as the facts still tell."""
    fact = DossierFact
    statement = (
        sa.select(fact, Agency.key)
        .join(Agency, Agency.id == fact.agency_id)
        .where(fact.accepted_on <= day, sa.or_(fact.ended_on.is_(None), fact.ended_on > day))
    )
    return [_open(one, agency, day) for one, agency in session.execute(statement)]


def _open(fact: DossierFact, agency: str, day: date) -> Open:
    stopped_on = office_day(fact.clock_stopped_at) if fact.clock_stopped_at else None
    judged_on = min(stopped_on or day, day)
    overdue = fact.statutory_due_at is not None and office_day(fact.statutory_due_at) < judged_on
    kept = fact.promised_due_at is not None and judged_on <= office_day(fact.promised_due_at)
    standing = "overdue" if overdue else "waiting_for_filer" if stopped_on is not None else "within_limit"
    return Open(
        field=fact.field,
        procedure=fact.procedure_code,
        agency=agency,
        standing=standing,
        age_days=(day - (fact.accepted_on or day)).days,
        is_on_time_766=kept and fact.supplement_rounds <= 1,
    )
