"""Reading goals, snapshots, and the live figures of the officers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, undefer

from portal.accounts.models import Agency
from portal.catalogue import queries as catalogue
from portal.catalogue.definition import LimitRule
from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import office_day
from portal.facts.models import DossierFact
from portal.facts.turnaround import Turnaround
from portal.foundation.languages import spoken
from portal.reasons.models import Reason, ReasonKind
from portal.transparency import sheets
from portal.transparency.models import FigureSheet, Goal, Snapshot
from portal.transparency.open_data import Open

ON_TIME = "on_time"
"""The goal that is measured from turnaround."""

GOALS_IN_ORDER = (Goal.key != ON_TIME, Goal.by_year, Goal.key)

Names = Mapping[str, Mapping[str, str]]
REFUSAL = "refusal:"
"""Before the key of a managed reason among the names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the officers' table: a procedure in an agency."""

    procedure_code: str
    agency_id: UUID
    figures: Turnaround


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """How many dossiers were filed, accepted and settled on one day."""

    filed: int
    accepted: int
    settled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The officers' figures as last counted, and what this day has brought. `sheet`: all that is known of `scope`.

    `rows` are procedures in agencies, the others whole fields, procedures and agencies.
    """

    on: date
    made_at: datetime | None
    scope: str
    key: str
    sheet: Mapping[str, Any] | None
    province: Turnaround | None
    rows: Sequence[Row]
    fields: Mapping[str, Turnaround]
    procedures: Mapping[str, Turnaround]
    agencies: Mapping[UUID, Turnaround]
    names: Names
    goals: Sequence[Goal]
    today: Today


def live(session: Session, *, on: date, scope: str = sheets.PROVINCE, key: str = "") -> Live:
    """The sheet of the scope and the figures of everything inside it: three statements, however many dossiers."""
    promised, today = _goals_and_today(session, on=on)
    own: Mapping[str, Any] | None = None
    made_at: datetime | None = None
    found: dict[str, dict[str, Turnaround]] = {}
    sheet = FigureSheet
    is_own = sa.and_(sheet.scope == scope, sheet.key == key)
    figures = sa.case((is_own, sheet.figures), else_=sa.func.jsonb_build_object("now", sheet.figures["now"]))
    for kind, name, content, at in session.execute(
        sa.select(sheet.scope, sheet.key, figures, sheet.made_at).order_by(sheet.scope, sheet.key)
    ):
        found.setdefault(kind, {})[name] = sheets.turnaround(content)
        if (kind, name) == (scope, key):
            own, made_at = content, at
    pairs = [(*name.partition(" ")[::2], one) for name, one in found.get(sheets.PAIR, {}).items()]
    return Live(
        on=on,
        made_at=made_at,
        scope=scope,
        key=key,
        sheet=own,
        province=found.get(scope, {}).get(key),
        rows=[
            Row(procedure_code=code, agency_id=UUID(agency), figures=one)
            for code, agency, one in pairs
            if scope == sheets.PROVINCE or key in {code, agency}
        ],
        fields=found.get(sheets.FIELD, {}),
        procedures=found.get(sheets.PROCEDURE, {}),
        agencies={UUID(agency): one for agency, one in found.get(sheets.AGENCY, {}).items()},
        names=names(session),
        goals=promised,
        today=today,
    )


def _goals_and_today(session: Session, *, on: date) -> tuple[Sequence[Goal], Today]:
    """The goals that hold on this day, and what the day has brought so far: one statement."""
    count, fact = sa.func.count, DossierFact
    brought = (
        sa.select(
            count().filter(fact.filed_on == on).label("filed"),
            count().filter(fact.accepted_on == on).label("accepted"),
            count().filter(fact.settled_on == on).label("settled"),
        )
        .where(sa.or_(fact.filed_on == on, fact.accepted_on == on, fact.settled_on == on))
        .subquery()
    )
    beside = sa.outerjoin(brought, Goal, _holds(on))
    columns = (brought.c.filed, brought.c.accepted, brought.c.settled)
    rows = session.execute(sa.select(Goal, *columns).select_from(beside).order_by(*GOALS_IN_ORDER)).all()
    today = Today(filed=rows[0].filed, accepted=rows[0].accepted, settled=rows[0].settled)
    return [row.Goal for row in rows if row.Goal is not None], today


def goals(session: Session, *, on: date) -> Sequence[Goal]:
    """The goals that hold on this day, those that are measured first."""
    return session.scalars(sa.select(Goal).where(_holds(on)).order_by(*GOALS_IN_ORDER)).all()


def every_goal(session: Session) -> Sequence[Goal]:
    """All goals, whenever they held."""
    return session.scalars(sa.select(Goal).order_by(*GOALS_IN_ORDER, Goal.valid_from.desc())).all()


def owner_choices(session: Session) -> list[tuple[str, str]]:
    """The open agencies that may answer for a goal: key and name in the reader's language."""
    statement = sa.select(Agency.key, Agency.names).where(Agency.closed_at.is_(None)).order_by(Agency.key)
    return [(key, names[spoken()] if names.get(spoken()) else names["vi"]) for key, names in session.execute(statement)]


def _holds(on: date) -> sa.ColumnElement[bool]:
    return sa.and_(Goal.valid_from <= on, sa.or_(Goal.valid_until.is_(None), Goal.valid_until >= on))


def names(session: Session) -> Names:
    """The names of agencies (by id and by key), of procedures (by code) and of managed reasons, in one statement.

    Reasons of refusals are known as `REFUSAL` and their key, retired ones too.
    """
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
        sa.select(sa.literal(REFUSAL) + Reason.key, Reason.words).where(Reason.kind == ReasonKind.REFUSAL),
    )
    return {row[0]: row[1] for row in session.execute(both)}


def limits(session: Session, code: str, *, on: date) -> Sequence[LimitRule]:
    """The limits the law gives for a procedure in force on the day; none where it is not."""
    version = catalogue.in_force(session, code, on=on)
    return catalogue.definition_of(version).limits if version else ()


def agencies_with_figures(session: Session) -> Sequence[str]:
    """The ids, as text, of the agencies that have a sheet."""
    return session.scalars(
        sa.select(FigureSheet.key).where(FigureSheet.scope == sheets.AGENCY).order_by(FigureSheet.key)
    ).all()


_newest: dict[UUID, Snapshot] = {}
"""What `latest` remembers: the newest snapshot by its identifier, and no other."""


def latest(session: Session) -> Snapshot | None:
    """The newest snapshot, without its lines, belonging to no session.

    A snapshot never changes, and its figures are long to read: each process reads them once and remembers the newest.
    """
    newest = session.scalar(sa.select(Snapshot.id).order_by(Snapshot.as_of.desc()).limit(1))
    if newest is None:
        return None
    known = _newest.get(newest)
    if known is None:
        known = session.scalars(sa.select(Snapshot).where(Snapshot.id == newest)).one()
        session.expunge(known)
        _newest.clear()
        _newest[newest] = known
    return known


def snapshot_of(session: Session, day: date | None) -> Snapshot | None:
    """The snapshot of a day, or the newest, with its lines."""
    statement = sa.select(Snapshot).options(undefer(Snapshot.file)).order_by(Snapshot.as_of.desc()).limit(1)
    if day is not None:
        statement = statement.where(Snapshot.as_of == day)
    return session.scalars(statement).first()


def snapshot_days(session: Session, *, limit: int = 31) -> Sequence[date]:
    """The days of the newest snapshots."""
    return session.scalars(sa.select(Snapshot.as_of).order_by(Snapshot.as_of.desc()).limit(limit)).all()


# --- what the open data are made from


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
