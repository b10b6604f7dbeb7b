"""Whether a procedure's graph can be worked: what an administrator is told before publishing it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from portal.workflow.graph import Act, Graph, Node
from portal.workflow.roles import Role

MOST_NODES: Final = 200
"""More than any published internal process has; a larger definition is a mistake or an attack."""

WITHOUT_STEPS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""They manage or read; no dossier waits for them."""

_COMES_AFTER: Final = {Act.NUMBER: Act.SIGN, Act.ISSUE: Act.NUMBER, Act.DELIVER: Act.ISSUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a graph: a stable code, and the node it shows at (empty: the whole)."""

    code: str
    node: str = ""


def problems(graph: Graph) -> tuple[Problem, ...]:
    """Return everything that keeps dossiers from passing; empty if the graph is sound."""
    if not graph.nodes:
        return (Problem(code="empty"),)
    if len(graph.nodes) > MOST_NODES:
        return (Problem(code="too_many_nodes"),)
    shape = tuple(_in_shape(graph))
    return shape or (*_in_roles(graph), *_in_ways(graph), *_in_acts(graph))


def _in_shape(graph: Graph) -> Iterator[Problem]:
    for key, count in Counter(node.key for node in graph.nodes).items():
        if count > 1:
            yield Problem(code="key_twice", node=key)
    dangling = False
    for node in graph.nodes:
        if any(key not in graph for key in (*node.after, *node.returns_to)):
            dangling = True
            yield Problem(code="unknown_node", node=node.key)
    sorted_in = {node.key for node in graph.order}
    for node in graph.nodes:
        if not dangling and node.key not in sorted_in:
            yield Problem(code="cycle" if node.key in graph.ahead_of((node.key,)) else "unreachable", node=node.key)


def _in_roles(graph: Graph) -> Iterator[Problem]:
    for node in graph.nodes:
        if node.act is Act.PAY:
            if node.role is not None:
                yield Problem(code="stop_has_role", node=node.key)
        elif node.role not in frozenset(Role):
            yield Problem(code="role_unknown", node=node.key)
        elif node.role in WITHOUT_STEPS:
            yield Problem(code="role_holds_no_step", node=node.key)
        if node.minutes < 0:
            yield Problem(code="negative_limit", node=node.key)


def _in_ways(graph: Graph) -> Iterator[Problem]:
    ends = [node for node in graph.nodes if not graph.followers(node.key)]
    if len(ends) > 1:
        yield from (Problem(code="missing_join", node=node.key) for node in ends)
    for node in graph.nodes:
        before = graph.leading_to(node.key)
        if not before.issuperset(node.returns_to):
            yield Problem(code="returns_forward", node=node.key)
        elif any(_skips_ahead(graph, node, to) for to in node.returns_to):
            yield Problem(code="returns_into_choice", node=node.key)
        if node.needs is not None and not 1 <= node.needs <= len(node.after):
            yield Problem(code="needs_out_of_range", node=node.key)
        if node.needs is not None and any(graph.leading_to(key) & set(node.after) for key in node.after):
            yield Problem(code="needs_in_line", node=node.key)
        if node.act is Act.PAY and any(_is_passed_without_work(graph[key]) for key in node.after):
            yield Problem(code="stop_without_step_before", node=node.key)
        if node.silence is not None and node.act is not Act.OPINION:
            yield Problem(code="silence_without_opinion", node=node.key)
        alone = len(before) + len(graph.ahead_of((node.key,))) + 1 == len(graph.nodes)
        if node.act in {Act.PAY, Act.SIGN, Act.NUMBER, Act.ISSUE, Act.DELIVER} and not alone:
            yield from _beside(graph, node, before)


def _skips_ahead(graph: Graph, node: Node, to: str) -> bool:
    """Tell whether work sent back into one branch would jump over its rest, to a join that has enough without it."""
    redone = graph.ahead_of((to,))
    between = redone & (graph.leading_to(node.key) | {node.key})
    return any(
        join.needs is not None and join.needs < len(join.after) and not redone.issuperset(join.after)
        for join in (graph[key] for key in between)
    )


def _is_passed_without_work(node: Node) -> bool:
    """An opinion may come in while the filer has the turn already; then no second stop can begin."""
    return node.act is Act.OPINION or node.when is not None


def _beside(graph: Graph, node: Node, before: frozenset[str]) -> Iterator[Problem]:
    """A stop or a decision stands alone; beside it may only be its alternative: same act, both conditional."""
    comparable = before | graph.ahead_of((node.key,)) | {node.key}
    beside = [other for other in graph.nodes if other.key not in comparable]
    if any(other.act is not node.act or other.when is None or node.when is None for other in beside):
        yield Problem(code="beside_open_work", node=node.key)


def _in_acts(graph: Graph) -> Iterator[Problem]:
    """Sign, number, issue, deliver: each directly after the one before; only a stop may lie between."""
    for act in (Act.SIGN, Act.NUMBER, Act.ISSUE):
        doing = [node for node in graph.nodes if node.act is act]
        if not doing:
            yield Problem(code=f"no_{act.value}")
        elif all(node.when is not None for node in doing) and len(doing) == 1:
            yield Problem(code="act_may_be_left_out", node=doing[0].key)
    for node in graph.nodes:
        wanted = _COMES_AFTER.get(node.act)
        if wanted is not None and {graph[key].act for key in _prior(graph, node)} != {wanted}:
            yield Problem(code="out_of_order", node=node.key)
        if node.act is Act.ISSUE and any(graph[k].act is not Act.DELIVER for k in graph.ahead_of((node.key,))):
            yield Problem(code="work_after_issue", node=node.key)


def _prior(graph: Graph, node: Node) -> set[str]:
    prior: set[str] = set()
    for key in node.after:
        prior |= _prior(graph, graph[key]) if graph[key].act is Act.PAY else {key}
    return prior
