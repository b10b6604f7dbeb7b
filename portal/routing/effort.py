"""How much work a step is: what was learned from finished ones, drawn towards what was believed before.

Working minutes everywhere. The formulas and where they come from are in `docs/routing.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final, Protocol

PRIOR_WEIGHT: Final = 8
"""The prior counts as much as so many finished steps (k of the credibility formula)."""

PRIOR_SHARE: Final = Fraction(1, 4)
"""Which part of a step's limit is believed to be work, before anything is known. An assumption, not a measurement."""

GLOBAL_PRIOR: Final = 60
"""For a step of a procedure nothing at all is known of."""

LONGEST: Final = 2
"""A sample counts at most so many times the step's limit: a file forgotten in a drawer is no work."""

FLOOR: Final = 15
"""Whatever has run, an open step still asks for so much."""


class Counting(Protocol):
    """What counts working minutes: a calendar."""

    def working_minutes(self, since: datetime, until: datetime) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One finished visit to a step, by whoever had it; `pauses` were the filer's time."""

    step: tuple[str, str]
    entered_at: datetime
    closed_at: datetime
    pauses: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What is known of a step."""

    samples: int
    minutes: int
    prior_minutes: int

    @property
    def expected_minutes(self) -> int:
        """(n·mean + k·prior) / (n + k), to the nearest minute, at least one."""
        return shrunk(self.samples, self.minutes, self.prior_minutes)


def shrunk(samples: int, minutes: int, prior: int) -> int:
    """The mean of the samples drawn towards the prior (Bühlmann's credibility), halves rounded up."""
    whole = Fraction(minutes + PRIOR_WEIGHT * prior, samples + PRIOR_WEIGHT)
    return max(1, int(whole + Fraction(1, 2)))


def prior_of(limit_minutes: int) -> int:
    """What is believed of a step before it was ever done, by its own limit."""
    return max(FLOOR, int(limit_minutes * PRIOR_SHARE)) if limit_minutes > 0 else GLOBAL_PRIOR


def hands_on(finished: Sequence[Finished], calendar: Counting) -> list[int]:
    """Working minutes each of one person's finished steps, in the order of closing, was really in hand.

    A person does one thing at a time, so a step is in hand from when it came or the one before was closed, whichever
    is later, until it is closed (Lindley's recursion, turned round). The filer's time does not count.
    """
    found: list[int] = []
    free_since: datetime | None = None
    for one in finished:
        began = one.entered_at if free_since is None else max(one.entered_at, free_since)
        minutes = calendar.working_minutes(began, max(began, one.closed_at))
        for paused, resumed in one.pauses:
            since, until = max(began, paused), min(one.closed_at, resumed)
            if since < until:
                minutes -= calendar.working_minutes(since, until)
        found.append(max(0, minutes))
        free_since = one.closed_at
    return found


def capped(minutes: int, limit_minutes: int) -> int:
    """The sample as it counts."""
    return min(minutes, LONGEST * limit_minutes) if limit_minutes > 0 else min(minutes, LONGEST * GLOBAL_PRIOR)


def load_of(expected: Iterable[int], *, in_hand: int | None, has_run: int) -> int:
    """The minutes still expected of somebody's open steps; what they have in hand (so many minutes) has run a while."""
    whole = sum(expected)
    if in_hand is None:
        return whole
    return whole - min(max(0, has_run), max(0, in_hand - FLOOR))
