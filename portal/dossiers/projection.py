"""From the replayed history to the rows that pages read: dossier, steps, pauses, timers, facts.

Called by `record` alone. `apply` writes what belongs to the dossier's own row; `follow` writes what hangs on it,
once the dossier exists.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.catalogue.queries import definition_of
from portal.catalogue.route import graph_of as graph_of_definition
from portal.dossiers import deadlines, facts
from portal.dossiers.models import Dossier, DossierPause, DossierStep
from portal.foundation.outbox import TimerKind, cancel_timers, set_timer
from portal.workflow.events import Event
from portal.workflow.graph import Graph
from portal.workflow.lifecycle import ENDED, State
from portal.workflow.projection import OpenStep, Projection

ENDED_WITH_DOSSIER = "ended_with_dossier"
"""Closed outcome of a step that no event closed: the dossier itself came to its end."""


_graphs: dict[tuple[str, str], Graph] = {}


def graph_of(dossier: Dossier) -> Graph:
    """The graph of the version and case the dossier is pinned to; built once per process."""
    key = (dossier.procedure.content_hash, dossier.case_key)
    if key not in _graphs:
        _graphs[key] = graph_of_definition(definition_of(dossier.procedure), dossier.case_key)
    return _graphs[key]


def apply(dossier: Dossier, projected: Projection) -> None:
    """Write the projection into the dossier's own columns, dates included."""
    dossier.version = projected.version
    dossier.state = projected.state
    dossier.accepted_at = projected.accepted_at
    dossier.settled_at = projected.settled_at
    dossier.ended_at = projected.ended_at
    dossier.outcome = projected.outcome
    dossier.stop_reason = projected.stop_reason
    dossier.supplement_rounds = projected.supplement_rounds
    dossier.opened_by_office_at = projected.opened_by_office_at
    dossier.agency_id = None if projected.agency_id is None else UUID(projected.agency_id)
    dates = deadlines.of(dossier, projected)
    dossier.acceptance_due_at = dates.acceptance_due_at
    dossier.statutory_due_at = dates.statutory_due_at
    dossier.promised_due_at = dates.promised_due_at
    dossier.due_is_provisional = dates.is_provisional


def follow(session: Session, dossier: Dossier, projected: Projection, *, new: Sequence[Event], now: datetime) -> None:
    """Write what hangs on the dossier: its pauses, steps, timers and facts. `new` are the events just added."""
    _pauses(session, dossier, projected)
    if projected.accepted:
        _steps(session, dossier, projected, new)
    _timers(session, dossier, projected, now=now)
    facts.refresh(session, dossier, projected)


def _pauses(session: Session, dossier: Dossier, projected: Projection) -> None:
    if not projected.pauses:
        return
    statement = insert(DossierPause).values(
        [
            {
                "dossier_id": dossier.id,
                "event_version": pause.event,
                "began_at": pause.began_at,
                "ended_at": pause.ended_at,
                "reason": pause.reason.value,
                "legal_ground": pause.ground or "",
            }
            for pause in projected.pauses
        ]
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["dossier_id", "event_version"], set_={"ended_at": statement.excluded.ended_at}
        )
    )


def _steps(session: Session, dossier: Dossier, projected: Projection, new: Sequence[Event]) -> None:
    closed_by = {event.params.get("node"): event.kind.value for event in new}
    rows = session.scalars(sa.select(DossierStep).where(DossierStep.dossier_id == dossier.id)).all()
    known = {(row.node_key, row.entry): row for row in rows}
    first_entered = {row.node_key: row.entered_at for row in sorted(rows, key=lambda row: -row.entry)}
    standing = {(step.node, step.entry) for step in projected.open_steps}
    for key, row in known.items():
        if row.closed_at is None and key not in standing:
            row.closed_at = projected.last_at
            row.closed_outcome = closed_by.get(row.node_key, ENDED_WITH_DOSSIER)
    session.flush()
    for step in projected.open_steps:
        first = first_entered.get(step.node, step.opened_at)
        _open_step(session, dossier, projected, step, known.get((step.node, step.entry)), first)


def _open_step(
    session: Session,
    dossier: Dossier,
    projected: Projection,
    step: OpenStep,
    row: DossierStep | None,
    first_entered_at: datetime,
) -> None:
    node = graph_of(dossier)[step.node]
    if node.role is None:
        return
    if row is None:
        row = DossierStep(dossier_id=dossier.id, entry=step.entry, node_key=step.node, role=node.role)
        row.entered_at = step.opened_at
        session.add(row)
    row.agency_id = UUID(step.agency) if step.agency else dossier.agency_id
    row.post_id = UUID(step.assignee) if step.assignee else None
    row.due_at = deadlines.of_step(projected, node=node, first_entered_at=first_entered_at, now=projected.last_at)


def _timers(session: Session, dossier: Dossier, projected: Projection, *, now: datetime) -> None:
    """One timer for the moment that matters in this state; the others are cancelled."""
    if projected.state in ENDED:
        cancel_timers(session, dossier_id=dossier.id, now=now)
        return
    if projected.state is State.FILED:
        _set(session, dossier, TimerKind.ACCEPTANCE_LIMIT, dossier.acceptance_due_at)
    elif projected.accepted and dossier.statutory_due_at is not None:
        _set(session, dossier, TimerKind.TOTAL_LIMIT, dossier.statutory_due_at)
        if projected.accepted_at == projected.last_at:
            cancel_timers(session, dossier_id=dossier.id, now=now, kind=TimerKind.ACCEPTANCE_LIMIT)


def _set(session: Session, dossier: Dossier, kind: TimerKind, due_at: datetime) -> None:
    # A timer fires when the last minute is over, never in it.
    set_timer(session, kind, dossier_id=dossier.id, subject_id=dossier.id, due_at=due_at + timedelta(minutes=1))
