"""Moments to watch for the open steps of a dossier, for its promise, and for a result that nobody collects.

Set after every routing, moved while they have not rung, and asked again when they ring (`ringing`): so a pause or a
new calendar in between makes them ring later, never early and never twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calendars.queries import edition
from portal.clock.calendar import Calendar
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.projection import graph_of
from portal.foundation.outbox import Timer, TimerKind, set_timer
from portal.workflow.graph import Act
from portal.workflow.lifecycle import CLOCK_RUNNING, State

SHARES = {TimerKind.STEP_HALF: 50, TimerKind.STEP_MOST: 80}
"""How many hundredths of a step's limit have run when these ring; the whole of it is the step's own limit."""

BEFORE_THE_PROMISE = 480
"""Working minutes before the promised moment at which the apology is drafted: one day."""

UNCOLLECTED_AFTER = 5
"""Working days after which a result that nobody has fetched is told of again."""

AFTER = timedelta(minutes=1)
"""A limit has passed when its last minute is over, not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something is to ring, and for what."""

    kind: TimerKind
    subject_id: UUID
    due_at: datetime


def watch(session: Session, dossier: Dossier) -> None:
    """Set what is to ring for the dossier as it stands; what has rung stays silent."""
    wanted = list(moments(session, dossier))
    if not wanted:
        return
    rows = session.scalars(
        sa.select(Timer)
        .where(Timer.dossier_id == dossier.id)
        .order_by(Timer.subject_round)
        .execution_options(populate_existing=True)
    )
    known = {
        (one.kind, one.subject_id): (one.subject_round, one.fired_at, None if one.cancelled_at else one.due_at)
        for one in rows
    }
    for moment in wanted:
        round_, rang_at, waits_until = known.get((moment.kind, moment.subject_id), (1, None, None))
        if rang_at is None and waits_until != moment.due_at:
            set_timer(
                session,
                moment.kind,
                dossier_id=dossier.id,
                subject_id=moment.subject_id,
                due_at=moment.due_at,
                subject_round=round_,
            )


def moments(session: Session, dossier: Dossier) -> Iterator[Moment]:
    """Everything that is to ring, by the dossier's dates as they are now; nothing while the time is the filer's."""
    if dossier.state is State.SETTLED and dossier.settled_at is not None:
        calendar = _calendar(dossier, dossier.agency_id)
        day = calendar.add_working_days(calendar.effective(dossier.settled_at).date(), UNCOLLECTED_AFTER)
        yield Moment(kind=TimerKind.RESULT_UNCOLLECTED, subject_id=dossier.id, due_at=calendar.close_of(day))
        return
    if dossier.state not in CLOCK_RUNNING:
        return
    if dossier.promised_due_at is not None and dossier.accepted_at is not None:
        calendar = _calendar(dossier, dossier.agency_id)
        near = _before(calendar, dossier.accepted_at, dossier.promised_due_at, BEFORE_THE_PROMISE)
        yield Moment(kind=TimerKind.PROMISE_NEAR, subject_id=dossier.id, due_at=near)
    graph = graph_of(dossier)
    for step in _open_steps(session, dossier.id):
        if step.due_at is None:
            continue
        node, calendar = graph[step.node_key], _calendar(dossier, step.agency_id)
        is_opinion = node.act is Act.OPINION
        for kind, share in SHARES.items():
            told = TimerKind.OPINION_REMINDER if is_opinion and kind is TimerKind.STEP_MOST else kind
            left = node.minutes * (100 - share) // 100
            due_at = _before(calendar, step.entered_at, step.due_at, left)
            yield Moment(kind=told, subject_id=step.id, due_at=due_at)
        last = TimerKind.OPINION_DEADLINE if is_opinion else TimerKind.STEP_LIMIT
        yield Moment(kind=last, subject_id=step.id, due_at=step.due_at + AFTER)


def _open_steps(session: Session, dossier_id: UUID) -> list[DossierStep]:
    return list(
        session.scalars(
            sa.select(DossierStep)
            .where(DossierStep.dossier_id == dossier_id, DossierStep.closed_at.is_(None))
            .order_by(DossierStep.entry)
            .execution_options(populate_existing=True)
        )
    )


def _calendar(dossier: Dossier, agency_id: UUID | None) -> Calendar:
    return edition(dossier.calendar_hash).hours_of(agency_id)


def _before(calendar: Calendar, since: datetime, due_at: datetime, minutes: int) -> datetime:
    """The moment with so many working minutes left until the due one, though not before `since`."""
    whole = calendar.working_minutes(since, due_at)
    return calendar.add_working_minutes(since, max(0, whole - minutes))
