"""A movement of the graph, told as the events to be written: in order, without ids only the caller knows.

On a graph without ``soundness.problems``, whatever is told here can be replayed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from portal.workflow.events import EventKind, Param
from portal.workflow.graph import Act, Advance, Node, StepOutcome

_OPENING: Final[Mapping[Act, EventKind]] = MappingProxyType(
    {Act.OPINION: EventKind.OPINION_REQUESTED, Act.PAY: EventKind.PAYMENT_REQUESTED}
)
_CLOSING: Final[Mapping[Act, EventKind]] = MappingProxyType(
    {
        Act.OPINION: EventKind.OPINION_GIVEN,
        Act.PAY: EventKind.PAYMENT_CONFIRMED,
        Act.SIGN: EventKind.SIGNED,
        Act.NUMBER: EventKind.NUMBERED,
        Act.ISSUE: EventKind.ISSUED,
        Act.DELIVER: EventKind.RETURNED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event to be: the caller adds version, instant, actor and the ids that belong to it."""

    kind: EventKind
    params: Mapping[str, Param]


def opening_kind(act: Act) -> EventKind:
    """The event by which a node with this act opens."""
    return _OPENING.get(act, EventKind.STEP_OPENED)


def closing_kind(act: Act, outcome: StepOutcome = StepOutcome.DONE) -> EventKind:
    """The event by which a node with this act closes; signing and its like are told by their own evidence."""
    if outcome is StepOutcome.RETURNED:
        return EventKind.STEP_SENT_BACK
    if outcome is StepOutcome.SILENT:
        return EventKind.OPINION_SILENT
    return _CLOSING.get(act, EventKind.STEP_COMPLETED)


def tell_start(opened: tuple[Node, ...]) -> tuple[Told, ...]:
    """The events of the first nodes."""
    return tuple(_opening(node) for node in opened)


def tell(advance: Advance) -> tuple[Told, ...]:
    """The events of one movement: what closed, what is no longer needed, what opened."""
    return tuple(_tell(advance))


def _tell(advance: Advance) -> Iterator[Told]:
    closed: dict[str, Param] = {"node": advance.closed.key}
    if advance.back_to is not None:
        closed["to"] = advance.back_to
    yield Told(kind=closing_kind(advance.closed.act, advance.outcome), params=closed)
    for node in advance.dropped:
        yield Told(kind=EventKind.STEP_DROPPED, params={"node": node.key})
    yield from (_opening(node) for node in advance.opened)


def _opening(node: Node) -> Told:
    return Told(kind=opening_kind(node.act), params={"node": node.key})
