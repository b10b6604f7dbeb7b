"""A procedure's steps as a graph, and how a dossier moves through it.

A node waits for the nodes named in ``after``. So a line is a sequence, several nodes after the same one run
side by side, and a node after several of them is their join: of all, or of ``needs`` of them. ``when`` names
a condition; where it does not hold, the node is left out and the way leads through. ``returns_to`` are the
loop-backs. A node whose act is ``pay`` is a financial stop: the filer's turn, between two phases.

Where a dossier stands is fully told by its open nodes: a node is *ahead* if it comes after an open one, and
*behind* if it is neither open nor ahead. No open node ever comes after another: one open node per branch.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from portal.workflow.roles import Role

MINUTES_PER_DAY: Final = 480
"""A working day has eight working hours."""


class Act(StrEnum):
    """What is done at a node. The last four leave evidence of their own, in this order."""

    INTAKE = "intake"
    ASSIGN = "assign"
    APPRAISE = "appraise"
    OPINION = "opinion"
    APPROVE = "approve"
    PAY = "pay"
    SIGN = "sign"
    NUMBER = "number"
    ISSUE = "issue"
    DELIVER = "deliver"


class Silence(StrEnum):
    """What it means that an opinion was not given in time."""

    COUNTS_AS_AGREEMENT = "counts_as_agreement"
    ESCALATE = "escalate"


class StepOutcome(StrEnum):
    """How a node was left."""

    DONE = "done"
    RETURNED = "returned"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step: one act, one role, one limit.

    ``role`` is None only where the filer acts (``pay``). ``agency`` is ``competent``, ``intake`` or an
    agency's key in the register. ``minutes`` are working minutes (a day is 480). ``needs`` None: all of
    ``after``; n: as soon as n of those that were not left out are done, the others are no longer awaited.
    """

    key: str
    act: Act
    role: Role | None
    agency: str = "competent"
    minutes: int = 0
    after: tuple[str, ...] = ()
    needs: int | None = None
    when: str | None = None
    returns_to: tuple[str, ...] = ()
    silence: Silence | None = None
    phase: int = 1


class MoveRefused(Exception):
    """The graph does not allow this movement; ``code`` is stable."""

    def __init__(self, code: str, node: str) -> None:
        super().__init__(f"{code}: {node}")
        self.code = code
        self.node = node


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What one completed node sets in motion. ``open`` is where the dossier stands afterwards.

    ``dropped`` were open and are no longer needed: branches a join did not wait for, or work that a return
    to an earlier step undoes.
    """

    closed: Node
    outcome: StepOutcome
    back_to: str | None
    dropped: tuple[Node, ...]
    opened: tuple[Node, ...]
    open: frozenset[str]

    @property
    def ended(self) -> bool:
        return not self.open


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes of one procedure (one version, one case), in the order of the definition."""

    nodes: tuple[Node, ...]
    _by_key: dict[str, Node] = field(init=False, repr=False, compare=False)
    _followers: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _order: tuple[Node, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        followers: dict[str, list[str]] = {node.key: [] for node in self.nodes}
        for node in self.nodes:
            for earlier in dict.fromkeys(node.after):
                followers.setdefault(earlier, []).append(node.key)
        object.__setattr__(self, "_by_key", {node.key: node for node in self.nodes})
        object.__setattr__(self, "_followers", {key: tuple(later) for key, later in followers.items()})
        object.__setattr__(self, "_order", _in_order(self._by_key, self._followers))

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __getitem__(self, key: str) -> Node:
        return self._by_key[key]

    @property
    def order(self) -> tuple[Node, ...]:
        """Every node after all it waits for. Shorter than ``nodes`` if some wait in a circle."""
        return self._order

    def followers(self, key: str) -> tuple[str, ...]:
        """The nodes that name this one in ``after``."""
        return self._followers.get(key, ())

    def ahead_of(self, keys: Collection[str]) -> frozenset[str]:
        """Every node that comes, directly or not, after one of these."""
        reached: set[str] = set()
        edge = [later for key in keys for later in self.followers(key)]
        while edge:
            later = edge.pop()
            if later not in reached:
                reached.add(later)
                edge.extend(self.followers(later))
        return frozenset(reached)

    def leading_to(self, key: str) -> frozenset[str]:
        """Every node that comes, directly or not, before this one."""
        reached: set[str] = set()
        edge = list(self[key].after)
        while edge:
            earlier = edge.pop()
            if earlier not in reached:
                reached.add(earlier)
                edge.extend(self[earlier].after)
        return frozenset(reached)

    def behind(self, standing: Collection[str]) -> frozenset[str]:
        """What is done or left out while these nodes are open."""
        return frozenset(self._by_key) - frozenset(standing) - self.ahead_of(standing)

    def next_after(self, done: Collection[str]) -> frozenset[str]:
        """The nodes whose turn may have come once exactly these are done, whatever the conditions turn out to say."""
        resolved: set[str] = set()
        coming: set[str] = set()
        for node in self._order:
            if node.key in done:
                resolved.add(node.key)
            elif self._may_be_ready(node, done, resolved):
                coming.add(node.key)
                if node.when is not None:
                    resolved.add(node.key)
        return frozenset(coming)

    def _may_be_ready(self, node: Node, done: Collection[str], resolved: Collection[str]) -> bool:
        if node.needs is not None:
            arrived = [key for key in node.after if key in done]
            certain = {*arrived, *(key for key in node.after if self[key].when is None)}
            if certain:
                return len(arrived) >= min(node.needs, len(certain))
        return all(key in resolved for key in node.after)


def build(nodes: Iterable[Node]) -> Graph:
    """Make a graph of ordered steps, with a financial stop before each later phase.

    The first steps of phase n wait for the stop ``payment_n``, and it for what they waited for. Ask
    ``soundness.problems`` whether the graph can be worked.
    """
    steps = tuple(nodes)
    phase_of = {step.key: step.phase for step in steps}
    built: list[Node] = []
    for step in steps:
        crossing = tuple(key for key in step.after if phase_of.get(key, step.phase) < step.phase)
        if not crossing or step.act is Act.PAY:
            built.append(step)
            continue
        stop = f"payment_{step.phase}"
        place = next((i for i, node in enumerate(built) if node.key == stop), None)
        if place is None:
            built.append(Node(key=stop, act=Act.PAY, role=None, after=crossing, phase=step.phase))
        else:
            awaited = dict.fromkeys((*built[place].after, *crossing))
            built[place] = replace(built[place], after=tuple(awaited))
        kept = tuple(key for key in step.after if key not in crossing)
        built.append(replace(step, after=(stop, *kept)))
    return Graph(tuple(built))


def start(graph: Graph, truths: Mapping[str, bool]) -> tuple[Node, ...]:
    """The nodes that open first. ``truths`` says of every named condition whether it holds."""
    opened, _ = _open_what_is_ready(graph, frozenset(), frozenset(graph._by_key), truths)
    return opened


def complete(
    graph: Graph, standing: Collection[str], node: str, outcome: StepOutcome, truths: Mapping[str, bool],
    *, back_to: str | None = None,
) -> Advance:  # fmt: skip
    """Leave an open node and say what closes and opens by that; ``back_to`` goes with ``returned``."""
    if node not in standing:
        raise MoveRefused("not_open", node)
    left = graph[node]
    if outcome is StepOutcome.SILENT and left.silence is not Silence.COUNTS_AS_AGREEMENT:
        raise MoveRefused("silence_says_nothing", node)
    if (outcome is StepOutcome.RETURNED) != (back_to is not None):
        raise MoveRefused("where_to", node)
    others = frozenset(standing) - {node}
    if back_to is not None:
        if back_to not in left.returns_to:
            raise MoveRefused("no_way_back", node)
        opened: tuple[Node, ...] = (graph[back_to],)
        dropped = others & graph.ahead_of((back_to,))
    else:
        ahead = graph.ahead_of(standing)
        behind = frozenset(graph._by_key) - others - ahead
        opened, behind = _open_what_is_ready(graph, behind, ahead, truths)
        dropped = frozenset[str]().union(*(others & graph.leading_to(later.key) for later in opened))
    return Advance(
        closed=left,
        outcome=outcome,
        back_to=back_to,
        dropped=tuple(n for n in graph.nodes if n.key in dropped),
        opened=opened,
        open=others - dropped | {later.key for later in opened},
    )


def longest_path_minutes(graph: Graph, truths: Mapping[str, bool] | None = None) -> int:
    """Working minutes of the slowest way to the issue of the result; without ``truths``, nothing is left out.

    Handing over comes after the clock has ended and is not counted, nor is the filer's time at a stop.
    """
    until: dict[str, int] = {}
    for node in graph.order:
        counted = node.act not in {Act.DELIVER, Act.PAY} and (truths is None or _applies(node, truths))
        before = max((until[key] for key in node.after), default=0)
        until[node.key] = before + (node.minutes if counted else 0)
    return max(until.values(), default=0)


def _applies(node: Node, truths: Mapping[str, bool]) -> bool:
    if node.when is None:
        return True
    if node.when not in truths:
        raise MoveRefused("condition_not_judged", node.key)
    return truths[node.when]


def _open_what_is_ready(
    graph: Graph, behind: frozenset[str], ahead: frozenset[str], truths: Mapping[str, bool]
) -> tuple[tuple[Node, ...], frozenset[str]]:
    """Open what no longer waits, walking through what is left out; return it and what is then behind."""
    passed = set(behind)
    opened: dict[str, Node] = {}
    for node in graph.order:
        if node.key not in ahead or not _is_ready(graph, node, passed, truths):
            continue
        if _applies(node, truths):
            opened[node.key] = node
        else:
            passed.add(node.key)
    # A join content with some of its branches may open in the same move as a branch it does not wait for.
    needless = frozenset[str]().union(*(graph.leading_to(key) for key in opened)) if opened else frozenset()
    return tuple(n for n in graph.nodes if n.key in opened and n.key not in needless), frozenset(passed)


def _is_ready(graph: Graph, node: Node, passed: Collection[str], truths: Mapping[str, bool]) -> bool:
    if node.needs is not None:
        real = [key for key in node.after if _applies(graph[key], truths)]
        if real:
            return sum(key in passed for key in real) >= min(node.needs, len(real))
    return all(key in passed for key in node.after)


def _in_order(by_key: Mapping[str, Node], followers: Mapping[str, Collection[str]]) -> tuple[Node, ...]:
    waits = {key: len(set(node.after)) for key, node in by_key.items()}
    ready = [key for key, count in waits.items() if count == 0]
    order: list[Node] = []
    for key in ready:  # grows while it is read
        order.append(by_key[key])
        for follower in followers.get(key, ()):
            waits[follower] -= 1
            if waits[follower] == 0:
                ready.append(follower)
    return tuple(order)
