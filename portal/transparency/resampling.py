"""When a dossier that stands where it stands will be settled, from earlier ones that stood there. Pure.

A dossier's way is a row of *stays*: at a step, before any supplement, waiting for the filer, or after one. Of every
earlier stay it is known how many working minutes later the dossier was settled, or that it was not yet after so many.
Resampling from these with the Kaplan–Meier weights, given that it has stood there for a while already, gives the
range; because each draw is the rest of one whole way, a slow dossier stays slow from step to step, and supplements and
returns come as often as they did.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from portal.facts.models import FORECAST_SHARES
from portal.transparency.survival import counted_curve, counted_within

FEWEST = 20
"""Fewer settled dossiers than this say nothing about the next one."""
FIRST, WAITING, AGAIN = "first", "waiting", "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A visit to a step, at an agency, by a role. `entry` is the version of the event that opened it."""

    entry: int
    node: str
    unit: tuple[str, str]
    entered_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A turn of the filer, begun by the event of this version; None: it lasts."""

    event: int
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What is known of a dossier's way. `watched_until`: when it was settled, or ended otherwise, or now."""

    case: str
    accepted_at: datetime
    steps: Sequence[Step]
    pauses: Sequence[Pause]
    settled_at: datetime | None
    ended_at: datetime | None

    def before(self, moment: datetime) -> "Way":
        """As much of it as was known at the moment."""
        return Way(
            case=self.case,
            accepted_at=self.accepted_at,
            steps=[
                replace(one, closed_at=_known(one.closed_at, moment)) for one in self.steps if one.entered_at <= moment
            ],
            pauses=[
                replace(one, ended_at=_known(one.ended_at, moment)) for one in self.pauses if one.began_at <= moment
            ],
            settled_at=_known(self.settled_at, moment),
            ended_at=_known(self.ended_at, moment),
        )


class Place(NamedTuple):
    """Where a dossier stands: the step it has stood at longest, and whether it waits for the filer or has done so."""

    case: str
    node: str
    turn: str


class Stay(NamedTuple):
    """A stay at a place, and how many dossiers its unit had before it."""

    place: Place
    since: datetime
    ahead: int


class Donor(NamedTuple):
    """An earlier stay: the working minutes from its beginning until the dossier was settled, or was last watched."""

    minutes: int
    is_settled: bool
    ahead: int


class Range(NamedTuple):
    """Working minutes by `FORECAST_SHARES`, and from how many dossiers."""

    minutes: tuple[int, ...]
    n: int


class Queues:
    """How many steps each unit had open at any moment."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self._entered: dict[tuple[str, str], list[datetime]] = {}
        self._closed: dict[tuple[str, str], list[datetime]] = {}
        for way in ways:
            for step in way.steps:
                self._entered.setdefault(step.unit, []).append(step.entered_at)
                if step.closed_at is not None:
                    self._closed.setdefault(step.unit, []).append(step.closed_at)
        for lists in (self._entered, self._closed):
            for one in lists.values():
                one.sort()

    def ahead(self, unit: tuple[str, str], moment: datetime) -> int:
        """How many had come to the unit before the moment and not left it."""
        return bisect_left(self._entered.get(unit, ()), moment) - bisect_right(self._closed.get(unit, ()), moment)


def stays(way: Way, queues: Queues) -> Iterator[Stay]:
    """The stays of a way, one after the other."""
    moments = {step.entered_at for step in way.steps} | {step.closed_at for step in way.steps if step.closed_at}
    moments |= {one.began_at for one in way.pauses} | {one.ended_at for one in way.pauses if one.ended_at}
    last: Place | None = None
    for moment in sorted(moments):
        if way.ended_at is not None and moment >= way.ended_at:
            return
        open_ = [
            step
            for step in way.steps
            if step.entered_at <= moment and not (step.closed_at and step.closed_at <= moment)
        ]
        if not open_:
            continue
        step = min(open_, key=lambda one: (one.entered_at, one.node))
        begun = [one for one in way.pauses if one.began_at <= moment]
        is_paused = any(one.ended_at is None or one.ended_at > moment for one in begun)
        place = Place(way.case, step.node, WAITING if is_paused else AGAIN if begun else FIRST)
        if place != last:
            last = place
            yield Stay(place, moment, queues.ahead(step.unit, moment))


def rest(donors: Sequence[Donor], *, elapsed: int, ahead: int) -> Range | None:
    """How much longer it takes, having taken `elapsed` working minutes here already, with so many ahead of it.

    Of dossiers that stood there longer, those with about as long a queue, where these are enough: the shorter or the
    longer half. None under twenty settled ones.
    """
    longer = [one for one in donors if one.minutes > elapsed]
    middle = sorted(one.ahead for one in longer)[len(longer) // 2] if longer else 0
    alike = [one for one in longer if (one.ahead > middle) == (ahead > middle)]
    for group in (alike, longer):
        if sum(one.is_settled for one in group) >= FEWEST:
            return _range(group, elapsed)
    return None


def _range(donors: Sequence[Donor], elapsed: int) -> Range:
    settled: dict[int, int] = {}
    watched: dict[int, int] = {}
    for one in donors:
        counts = settled if one.is_settled else watched
        counts[one.minutes] = counts.get(one.minutes, 0) + 1
    curve, longest = counted_curve(settled, watched), max(one.minutes for one in donors)
    found = [counted_within(curve, share) for share in FORECAST_SHARES]
    return Range(tuple((longest if one is None else one) - elapsed for one in found), sum(settled.values()))


def pick(by_place: Mapping[Place, Sequence[Donor]], place: Place) -> Sequence[Donor]:
    """The donors of the place; where they are few, of the same step in every case, then of every turn."""
    wider: tuple[Callable[[Place], bool], ...] = (
        lambda one: one == place,
        lambda one: (one.node, one.turn) == (place.node, place.turn),
        lambda one: one.node == place.node and WAITING not in {one.turn, place.turn},
    )
    for is_alike in wider:
        found = [donor for one, donors in by_place.items() if is_alike(one) for donor in donors]
        if sum(donor.is_settled for donor in found) >= FEWEST:
            return found
    return ()


def _known(at: datetime | None, moment: datetime) -> datetime | None:
    return at if at is not None and at <= moment else None
