"""Turning a dossier down before it has come to a stop for payment.

Nobody pays for a refusal. Whoever approves a step may propose one; the dossier then goes straight to its signature,
and every stop and all work between is left out. A refused signature leaves out the stops after it likewise.

So the way of a refusal is the same graph, with those nodes left out as a condition leaves nodes out: movement and
replay need no rule of their own.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from portal.workflow.graph import Act, Graph, Node

REFUSE: Final = "refuse"
"""What an approving step concludes that turns the dossier down; kept in its event as ``conclusion``."""

LEFT_OUT: Final = "*left out by refusal"
"""The condition of what a refusal leaves out; it never holds."""


def may_turn_down(graph: Graph, node: str) -> bool:
    """Tell whether a refusal proposed at this step would spare the filer a stop; elsewhere the signature refuses."""
    if graph[node].act is not Act.APPROVE:
        return False
    return any(graph[key].act is Act.PAY for key in _before_signature(graph, node))


def way_of(graph: Graph, turned_down_at: str | None) -> Graph:
    """Return the graph as it stands for a dossier turned down at this step; None: as it is."""
    return graph if turned_down_at is None else _way_of_refusal(graph, turned_down_at)


def truths_on(truths: Mapping[str, bool]) -> Mapping[str, bool]:
    """Return the judged conditions, with that of a refusal's way among them."""
    return MappingProxyType({**truths, LEFT_OUT: False})


def undoes(graph: Graph, to: str, turned_down_at: str) -> bool:
    """Tell whether a return to this step takes the proposal to refuse back."""
    return to == turned_down_at or turned_down_at in graph.ahead_of((to,))


def is_left_out(graph: Graph, node: str, turned_down_at: str) -> bool:
    """Tell whether the way of this refusal does not come by the node."""
    return way_of(graph, turned_down_at)[node].when == LEFT_OUT


@lru_cache(maxsize=512)
def _way_of_refusal(graph: Graph, at: str) -> Graph:
    ahead = graph.ahead_of((at,))
    gone = _before_signature(graph, at) | {key for key in ahead if graph[key].act is Act.PAY}
    return Graph(tuple(_on_the_way(graph, node, at, gone) for node in graph.nodes))


def _before_signature(graph: Graph, at: str) -> frozenset[str]:
    """What lies between this step and the next signature."""
    ahead = graph.ahead_of((at,))
    signatures = {key for key in ahead if graph[key].act is Act.SIGN}
    first = {key for key in signatures if not graph.leading_to(key) & signatures}
    return frozenset[str]().union(*(graph.leading_to(key) & ahead for key in first))


def _on_the_way(graph: Graph, node: Node, at: str, gone: frozenset[str]) -> Node:
    if node.key in gone:
        return replace(node, when=LEFT_OUT)
    back = tuple(key for key in node.returns_to if key not in gone)
    if node.act is Act.SIGN and at in graph.leading_to(node.key) and at not in back:
        back = (at, *back)
    return node if back == node.returns_to else replace(node, returns_to=back)
