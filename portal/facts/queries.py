"""Reading the figures: exact sums of cells and of open dossiers, in a number of statements that never grows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calendars.queries import in_force
from portal.clock.limit import MINUTES_PER_WORKING_DAY
from portal.clock.zone import VIETNAM
from portal.facts.models import BIN_MINUTES, Calibration, DossierFact, Forecast, Method, TurnaroundCell
from portal.facts.turnaround import LONGEST_WINDOW, WINDOWS, Standing, Tally, Turnaround, measured, window_of
from portal.foundation.settings import due_soon_minutes


class Group(NamedTuple):
    """The finest group that figures are made for."""

    procedure_code: str
    agency_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Everything needed for the figures of every group, and of any groups together."""

    on: date
    tallies: Mapping[Group, Mapping[int, Tally]] = field(default_factory=dict)
    standings: Mapping[Group, Standing] = field(default_factory=dict)

    @property
    def groups(self) -> frozenset[Group]:
        """The groups that have any dossier."""
        return frozenset(self.tallies) | frozenset(self.standings)

    def of(self, *, procedure_code: str | None = None, agency_id: UUID | None = None) -> Turnaround:
        """The figures of a procedure, of an agency, of both, or of all."""
        by_window: dict[int, Tally] = {}
        standing = Standing()
        for group in self.groups:
            if procedure_code not in {None, group.procedure_code} or agency_id not in {None, group.agency_id}:
                continue
            for days, tally in self.tallies.get(group, {}).items():
                by_window.setdefault(days, Tally()).add(tally)
            standing.add(self.standings.get(group, Standing()))
        return measured(by_window, standing)


def counts(session: Session, *, on: date, procedure_code: str | None = None, agency_id: UUID | None = None) -> Counts:
    """The counts as of the office day `on`, in two statements and one that asks for the calendar."""
    return Counts(
        on=on,
        tallies=_tallies(session, on=on, procedure_code=procedure_code, agency_id=agency_id),
        standings=standings(session, on=on, procedure_code=procedure_code, agency_id=agency_id),
    )


def turnaround(
    session: Session, *, on: date, procedure_code: str | None = None, agency_id: UUID | None = None
) -> Turnaround:
    """The figures of a procedure, of an agency, of both, or of the whole province, as of the office day `on`."""
    found = counts(session, on=on, procedure_code=procedure_code, agency_id=agency_id)
    return found.of(procedure_code=procedure_code, agency_id=agency_id)


def _tallies(
    session: Session, *, on: date, procedure_code: str | None, agency_id: UUID | None
) -> dict[Group, dict[int, Tally]]:
    cell = TurnaroundCell
    window = sa.case(
        *((cell.settled_on > on - timedelta(days=days), days) for days in WINDOWS), else_=LONGEST_WINDOW
    ).label("window")
    names = ("dossiers", "agency_minutes", "applicant_minutes", "supplement_rounds", "supplemented")
    sums = [sa.cast(sa.func.sum(getattr(cell, name)), sa.BigInteger) for name in names]
    keys = (cell.procedure_code, cell.agency_id, window, cell.bin, cell.was_on_time, cell.was_on_time_766)
    statement = (
        sa.select(*keys, *sums)
        .where(cell.settled_on <= on, cell.settled_on > on - timedelta(days=LONGEST_WINDOW), cell.dossiers > 0)
        .group_by(*keys)
    )
    if procedure_code is not None:
        statement = statement.where(cell.procedure_code == procedure_code)
    if agency_id is not None:
        statement = statement.where(cell.agency_id == agency_id)
    found: dict[Group, dict[int, Tally]] = {}
    for code, agency, days, bin_, on_time, on_time_766, n, own, filers, rounds, supplemented in session.execute(
        statement
    ):
        tally = found.setdefault(Group(code, agency), {}).setdefault(days, Tally())
        tally.durations[bin_ * BIN_MINUTES] += n
        tally.on_time += n if on_time else 0
        tally.on_time_766 += n if on_time_766 else 0
        tally.agency_minutes += own
        tally.applicant_minutes += filers
        tally.supplement_rounds += rounds
        tally.supplemented += supplemented
    return found


def standings(
    session: Session, *, on: date, procedure_code: str | None = None, agency_id: UUID | None = None
) -> dict[Group, Standing]:
    """How the accepted dossiers stand that are open, and those stopped in the longest window."""
    fact = DossierFact
    is_open = fact.ended_on.is_(None)
    judged_on = sa.func.coalesce(fact.ended_on, _office_day(fact.clock_stopped_at), sa.literal(on))
    overdue = sa.and_(is_open, _office_day(fact.statutory_due_at) < judged_on)
    soon = in_force(session).calendar.add_working_days(on, -(-due_soon_minutes() // MINUTES_PER_WORKING_DAY))
    due_soon = sa.and_(is_open, fact.clock_stopped_at.is_(None), _office_day(fact.statutory_due_at).between(on, soon))
    kept = sa.and_(judged_on <= _office_day(fact.promised_due_at), fact.supplement_rounds <= 1)
    flags = (is_open, overdue, sa.and_(is_open, fact.clock_stopped_at.is_not(None)), due_soon, kept)
    keys = (fact.procedure_code, fact.agency_id, *flags, fact.ended_on)
    statement = (
        sa.select(*keys, sa.func.count())
        .where(
            fact.accepted_on.is_not(None),
            fact.settled_on.is_(None),
            sa.or_(is_open, fact.ended_on.between(on - timedelta(days=LONGEST_WINDOW - 1), on)),
        )
        .group_by(*keys)
    )
    if procedure_code is not None:
        statement = statement.where(fact.procedure_code == procedure_code)
    if agency_id is not None:
        statement = statement.where(fact.agency_id == agency_id)
    found: dict[Group, Standing] = {}
    for code, agency, _, late, waits, soon_due, kept_766, ended_on, n in session.execute(statement):
        if agency is None:
            continue
        standing = found.setdefault(Group(code, agency), Standing())
        if ended_on is not None:
            days = window_of((on - ended_on).days) or LONGEST_WINDOW
            standing.stopped[days] += n
            standing.stopped_kept_766[days] += n if kept_766 else 0
            continue
        standing.overdue += n if late else 0
        standing.waiting += n if waits and not late else 0
        standing.running += n if not waits and not late else 0
        standing.due_soon += n if soon_due and not late else 0
        standing.open_kept_766 += n if kept_766 else 0
    return found


class Outlook(NamedTuple):
    """The last forecast of a dossier: instants by `FORECAST_SHARES`, and from how many dossiers."""

    quantiles: tuple[datetime, ...]
    n: int


def outlook(session: Session, dossier_id: UUID, *, procedure_code: str) -> Outlook | None:
    """The last forecast by the method that has been the better one for the procedure; one statement."""
    better = sa.select(Calibration.figures["shown"][procedure_code].as_string()).order_by(Calibration.as_of.desc())
    preferred = sa.func.coalesce(better.limit(1).scalar_subquery(), Method.STANDING.value)
    statement = (
        sa.select(Forecast.quantiles, Forecast.n)
        .where(Forecast.dossier_id == dossier_id, sa.func.cardinality(Forecast.quantiles) > 0)
        .order_by(Forecast.version.desc(), (sa.cast(Forecast.method, sa.String) == preferred).desc())
        .limit(1)
    )
    found = session.execute(statement).one_or_none()
    return None if found is None else Outlook(tuple(found.quantiles), found.n)


def _office_day(instant: sa.ColumnElement[object] | sa.orm.InstrumentedAttribute[object]) -> sa.ColumnElement[date]:
    return sa.cast(sa.func.timezone(VIETNAM.key, instant), sa.Date)
