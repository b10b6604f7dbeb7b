"""An office of people and a year of arrivals, once assigned by balance and once in turn: the same arrivals, paired.

It uses the portal's own `choose`, `load_of` and `shrunk`; only the office is made up. Everything about
the arrivals is drawn before anybody is assigned, so both ways of assigning meet exactly the same work.

    python -m tests.routing.simulation [dossiers] [pairs]
"""

import heapq
import math
import random
import statistics
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from portal.routing.assignment import Candidate, Wish, choose
from portal.routing.effort import load_of, prior_of, shrunk

OFFICERS = 20
DAY = 480
KINDS = (("permit", 960), ("house", 480), ("project", 2400), ("licence", 240), ("change", 120))
"""What comes, with the limit of its step in working minutes."""
SHARES = (0.25, 0.30, 0.08, 0.22, 0.15)
TRUE_SHARE = {"permit": 0.30, "house": 0.18, "project": 0.35, "licence": 0.22, "change": 0.40}
"""Which part of the limit is really work: what the portal does not know and has to learn."""
ABSENT_SHARE = 0.06
BUSY = 0.85
"""How much of the office's time the arrivals ask for."""
LEARNT_EVERY = DAY
LATER_SHARE, LATER_AFTER = 0.4, 20
"""Which part of the arrivals are later steps, and after how many others at the earliest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A step that comes: when (working minutes), of what kind, how much work it really is."""

    at: float
    kind: str
    work: float
    dossier_id: UUID
    is_later: bool = False
    """Whether it is a later step of a dossier somebody has worked on before."""


@dataclass(slots=True, kw_only=True)
class Officer:
    """Does one thing after another."""

    number: int
    queue: deque[Arrival] = field(default_factory=deque)
    in_hand: Arrival | None = None
    since: float = 0.0
    done: float = 0.0
    """Working minutes done so far."""

    @property
    def post_id(self) -> UUID:
        return UUID(int=1 + self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: waiting until somebody began (working minutes), and how evenly the work lay."""

    p50: float
    p90: float
    spread: float
    """The mean, over the year, of the standard deviation of the officers' real open work."""
    kept: float
    """Which part of the later steps went to whoever had done the one before."""


Way = Callable[["Office", Arrival, Sequence[Officer]], Officer]


def arrivals(count: int, seed: int) -> list[Arrival]:
    """A stream of work that keeps the office busy, with the days' ups and downs."""
    chance = random.Random(seed)
    limits = dict(KINDS)
    mean = sum(share * limits[kind] * TRUE_SHARE[kind] for (kind, _), share in zip(KINDS, SHARES, strict=True))
    gap = mean / (OFFICERS * BUSY * (1 - ABSENT_SHARE))
    found, at = [], 0.0
    for number in range(count):
        swing = 1 + 0.5 * math.sin(2 * math.pi * at / (20 * DAY))
        at += chance.expovariate(swing / gap)
        kind = chance.choices([kind for kind, _ in KINDS], SHARES)[0]
        mean_work = limits[kind] * TRUE_SHARE[kind]
        work = chance.lognormvariate(math.log(mean_work) - 0.32, 0.8)
        found.append(Arrival(at=at, kind=kind, work=work, dossier_id=UUID(int=(seed << 32) + number)))
    return [_perhaps_later(found, number, random.Random(seed * 104729 + number)) for number in range(count)]


def _perhaps_later(found: Sequence[Arrival], number: int, chance: random.Random) -> Arrival:
    """Some of what comes is a later step of a dossier that came a while before; drawn apart from everything else."""
    if number < LATER_AFTER or chance.random() >= LATER_SHARE:
        return found[number]
    earlier = found[chance.randrange(number - LATER_AFTER + 1)]
    return replace(found[number], dossier_id=earlier.dossier_id, is_later=True)


def absences(last: float, seed: int) -> dict[int, set[int]]:
    """By day: who is away, in stretches of a few days; drawn apart from the arrivals."""
    chance = random.Random(seed * 7919 + 1)
    away: dict[int, set[int]] = defaultdict(set)
    days = int(last // DAY) + 400
    for officer in range(OFFICERS):
        day = 0
        while day < days:
            if chance.random() < ABSENT_SHARE / 4:
                length = chance.randint(2, 6)
                for one in range(day, day + length):
                    away[one].add(officer)
                day += length
            day += 1
    return away


class Office:
    """The office at work. An absence begins in the evening: what is in hand is finished, the rest waits."""

    def __init__(self, way: Way, away: dict[int, set[int]]) -> None:
        self.way = way
        self.away = away
        self.officers = [Officer(number=number) for number in range(OFFICERS)]
        self.waits: list[float] = []
        self.spreads: list[float] = []
        self.samples: dict[str, list[int]] = defaultdict(list)
        self.expected = {kind: prior_of(limit) for kind, limit in KINDS}
        self.ends: list[tuple[float, int]] = []
        self.learnt_until = 0.0
        self.turn = 0
        self.last_hands: dict[UUID, UUID] = {}
        self.kept: list[bool] = []

    def run(self, work: Sequence[Arrival]) -> Outcome:
        for arrival in work:
            self._until(arrival.at)
            present = [one for one in self.officers if not self._is_away(one, arrival.at)]
            chosen = self.way(self, arrival, present or self.officers)
            if arrival.is_later and arrival.dossier_id in self.last_hands:
                self.kept.append(self.last_hands[arrival.dossier_id] == chosen.post_id)
            self.last_hands[arrival.dossier_id] = chosen.post_id
            chosen.queue.append(arrival)
            self._begin(chosen, arrival.at)
            self.spreads.append(statistics.pstdev(self._really_open(one, arrival.at) for one in self.officers))
        self._until(math.inf)
        cuts = statistics.quantiles(self.waits, n=10)
        kept = statistics.fmean(self.kept) if self.kept else 0.0
        return Outcome(p50=cuts[4], p90=cuts[8], spread=statistics.fmean(self.spreads), kept=kept)

    def candidates(self, officers: Sequence[Officer], at: float) -> list[Candidate]:
        """As the portal sees them: expected minutes, never the real ones."""
        return [
            Candidate(
                post_id=one.post_id,
                person_id=one.post_id,
                open_steps=len(one.queue) + (one.in_hand is not None),
                load=self._load(one, at),
            )
            for one in officers
        ]

    def _load(self, officer: Officer, at: float) -> int:
        waiting = [self.expected[one.kind] for one in officer.queue]
        if officer.in_hand is None:
            return load_of(waiting, in_hand=None, has_run=0)
        in_hand = self.expected[officer.in_hand.kind]
        return load_of([in_hand, *waiting], in_hand=in_hand, has_run=int(at - officer.since))

    def _really_open(self, officer: Officer, at: float) -> float:
        begun = max(0.0, officer.in_hand.work - (at - officer.since)) if officer.in_hand else 0.0
        return begun + sum(one.work for one in officer.queue)

    def _is_away(self, officer: Officer, at: float) -> bool:
        return officer.number in self.away.get(int(at // DAY), ())

    def _begin(self, officer: Officer, at: float) -> None:
        if officer.in_hand is not None or not officer.queue:
            return
        while self._is_away(officer, at):
            at = (int(at // DAY) + 1) * DAY
        officer.in_hand, officer.since = officer.queue.popleft(), at
        self.waits.append(at - officer.in_hand.at)
        heapq.heappush(self.ends, (at + officer.in_hand.work, officer.number))

    def _until(self, at: float) -> None:
        while self.ends and self.ends[0][0] <= at:
            ended, number = heapq.heappop(self.ends)
            officer = self.officers[number]
            assert officer.in_hand is not None
            self.samples[officer.in_hand.kind].append(round(officer.in_hand.work))
            officer.done += officer.in_hand.work
            officer.in_hand = None
            self._begin(officer, ended)
            self._learn(ended)

    def _learn(self, at: float) -> None:
        if at - self.learnt_until < LEARNT_EVERY:
            return
        self.learnt_until = at
        for kind, limit in KINDS:
            found = self.samples[kind]
            self.expected[kind] = shrunk(len(found), sum(found), prior_of(limit))


def balanced(office: Office, arrival: Arrival, present: Sequence[Officer]) -> Officer:
    """The portal's way: the least work, and on a small difference whoever knows the dossier."""
    familiar = office.last_hands.get(arrival.dossier_id)
    wish = Wish(dossier_id=arrival.dossier_id, expected=office.expected[arrival.kind], familiar=familiar)
    choice = choose(office.candidates(present, arrival.at), wish)
    return next(one for one in present if one.post_id == choice.post_id)


def without_continuity(office: Office, arrival: Arrival, present: Sequence[Officer]) -> Officer:
    """The least work alone, whoever knows the dossier."""
    wish = Wish(dossier_id=arrival.dossier_id, expected=office.expected[arrival.kind])
    choice = choose(office.candidates(present, arrival.at), wish)
    return next(one for one in present if one.post_id == choice.post_id)


def in_turn(office: Office, _arrival: Arrival, present: Sequence[Officer]) -> Officer:
    """Round robin among those who are there: what offices do by hand."""
    office.turn += 1
    return present[office.turn % len(present)]


def fewest(office: Office, arrival: Arrival, present: Sequence[Officer]) -> Officer:
    """The fewest open steps: what the portal did before."""
    return min(present, key=lambda one: (len(one.queue) + (one.in_hand is not None), one.number))


def pair(count: int, seed: int, other: Way = in_turn) -> tuple[Outcome, Outcome]:
    """The same arrivals and absences, balanced and the other way."""
    work = arrivals(count, seed)
    away = absences(work[-1].at, seed)
    return Office(balanced, away).run(work), Office(other, away).run(work)


def _table(count: int, pairs: int) -> None:
    say = sys.stdout.write
    say(f"{OFFICERS} officers, {count} dossiers, {pairs} pairs; median over the pairs (smallest to largest)\n")
    for name, way in (("round-robin", in_turn), ("fewest open steps", fewest)):
        found = [pair(count, seed, way) for seed in range(1, pairs + 1)]
        for what in ("p50", "p90", "spread"):
            ours = [getattr(mine, what) for mine, _ in found]
            theirs = [getattr(other, what) for _, other in found]
            ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True) if b)
            spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}" if ratios else "–"
            middle = f"{statistics.median(ratios):.2f}" if ratios else "–"
            say(
                f"{name:18} {what:6} balanced {statistics.median(ours):8.0f}  other {statistics.median(theirs):8.0f}"
                f"  ratio {middle} ({spread})\n"
            )


if __name__ == "__main__":
    _table(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, int(sys.argv[2]) if len(sys.argv) > 2 else 7)
