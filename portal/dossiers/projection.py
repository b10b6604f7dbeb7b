"""From the replayed history to the rows that pages read: dossier, steps, pauses, timers, facts.

Called by `record` alone. `apply` writes what belongs to the dossier's own row; `follow` writes what hangs on it,
once the dossier exists. Both write what has changed and read nothing: what was there before is known by replay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.catalogue.queries import definition_of
from portal.catalogue.route import graph_of as graph_of_definition
from portal.dossiers import deadlines, facts
from portal.dossiers.models import Dossier, DossierPause, DossierStep
from portal.foundation.database import new_id
from portal.foundation.outbox import TimerKind, cancel_timers, set_timer
from portal.workflow.events import Event, EventKind
from portal.workflow.graph import Graph
from portal.workflow.lifecycle import CLOCK_STOPPED, ENDED, UNFILED
from portal.workflow.projection import Interval, OpenStep, Projection

ENDED_WITH_DOSSIER = "ended_with_dossier"
"""Closed outcome of a step that no event closed: the dossier itself came to its end."""


ENTERING = frozenset({EventKind.STEP_OPENED, EventKind.OPINION_REQUESTED, EventKind.PAYMENT_REQUESTED})
"""Kinds of events by which a dossier enters a node."""

Visit = tuple[str, int]
"""One stay at a node: its key, and the version of the event that opened it."""

Awaited = tuple[TimerKind, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What new events make of a dossier. `events` is the whole history, `new` its end; `before` None: it is filed now.

    `awaited` is the limit that was waited for before them.
    """

    events: Sequence[Event]
    new: Sequence[Event]
    before: Projection | None
    after: Projection
    awaited: Awaited | None

    @property
    def steps_before(self) -> dict[Visit, OpenStep]:
        return {} if self.before is None else _by_visit(self.before)

    @property
    def pauses(self) -> list[Interval]:
        """The pauses that are new or have ended."""
        known = () if self.before is None else self.before.pauses
        return [pause for pause in self.after.pauses if pause not in known]

    @property
    def moves_dates(self) -> bool:
        """Whether due instants of steps that stay open may move: by the filer's turn, another calendar or version."""
        return bool(self.pauses) or self.after.open_pause is not None or self.is_recounted or self.changes_version

    @property
    def changes_version(self) -> bool:
        """Whether the dossier goes on by another version of its procedure."""
        return self.before is not None and self.before.procedure_version != self.after.procedure_version

    @property
    def reopens(self) -> bool:
        """Whether an ended dossier goes back to work."""
        return self.before is not None and self.before.ended_at is not None and self.after.ended_at is None

    @property
    def is_recounted(self) -> bool:
        """Whether another calendar counts from now on."""
        return self.before is not None and self.before.calendar != self.after.calendar


_graphs: dict[tuple[str, str], Graph] = {}


def graph_of(dossier: Dossier) -> Graph:
    """The graph of the version and case the dossier is pinned to; built once per process."""
    key = (dossier.procedure.content_hash, dossier.case_key)
    if key not in _graphs:
        _graphs[key] = graph_of_definition(definition_of(dossier.procedure), dossier.case_key)
    return _graphs[key]


def awaited_by(dossier: Dossier) -> Awaited | None:
    """The limit that is waited for in the dossier's present state: to be accepted, then to be settled.

    While the time is the filer's nothing is waited for: the limit moves with every day of the pause, and a timer
    that rang meanwhile would not ring again.
    """
    if dossier.version == 0 or dossier.state in ENDED | CLOCK_STOPPED | UNFILED:
        return None
    if dossier.statutory_due_at is None:
        return TimerKind.ACCEPTANCE_LIMIT, dossier.acceptance_due_at
    return TimerKind.TOTAL_LIMIT, dossier.statutory_due_at


def apply(dossier: Dossier, projected: Projection) -> None:
    """Write the projection into the dossier's own columns, dates included."""
    dossier.version = projected.version
    dossier.state = projected.state
    dossier.filed_at = projected.filed_at or dossier.filed_at
    dossier.accepted_at = projected.accepted_at
    dossier.settled_at = projected.settled_at
    dossier.ended_at = projected.ended_at
    dossier.outcome = projected.outcome
    dossier.stop_reason = projected.stop_reason
    dossier.supplement_rounds = projected.supplement_rounds
    dossier.opened_by_office_at = projected.opened_by_office_at
    dossier.agency_id = None if projected.agency_id is None else UUID(projected.agency_id)
    dossier.calendar_hash = projected.calendar
    dates = deadlines.of(dossier, projected)
    dossier.acceptance_due_at = dates.acceptance_due_at
    dossier.statutory_due_at = dates.statutory_due_at
    dossier.promised_due_at = dates.promised_due_at
    dossier.due_is_provisional = dates.is_provisional


def follow(session: Session, dossier: Dossier, change: Change, *, now: datetime) -> None:
    """Write what hangs on the dossier: its pauses, steps, timers and facts."""
    if change.pauses:
        _pauses(session, dossier, change.pauses)
    _close_steps(session, dossier, change)
    _open_steps(session, dossier, change)
    _timers(session, dossier, change, now=now)
    if change.after.filed_at is not None:
        facts.refresh(session, dossier, change.after)


def _pauses(session: Session, dossier: Dossier, pauses: Iterable[Interval]) -> None:
    rows = [
        {
            "dossier_id": dossier.id,
            "event_version": pause.event,
            "began_at": pause.began_at,
            "ended_at": pause.ended_at,
            "reason": pause.reason.value,
            "legal_ground": pause.ground or "",
        }
        for pause in pauses
    ]
    session.execute(_PAUSE, rows)


_PAUSE = insert(DossierPause)
_PAUSE = _PAUSE.on_conflict_do_update(
    index_elements=["dossier_id", "event_version"], set_={"ended_at": _PAUSE.excluded.ended_at}
)


def _close_steps(session: Session, dossier: Dossier, change: Change) -> None:
    closed_by = {event.params.get("node"): event.kind.value for event in change.new}
    for node, entry in change.steps_before.keys() - _by_visit(change.after).keys():
        outcome = closed_by.get(node, ENDED_WITH_DOSSIER)
        _write_step(session, dossier, (node, entry), {"closed_at": change.after.last_at, "closed_outcome": outcome})


def _open_steps(session: Session, dossier: Dossier, change: Change) -> None:
    """Rows for the steps entered now; new hands, agency or due instant for those that were open already."""
    graph, before = graph_of(dossier), change.steps_before
    reasons = {
        event.params["node"]: event.params.get("why") for event in change.new if event.kind is EventKind.STEP_ASSIGNED
    }
    limits = step_limits(dossier, change.after, change.events)
    entered: list[dict[str, object]] = []
    for visit, step in _by_visit(change.after).items():
        node = graph[step.node]
        is_as_before = before.get(visit) == step and step.node not in reasons and not change.moves_dates
        if node.role is None or is_as_before:
            continue
        values: dict[str, object] = {
            "agency_id": UUID(step.agency) if step.agency else dossier.agency_id,
            "post_id": UUID(step.assignee) if step.assignee else None,
            "due_at": limits[visit],
        }
        if step.node in reasons:
            values["assignment_reason"] = reasons[step.node]
        if visit in before:
            _write_step(session, dossier, visit, values)
        else:
            known = {"id": new_id(), "dossier_id": dossier.id, "node_key": step.node, "entry": step.entry}
            entered.append({**known, "role": node.role, "entered_at": step.opened_at, **values})
    if entered:
        session.execute(sa.insert(DossierStep), entered)


def step_limits(dossier: Dossier, projected: Projection, events: Iterable[Event]) -> dict[Visit, datetime]:
    """When each open step must be done, by the dossier's history."""
    graph, history = graph_of(dossier), tuple(events)
    return {
        visit: deadlines.of_step(
            projected,
            node=graph[step.node],
            agency=step.agency,
            first_entered_at=_first_entry(history, step.node),
            now=projected.last_at,
        )
        for visit, step in _by_visit(projected).items()
        if graph[step.node].role is not None
    }


def _write_step(session: Session, dossier: Dossier, visit: Visit, values: Mapping[str, object]) -> None:
    node, entry = visit
    whose = (DossierStep.dossier_id == dossier.id, DossierStep.entry == entry, DossierStep.node_key == node)
    session.execute(sa.update(DossierStep).where(*whose).values(**values))


def _by_visit(projected: Projection) -> dict[Visit, OpenStep]:
    return {(step.node, step.entry): step for step in projected.open_steps}


def _first_entry(events: Iterable[Event], node: str) -> datetime:
    """When the dossier first came to the node: a repeated step's own limit counts from there."""
    return next(event.at for event in events if event.kind in ENTERING and event.params.get("node") == node)


def _timers(session: Session, dossier: Dossier, change: Change, *, now: datetime) -> None:
    """One timer for the limit that is waited for now; what was waited for before is moved or cancelled."""
    awaited = awaited_by(dossier)
    ends = change.after.state in ENDED and (change.before is None or change.before.state not in ENDED)
    if awaited == change.awaited and not ends:
        return
    is_moved = awaited is not None and change.awaited is not None and awaited[0] is change.awaited[0]
    has_rung = is_moved and change.awaited is not None and change.awaited[1] < now
    if change.before is not None and (has_rung or not is_moved):
        only = change.awaited[0] if has_rung and change.awaited is not None else None  # the moments of steps still hold
        cancel_timers(session, dossier_id=dossier.id, now=now, kind=only)
    if awaited is not None:
        kind, due_at = awaited
        set_timer(
            session,
            kind,
            dossier_id=dossier.id,
            subject_id=dossier.id,
            due_at=due_at + timedelta(minutes=1),  # when the last minute is over, never in it
            # A calendar that moves a limit which has already run out makes it ring once more, and so does a reopening.
            subject_round=change.after.version if has_rung or change.reopens else 1,
        )
