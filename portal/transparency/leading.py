"""What whoever leads an office asks: what is at risk this week, where the work lies, which dossiers those are.

Counts tell no dossier's contents and are open to all who lead; they are kept in the sheets of the province and of each
agency, and a page only reads them. The dossiers behind them are shown to those who may know of them, by the policy
every list of dossiers follows.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.clock.zone import VIETNAM, at_office
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.policy import of_own_office
from portal.facts.models import DossierFact
from portal.workflow.lifecycle import Role

WEEK, DAY = timedelta(days=7), timedelta(days=1)
MOST_SHOWN = 100
OVERDUE, THIS_WEEK, WAITING = "overdue", "week", "waiting"
WHICH = (OVERDUE, THIS_WEEK, WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Open dossiers of a procedure in an agency: past their statutory day, due within seven days, the filer's turn."""

    agency_id: UUID
    procedure_code: str
    overdue: int
    week: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The open steps of one role in one agency. `most`: how many the fullest pair of hands holds."""

    agency_id: UUID
    role: Role
    open: int
    unassigned: int
    overdue: int
    people: int
    most: int

    @property
    def each(self) -> float | None:
        """Steps for each person that holds any; None where nobody does."""
        return (self.open - self.unassigned) / self.people if self.people else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """A dossier behind a count."""

    code: str
    procedure_code: str
    agency_id: UUID | None
    due_at: datetime
    is_waiting: bool


def figures(session: Session, *, on: date, now: datetime) -> Mapping[str, dict[str, Any]]:
    """`risks` and `loads` of each agency by its key in the sheets, and under the empty key of the province."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"risks": [], "loads": []})
    for name, rows in (("risks", at_risk(session, on=on)), ("loads", load(session, now=now))):
        for row in rows:
            stored = asdict(row) | {"agency_id": str(row.agency_id)}
            for key in ("", stored["agency_id"]):
                found[key][name].append(stored)
    return found


def risks_in(kept: Mapping[str, Any]) -> list[Risk]:
    """The risks a sheet's figures keep."""
    return [Risk(**row | {"agency_id": UUID(row["agency_id"])}) for row in kept["risks"]]


def loads_in(kept: Mapping[str, Any]) -> list[Load]:
    """The loads a sheet's figures keep."""
    return [Load(**row | {"agency_id": UUID(row["agency_id"]), "role": Role(row["role"])}) for row in kept["loads"]]


def at_risk(session: Session, *, on: date) -> list[Risk]:
    """By agency and procedure, the most urgent first; what is within its limit for longer is left out."""
    counts = [sa.func.count().filter(_is(which, on)).label(which) for which in WHICH]
    keys = (DossierFact.agency_id, DossierFact.procedure_code)
    near = DossierFact.statutory_due_at < _beginning(on + WEEK + DAY)  # what is due later is in none of the counts
    statement = sa.select(*keys, *counts).where(_is_open(), near, DossierFact.agency_id.is_not(None)).group_by(*keys)
    rows = [
        Risk(agency_id=row[0], procedure_code=row[1], overdue=row[2], week=row[3], waiting=row[4])
        for row in session.execute(statement)
        if row[0] is not None
    ]
    urgent = [row for row in rows if row.overdue or row.week]
    return sorted(urgent, key=lambda row: (-row.overdue, -row.week, row.procedure_code, str(row.agency_id)))


def load(session: Session, *, now: datetime) -> list[Load]:
    """Open steps by agency and role, the fullest first; not those of results that wait to be fetched."""
    step = DossierStep
    keys = (step.agency_id, step.role, step.post_id)
    held = (
        sa.select(
            *keys,
            sa.func.count().label("n"),
            sa.func.count().filter(step.due_at < now).label("late"),
        )
        .join(Dossier, Dossier.id == step.dossier_id)
        .where(step.closed_at.is_(None), step.agency_id.is_not(None), Dossier.settled_at.is_(None))
        .group_by(*keys)
        .subquery()
        .c
    )
    in_hand = held.post_id.is_not(None)
    statement = sa.select(
        held.agency_id,
        held.role,
        sa.func.sum(held.n),
        sa.func.coalesce(sa.func.sum(held.n).filter(held.post_id.is_(None)), 0),
        sa.func.sum(held.late),
        sa.func.count(sa.distinct(held.post_id)),
        sa.func.coalesce(sa.func.max(held.n).filter(in_hand), 0),
    ).group_by(held.agency_id, held.role)
    found = [
        Load(
            agency_id=row[0], role=Role(row[1]), open=int(row[2]), unassigned=int(row[3]), overdue=int(row[4]),
            people=int(row[5]), most=int(row[6]),
        )
        for row in session.execute(statement)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.open, str(one.agency_id), one.role))


def behind(
    session: Session, which: str, *, on: date, viewer: Viewer, agency_id: UUID | None, procedure_code: str | None
) -> tuple[Sequence[AtRisk], int]:
    """The dossiers of a count that the viewer may know of, the first due first, and how many there are in all."""
    fact = DossierFact
    conditions = [_is_open(), _is(which, on)]
    if agency_id is not None:
        conditions.append(fact.agency_id == agency_id)
    if procedure_code is not None:
        conditions.append(fact.procedure_code == procedure_code)
    whole = session.scalar(sa.select(sa.func.count()).select_from(fact).where(*conditions)) or 0
    columns: tuple[Any, ...] = (
        Dossier.code, fact.procedure_code, fact.agency_id, fact.statutory_due_at, fact.clock_stopped_at,
    )  # fmt: skip
    statement = (
        sa.select(*columns)
        .join(Dossier, Dossier.id == fact.dossier_id)
        .where(*conditions, of_own_office(viewer))
        .order_by(fact.statutory_due_at, Dossier.code)
        .limit(MOST_SHOWN)
    )
    found = [
        AtRisk(code=code, procedure_code=procedure, agency_id=agency, due_at=due, is_waiting=stopped is not None)
        for code, procedure, agency, due, stopped in session.execute(statement)
    ]
    return found, whole


def totals(rows: Sequence[Risk]) -> Mapping[str, int]:
    """All of them together."""
    return {which: sum(getattr(row, which) for row in rows) for which in WHICH}


def _beginning(day: date) -> datetime:
    """The first moment of an office day: instants are compared as they are stored, and no row is converted."""
    return at_office(day, time())


def _is_open() -> sa.ColumnElement[bool]:
    fact = DossierFact
    return sa.and_(fact.ended_on.is_(None), fact.accepted_on.is_not(None), fact.statutory_due_at.is_not(None))


def _is(which: str, on: date) -> sa.ColumnElement[bool]:
    """Overdue as `facts.standings` judges it: a dossier that waits for its filer stands as when that began."""
    due, stopped = DossierFact.statutory_due_at, DossierFact.clock_stopped_at
    stopped_day = sa.func.date_trunc("day", stopped, VIETNAM.key)
    overdue = due < sa.func.coalesce(stopped_day, _beginning(on))
    before_the_end_of_the_week = due < _beginning(on + WEEK + DAY)
    if which == OVERDUE:
        return overdue
    if which == THIS_WEEK:
        return sa.and_(stopped.is_(None), due >= _beginning(on), before_the_end_of_the_week)
    return sa.and_(stopped.is_not(None), sa.not_(overdue), before_the_end_of_the_week)
