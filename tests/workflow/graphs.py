"""Series-parallel graphs drawn at random, with an independent account of what lies beside what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from portal.workflow.graph import Act, Graph, Node, Silence
from portal.workflow.roles import Role

Block = str | tuple[str, list["Block"]]  # "step", ("series", blocks) or ("parallel", branches)
Place = tuple[tuple[str, int], ...]

BLOCKS: st.SearchStrategy[Block] = st.recursive(
    st.just("step"),
    lambda inner: (
        st.tuples(st.just("series"), st.lists(inner, min_size=1, max_size=3))
        | st.tuples(st.just("parallel"), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=8,
)

DECISION = (
    Node(key="sign", act=Act.SIGN, role=Role.LEADER, minutes=240),
    Node(key="number", act=Act.NUMBER, role=Role.CLERK, minutes=60),
    Node(key="issue", act=Act.ISSUE, role=Role.CLERK, minutes=60),
    Node(key="deliver", act=Act.DELIVER, role=Role.ONE_STOP),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A graph and the place of each node in the tree it was drawn from."""

    graph: Graph
    places: Mapping[str, Place]

    def beside(self, one: str, other: str) -> bool:
        """Tell whether two nodes lie in different branches of a parallel part."""
        for mine, theirs in zip(self.places[one], self.places[other], strict=False):
            if mine != theirs:
                return mine[0] == "parallel"
        return False


class _Layout:
    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.places: dict[str, Place] = {}

    def lay(self, block: Block, after: tuple[str, ...], place: Place) -> tuple[str, ...]:
        """Add the nodes of a block; return its last ones."""
        if isinstance(block, str):
            return self._step(after, place)
        kind, parts = block
        if kind == "series":
            for number, part in enumerate(parts):
                after = self.lay(part, after, (*place, ("series", number)))
            return after
        inside = (*place, ("series", 0))
        ends = [self.lay(part, after, (*inside, ("parallel", number))) for number, part in enumerate(parts)]
        return self._step(tuple(key for end in ends for key in end), (*place, ("series", 1)))

    def _step(self, after: tuple[str, ...], place: Place) -> tuple[str, ...]:
        key = f"n{len(self.nodes)}"
        self.nodes.append(Node(key=key, act=Act.APPRAISE, role=Role.SPECIALIST, minutes=60, after=after))
        self.places[key] = place
        return (key,)


@st.composite
def drawn_graphs(
    draw: st.DrawFn, *, conditions: bool = False, needs: bool = False, returns: bool = False, stop: bool = False
) -> Drawn:
    """Any series-parallel graph that ends in sign, number, issue, deliver.

    ``conditions``: some steps are conditional, each on a condition of its own name. ``needs``: some joins do
    not wait for all. ``returns``: some steps, and the leader, may send the dossier back. ``stop``: a financial
    stop stands before the decision.
    """
    layout = _Layout()
    last = layout.lay(draw(BLOCKS), (), (("series", 0),))
    for number, node in enumerate(layout.nodes):
        layout.nodes[number] = replace(
            node,
            minutes=draw(st.integers(0, 960)),
            when=node.key if conditions and draw(st.booleans()) else None,
            needs=draw(st.integers(1, len(node.after))) if needs and len(node.after) > 1 else None,
        )
    _add_opinions(layout)
    if stop:
        layout.nodes.append(Node(key="bill", act=Act.APPROVE, role=Role.HEAD, after=last))
        layout.nodes.append(Node(key="payment", act=Act.PAY, role=None, after=("bill",)))
        last = ("payment",)
    for node in DECISION:
        layout.nodes.append(replace(node, after=last))
        last = (node.key,)
    for number, key in enumerate(node.key for node in layout.nodes if node.key not in layout.places):
        layout.places[key] = (("series", number + 1),)
    if returns:
        _add_returns(draw, layout)
    return Drawn(graph=Graph(tuple(layout.nodes)), places=layout.places)


def _add_opinions(layout: _Layout) -> None:
    """Every last step of a branch that lies beside others is an opinion, whose silence counts as agreement."""
    for number, node in enumerate(layout.nodes):
        joined = any(node.key in later.after and len(later.after) > 1 for later in layout.nodes)
        if joined:
            silent = Silence.COUNTS_AS_AGREEMENT
            layout.nodes[number] = replace(node, act=Act.OPINION, role=Role.CONSULTANT, silence=silent)


def _add_returns(draw: st.DrawFn, layout: _Layout) -> None:
    graph = Graph(tuple(layout.nodes))
    for number, node in enumerate(layout.nodes):
        earlier = sorted(
            key for key in graph.leading_to(node.key) if graph[key].act is not Act.PAY and _is_whole(graph, node, key)
        )
        if earlier and node.act in {Act.APPRAISE, Act.SIGN, Act.NUMBER} and draw(st.booleans()):
            layout.nodes[number] = replace(node, returns_to=(draw(st.sampled_from(earlier)),))


def _is_whole(graph: Graph, node: Node, to: str) -> bool:
    """Whoever returns to this step does not return into one branch of a join that waits only for some."""
    redone = graph.ahead_of((to,))
    partial = [graph[key] for key in redone if graph[key].needs is not None]
    return all(set(j.after) <= redone for j in partial if j.key == node.key or j.key in graph.leading_to(node.key))


def truths_for(graph: Graph) -> st.SearchStrategy[dict[str, bool]]:
    """Any judgement of the graph's conditions."""
    return st.fixed_dictionaries({node.when: st.booleans() for node in graph.nodes if node.when is not None})
