"""Every way a dossier can take through a graph, walked on the replay alone: no database, no clock.

Where several steps stand open, the first of them in the order of their names is done: steps side by side do not
touch one another, so another order would only repeat the same ways.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from uuid import UUID

from portal.workflow import refusal
from portal.workflow.events import Event, EventKind, Param
from portal.workflow.graph import Act, Graph, Node, Silence, StepOutcome, complete, start
from portal.workflow.lifecycle import Outcome
from portal.workflow.narration import Told, tell, tell_start
from portal.workflow.projection import Projection
from portal.workflow.replay import apply

DOSSIER = UUID("0190f0f0-0000-7000-8000-000000000024")
MORNING = datetime(2026, 1, 8, 1, 30, tzinfo=UTC)
TICK = timedelta(minutes=7)
Truths = Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step left: done, silent or sent back `to` an earlier one, and what was concluded."""

    node: str
    outcome: StepOutcome = StepOutcome.DONE
    to: str | None = None
    conclusion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A dossier on its way: what happened and what follows from it."""

    graph: Graph
    truths: Truths
    present: Projection
    events: tuple[Event, ...]
    moves: tuple[Move, ...] = ()

    @property
    def loops(self) -> int:
        return sum(move.to is not None for move in self.moves)

    @property
    def way(self) -> Graph:
        """The graph as it stands for this dossier now."""
        return refusal.way_of(self.graph, self.present.turned_down_at)

    @property
    def is_over(self) -> bool:
        return not self.present.standing

    def told(self, *told: tuple[EventKind, Mapping[str, Param]]) -> "Walk":
        """The walk after these events."""
        events, present = list(self.events), self.present
        for kind, params in told:
            event = Event(
                dossier_id=DOSSIER, version=len(events) + 1, kind=kind, at=present.last_at + TICK, params=params
            )
            present = apply(present, event, self.graph)
            events.append(event)
        return replace(self, events=tuple(events), present=present)


def begin(graph: Graph, truths: Truths) -> Walk:
    """A dossier that has just been accepted."""
    filed = Event(dossier_id=DOSSIER, version=1, kind=EventKind.FILED, at=MORNING)
    walk = Walk(graph=graph, truths=truths, present=apply(None, filed, graph), events=(filed,))
    opened = start(graph, truths)
    return walk.told((EventKind.ACCEPTED, {}), *((one.kind, one.params) for one in tell_start(opened)))


def choices(walk: Walk) -> Iterator[Move]:
    """Everything that can be done at the step whose turn it is, the plain way first."""
    node = walk.way[min(walk.present.standing)]
    yield from _ways_on(walk, node)
    for to in node.returns_to:
        yield Move(node=node.key, outcome=StepOutcome.RETURNED, to=to)


def take(walk: Walk, move: Move) -> Walk:
    """The walk after this move."""
    at = walk.present.turned_down_at
    if at is None and move.conclusion in {refusal.REFUSE, Outcome.REFUSED}:
        at = move.node
    truths = refusal.truths_on(walk.truths)
    advance = complete(
        refusal.way_of(walk.graph, at), walk.present.standing, move.node, move.outcome, truths, back_to=move.to
    )
    after = walk.told(*(_worded(walk, told, move) for told in tell(advance)))
    assert after.present.standing == advance.open
    for key in advance.open if len(advance.open) > 1 else ():
        assert not walk.graph.ahead_of((key,)) & advance.open, "two steps open in one branch"
    return replace(after, moves=(*walk.moves, move))


def paths(walk: Walk, *, most_loops: int) -> Iterator[Walk]:
    """Every way to the end with at most so many returns; the finished walks, one after the other."""
    waiting = [walk]
    while waiting:
        here = waiting.pop()
        if here.is_over:
            yield here
            continue
        waiting.extend(take(here, move) for move in reversed(moves_on(here, most_loops=most_loops)))


def number_of_paths(walk: Walk, *, most_loops: int) -> int:
    """How many `paths` there are, counted by the places they pass instead of walked one by one."""
    known: dict[tuple[object, ...], int] = {}

    def onward(here: Walk) -> int:
        if here.is_over:
            return 1
        place = (here.present.standing, here.present.passed, here.present.turned_down_at, here.loops)
        if place not in known:
            known[place] = sum(onward(take(here, move)) for move in moves_on(here, most_loops=most_loops))
        return known[place]

    return onward(walk)


def moves_on(walk: Walk, *, most_loops: int) -> list[Move]:
    """The choices a path goes on by. To the graph an opinion that disagrees is one that agrees, so it is left out."""
    return [
        move for move in choices(walk) if (move.to is None or walk.loops < most_loops) and move.conclusion != "disagree"
    ]


def tour(walk: Walk, *, turn: int = 0, most_loops: int | None = None) -> Walk:
    """One dossier that takes every return once, or so many of them, and is granted in the end.

    Another turn hears other opinions, and takes other returns.
    """
    returns = sorted(((m.node, m.to or "", m) for m in edges(walk.graph) if m.to is not None), key=lambda one: one[:2])
    returns = returns[turn % max(len(returns), 1) :] + returns[: turn % max(len(returns), 1)]
    taken = set() if most_loops is None else {move for _, _, move in returns[most_loops:]}
    while not walk.is_over:
        moves = list(choices(walk))
        fresh = next((move for move in moves if move.to is not None and move not in taken), None)
        onward = [move for move in moves if move.to is None and move.conclusion not in REFUSALS]
        move = fresh or onward[(len(walk.moves) + turn) % len(onward)]
        taken.add(move)
        walk = take(walk, move)
    return walk


def refused(walk: Walk, *, passes: int = 0) -> Walk:
    """One dossier refused as early as the graph allows: proposed, sent back once where that can be, proposed again.

    The first so many who could propose it pass it on.
    """
    has_been_back = False
    approvals = [node.key for node in walk.graph.order if refusal.may_turn_down(walk.graph, node.key)]
    silent = frozenset(approvals[:passes])
    while not walk.is_over:
        moves = list(choices(walk))
        at = walk.present.turned_down_at
        back = next((move for move in moves if at is not None and move.to == at), None)
        no = next((move for move in moves if move.conclusion in REFUSALS and move.node not in silent), moves[0])
        move = back if back is not None and not has_been_back else no
        has_been_back = has_been_back or move is back
        walk = take(walk, move)
    return walk


REFUSALS = frozenset({refusal.REFUSE, Outcome.REFUSED.value})


@lru_cache(maxsize=512)
def edges(graph: Graph) -> frozenset[Move]:
    """Every move the graph has, whatever its conditions say; a return that only a refusal has included."""
    found: set[Move] = set()
    for node in graph.nodes:
        found |= set(_outcomes(graph, node, None))
        found |= {Move(node=node.key, outcome=StepOutcome.RETURNED, to=to) for to in node.returns_to}
    return frozenset(found)


def judgements(graph: Graph) -> Iterator[dict[str, bool]]:
    """Every way the conditions of the graph can be judged."""
    names = sorted({node.when for node in graph.nodes if node.when is not None})
    for values in product((True, False), repeat=len(names)):
        yield dict(zip(names, values, strict=True))


def telling_judgements(graph: Graph) -> Iterator[dict[str, bool]]:
    """All conditions hold, none does, and all but one: few judgements, in which each matters once."""
    names = sorted({node.when for node in graph.nodes if node.when is not None})
    yield dict.fromkeys(names, True)
    if names:
        yield dict.fromkeys(names, False)
    for left_out in names if len(names) > 1 else ():
        yield {name: name != left_out for name in names}


def _ways_on(walk: Walk, node: Node) -> Sequence[Move]:
    return _outcomes(walk.graph, node, walk.present.turned_down_at)


def _outcomes(graph: Graph, node: Node, turned_down_at: str | None) -> list[Move]:
    match node.act:
        case Act.OPINION:
            said = [Move(node=node.key, conclusion=word) for word in ("agree", "disagree")]
            silent = [Move(node=node.key, outcome=StepOutcome.SILENT)]
            return said + (silent if node.silence is Silence.COUNTS_AS_AGREEMENT else [])
        case Act.SIGN:
            outcomes = list(Outcome) if turned_down_at is None else [Outcome.REFUSED]
            return [Move(node=node.key, conclusion=outcome.value) for outcome in outcomes]
        case Act.APPROVE if turned_down_at is None and refusal.may_turn_down(graph, node.key):
            return [Move(node=node.key), Move(node=node.key, conclusion=refusal.REFUSE)]
        case _:
            return [Move(node=node.key)]


def _worded(walk: Walk, told: Told, move: Move) -> tuple[EventKind, Mapping[str, Param]]:
    """The event with what its verb would add: what was concluded, and the outcome that is issued."""
    params = dict(told.params)
    if told.kind is EventKind.ISSUED:
        params["outcome"] = outcome_of(walk).value
    if params.get("node") == move.node and move.conclusion is not None:
        params["conclusion"] = move.conclusion
    return told.kind, params


def outcome_of(walk: Walk) -> Outcome:
    """What the last signature says."""
    signed = [move.conclusion for move in walk.moves if move.conclusion in set(Outcome)]
    return Outcome(signed[-1] or "")
