"""What happens when a moment has come: those whom it concerns are told, and lateness is recorded.

A moment that no longer means anything (the step is done, the dossier ended) is silent. One that came too early,
because the filer's turn or another calendar has moved it meanwhile, is set anew for when it is due.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, Post
from portal.catalogue.queries import definition_of
from portal.dossiers import moves
from portal.dossiers.actions.decision import how_received
from portal.dossiers.models import Dossier, DossierStep, SupplementRequest, SupplementState
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import locked
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import known_of, tell_filers
from portal.foundation.outbox import Job, Timer, TimerKind, enqueue, set_timer
from portal.notices.actions import tell
from portal.notices.kinds import NoticeKind
from portal.routing.actions.apologies import draft_apology
from portal.routing.actions.watching import moments
from portal.workflow.events import EventKind
from portal.workflow.graph import Silence, StepOutcome
from portal.workflow.lifecycle import CLOCK_RUNNING, CLOCK_STOPPED, Role, State

TIMER = "machine:timer"
WHILE_RESTING = timedelta(days=1)
"""A moment that came in the filer's turn is looked at again after this, unless it is moved before."""

OF_STEPS = {
    TimerKind.STEP_HALF: (NoticeKind.STEP_HALF, ()),
    TimerKind.STEP_MOST: (NoticeKind.STEP_MOST, (Role.HEAD,)),
    TimerKind.OPINION_REMINDER: (NoticeKind.OPINION_REMINDER, ()),
    TimerKind.STEP_LIMIT: (NoticeKind.STEP_LATE, (Role.HEAD, Role.LEADER)),
    TimerKind.OPINION_DEADLINE: (NoticeKind.STEP_LATE, (Role.HEAD, Role.LEADER)),
}
"""Whom a moment of a step is told beside whoever has it: the ladder of 50, 80 and 100 hundredths."""

LATE = frozenset({TimerKind.STEP_LIMIT, TimerKind.OPINION_DEADLINE})


def ring(session: Session, timer: Timer, *, now: datetime) -> None:
    """One moment has come."""
    dossier = locked(session, timer.dossier_id)
    if dossier is None:
        return
    if timer.kind in OF_STEPS:
        _step(session, dossier, timer, now=now)
    elif timer.kind is TimerKind.PROMISE_NEAR:
        if not _put_off(session, dossier, timer, now=now):
            _promise(session, dossier, now=now)
    elif timer.kind is TimerKind.RESULT_UNCOLLECTED:
        if dossier.state is State.SETTLED:
            tell_filers(session, dossier, NoticeKind.RESULT_WAITS, now=now, params=how_received(session, dossier))
    elif timer.kind is TimerKind.SUPPLEMENT_DEADLINE:
        _supplement(session, dossier, timer, now=now)
    else:
        note_limit_passed(session, dossier.id, timer.kind, now=now)


def note_limit_passed(session: Session, dossier_id: UUID, kind: TimerKind, *, now: datetime) -> None:
    """A limit of the whole dossier has run out: record it, so that lateness is seen and never silent."""
    dossier = locked(session, dossier_id)
    if dossier is None or not _still_means_something(dossier, kind):
        return
    passed = Happening(kind=EventKind.ESCALATED, params={"limit": kind.value})
    record(session, dossier, [passed], actor=TIMER, now=now)
    office = dossier.intake_agency_id if kind is TimerKind.ACCEPTANCE_LIMIT else dossier.agency_id
    people = _of_roles(session, office, (Role.HEAD, Role.LEADER, Role.ONE_STOP)) if office else []
    if kind is not TimerKind.ACCEPTANCE_LIMIT:
        people = [*_holders(session, dossier.id), *_of_roles(session, office, (Role.HEAD, Role.LEADER))]
    _tell(session, dossier, NoticeKind.LIMIT_PASSED, dossier.version, people, now=now)


def _still_means_something(dossier: Dossier, kind: TimerKind) -> bool:
    match kind:
        case TimerKind.ACCEPTANCE_LIMIT:
            return dossier.state is State.FILED
        case TimerKind.SUPPLEMENT_DEADLINE:
            return dossier.state is State.SUPPLEMENT_REQUESTED
        case _:
            return dossier.state in CLOCK_RUNNING


def _step(session: Session, dossier: Dossier, timer: Timer, *, now: datetime) -> None:
    step = session.get(DossierStep, timer.subject_id, populate_existing=True)
    if step is None or step.closed_at is not None or _put_off(session, dossier, timer, now=now):
        return
    node = graph_of(dossier)[step.node_key]
    if timer.kind is TimerKind.OPINION_DEADLINE and node.silence is Silence.COUNTS_AS_AGREEMENT:
        silent = moves.advance(session, dossier, step.node_key, outcome=StepOutcome.SILENT)
        record(session, dossier, silent, actor=TIMER, now=now)
        enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})
        return
    if timer.kind in LATE:
        late = Happening(kind=EventKind.ESCALATED, params={"limit": timer.kind.value, "node": step.node_key})
        record(session, dossier, [late], actor=TIMER, now=now)
    kind, roles = OF_STEPS[timer.kind]
    holder = _of_posts(session, [step.post_id]) if step.post_id else []
    people = [*holder, *_of_roles(session, step.agency_id, roles)]
    _tell(session, dossier, kind, step.entry, people, now=now, step=step)


def _put_off(session: Session, dossier: Dossier, timer: Timer, *, now: datetime) -> bool:
    """Whether the moment has moved meanwhile, so that it is set anew instead of ringing."""
    if dossier.state in CLOCK_STOPPED or dossier.state is State.WITHDRAWAL_REQUESTED:
        later = now + WHILE_RESTING
    elif dossier.state in CLOCK_RUNNING:
        same = (one for one in moments(session, dossier) if one.kind is timer.kind)
        found = next((one.due_at for one in same if one.subject_id == timer.subject_id), now)
        if found <= now:
            return False
        later = found
    else:
        return True
    set_timer(
        session,
        timer.kind,
        dossier_id=dossier.id,
        subject_id=timer.subject_id,
        due_at=later,
        subject_round=timer.subject_round + 1,
    )
    return True


def _promise(session: Session, dossier: Dossier, *, now: datetime) -> None:
    if draft_apology(session, dossier, now=now):
        heads = _of_roles(session, dossier.agency_id, (Role.HEAD,))
        _tell(session, dossier, NoticeKind.APOLOGY_DRAFTED, dossier.version, heads, now=now)


def _supplement(session: Session, dossier: Dossier, timer: Timer, *, now: datetime) -> None:
    request = session.get(SupplementRequest, timer.subject_id, populate_existing=True)
    if request is None or request.state is not SupplementState.SENT:
        return
    note_unanswered = dossier.state is State.SUPPLEMENT_REQUESTED
    if not note_unanswered:
        return
    passed = Happening(kind=EventKind.ESCALATED, params={"limit": timer.kind.value})
    record(session, dossier, [passed], actor=TIMER, now=now)
    office = dossier.intake_agency_id if request.before_intake else dossier.agency_id
    roles = (Role.ONE_STOP,) if request.before_intake else (Role.HEAD,)
    people = [*_of_posts(session, [request.drafted_by]), *_of_roles(session, office, roles)]
    _tell(session, dossier, NoticeKind.SUPPLEMENT_UNANSWERED, dossier.version, people, now=now)


def _tell(
    session: Session,
    dossier: Dossier,
    kind: NoticeKind,
    version: int,
    people: Sequence[UUID],
    *,
    now: datetime,
    step: DossierStep | None = None,
) -> None:
    """Tell officers; of a step it is told under the event that opened it, so each rung of the ladder is told once."""
    params: dict[str, Any] = {**known_of(dossier), "link": f"/desk/{dossier.code}"}
    if step is not None:
        named = next((one for one in definition_of(dossier.procedure).steps if one.code == step.node_key), None)
        params["step"] = {} if named is None else {code: named.name.words(code) for code in ("vi", "en", "zh")}
        params["due_at"] = step.due_at.isoformat() if step.due_at else None
    tell(session, kind, dossier_id=dossier.id, event_version=version, people=people, now=now, params=params)


def _of_posts(session: Session, posts: Collection[UUID]) -> list[UUID]:
    return list(session.scalars(sa.select(Post.person_id).where(Post.id.in_(posts))))


def _holders(session: Session, dossier_id: UUID) -> list[UUID]:
    statement = (
        sa.select(Post.person_id)
        .join(DossierStep, DossierStep.post_id == Post.id)
        .where(DossierStep.dossier_id == dossier_id, DossierStep.closed_at.is_(None))
    )
    return list(session.scalars(statement))


def _of_roles(session: Session, agency_id: UUID | None, roles: Collection[Role]) -> list[UUID]:
    if agency_id is None or not roles:
        return []
    statement = (
        sa.select(Post.person_id)
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.agency_id == agency_id,
            Post.role.in_(roles),
            Post.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(Post.id)
    )
    return list(session.scalars(statement))
