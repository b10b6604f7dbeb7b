"""Steps that wait for several opinions: how many are there, and how many it takes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from portal.workflow.graph import Act, Graph, Node

SIDE_BY_SIDE = 2
"""From so many opinions on a step waits for a join."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A step ahead that opens when enough of the opinions asked side by side are there.

    ``there``: how many have come in, or count as given by silence; ``of``: how many were asked; ``enough``: how many
    it takes. With fewer than all, those still open are then no longer awaited.
    """

    node: str
    there: int
    of: int
    enough: int

    @property
    def needs_all(self) -> bool:
        return self.enough == self.of


def joins(graph: Graph, *, standing: Collection[str], truths: Mapping[str, bool]) -> Sequence[Join]:
    """The joins of opinions the dossier stands before, in the order of the procedure.

    ``standing`` are its open nodes, ``truths`` says of each condition whether it holds.
    """
    ahead = graph.ahead_of(standing)
    found = []
    for node in graph.nodes:
        branches = [key for key in dict.fromkeys(node.after) if _applies(graph[key], truths)]
        opinions = [key for key in branches if graph[key].act is Act.OPINION]
        if node.key not in ahead or len(opinions) < SIDE_BY_SIDE or not set(opinions) & set(standing):
            continue
        awaited = ahead | set(standing)
        there = sum(key not in awaited for key in branches)
        enough = len(branches) if node.needs is None else min(node.needs, len(branches))
        found.append(Join(node=node.key, there=there, of=len(branches), enough=enough))
    return found


def _applies(node: Node, truths: Mapping[str, bool]) -> bool:
    return node.when is None or truths.get(node.when, True)
