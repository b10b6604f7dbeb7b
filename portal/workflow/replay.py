"""Events folded into the dossier's present: the one definition of what they mean.

``apply`` adds one event; ``replay`` adds them all. An act is written by applying its event first: what cannot
be applied must not be stored, so no stored history is ever broken by the portal itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from portal.workflow import meanings
from portal.workflow.events import Event, EventKind
from portal.workflow.graph import Graph
from portal.workflow.lifecycle import Action, State
from portal.workflow.meanings import Meaning
from portal.workflow.projection import Evidence, Interval, OpenStep, PauseReason, Projection
from portal.workflow.reading import BrokenHistory, text, text_or_none

__all__ = [
    "BrokenHistory", "Evidence", "Interval", "OpenStep", "PauseReason", "Projection", "apply", "replay",
]  # fmt: skip


def replay(
    events: Iterable[Event],
    graph: Graph,
    *,
    later: Mapping[str, Graph] = MappingProxyType({}),
    onto: Projection | None = None,
) -> Projection:
    """Return the present of the dossier whose whole history, in order, these events are.

    ``graph`` is the one in force at filing; ``later`` holds, by the name of their version, those an
    administrator moved the dossier to. With ``onto`` the events are those after that present, and ``graph`` is the
    one in force at it. Raises ``BrokenHistory``.
    """
    present = onto
    for event in events:
        if event.kind is EventKind.MOVED_TO_VERSION:
            name = text(event, "version")
            if name not in later:
                raise BrokenHistory(event.version, "version_unknown", name)
            graph = later[name]
        present = apply(present, event, graph)
    if present is None:
        raise BrokenHistory(0, "no_events")
    return present


def apply(present: Projection | None, event: Event, graph: Graph) -> Projection:
    """Return the present after one more event (None: it is the first). Raises ``BrokenHistory``.

    ``graph`` is the one in force after the event. Instants may not run backwards: a writer whose clock is
    behind takes ``last_at`` instead.
    """
    if present is None:
        present = Projection(dossier_id=event.dossier_id, version=0, last_at=event.at, state=State.DRAFT)
    if event.dossier_id != present.dossier_id:
        raise BrokenHistory(event.version, "other_dossier", str(event.dossier_id))
    if event.version != present.version + 1:
        raise BrokenHistory(event.version, "version_gap", f"expected {present.version + 1}")
    if event.at < present.last_at:
        raise BrokenHistory(event.version, "time_runs_backwards")
    meaning = _MEANINGS.get(event.kind)
    after = present if meaning is None else meaning(present, event, graph)
    calendar = text_or_none(event, "calendar") or after.calendar  # any event may carry the one in force from then on
    return replace(after, version=event.version, last_at=event.at, calendar=calendar)


_MEANINGS: Final[Mapping[EventKind, Meaning]] = MappingProxyType(
    {
        EventKind.PREPAYMENT_REQUESTED: meanings.moves_by(Action.AWAIT_PREPAYMENT),
        EventKind.PREPAYMENT_EXPIRED: meanings.moves_by(Action.EXPIRE_PREPAYMENT),
        EventKind.FILED: meanings.filed,
        EventKind.CORRECTED: meanings.moves_by(Action.CORRECT),
        EventKind.OPENED_BY_OFFICE: meanings.opened_by_office,
        EventKind.ACCEPTED: meanings.accepted,
        EventKind.REFUSED_INTAKE: meanings.refused_intake,
        EventKind.ROUTED: meanings.routed,
        EventKind.STEP_OPENED: meanings.step_opened,
        EventKind.STEP_ASSIGNED: meanings.step_assigned,
        EventKind.STEP_COMPLETED: meanings.step_closed,
        EventKind.STEP_SENT_BACK: meanings.step_sent_back,
        EventKind.STEP_DROPPED: meanings.step_dropped,
        EventKind.OPINION_REQUESTED: meanings.step_opened,
        EventKind.OPINION_GIVEN: meanings.step_closed,
        EventKind.OPINION_SILENT: meanings.step_closed,
        EventKind.MOVED_TO_VERSION: meanings.moved_to_version,
        EventKind.SUPPLEMENT_REQUESTED: meanings.supplement_requested,
        EventKind.SUPPLEMENT_ANSWERED: meanings.supplement_answered,
        EventKind.PAYMENT_REQUESTED: meanings.payment_requested,
        EventKind.PAYMENT_CONFIRMED: meanings.payment_confirmed,
        EventKind.WITHDRAWAL_REQUESTED: meanings.withdrawal_requested,
        EventKind.WITHDRAWAL_GRANTED: meanings.withdrawal_granted,
        EventKind.WITHDRAWAL_DECLINED: meanings.withdrawal_declined,
        EventKind.STOPPED: meanings.stopped,
        EventKind.SIGNED: meanings.signed,
        EventKind.NUMBERED: meanings.numbered,
        EventKind.ISSUED: meanings.issued,
        EventKind.RETURNED: meanings.returned,
        EventKind.REOPENED_BY_CORRECTION: meanings.reopened,
        EventKind.EXTENDED: meanings.extended,
    }
)
"""Kinds that stand here change the present; all others are trace alone."""
