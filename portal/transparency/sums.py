"""What the rollups add up to: settled dossiers by window, month and step, for one group or any together."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.facts.models import BIN_MINUTES, WHOLE, Rollup
from portal.facts.queries import Group
from portal.facts.turnaround import LONGEST_WINDOW, Tally, window_of

MONTHS = 12
STEP_DAYS = 90
"""Steps are shown as they were in the last ninety days."""


@dataclass(slots=True, kw_only=True)
class Month:
    """Dossiers settled in one month."""

    tally: Tally = field(default_factory=Tally)
    early: int = 0

    def add(self, other: "Month") -> None:
        self.tally.add(other.tally)
        self.early += other.early


@dataclass(slots=True, kw_only=True)
class StepSums:
    """Visits to one step of one procedure: how long each took, how long of that nobody had been named for it."""

    durations: Counter[int] = field(default_factory=Counter)
    waits: Counter[int] = field(default_factory=Counter)
    agency_minutes: int = 0
    waiting_minutes: int = 0
    on_time: int = 0

    def add(self, other: "StepSums") -> None:
        self.durations.update(other.durations)
        self.waits.update(other.waits)
        self.agency_minutes += other.agency_minutes
        self.waiting_minutes += other.waiting_minutes
        self.on_time += other.on_time


@dataclass(slots=True, kw_only=True)
class Sums:
    """What the rollups of one procedure and agency add up to, and of any of them together."""

    now: dict[int, Tally] = field(default_factory=dict)
    year_ago: dict[int, Tally] = field(default_factory=dict)
    early: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    refusals: dict[int, Counter[str]] = field(default_factory=dict)
    months: dict[str, Month] = field(default_factory=dict)
    steps: dict[tuple[str, str], StepSums] = field(default_factory=dict)

    def add(self, other: "Sums") -> None:
        for mine, theirs in ((self.now, other.now), (self.year_ago, other.year_ago)):
            for days, tally in theirs.items():
                mine.setdefault(days, Tally()).add(tally)
        self.early.update(other.early)
        self.refused.update(other.refused)
        for days, reasons in other.refusals.items():
            self.refusals.setdefault(days, Counter()).update(reasons)
        for name, month in other.months.items():
            self.months.setdefault(name, Month()).add(month)
        for key, step in other.steps.items():
            self.steps.setdefault(key, StepSums()).add(step)


def read(session: Session, on: date) -> dict[Group, Sums]:
    """What the rollups of two years up to this day add up to, by procedure and agency."""
    found: dict[Group, Sums] = {}
    a_year_ago, first_month = on - timedelta(days=LONGEST_WINDOW), months_until(on)[0]
    for row in _rows(session, on):
        sums = found.setdefault(Group(row.procedure_code, row.agency_id), Sums())
        if row.step != WHOLE:
            if row.day > on - timedelta(days=STEP_DAYS):
                sums.steps.setdefault((row.procedure_code, row.step), StepSums()).add(_step_sums(row))
            continue
        tally = _tally(row)
        window = window_of((on - row.day).days)
        if window is not None:
            sums.now.setdefault(window, Tally()).add(tally)
            sums.early[window] += row.early
            sums.refused[window] += row.refused
            sums.refusals.setdefault(window, Counter()).update(row.refusals)
        else:
            then = window_of((a_year_ago - row.day).days)
            if then is not None:
                sums.year_ago.setdefault(then, Tally()).add(tally)
        name = f"{row.day:%Y-%m}"
        if name >= first_month:
            sums.months.setdefault(name, Month()).add(Month(tally=tally, early=row.early))
    return found


def _rows(session: Session, on: date) -> Iterator[Any]:
    """The rollups of two years, those of steps only as far back as they are shown."""
    wanted = sa.or_(Rollup.step == WHOLE, Rollup.day > on - timedelta(days=STEP_DAYS))
    statement = sa.select(*Rollup.__table__.columns).where(
        Rollup.day <= on, Rollup.day > on - timedelta(days=2 * LONGEST_WINDOW), wanted
    )
    yield from session.execute(statement.execution_options(yield_per=2000))


def _counts(stored: Mapping[str, int]) -> Counter[int]:
    return Counter({int(bin_) * BIN_MINUTES: n for bin_, n in stored.items()})


def _tally(row: Any) -> Tally:
    return Tally(
        durations=_counts(row.durations),
        on_time=row.on_time,
        on_time_766=row.on_time_766,
        agency_minutes=row.agency_minutes,
        applicant_minutes=row.applicant_minutes,
        supplement_rounds=row.supplement_rounds,
        supplemented=row.supplemented,
    )


def _step_sums(row: Any) -> StepSums:
    return StepSums(
        durations=_counts(row.durations),
        waits=_counts(row.waits),
        agency_minutes=row.agency_minutes,
        waiting_minutes=row.waiting_minutes,
        on_time=row.on_time,
    )


def months_until(on: date) -> list[str]:
    """The last twelve months, the running one included, as `2026-11`."""
    ordinals = range(on.year * 12 + on.month - MONTHS, on.year * 12 + on.month)
    return [f"{ordinal // 12}-{ordinal % 12 + 1:02}" for ordinal in ordinals]
