"""What is true of every dossier at every moment, whatever was done to it."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.models import Dossier, DossierEvent, DossierPause, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import locked
from portal.dossiers.record import as_event, history
from portal.dossiers.replaying import replayed
from portal.foundation.outbox import Timer
from portal.ledger.chain import Link, Verdict, verify
from portal.workflow.lifecycle import CLOCK_STOPPED, ENDED, Clock, State

WAITS_OR_ENDED = CLOCK_STOPPED | ENDED


def assert_whole(session: Session, dossier_id: UUID) -> Dossier:
    """Chain, replay, steps, pauses, dates and timers tell one story."""
    session.flush()
    session.expire_all()
    dossier = locked(session, dossier_id)
    assert dossier is not None
    assert chain_of(session, dossier).intact
    _assert_replayed(session, dossier)
    _assert_steps(session, dossier)
    _assert_dates_in_order(session, dossier)
    _assert_timers(session, dossier)
    return dossier


def chain_of(session: Session, dossier: Dossier) -> Verdict:
    """What the verifier says of the stored events."""
    rows = session.scalars(
        sa.select(DossierEvent)
        .where(DossierEvent.dossier_id == dossier.id)
        .order_by(DossierEvent.version)
        .execution_options(populate_existing=True)
    )
    return verify(
        [
            Link(version=row.version, content=as_event(row).content(), previous=row.previous_hash, hash=row.hash)
            for row in rows
        ]
    )


def _assert_replayed(session: Session, dossier: Dossier) -> None:
    present = replayed(dossier, history(session, dossier.id))
    for name in (
        "version", "state", "accepted_at", "settled_at", "ended_at", "outcome", "stop_reason", "supplement_rounds",
        "opened_by_office_at",
    ):  # fmt: skip
        assert getattr(dossier, name) == getattr(present, name), name
    assert (dossier.agency_id and str(dossier.agency_id)) == present.agency_id
    steps = session.scalars(sa.select(DossierStep).where(DossierStep.dossier_id == dossier.id)).all()
    graph = graph_of(dossier)
    standing = {(step.node_key, step.entry, step.post_id and str(step.post_id)) for step in steps if not step.closed_at}
    assert standing == {
        (step.node, step.entry, step.assignee) for step in present.open_steps if graph[step.node].role is not None
    }
    pauses = session.execute(
        sa.select(DossierPause.event_version, DossierPause.began_at, DossierPause.ended_at)
        .where(DossierPause.dossier_id == dossier.id)
        .order_by(DossierPause.event_version)
    ).all()
    assert [tuple(pause) for pause in pauses] == [
        (pause.event, pause.began_at, pause.ended_at) for pause in present.pauses
    ]
    waits = present.open_pause is not None and present.state not in ENDED
    assert (present.clock is Clock.STOPPED) == (waits and present.accepted)


def _assert_steps(session: Session, dossier: Dossier) -> None:
    """No node is open twice; work is open exactly while there is work to do."""
    nodes = session.scalars(
        sa.select(DossierStep.node_key).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
    ).all()
    assert len(nodes) == len(set(nodes))
    if dossier.state in {State.FILED, State.NOT_ACCEPTED, State.STOPPED, State.RETURNED}:
        assert not nodes
    if dossier.state in {State.ACCEPTED, State.IN_PROGRESS}:
        assert nodes
    if dossier.state is State.PAYMENT_DUE:  # at a stop nobody of the office has a step
        assert replayed(dossier, history(session, dossier.id)).standing


def _assert_dates_in_order(session: Session, dossier: Dossier) -> None:
    moments = [dossier.filed_at, dossier.accepted_at, dossier.settled_at, dossier.ended_at]
    known = [moment for moment in moments if moment is not None]
    assert known == sorted(known)
    assert dossier.acceptance_due_at > dossier.filed_at
    if dossier.accepted_at is not None:
        assert dossier.statutory_due_at is not None
        assert dossier.promised_due_at is not None
        assert dossier.accepted_at < dossier.promised_due_at <= dossier.statutory_due_at
    events = session.scalars(
        sa.select(DossierEvent.at).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.version)
    ).all()
    assert list(events) == sorted(events)
    visits = session.execute(
        sa.select(DossierStep.entered_at, DossierStep.closed_at).where(DossierStep.dossier_id == dossier.id)
    )
    assert all(closed is None or entered <= closed for entered, closed in visits)


def _assert_timers(session: Session, dossier: Dossier) -> None:
    """Nothing rings for a dossier that has ended, and the right bell waits, or has rung, for one that has not."""
    rows = session.execute(
        sa.select(Timer.kind, Timer.fired_at).where(Timer.dossier_id == dossier.id, Timer.cancelled_at.is_(None))
    ).all()
    waiting, set_once = {kind for kind, fired_at in rows if fired_at is None}, {kind for kind, _ in rows}
    if dossier.state in ENDED:
        assert waiting <= {"result_renewal"} | ({"result_uncollected"} if dossier.state is State.SETTLED else set())
    elif dossier.state is State.FILED:
        assert "acceptance_limit" in set_once
    elif dossier.state in CLOCK_STOPPED:
        assert "total_limit" not in waiting
    elif dossier.accepted_at is not None:
        assert "total_limit" in set_once
