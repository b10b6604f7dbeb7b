"""The decision: sign, number, issue, deliver – four acts, each with its own evidence, in this order (decision 12).

Source of the order: Decree 30/2020/NĐ-CP. The statutory clock ends at *issue*.
"""

import hashlib
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.accounts.viewer import Viewer
from portal.clock.zone import VIETNAM, office_day
from portal.dossiers import moves
from portal.dossiers.actions.steps import open_step, require_working, was_done_by
from portal.dossiers.capacity import require, require_step, seat_for, staff_actor
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import way_of
from portal.dossiers.receiving import Way
from portal.dossiers.record import Happening, record
from portal.dossiers.results import last_day_of
from portal.dossiers.telling import tell_filers
from portal.dossiers.writing import Writer
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.foundation.outbox import Job, TimerKind, cancel_timers, enqueue, set_timer
from portal.letters.actions import letter_of, new_token, next_number
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.letters.signature import signed_content
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Action, Outcome, Role, State


def sign(
    session: Session,
    dossier: Dossier,
    node: str,
    *,
    outcome: Outcome,
    viewer: Viewer,
    office: PrintingOffice,
    now: datetime,
    reason: str = "",
    managed_reason: str = "",
) -> Letter:
    """The leader signs the canonical bytes of the decision with a detached CMS signature.

    Needs a step-up within the last ten minutes, and a leader who has not worked on the dossier before.
    A refusal needs its reason; `managed_reason` is the key of the one the office has agreed on, for the figures.
    """
    step, actor = require_signable(session, dossier, node, outcome=outcome, viewer=viewer, now=now, reason=reason)
    agency, seat = session.get_one(Agency, step.agency_id), seat_for(viewer, step)
    letter = Letter(
        id=new_id(),
        dossier_id=dossier.id,
        agency_id=agency.id,
        kind=LetterKind.DECISION.value,
        event_version=dossier.version + 1,
        language=dossier.language,
        token=new_token(),
        outcome=outcome.value,
        reason=reason.strip(),
        created_at=now,
        signed_by=seat.acting_id,
        signed_for=seat.id if seat.own_post_id else None,
        signed_manner=seat.manner or None,
        signed_at=now,
    )
    writer = _writer(session, dossier, letter, office)
    signatory = writer.holder(seat.acting_id, in_place_of=letter.signed_for, manner=letter.signed_manner)
    content = writer.decision(
        outcome=outcome, agency_id=agency.id, signatory=signatory, issued_at=now, reason=reason.strip()
    )
    letter.signed_bytes = signed_content(content)
    signer = office.leader_signer(
        str(letter.signed_by),
        signatory.name,
        post=signatory.post,
        agency=agency.names["vi"],
        now=now,
        address=viewer.email,
    )
    letter.signature = signer.detached(letter.signed_bytes, signed_at=now)
    evidence = hashlib.sha256(letter.signature).hexdigest()
    note_signed(session, dossier, node, letter, evidence=evidence, actor=actor, now=now, managed_reason=managed_reason)
    return letter


def require_signable(
    session: Session, dossier: Dossier, node: str, *, outcome: Outcome, viewer: Viewer, now: datetime, reason: str
) -> tuple[DossierStep, str]:
    """The open step of signing and the post that signs. Raises what stands in the way of this person's signature."""
    step, actor = _working_step(session, dossier, node, Act.SIGN, viewer=viewer)
    if not viewer.has_stepped_up(now):
        raise Forbidden("access.step_up")
    if outcome is Outcome.REFUSED and not reason.strip():
        raise Invalid("decision.reason_missing", fields={"reason": "reason_missing"})
    if outcome is Outcome.GRANTED and moves.turned_down(session, dossier) is not None:
        raise Refused("decision.refusal_proposed")
    for act in (Act.APPRAISE, Act.APPROVE):
        if was_done_by(session, dossier, viewer, kinds={EventKind.STEP_COMPLETED}, act=act):
            raise Refused("step.two_persons")
    return step, actor


def note_signed(
    session: Session,
    dossier: Dossier,
    node: str,
    letter: Letter,
    *,
    evidence: str,
    actor: str,
    now: datetime,
    managed_reason: str = "",
) -> None:
    """Keep the signed decision and pass the dossier on to be numbered. `evidence` is the signature's SHA-256 in hex."""
    session.add(letter)
    why = {"managed_reason": managed_reason} if managed_reason and letter.outcome == Outcome.REFUSED else {}
    closing = Happening(
        kind=EventKind.SIGNED,
        params={"letter": str(letter.id), "evidence": evidence, "conclusion": letter.outcome, **why},
        texts={"reason": letter.reason} if letter.reason else {},
    )
    refused_at = node if letter.outcome == Outcome.REFUSED else None
    _move_on(session, dossier, node, closing, actor=actor, now=now, turned_down_at=refused_at)


def number(session: Session, dossier: Dossier, node: str, *, viewer: Viewer, now: datetime) -> Letter:
    """The clerk gives the signed decision the agency's next outgoing number of the year."""
    _, actor = _working_step(session, dossier, node, Act.NUMBER, viewer=viewer)
    letter = _decision_of(session, dossier)
    letter.year, letter.number = next_number(session, agency_id=letter.agency_id, now=now)
    letter.numbered_at = now
    closing = Happening(
        kind=EventKind.NUMBERED,
        params={"letter": str(letter.id), "evidence": Writer(session, dossier).number_of(letter)},
    )
    _move_on(session, dossier, node, closing, actor=actor, now=now)
    return letter


def issue(
    session: Session, dossier: Dossier, node: str, *, viewer: Viewer, office: PrintingOffice, now: datetime
) -> Letter:
    """The clerk issues the decision: the final PDF is rendered and sealed as the last change; the clock ends."""
    _, actor = _working_step(session, dossier, node, Act.ISSUE, viewer=viewer)
    letter = _decision_of(session, dossier)
    if letter.number is None or letter.signed_by is None:
        raise Refused("decision.not_numbered")
    agency = session.get_one(Agency, letter.agency_id)
    writer = _writer(session, dossier, letter, office)
    content = writer.decision(
        outcome=Outcome(letter.outcome or Outcome.GRANTED),
        agency_id=agency.id,
        signatory=writer.holder(
            letter.signed_by,
            signed_at=letter.signed_at,
            in_place_of=letter.signed_for,
            manner=letter.signed_manner,
        ),
        issued_at=now,
        reason=letter.reason or "",
        number=writer.number_of(letter),
    )
    if signed_content(content) != letter.signed_bytes:
        raise Refused("decision.changed_after_signing")
    stored = office.print_and_seal(
        content, language=letter.language, agency_key=agency.key, agency_name=agency.names["vi"], now=now
    )
    letter.storage_key, letter.sha256, letter.sealed_at = stored.storage_key, stored.sha256, now
    closing = Happening(
        kind=EventKind.ISSUED,
        params={"letter": str(letter.id), "evidence": stored.sha256, "outcome": letter.outcome},
    )
    _move_on(session, dossier, node, closing, actor=actor, now=now)
    tell_filers(session, dossier, NoticeKind.SETTLED, now=now, params=how_received(session, dossier))
    if letter.outcome == Outcome.GRANTED and (last := last_day_of(writer.result, office_day(now))) is not None:
        remind_before(session, dossier, last)
    return letter


def how_received(session: Session, dossier: Dossier) -> dict[str, str]:
    """What a notice that the result is there says of the way it comes; at the counter it leads to the free times."""
    way = way_of(session, dossier)
    link = {"link": f"/dossiers/{dossier.code}/slot"} if way is Way.COUNTER else {}
    return {"how": way.value, **link}


RENEWAL_DAYS = 30
"""So many days before a result runs out its holder is told."""


def remind_before(session: Session, dossier: Dossier, last_day: date) -> None:
    """Have the filer told in time that the result runs out; the timer rings in the morning of that day."""
    day = last_day - timedelta(days=RENEWAL_DAYS)
    morning = datetime(day.year, day.month, day.day, 8, tzinfo=VIETNAM)
    set_timer(session, TimerKind.RESULT_RENEWAL, dossier_id=dossier.id, subject_id=dossier.id, due_at=morning)


def deliver(session: Session, dossier: Dossier, *, actor: str, how: str, now: datetime) -> None:
    """The result has reached the filer: downloaded, posted, or handed over (`how`). Once is enough."""
    if dossier.state is not State.SETTLED:
        return
    letter = _decision_of(session, dossier)
    letter.delivered_at = now
    nodes = moves.open_nodes(session, dossier)
    graph = graph_of(dossier)
    node = next((key for key in nodes if graph[key].act is Act.DELIVER), None)
    params = {"evidence": str(letter.id), "how": how, **({"node": node} if node else {})}
    record(session, dossier, [Happening(kind=EventKind.RETURNED, params=params)], actor=actor, now=now)
    cancel_timers(session, dossier_id=dossier.id, now=now, kind=TimerKind.RESULT_UNCOLLECTED)


def hand_over(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """The one-stop officer hands the result over at the counter."""
    require(viewer, dossier, Action.DELIVER)
    deliver(session, dossier, actor=staff_actor(viewer, dossier, Role.ONE_STOP), how="counter", now=now)


def _working_step(
    session: Session, dossier: Dossier, node: str, act: Act, *, viewer: Viewer
) -> tuple[DossierStep, str]:
    step = open_step(session, dossier, node)
    actor = require_step(viewer, step)
    require_working(dossier)
    if graph_of(dossier)[node].act is not act:
        raise Refused("step.other_act")
    return step, actor


def _decision_of(session: Session, dossier: Dossier) -> Letter:
    letter = letter_of(session, dossier_id=dossier.id, kind=LetterKind.DECISION)
    if letter is None:
        raise Refused("decision.not_signed")
    return letter


def _writer(session: Session, dossier: Dossier, letter: Letter, office: PrintingOffice) -> Writer:
    url = office.verification_url(letter.token, letter.language)
    return Writer(session=session, dossier=dossier, verification_url=url)


def _move_on(
    session: Session,
    dossier: Dossier,
    node: str,
    closing: Happening,
    *,
    actor: str,
    now: datetime,
    turned_down_at: str | None = None,
) -> None:
    happenings = moves.advance(session, dossier, node, closing=closing, turned_down_at=turned_down_at)
    record(session, dossier, happenings, actor=actor, now=now)
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})
