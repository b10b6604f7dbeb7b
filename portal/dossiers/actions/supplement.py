"""Asking the filer to complete a dossier, and the answer: the clock stands between letter and complete answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.accounts.actions import audit
from portal.accounts.viewer import HeldPost, Viewer
from portal.attachments import queries as files
from portal.calendars.queries import in_force
from portal.catalogue.answers import Answers, read
from portal.catalogue.completeness import missing
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.clock.calendar import Calendar
from portal.clock.zone import office_day
from portal.dossiers.actions.filing import Incomplete
from portal.dossiers.capacity import require, staff_actor
from portal.dossiers.models import (
    Dossier,
    DossierAnswers,
    SupplementItem,
    SupplementRequest,
    SupplementState,
)
from portal.dossiers.record import Happening, history, new_salt, record
from portal.dossiers.replaying import replayed
from portal.dossiers.telling import tell_filers, write_letter
from portal.dossiers.terms import Terms, terms_for
from portal.dossiers.walk_ins import walk_in_params
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.foundation.outbox import Job, TimerKind, enqueue, set_timer
from portal.letters.contents import LetterKind
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Action, Role

OPEN = (SupplementState.DRAFTED, SupplementState.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to add or mend: a field or document by its code, or something else in words."""

    kind: Literal["field", "document", "other"]
    key: str
    what_is_wrong: str


def draft_request(
    session: Session,
    dossier: Dossier,
    items: Sequence[Item],
    *,
    reason: str,
    legal_ground: str,
    viewer: Viewer,
    now: datetime,
) -> SupplementRequest:
    """Write a request. Before intake the one-stop officer sends it at once; after it, the approver does.

    Decision 11: the head approves, a second request needs the leader. Whoever holds that role may write and
    send in one go, but nobody approves a request as two persons. Refused once the decision is signed.
    """
    capacity = require(viewer, dossier, Action.REQUEST_SUPPLEMENT)
    if not isinstance(capacity, Role):
        raise Forbidden("dossier.role_may_not")
    if not items or any(not item.what_is_wrong.strip() for item in items):
        raise Invalid("supplement.items_missing", fields={"items": "items_missing"})
    if open_request(session, dossier.id) is not None:
        raise Refused("supplement.already_open")
    if replayed(dossier, history(session, dossier.id)).signed is not None:
        raise Refused("supplement.signed")
    before_intake = dossier.accepted_at is None
    request = SupplementRequest(
        dossier_id=dossier.id,
        supplement_round=1 + _rounds(session, dossier.id),
        state=SupplementState.DRAFTED,
        before_intake=before_intake,
        reason=reason.strip(),
        legal_ground=legal_ground.strip(),
        answer_due_on=_answer_due_on(dossier, in_force(session).calendar, now),
        drafted_by=_post(viewer, dossier, capacity).acting_id,
        drafted_at=now,
        items=[
            SupplementItem(position=position, kind=item.kind, key=item.key, what_is_wrong=item.what_is_wrong.strip())
            for position, item in enumerate(items, start=1)
        ],
    )
    session.add(request)
    session.flush()
    if before_intake or approver_of(dossier) is capacity:
        send(session, dossier, request, viewer=viewer, now=now)
    return request


def approver_of(dossier: Dossier) -> Role:
    """Who approves the next request: before intake the one-stop officer, then the head, at a second the leader."""
    if dossier.accepted_at is None:
        return Role.ONE_STOP
    return Role.HEAD if dossier.supplement_rounds == 0 else Role.LEADER


def send(session: Session, dossier: Dossier, request: SupplementRequest, *, viewer: Viewer, now: datetime) -> None:
    """Approve and send the request (Form 02): the clock stops, the filer is told."""
    if request.state is not SupplementState.DRAFTED:
        raise Refused("supplement.not_waiting")
    approver = approver_of(dossier)
    post = _post(viewer, dossier, approver)
    asked = Happening(
        kind=EventKind.SUPPLEMENT_REQUESTED,
        params={
            "ground": "supplement",  # the article is the officer's own words, and may name somebody
            "request": str(request.id),
            "items": len(request.items),
        },
        texts={
            name: words for name, words in (("reason", request.reason), ("legal_ground", request.legal_ground)) if words
        },
    )
    record(session, dossier, [asked], actor=post.actor, now=now)
    request.state = SupplementState.SENT
    request.approved_by = post.acting_id
    request.sent_at = now
    session.flush()
    set_timer(
        session,
        TimerKind.SUPPLEMENT_DEADLINE,
        dossier_id=dossier.id,
        subject_id=request.id,
        due_at=in_force(session).hours_of(dossier.agency_id).close_of(request.answer_due_on) + timedelta(minutes=1),
    )
    write_letter(session, dossier, LetterKind.SUPPLEMENT, event_version=dossier.version)
    answer_by = {"answer_due_on": request.answer_due_on.isoformat()}
    tell_filers(session, dossier, NoticeKind.SUPPLEMENT_REQUESTED, now=now, params=answer_by)


def drop(session: Session, dossier: Dossier, request: SupplementRequest, *, viewer: Viewer, now: datetime) -> None:
    """The approver does not want the request sent; it goes back to nothing.

    To the dossier nothing has happened, so no event tells who it was: the record of changes does.
    """
    if request.state is not SupplementState.DRAFTED:
        raise Refused("supplement.not_waiting")
    _post(viewer, dossier, approver_of(dossier))
    request.state = SupplementState.DROPPED
    session.flush()
    dropped = {"request": str(request.id), "drafted_by": str(request.drafted_by)}
    thing = f"dossier:{dossier.code}"
    audit.record(session, "dossiers.drop_supplement", thing, by=viewer.person_id, now=now, before=dropped)


def answer(
    session: Session,
    dossier: Dossier,
    typed: dict[str, list[str]],
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Send the answer. The machine checks that it is complete; then the office's time runs again (decision 4).

    `typed` are the form values of the whole form as they now stand. Raises `Incomplete` with every gap, and
    refuses an answer that leaves an asked document without a new file. Whoever filed at a counter brings the answer
    there: the officer sends it, and the record says for whom.
    """
    require(viewer, dossier, Action.ANSWER_SUPPLEMENT)
    request = open_request(session, dossier.id)
    if request is None or request.state is not SupplementState.SENT:
        raise Refused("supplement.not_waiting")
    answers = _checked(session, dossier, request, typed)
    salt = new_salt()
    documents = files.digests(session, dossier_id=dossier.id)
    at_counter = viewer.acting_for_party(dossier.party_id) is None and dossier.walk_in_id is not None
    actor = staff_actor(viewer, dossier, Role.ONE_STOP) if at_counter else viewer.actor
    answered = Happening(
        kind=EventKind.SUPPLEMENT_ANSWERED,
        params={
            **(walk_in_params(dossier.walk_in_id, actor) if at_counter else {}),
            "request": str(request.id),
            "documents": len(documents),
        },
        data={"answers": (answers, salt), "documents": (documents, salt)},
    )
    terms = terms_for(definition_of(dossier.procedure), dossier.case_key, answers, places=places())
    dossier.terms = Terms.from_json(dossier.terms).with_answers(terms).to_json()
    record(session, dossier, [answered], actor=actor, now=now)
    session.add(
        DossierAnswers(
            dossier_id=dossier.id,
            supplement_round=request.supplement_round,
            answers=dict(answers),
            salt=salt,
            saved_at=now,
        )
    )

    request.state = SupplementState.ANSWERED
    request.typed = {}
    request.answered_at = now
    session.flush()
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})  # the moments of its steps move with it
    tell_filers(session, dossier, NoticeKind.SUPPLEMENT_ANSWERED, now=now)


CHANGED = "*changed"
"""Where `SupplementRequest.typed` keeps which fields the answer has touched: emptied ones have no values left."""


def keep(
    session: Session, request: SupplementRequest, typed: Mapping[str, Sequence[str]], *, replacing: Sequence[str]
) -> None:
    """Keep what the filer has typed so far for these fields; nothing is sent and nothing is judged."""
    gone = tuple(f"{code}." for code in replacing)
    kept = {
        name: values
        for name, values in request.typed.items()
        if name != CHANGED and name not in replacing and not name.startswith(gone or ("\0",))
    }
    fresh = {name: list(values) for name, values in typed.items() if any(value.strip() for value in values)}
    changed = sorted({*request.typed.get(CHANGED, ()), *replacing})
    request.typed = {**kept, **fresh, CHANGED: changed}
    session.flush()


def open_request(session: Session, dossier_id: UUID) -> SupplementRequest | None:
    """The request that is written or sent and not yet answered, with its items."""
    return session.scalars(
        sa.select(SupplementRequest)
        .where(SupplementRequest.dossier_id == dossier_id, SupplementRequest.state.in_(OPEN))
        .options(selectinload(SupplementRequest.items))
    ).one_or_none()


def latest_answers(session: Session, dossier_id: UUID) -> DossierAnswers:
    """The answers as they stand now."""
    found = session.scalars(
        sa.select(DossierAnswers)
        .where(DossierAnswers.dossier_id == dossier_id)
        .order_by(DossierAnswers.supplement_round.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound("dossier.answers_erased")
    return found


def _checked(session: Session, dossier: Dossier, request: SupplementRequest, typed: dict[str, list[str]]) -> Answers:
    definition = definition_of(dossier.procedure)
    reading = read(definition, dossier.case_key, typed, places=places())
    gaps = missing(definition, dossier.case_key, reading.answers, files.counts(session, dossier_id=dossier.id))
    unread = {problem.path for problem in reading.problems}
    problems = [*reading.problems, *(gap for gap in gaps if gap.path not in unread)]
    fresh = files.counts(session, dossier_id=dossier.id, supplement_round=request.supplement_round)
    problems += files.unanswered([item.key for item in request.items if item.kind == "document"], fresh)
    if problems:
        raise Incomplete(tuple(problems))
    return reading.answers


def _rounds(session: Session, dossier_id: UUID) -> int:
    newest = session.scalar(
        sa.select(sa.func.max(SupplementRequest.supplement_round)).where(SupplementRequest.dossier_id == dossier_id)
    )
    return newest or 0


def _answer_due_on(dossier: Dossier, calendar: Calendar, now: datetime) -> date:
    rule = definition_of(dossier.procedure).supplement
    today = office_day(now)
    if rule.unit == "working_day":
        return calendar.add_working_days(today, rule.days)
    return calendar.first_working_day(today + timedelta(days=rule.days))


def _post(viewer: Viewer, dossier: Dossier, role: Role) -> HeldPost:
    agency_id = dossier.intake_agency_id if role is Role.ONE_STOP else dossier.agency_id
    post = viewer.post_for(agency_id, role)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    return post
