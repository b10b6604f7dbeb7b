"""The acts that take a form: a reason, a note, a person, an answer."""

from datetime import datetime

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import Viewer
from portal.desk import ticks
from portal.desk.actions import notes
from portal.desk.acts import Acts, acts_for, noting_post
from portal.desk.forms import NoteForm, StopForm, WithdrawalForm
from portal.desk.queries.review import Reading
from portal.desk.views.acting import Offered, Sent, act, act_with_form, chosen_id, open_work, reading_now
from portal.desk.views.review import (
    Attempt,
    agency_form,
    assign_form,
    prefix_of,
    refuse_form,
    review_page,
    send_back_form,
    step_form,
)
from portal.desk.views.room import blueprint, now, see
from portal.dossiers.actions import intake, messages, steps, stopping, supplement, withdrawal
from portal.dossiers.forms import MessageForm
from portal.dossiers.models import Dossier
from portal.foundation.errors import Forbidden, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.reasons import queries as reasons
from portal.routing import actions as routing
from portal.workflow.lifecycle import StopReason


@blueprint.post("/desk/<code>/refuse")
@open_to(Audience.ONE_STOP)
def refuse_intake(code: str) -> Response:
    form = refuse_form(request_session(), reading_now(code))

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        intake.refuse_intake(
            session,
            dossier,
            viewer=viewer,
            reason=form.said,
            legal_ground=form.legal_ground.data or "",
            now=at,
            managed_reason=form.managed,
        )

    return act_with_form(
        code,
        "refuse",
        form,
        verb,
        offered=lambda acts: acts.may_refuse_intake,
        message=_("The dossier was refused. The company gets Form 03 with your reason."),
    )


@blueprint.post("/desk/<code>/supplement")
@open_to(Audience.ONE_STOP, Audience.SPECIALIST, Audience.HEAD, Audience.LEADER)
def ask_supplement(code: str) -> Response:
    """The ticks become a request; whoever may approve it sends it in the same act."""
    reading = reading_now(code)
    offered = reasons.offered(request_session(), reading.definition.code)
    ticked = ticks.read(flask.request.form, _known(reading), offered, _groups(reading))
    sends = acts_for(reading, current_viewer()).sends_at_once
    sent, written = (
        _("The request has been sent; the clock stands still until the company answers."),
        _("The request is written. It is sent as soon as it has been approved."),
    )

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        reason, ground = ticked.reason, ticked.legal_ground
        items = ticked.items()
        supplement.draft_request(session, dossier, items, reason=reason, legal_ground=ground, viewer=viewer, now=at)

    return act(code, Sent(panel="supplement", ticks=ticked), verb, message=sent if sends else written)


@blueprint.post("/desk/<code>/steps/<node>/complete")
@open_to(Audience.STAFF)
def complete_step(code: str, node: str) -> Response:
    panel = f"do-{node}"
    form = step_form(request_session(), open_work(code, node))
    conclusion = form.conclusion.data if "conclusion" in form else None
    chosen = form.post.data if "post" in form else None

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        note = form.note.data or ""
        steps.complete(session, dossier, node, viewer=viewer, now=at, note=note, conclusion=conclusion or None)
        if chosen:
            routing.give_opened_to(session, dossier, post_id=chosen_id(chosen), viewer=viewer, now=at)

    return act_with_form(code, panel, form, verb, offered=_may_do(node), message=_("Done. The dossier has moved on."))


@blueprint.post("/desk/<code>/steps/<node>/send-back")
@open_to(Audience.STAFF)
def send_back(code: str, node: str) -> Response:
    form = send_back_form(open_work(code, node))

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        steps.send_back(session, dossier, node, to=form.to.data or "", viewer=viewer, note=form.note.data, now=at)

    return act_with_form(
        code, f"back-{node}", form, verb, offered=_may_do(node), message=_("Sent back with your note.")
    )


@blueprint.post("/desk/<code>/steps/<node>/give")
@open_to(Audience.HEAD, Audience.LEADER, Audience.DISPATCHER)
def give_step(code: str, node: str) -> Response:
    form = assign_form(open_work(code, node), ())

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        routing.give_to(session, dossier, node, post_id=chosen_id(form.post.data), viewer=viewer, now=at)

    sent = Sent(panel=f"give-{node}")
    return act(code, sent, verb, message=_("The step has been given to your colleague."))


@blueprint.post("/desk/<code>/withdrawal")
@open_to(Audience.HEAD, Audience.LEADER)
def decide_withdrawal(code: str) -> Response:
    form = WithdrawalForm(prefix=prefix_of("withdrawal"))
    grant = form.answer.data == "grant"

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        withdrawal.decide(session, dossier, grant=grant, viewer=viewer, now=at, reason=form.reason.data or "")

    return act_with_form(
        code,
        "withdrawal",
        form,
        verb,
        offered=lambda acts: acts.may_decide_withdrawal,
        message=_("The dossier is stopped, and the company is told.") if grant else _("Declined. The work goes on."),
    )


@blueprint.post("/desk/<code>/messages")
@open_to(Audience.STAFF)
def write_message(code: str) -> Response:
    """Write to the company in the office's name."""
    form = MessageForm(prefix=prefix_of("message"))
    may_write = messages.may_write_for_office(current_viewer(), reading_now(code).dossier)

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        messages.write(session, dossier, form.message.data, viewer=viewer, as_office=True, now=at)

    return act_with_form(
        code, "message", form, verb, offered=lambda _acts: may_write, message=_("The message has been sent.")
    )


@blueprint.post("/desk/<code>/notes")
@open_to(Audience.STAFF)
def write_note(code: str) -> Response:
    """A note for colleagues; it does not touch the dossier, so what has happened meanwhile does not matter."""
    viewer, at, reading = current_viewer(), now(), reading_now(code)
    post = noting_post(reading, viewer)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    form = NoteForm(prefix=prefix_of("note"))
    if not form.validate_on_submit():
        return review_page(request_session(), code, viewer, at, Attempt(panel="notes", forms={"note": form}))
    with unit_of_work() as session:
        notes.write(session, reading.dossier.id, form.words.data or "", post_id=post.acting_id, now=at)
    flask.flash(_("The note stands beside the dossier."), "success")
    return see("desk.review", code=code, _anchor="notes")


@blueprint.post("/desk/<code>/stop")
@open_to(Audience.ONE_STOP, Audience.HEAD, Audience.LEADER)
def stop(code: str) -> Response:
    """Close the dossier without a decision: Form 05 is written and the company is told."""
    viewer, reading = current_viewer(), reading_now(code)
    grounds = stopping.grounds(request_session(), reading.dossier, viewer=viewer, now=now())
    form = StopForm(prefix=prefix_of("stop")).offer(grounds)

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        try:
            ground = StopReason(form.ground.data)
        except ValueError as unknown:
            raise Refused("dossier.reason_not_allowed") from unknown
        stopping.stop(session, dossier, ground=ground, reason=form.reason.data, viewer=viewer, now=at)

    return act_with_form(
        code,
        "stop",
        form,
        verb,
        offered=lambda _acts: bool(grounds),
        message=_("The dossier is stopped, and the company is told."),
    )


@blueprint.post("/desk/<code>/agency")
@open_to(Audience.DISPATCHER)
def choose_agency(code: str) -> Response:
    """Once it has an agency the dossier leaves the dispatcher's sight, so the way leads back to the queue."""
    form = agency_form(request_session())

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        routing.choose_agency(session, dossier, agency_id=chosen_id(form.agency.data), viewer=viewer, now=at)

    sent = Sent(panel="agency", forms={"agency": form})
    answer, queue = act(code, sent, verb, message=_("The dossier has its agency.")), see("desk.queue")
    return queue if answer.status_code == queue.status_code else answer


def _may_do(node: str) -> Offered:
    def offered(acts: Acts) -> bool:
        return any(work.key == node for work in acts.open_works)

    return offered


def _known(reading: Reading) -> dict[ticks.Kind, list[str]]:
    fields = [field.code for section in reading.definition.sections for field in section.fields]
    return {"field": fields, "document": [document.code for document in reading.definition.documents]}


def _groups(reading: Reading) -> dict[str, list[tuple[str, str]]]:
    """What one tick can call right as a whole: a section's answers, or all documents."""
    groups = {one.code: [("field", field.code) for field in one.fields] for one in reading.definition.sections}
    return {**groups, ticks.DOCUMENTS: [("document", one.code) for one in reading.definition.documents]}
