"""The goals as the public sees them: how they stand, how they move and what may still go wrong.

What is measured from dossiers comes from the snapshot alone, so anyone can recompute it from the published lines;
the share of full-process procedures is counted in the public catalogue. Everything else is "not measured".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.facts.turnaround import ENOUGH
from portal.transparency import attainment, queries
from portal.transparency.attainment import Attainment, Measured
from portal.transparency.margin import Margin, margin
from portal.transparency.models import Goal, Snapshot

USUAL_FOLLOWING = 120
"""How many dossiers ahead the margin looks, where the window does not say."""
FULL_PROCESS_KEY = "full_process_share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The share of the last two months that are over: what it was, and what it became."""

    earlier_month: str
    earlier: float
    later_month: str
    later: float

    @property
    def direction(self) -> str:
        """up, down or level."""
        return "level" if self.later == self.earlier else "up" if self.later > self.earlier else "down"


def read(session: Session, snapshot: Snapshot | None, *, on: date) -> list[Attainment]:
    """The goals in force on the day, as of the snapshot; before the first one what comes from dossiers is unknown."""
    return [_standing(session, goal, snapshot, on) for goal in queries.goals(session, on=on)]


def trend(months: Sequence[Mapping[str, Any]], *, as_of: date) -> Trend | None:
    """How the share moved between the last two whole months with twenty dossiers each; None where they are not."""
    this_month = f"{as_of:%Y-%m}"
    whole = [month for month in months if month["month"] < this_month and month["n"] >= ENOUGH]
    if len(whole) < 2 or whole[-1]["share"] is None or whole[-2]["share"] is None:  # noqa: PLR2004 - a pair
        return None
    earlier, later = whole[-2:]
    return Trend(
        earlier_month=earlier["month"], earlier=earlier["share"], later_month=later["month"], later=later["share"]
    )


def _standing(session: Session, goal: Goal, snapshot: Snapshot | None, on: date) -> Attainment:
    if snapshot is not None and goal.key == queries.ON_TIME:
        return _on_time(goal, snapshot)
    if goal.key == FULL_PROCESS_KEY:
        return Attainment(goal=goal, measured=attainment.full_process(session, on), months=(), margin=None)
    shares = {} if snapshot is None else (snapshot.figures.get("topics") or {}).get("shares", {})
    return Attainment(goal=goal, measured=attainment.counted_apart(shares, goal), months=(), margin=None)


def _on_time(goal: Goal, snapshot: Snapshot) -> Attainment:
    figures = snapshot.figures["province"]
    if figures["window_days"] is None:
        return Attainment(goal=goal, measured=None, months=snapshot.figures["months"], margin=None)
    part, whole = figures["on_time"], figures["n"] + figures["open_overdue"]
    return Attainment(
        goal=goal,
        measured=Measured(part=part, whole=whole, window_days=figures["window_days"]),
        months=snapshot.figures["months"],
        margin=_margin(goal, part, whole),
    )


def _margin(goal: Goal, kept: int, counted: int) -> Margin:
    return margin(
        kept=kept, counted=counted, goal=attainment.target_share(goal), following=max(USUAL_FOLLOWING, counted)
    )
