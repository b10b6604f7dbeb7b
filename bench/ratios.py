"""Two things measured in turns within one run, and what remains of it: a ratio, its median and its spread."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Measure = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a ratio should be: at least or at most `bound`."""

    bound: float
    at_least: bool

    def words(self, median: float) -> str:
        is_met = median >= self.bound if self.at_least else median <= self.bound
        return f"goal {'≥' if self.at_least else '≤'} {self.bound:g}: {'met' if is_met else 'missed'}"


def in_turns(measures: Mapping[str, Measure], *, rounds: int) -> dict[str, list[float]]:
    """Each measured once a round; the order turns round from round to round, so that none is always first."""
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds):
        names = list(measures) if number % 2 == 0 else list(measures)[::-1]
        for name in names:
            taken[name].append(measures[name]())
    return taken


def report(name: str, over: list[float], under: list[float], goal: Goal | None = None) -> float:
    """Print the ratio of two series measured in the same rounds; returns its median."""
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    median = statistics.median(ratios)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} pairs"
    print(f"  {name}: {median:.2f} ({spread})" + (f" – {goal.words(median)}" if goal else ""))
    return median


def absolute(name: str, values: list[float], unit: str) -> None:
    """Print an absolute figure, for the curious: it means nothing on another machine or at another hour."""
    print(f"    {name}: {statistics.median(values):,.1f} {unit} ({min(values):,.1f} to {max(values):,.1f})")
