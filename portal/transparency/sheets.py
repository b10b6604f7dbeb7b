"""The sheets: everything an officers' page says of a province, field, procedure or agency, worked out beforehand.

Settled dossiers come from the rollups, so their cost depends on days and groups and not on how many there were;
open ones and the last year's cohort are counted by the database. A page reads finished sheets and nothing else.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import office_day
from portal.facts import queries as facts
from portal.facts.queries import Group
from portal.facts.turnaround import (
    ENOUGH,
    LONGEST_WINDOW,
    WINDOWS,
    Standing,
    Tally,
    Turnaround,
    measured,
    percentile,
    share_of,
)
from portal.foundation.advisory import AdvisoryLock
from portal.transparency import cohort, heard, leading
from portal.transparency.cohort import Cohort
from portal.transparency.models import FigureSheet
from portal.transparency.sums import Month, StepSums, Sums, months_until
from portal.transparency.sums import read as read_sums
from portal.workflow.graph import Act

PROVINCE, FIELD, PROCEDURE, AGENCY, PAIR = "province", "field", "procedure", "agency", "pair"
HOURS_PER_DAY = 8
MINUTES_PER_DAY = 480
SHARES = {"p50": Fraction(1, 2), "p80": Fraction(4, 5), "p90": Fraction(9, 10)}
Scope = tuple[str, str]
NOT_THE_OFFICE = frozenset({Act.DELIVER.value, Act.PAY.value})
"""Acts of steps that wait for the filer, to pay or to fetch the result: no limit holds there, and nobody is slow."""


@dataclass(frozen=True, slots=True)
class KnownStep:
    """What the newest version of a procedure says of a step: its names, and whether its time is the office's."""

    names: Mapping[str, str]
    is_counted: bool


Steps = dict[tuple[str, str], KnownStep]
UNKNOWN = KnownStep({}, is_counted=True)
"""A step that the newest version has no more."""


def make(session: Session, *, now: datetime) -> int:
    """Make every sheet anew as of this moment and take away those of groups that are gone; returns how many.

    One at a time: whoever comes second reads after the first has written, so an older count never overwrites a newer.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(AdvisoryLock.SHEETS)))
    began, on = time.monotonic(), office_day(now)
    heard.recount_lately(session, on=on, now=now)
    made = computed(session, on=on, now=now)
    took = round((time.monotonic() - began) * 1000)
    rows = [
        {"scope": scope, "key": key, "on": on, "made_at": now, "took_ms": took, "figures": figures}
        for (scope, key), figures in sorted(made.items())
    ]
    statement = insert(FigureSheet)
    session.execute(sa.delete(FigureSheet).where(sa.tuple_(FigureSheet.scope, FigureSheet.key).not_in(list(made))))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["scope", "key"],
            set_={name: statement.excluded[name] for name in ("on", "made_at", "took_ms", "figures")},
        ),
        rows,
    )
    return len(rows)


def computed(session: Session, *, on: date, now: datetime) -> dict[Scope, dict[str, Any]]:
    """The figures of every scope as of the office day `on` and the moment `now`."""
    sums, standings = read_sums(session, on), facts.standings(session, on=on)
    cohorts, (fields, steps) = cohort.read(session, on=on, now=now), _fields_and_steps(session)
    found: dict[Scope, dict[str, Any]] = {}
    answers: dict[Scope, heard.Answers] = defaultdict(Counter)
    for group, of_group in heard.read(session, on=on).items():
        for scope in _scopes_of(group, fields):
            answers[scope].update(of_group)
    for scope, groups in _scopes({*sums, *standings, *cohorts}, fields).items():
        total, standing, whole = Sums(), Standing(), Cohort()
        for group in groups:
            total.add(sums.get(group, Sums()))
            standing.add(standings.get(group, Standing()))
            whole.add(cohorts.get(group, Cohort()))
        found[scope] = _figures(total, standing, whole, steps, on=on) | {"heard": heard.figures(answers[scope])}
    found[PROVINCE, ""]["communes"] = cohort.communes(session, on=on)
    led = leading.figures(session, on=on, now=now)
    for (kind, key), of_scope in found.items():
        if kind in {PROVINCE, AGENCY}:
            of_scope.update(led[key])
    return found


def _scopes(groups: Iterable[Group], fields: Mapping[str, str]) -> dict[Scope, list[Group]]:
    found: dict[Scope, list[Group]] = defaultdict(list)
    found[PROVINCE, ""] = []
    for group in groups:
        for scope in _scopes_of(group, fields):
            found[scope].append(group)
    return found


def _scopes_of(group: Group, fields: Mapping[str, str]) -> Iterator[Scope]:
    code, agency = group.procedure_code, str(group.agency_id)
    yield PROVINCE, ""
    yield AGENCY, agency
    yield PROCEDURE, code
    yield PAIR, f"{code} {agency}"
    if code in fields:
        yield FIELD, fields[code]


def _figures(sums: Sums, standing: Standing, whole: Cohort, known: Steps, *, on: date) -> dict[str, Any]:
    found = measured(sums.now, standing)
    longest = found.window_days or LONGEST_WINDOW
    earlier = sum((tally.n for days, tally in sums.year_ago.items() if days <= longest), 0)
    return {
        "now": _stored(found),
        "early": sum(count for days, count in sums.early.items() if days <= longest),
        "refused": sum(count for days, count in sums.refused.items() if days <= longest),
        "refusals": _refusals(sums, longest),
        "lately": sums.now[WINDOWS[0]].n if WINDOWS[0] in sums.now else 0,
        "year_ago": _year_ago(sums.year_ago, longest, earlier),
        "months": [_month(name, sums.months.get(name, Month())) for name in months_until(on)],
        "steps": [_step(*key, step, known.get(key, UNKNOWN)) for key, step in sorted(sums.steps.items())],
        **whole.figures(),
    }


def _refusals(sums: Sums, longest: int) -> dict[str, int]:
    """The refused ones of the window by the key of their managed reason, empty for own words alone."""
    total: Counter[str] = Counter()
    for days, reasons in sums.refusals.items():
        if days <= longest:
            total.update(reasons)
    return dict(sorted(total.items()))


def _stored(found: Turnaround) -> dict[str, Any]:
    """The figures with their durations by whole working days, in hours: a picture needs no more, and it stays small."""
    days: Counter[int] = Counter()
    for minutes, n in found.durations.items():
        days[max(1, -(-minutes // MINUTES_PER_DAY)) * HOURS_PER_DAY] += n
    return asdict(found) | {"durations": [[hours, n] for hours, n in sorted(days.items())]}


def turnaround(figures: Mapping[str, Any]) -> Turnaround:
    """The figures of a sheet as they were before they were stored; the durations are left out."""
    return Turnaround(**{**figures["now"], "durations": {}})


def _year_ago(tallies: Mapping[int, Tally], longest: int, n: int) -> dict[str, Any]:
    """The same window a year earlier: settled dossiers alone, for who was open then is no longer known."""
    total = Tally()
    for days, tally in tallies.items():
        if days <= longest:
            total.add(tally)
    enough = n >= ENOUGH
    return {
        "n": n,
        "share": share_of(total.on_time, n) if enough else None,
        **{name: percentile(total.durations, share) if enough else None for name, share in SHARES.items()},
    }


def _month(name: str, month: Month) -> dict[str, Any]:
    tally, enough = month.tally, month.tally.n >= ENOUGH
    return {
        "month": name,
        "n": tally.n,
        "on_time": tally.on_time,
        "on_time_766": tally.on_time_766,
        "early": month.early,
        **{key: percentile(tally.durations, share) if enough else None for key, share in SHARES.items()},
    }


def _step(code: str, step: str, sums: StepSums, known: KnownStep) -> dict[str, Any]:
    n = sums.durations.total()
    enough = n >= ENOUGH
    return {
        "procedure": code,
        "step": step,
        "names": dict(known.names),
        "is_counted": known.is_counted,
        "n": n,
        "agency_minutes": sums.agency_minutes,
        "waiting_minutes": sums.waiting_minutes,
        "on_time": sums.on_time,
        **{key: percentile(sums.durations, share) if enough else None for key, share in SHARES.items()},
        "wait_p50": percentile(sums.waits, SHARES["p50"]) if enough else None,
        "wait_p90": percentile(sums.waits, SHARES["p90"]) if enough else None,
    }


def _fields_and_steps(session: Session) -> tuple[dict[str, str], Steps]:
    """The field of each procedure, and its steps, by the newest version."""
    version = ProcedureVersion
    newest = (
        sa.select(version.code, version.field, version.definition["steps"])
        .ext(distinct_on(version.code))
        .order_by(version.code, version.number.desc())
    )
    fields: dict[str, str] = {}
    known: Steps = {}
    for code, name, steps in session.execute(newest):
        fields[code] = name
        known |= {
            (code, step["code"]): KnownStep(step["name"], is_counted=step.get("act") not in NOT_THE_OFFICE)
            for step in steps or ()
        }
    return fields, known


def of(session: Session, scope: str, key: str = "") -> FigureSheet | None:
    """One sheet."""
    return session.get(FigureSheet, (scope, key))
