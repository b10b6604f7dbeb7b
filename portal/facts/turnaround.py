"""The figures of turnaround, purely from counts: windows, percentiles, on-time shares and their formulas.

Both figures of punctuality are made here and nowhere else, for officers from today's cells and for the public
from the rows of the daily snapshot, so that the same formula stands behind every number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Self

WINDOWS = (30, 90, 180, 365)
"""Days looked back over; the smallest window with enough dossiers is taken."""
ENOUGH = 20
"""Fewer settled dossiers than this say nothing about the next one."""
LONGEST_WINDOW = WINDOWS[-1]


@dataclass(slots=True, kw_only=True)
class Tally:
    """Exact sums over settled dossiers; two tallies added are the tally of both.

    `durations` counts dossiers by working minutes of agency time. Medians are never averaged: they are read
    from the summed counts.
    """

    durations: Counter[int] = field(default_factory=Counter)
    on_time: int = 0
    on_time_766: int = 0
    agency_minutes: int = 0
    applicant_minutes: int = 0
    supplement_rounds: int = 0
    supplemented: int = 0

    @property
    def n(self) -> int:
        """How many dossiers."""
        return self.durations.total()

    def add(self, other: Self) -> None:
        """Take the other tally in."""
        self.durations.update(other.durations)
        self.on_time += other.on_time
        self.on_time_766 += other.on_time_766
        self.agency_minutes += other.agency_minutes
        self.applicant_minutes += other.applicant_minutes
        self.supplement_rounds += other.supplement_rounds
        self.supplemented += other.supplemented


@dataclass(slots=True, kw_only=True)
class Standing:
    """Dossiers that were accepted and not settled: open ones by how they stand, and those stopped in the window.

    A dossier is overdue from the day after its statutory due day; while the clock is stopped it stands as it
    stood when the filer's turn began. `kept_766` are those the official formula still counts as on time.
    """

    running: int = 0
    waiting: int = 0
    overdue: int = 0
    due_soon: int = 0
    open_kept_766: int = 0
    stopped: Counter[int] = field(default_factory=Counter)
    stopped_kept_766: Counter[int] = field(default_factory=Counter)

    @property
    def n(self) -> int:
        """How many are open: within the limit, waiting for the filer, or overdue."""
        return self.running + self.waiting + self.overdue

    def add(self, other: Self) -> None:
        """Take the other in."""
        self.running += other.running
        self.waiting += other.waiting
        self.overdue += other.overdue
        self.due_soon += other.due_soon
        self.open_kept_766 += other.open_kept_766
        self.stopped.update(other.stopped)
        self.stopped_kept_766.update(other.stopped_kept_766)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnaround:
    """The figures of one group of dossiers.

    `window_days` None: not enough dossiers even in the longest window; then percentiles and shares are None
    and the counts are those of the longest window. Percentiles are working minutes of agency time.

    on_time_share = on time ÷ (on time + late + open and already overdue), by the statutory date.
    on_time_766_share = (settled, stopped or open, within the promised date and with at most one supplement
    request) ÷ all that were settled or stopped in the window or are open. Source: Decision 766/QĐ-TTg, 2.1.
    """

    n: int
    window_days: int | None
    p50: int | None
    p80: int | None
    p90: int | None
    on_time: int
    late: int
    on_time_share: float | None
    on_time_766: int
    counted_766: int
    on_time_766_share: float | None
    open: int
    open_overdue: int
    open_waiting: int
    open_due_soon: int
    stopped: int
    agency_minutes: int
    applicant_minutes: int
    supplement_rounds: int
    supplemented: int
    durations: Mapping[int, int]

    @property
    def honest_of(self) -> int:
        """The denominator of the honest share."""
        return self.n + self.open_overdue

    @property
    def applicant_share(self) -> float | None:
        """Which part of the whole working time was the filer's."""
        whole = self.agency_minutes + self.applicant_minutes
        return self.applicant_minutes / whole if whole and self.window_days else None

    @property
    def supplemented_share(self) -> float | None:
        """Which part of the dossiers was sent back to the filer at least once."""
        return self.supplemented / self.n if self.window_days else None


def percentile(durations: Mapping[int, int], share: Fraction) -> int | None:
    """The smallest duration within which at least `share` of the dossiers were done (nearest rank); None if empty."""
    wanted = share * sum(durations.values())
    passed = 0
    for minutes in sorted(durations):
        passed += durations[minutes]
        if passed and passed >= wanted:
            return minutes
    return None


def share_of(part: int, whole: int) -> float | None:
    """A share; of nothing there is none, and never 100 %."""
    return part / whole if whole else None


def measured(by_window: Mapping[int, Tally], standing: Standing) -> Turnaround:
    """The figures from tallies by the smallest window each dossier falls into, and from what is open today."""
    total, window = _widest_needed(by_window)
    longest = window or LONGEST_WINDOW
    stopped = sum(count for days, count in standing.stopped.items() if days <= longest)
    stopped_kept = sum(count for days, count in standing.stopped_kept_766.items() if days <= longest)
    kept = total.on_time_766 + standing.open_kept_766 + stopped_kept
    counted = total.n + standing.n + stopped
    durations = total.durations if window else {}
    return Turnaround(
        n=total.n,
        window_days=window,
        p50=percentile(durations, Fraction(1, 2)),
        p80=percentile(durations, Fraction(4, 5)),
        p90=percentile(durations, Fraction(9, 10)),
        on_time=total.on_time,
        late=total.n - total.on_time,
        on_time_share=share_of(total.on_time, total.n + standing.overdue) if window else None,
        on_time_766=kept,
        counted_766=counted,
        on_time_766_share=share_of(kept, counted) if window else None,
        open=standing.n,
        open_overdue=standing.overdue,
        open_waiting=standing.waiting,
        open_due_soon=standing.due_soon,
        stopped=stopped,
        agency_minutes=total.agency_minutes,
        applicant_minutes=total.applicant_minutes,
        supplement_rounds=total.supplement_rounds,
        supplemented=total.supplemented,
        durations=dict(total.durations),
    )


def window_of(age_days: int) -> int | None:
    """The smallest window that holds a day so many days ago (0 is today); None beyond the longest."""
    return next((days for days in WINDOWS if age_days < days), None)


def summed(tallies: Iterable[Tally]) -> Tally:
    """All of them as one."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


def _widest_needed(by_window: Mapping[int, Tally]) -> tuple[Tally, int | None]:
    total = Tally()
    for days in WINDOWS:
        if days in by_window:
            total.add(by_window[days])
        if total.n >= ENOUGH:
            return total, days
    return total, None
