"""How the goals stand: what the portal measures of them, and an honest "not measured" where it does not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from portal.catalogue.queries import all_in_force
from portal.facts.turnaround import ENOUGH, LONGEST_WINDOW
from portal.transparency import queries, sheets
from portal.transparency.margin import Margin, margin
from portal.transparency.models import Goal

FULL_PROCESS = 4
PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A share that was counted: so many of so many, in the last so many days (None: as of today)."""

    part: int
    whole: int
    window_days: int | None

    @property
    def share(self) -> float | None:
        """The share, of nothing none."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment:
    """One goal and how it stands. `measured` None: the portal has no data for it."""

    goal: Goal
    measured: Measured | None
    months: Sequence[Mapping[str, Any]]
    margin: Margin | None

    @property
    def is_met(self) -> bool | None:
        """Whether it is kept now; None where that is not known. Compared exactly."""
        if self.measured is None or not self.measured.whole:
            return None
        share, target = Fraction(self.measured.part, self.measured.whole), target_share(self.goal)
        return share >= target if self.goal.direction == "at_least" else share <= target


def read(session: Session, *, on: date) -> list[Attainment]:
    """All goals that hold on the day."""
    sheet = sheets.of(session, sheets.PROVINCE)
    figures: Mapping[str, Any] = sheet.figures if sheet else {}
    return [_attainment(session, goal, figures, on) for goal in queries.goals(session, on=on)]


def target_share(goal: Goal) -> Fraction:
    """The target of a goal in percent as an exact share of one."""
    return Fraction(str(goal.target)) / PERCENT


def is_measured_here(goal: Goal) -> bool:
    """Whether the portal counts it at all; if so, what is missing is dossiers enough to say something."""
    return goal.measure == "percent" and (goal.key in _MEASURES or goal.key in COUNTED_APART)


def on_time_margin(figures: Mapping[str, Any], goal: Goal) -> Margin | None:
    """What may still go wrong with a sheet's dossiers: of as many as were settled in the last thirty days."""
    now = figures["now"]
    if now["window_days"] is None:
        return None
    return margin(
        kept=now["on_time"],
        counted=now["n"] + now["open_overdue"],
        goal=target_share(goal),
        following=max(ENOUGH, figures["lately"]),
    )


def _attainment(session: Session, goal: Goal, figures: Mapping[str, Any], on: date) -> Attainment:
    measure = _MEASURES.get(goal.key)
    is_on_time = goal.key == queries.ON_TIME and bool(figures)
    measured = measure(session, figures, on) if measure and goal.measure == "percent" else None
    heard = (figures.get("heard") or {}).get("shares", {})
    return Attainment(
        goal=goal,
        measured=measured if measure else counted_apart(heard, goal),
        months=figures["months"] if is_on_time else (),
        margin=on_time_margin(figures, goal) if is_on_time else None,
    )


def _on_time(_session: Session, figures: Mapping[str, Any], _on: date) -> Measured | None:
    now = figures.get("now")
    if now is None or now["window_days"] is None:
        return None
    return Measured(part=now["on_time"], whole=now["n"] + now["open_overdue"], window_days=now["window_days"])


def _online(_session: Session, figures: Mapping[str, Any], _on: date) -> Measured | None:
    channels = figures.get("channels") or {}
    whole = sum(channels.values())
    return (
        Measured(part=channels.get("online", 0), whole=whole, window_days=LONGEST_WINDOW) if whole >= ENOUGH else None
    )


def counted_apart(shares: Mapping[str, Mapping[str, Any]], goal: Goal) -> Measured | None:
    """How a goal stands that is counted apart, among the shares of the last year; None under twenty, or if it is none.

    `shares`: by name, as sheets and snapshots keep them.
    """
    share = shares.get(COUNTED_APART.get(goal.key, ""))
    if share is None or share["n"] < ENOUGH or goal.measure != "percent":
        return None
    return Measured(part=share["part"], whole=share["n"], window_days=LONGEST_WINDOW)


COUNTED_APART: Mapping[str, str] = {
    "satisfaction": "satisfied",
    "feedback_on_time": "feedback_on_time",
    "online_payment": "online_payment",
    "online_filing": "online_filing",
}
"""The share by which a goal is measured. Officers' sheets count the way of filing by themselves."""


def _full_process(session: Session, _figures: Mapping[str, Any], on: date) -> Measured | None:
    return full_process(session, on)


def full_process(session: Session, on: date) -> Measured | None:
    """How many procedures in force can be done online from end to end."""
    levels = [version.level for version in all_in_force(session, on=on)]
    return Measured(part=levels.count(FULL_PROCESS), whole=len(levels), window_days=None) if levels else None


_MEASURES: Mapping[str, Callable[[Session, Mapping[str, Any], date], Measured | None]] = {
    queries.ON_TIME: _on_time,
    "online_filing": _online,
    "full_process_share": _full_process,
}


def owners(session: Session, standings: Sequence[Attainment]) -> queries.Names:
    """The names of the agencies that answer for goals."""
    return queries.names(session) if any(one.goal.owner for one in standings) else {}
