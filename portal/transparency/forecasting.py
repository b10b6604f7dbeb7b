"""Forecasts: made anew whenever something happens to an open dossier, kept, and compared with what came.

Two methods make every forecast. *Standing* resamples the rest of the way of earlier dossiers that stood at the same
place (`resampling`). *Whole* is the plain measure to beat: the quantiles of the agencies' time of settled dossiers of
the procedure, counted from acceptance. The one that has missed by less is shown (`calibrating`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.calendars.queries import in_force
from portal.catalogue.models import ProcedureVersion
from portal.clock.calendar import Calendar
from portal.dossiers.models import Dossier, DossierPause, DossierStep
from portal.facts.models import FORECAST_SHARES, DossierFact, Forecast, Method
from portal.facts.turnaround import LONGEST_WINDOW
from portal.transparency.resampling import FEWEST, Donor, Pause, Place, Queues, Range, Step, Way, pick, rest, stays

Foretold = Mapping[Method, tuple[tuple[datetime, ...], int] | None]

BATCH = 200
SAMPLE = 2000
"""So many dossiers of a procedure are learned from at most: chance picks them, always the same ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the dossiers of a procedure had taught until a moment."""

    by_place: Mapping[Place, Sequence[Donor]]
    whole: Sequence[int]
    queues: Queues
    calendar: Calendar


def make_pending(session: Session, *, now: datetime, most: int = BATCH, learnt: "Learnt | None" = None) -> int:
    """Make the forecasts of open dossiers to which something has happened since their last; returns how many.

    `learnt` is asked for what earlier dossiers teach; by default that is learnt now.
    """
    fact = DossierFact
    is_made = sa.exists().where(Forecast.dossier_id == fact.dossier_id, Forecast.version == fact.version)
    statement = (
        sa.select(fact.procedure_code, fact.dossier_id, fact.version)
        .where(fact.ended_on.is_(None), fact.accepted_on.is_not(None), ~is_made)
        .order_by(fact.procedure_code, fact.dossier_id)
        .limit(most)
    )
    pending: dict[str, dict[UUID, int]] = {}
    for code, dossier_id, version in session.execute(statement):
        pending.setdefault(code, {})[dossier_id] = version
    for code, versions in pending.items():
        known, ways = (learnt or learn)(session, code, until=now), read_ways(session, list(versions))
        rows = []
        for dossier_id, version in versions.items():
            way = ways.get(dossier_id)
            found = dict.fromkeys(Method) if way is None else foretell(known, way, now=now)
            rows += _rows(dossier_id, version, found, made_at=now)
        _keep(session, rows)
    return sum(map(len, pending.values()))


class Learnt(Protocol):
    """Says what the dossiers of a procedure teach."""

    def __call__(self, session: Session, code: str, *, until: datetime) -> "Known": ...


class HourlyLearning:
    """Learns anew once an hour for each procedure: earlier dossiers teach nearly the same an hour later."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, Known]] = {}

    def __call__(self, session: Session, code: str, *, until: datetime) -> "Known":
        learnt_at, known = self._known.get(code, (None, None))
        if known is None or learnt_at is None or not timedelta(0) <= until - learnt_at < timedelta(hours=1):
            known = learn(session, code, until=until)
            self._known[code] = (until, known)
        return known


def backfill(session: Session, *, since: datetime, until: datetime) -> int:
    """For a history that was made up: the forecasts that would have been made, from what was known each month.

    Returns how many dossiers were forecast. Only of the dossiers that are learned from, and only where none is kept.
    """
    calendar, done = in_force(session).calendar, 0
    for code in session.scalars(sa.select(DossierFact.procedure_code).distinct().order_by(DossierFact.procedure_code)):
        ways = read_ways(session, _sample(session, code, until=until))
        moment = since
        while moment < until:
            following = min(moment + timedelta(days=30), until)
            taught = [way.before(moment) for way in ways.values() if way.accepted_at <= moment]
            known = learned(taught, calendar, until=moment)
            rows: list[dict[str, Any]] = []
            for dossier_id, way in ways.items():
                for version, at in changes(way, since=moment, until=following):
                    rows += _rows(dossier_id, version, foretell(known, way.before(at), now=at), made_at=at)
            _keep(session, rows)
            moment = following
        done += len(ways)
    return done


def _keep(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(Forecast).on_conflict_do_nothing(), rows)


def _rows(dossier_id: UUID, version: int, found: "Foretold", *, made_at: datetime) -> list[dict[str, Any]]:
    return [_row(dossier_id, version, method, made_at=made_at, found=one) for method, one in found.items()]


def _row(dossier_id: UUID, version: int, method: Method, *, made_at: datetime, found: Any) -> dict[str, Any]:
    quantiles, n = found or ((), 0)
    return {
        "dossier_id": dossier_id,
        "version": version,
        "method": method.value,
        "made_at": made_at,
        "n": n,
        "quantiles": list(quantiles),
    }


def foretell(known: Known, way: Way, *, now: datetime) -> "Foretold":
    """The instants by `FORECAST_SHARES`, by each method, for a dossier as it stands now; None where too few say so."""
    calendar = known.calendar
    here = list(stays(way, known.queues))
    found: Range | None = None
    if here:
        place, since, ahead = here[-1]
        found = rest(pick(known.by_place, place), elapsed=calendar.working_minutes(since, now), ahead=ahead)
    standing = None if found is None else (_instants(calendar, now, found.minutes), found.n)
    return {Method.STANDING: standing, Method.WHOLE: _whole(known, way, now=now)}


def _whole(known: Known, way: Way, *, now: datetime) -> tuple[tuple[datetime, ...], int] | None:
    if len(known.whole) < FEWEST:
        return None
    calendar = known.calendar
    filers = sum(calendar.working_minutes(pause.began_at, pause.ended_at or now) for pause in way.pauses)
    spent = calendar.working_minutes(way.accepted_at, now) - filers
    left = tuple(
        max(0, known.whole[max(0, -(-Fraction(str(share)) * len(known.whole) // 1) - 1)] - spent)
        for share in FORECAST_SHARES
    )
    return _instants(calendar, now, left), len(known.whole)


def _instants(calendar: Calendar, now: datetime, minutes: Sequence[int]) -> tuple[datetime, ...]:
    return tuple(calendar.add_working_minutes(now, max(0, one)) for one in minutes)


def learn(session: Session, code: str, *, until: datetime) -> Known:
    """What the dossiers of the procedure accepted in the last year teach, as far as it was known then."""
    ids = _sample(session, code, until=until)
    ways = [way.before(until) for way in read_ways(session, ids).values()]
    return learned(ways, in_force(session).calendar, until=until)


def _sample(session: Session, code: str, *, until: datetime) -> Sequence[UUID]:
    """The dossiers of the procedure that are learned from: all of the last year, or as many as chance picks."""
    accepted = sa.and_(Dossier.accepted_at <= until, Dossier.accepted_at > until - timedelta(days=LONGEST_WINDOW))
    return session.scalars(
        sa.select(Dossier.id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(ProcedureVersion.code == code, accepted)
        .order_by(sa.func.md5(sa.cast(Dossier.id, sa.Text)))
        .limit(SAMPLE)
    ).all()


def learned(ways: Sequence[Way], calendar: Calendar, *, until: datetime) -> Known:
    """The same from ways as far as they were known then."""
    queues, by_place, whole = Queues(ways), dict[Place, list[Donor]](), list[int]()
    for way in ways:
        end = way.settled_at or way.ended_at or until
        for stay in stays(way, queues):
            minutes = calendar.working_minutes(stay.since, end)
            by_place.setdefault(stay.place, []).append(Donor(minutes, way.settled_at is not None, stay.ahead))
        if way.settled_at is not None:
            filers = sum(
                calendar.working_minutes(pause.began_at, pause.ended_at) for pause in way.pauses if pause.ended_at
            )
            whole.append(calendar.working_minutes(way.accepted_at, way.settled_at) - filers)
    return Known(by_place=by_place, whole=sorted(whole), queues=queues, calendar=calendar)


def read_ways(session: Session, ids: Sequence[UUID]) -> dict[UUID, Way]:
    """The ways of these accepted dossiers, in three statements."""
    steps: dict[UUID, list[Step]] = {}
    visit = DossierStep
    columns = (
        visit.dossier_id, visit.entry, visit.node_key, visit.agency_id, visit.role, visit.entered_at, visit.closed_at,
    )  # fmt: skip
    for dossier_id, entry, node, agency, role, entered_at, closed_at in session.execute(
        sa.select(*columns).where(visit.dossier_id.in_(ids)).order_by(visit.dossier_id, visit.entry)
    ):
        unit = (str(agency), role.value)
        steps.setdefault(dossier_id, []).append(
            Step(entry=entry, node=node, unit=unit, entered_at=entered_at, closed_at=closed_at)
        )
    pauses: dict[UUID, list[Pause]] = {}
    for dossier_id, event, began, ended in session.execute(
        sa.select(DossierPause.dossier_id, DossierPause.event_version, DossierPause.began_at, DossierPause.ended_at)
        .where(DossierPause.dossier_id.in_(ids))
        .order_by(DossierPause.dossier_id, DossierPause.event_version)
    ):
        pauses.setdefault(dossier_id, []).append(Pause(event=event, began_at=began, ended_at=ended))
    dossiers = session.execute(
        sa.select(Dossier.id, Dossier.case_key, Dossier.accepted_at, Dossier.settled_at, Dossier.ended_at).where(
            Dossier.id.in_(ids), Dossier.accepted_at.is_not(None)
        )
    )
    ways: dict[UUID, Way] = {}
    for identity, case, accepted_at, settled_at, ended_at in dossiers:
        if accepted_at is None:
            continue
        ways[identity] = Way(
            case=case,
            accepted_at=accepted_at,
            steps=[step for step in steps.get(identity, ()) if step.entered_at >= accepted_at],
            pauses=[pause for pause in pauses.get(identity, ()) if pause.began_at >= accepted_at],
            settled_at=settled_at,
            ended_at=settled_at or ended_at,
        )
    return ways


def changes(way: Way, *, since: datetime, until: datetime) -> list[tuple[int, datetime]]:
    """The changes of an open dossier in this time: (version of the event, moment), one for each moment."""
    told = [(step.entry, step.entered_at) for step in way.steps] + [(one.event, one.began_at) for one in way.pauses]
    end = way.ended_at or until
    by_moment: dict[datetime, int] = {}
    for version, moment in told:
        if since <= moment < min(end, until):
            by_moment[moment] = max(version, by_moment.get(moment, 0))
    return [(version, moment) for moment, version in sorted(by_moment.items())]
