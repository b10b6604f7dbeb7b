"""How long dossiers take when some of them are not finished yet: the Kaplan–Meier estimate. Pure.

Leaving open dossiers out flatters an office that lets difficult ones lie; taking their age as if they had ended
flatters it too. The estimate lets each open dossier count for as long as it has been watched.

Source: E. L. Kaplan and P. Meier, Journal of the American Statistical Association 53 (1958), 457–481.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from operator import attrgetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A dossier watched for so many working minutes: to its end, or until now while it is open."""

    minutes: int
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From `minutes` on, this share of dossiers is still open."""

    minutes: int
    still_open: Fraction


def curve(watched: Iterable[Watched]) -> list[Step]:
    """The share still open after each moment at which something was settled.

    A dossier that is open at a moment was there to be settled at it, so at equal times settling comes first.
    """
    ordered = sorted(watched, key=attrgetter("minutes"))
    at_risk, still_open, steps = len(ordered), Fraction(1), []
    for minutes, group in groupby(ordered, key=attrgetter("minutes")):
        together = list(group)
        settled = sum(one.is_settled for one in together)
        if settled:
            still_open *= 1 - Fraction(settled, at_risk)
            steps.append(Step(minutes=minutes, still_open=still_open))
        at_risk -= len(together)
    return steps


def within(steps: Sequence[Step], share: Fraction) -> int | None:
    """The smallest time within which at least `share` of all dossiers are settled; None if nobody can know yet."""
    return next((step.minutes for step in steps if 1 - step.still_open >= share), None)


def counted_curve(settled: Mapping[int, int], unsettled: Mapping[int, int]) -> list[tuple[int, float]]:
    """The same from count maps of minutes, for any number of dossiers: (minutes, share still open) after each."""
    at_risk, still_open, steps = sum(settled.values()) + sum(unsettled.values()), 1.0, []
    for minutes in sorted({*settled, *unsettled}):
        done = settled.get(minutes, 0)
        if done:
            still_open *= 1 - done / at_risk
            steps.append((minutes, still_open))
        at_risk -= done + unsettled.get(minutes, 0)
    return steps


def counted_within(steps: Sequence[tuple[int, float]], share: float) -> int | None:
    """The smallest time within which at least `share` of all are settled; None if nobody can know yet."""
    almost = 1e-9  # a product of many shares is exact to far more than that
    return next((minutes for minutes, still_open in steps if 1 - still_open >= share - almost), None)
