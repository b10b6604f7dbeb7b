"""The acts of the review page: each is one POST, one verb, one answer.

Whatever is refused comes back on the same page, in words beside the act, with everything that was typed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import Viewer
from portal.desk import showing, ticks
from portal.desk.acts import Work, acts_for
from portal.desk.forms import RefuseIntakeForm, WithdrawalForm
from portal.desk.queries import review as reading_of
from portal.desk.queries.review import Reading
from portal.desk.ticks import Ticks
from portal.desk.views.review import (
    Attempt,
    agency_form,
    assign_form,
    prefix_of,
    review_page,
    send_back_form,
    step_form,
)
from portal.desk.views.room import blueprint, now, page, printing_office, see
from portal.dossiers import queries
from portal.dossiers.actions import decision, intake, steps, supplement, withdrawal
from portal.dossiers.models import Dossier
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused, Stale
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.routing import actions as routing

Verb = Callable[[Session, Dossier, Viewer, datetime], object]


def seen_version() -> int:
    """The version of the dossier on the page the act was sent from; 0, which is never true, if it does not say."""
    return flask.request.form.get("version", default=0, type=int)


def act(
    code: str,
    panel: str,
    verb: Verb,
    *,
    message: str,
    forms: Mapping[str, Form] | None = None,
    ticked: Ticks | None = None,
) -> Response:
    """Do one act in one unit of work and go back to the dossier, or say beside the act why it was not done."""
    viewer, at, seen = current_viewer(), now(), seen_version()
    try:
        with unit_of_work() as session:
            verb(session, queries.for_update(session, code, viewer=viewer, version=seen), viewer, at)
    except Stale:
        return stale_page(code, viewer, at, seen)
    except (Refused, Invalid, Forbidden, NotFound) as error:
        if error.code == "dossier.not_found":
            raise
        attempt = Attempt(panel=panel, error=error, forms=forms or {}, ticks=ticked or Ticks())
        return review_page(request_session(), code, viewer, at, attempt)
    flask.flash(message, "success")
    return see("desk.review", code=code)


def stale_page(code: str, viewer: Viewer, at: datetime, seen: int) -> Response:
    """What changed since the page was made, and what was typed, so that nothing is lost (409)."""
    del at
    session = request_session()
    reading = reading_of.reading(session, reading_of.dossier(session, code, viewer=viewer))
    names = queries.agency_names(session)
    posts = {f"post:{post.id}" for post in viewer.posts}
    later = [event for event in reading.events if event.version > seen]
    return page(
        "stale",
        status=Stale.status,
        dossier=reading.dossier,
        changes=showing.changes_since(reading, seen, names, spoken()) if seen else [],
        is_own=bool(seen and later and all(event.actor in posts for event in later if event.actor)),
        typed=_typed(),
    )


@blueprint.post("/desk/<code>/accept")
@open_to(Audience.ONE_STOP)
def accept(code: str) -> Response:
    return act(
        code,
        "accept",
        lambda session, dossier, viewer, at: intake.accept(session, dossier, viewer=viewer, now=at),
        message=_("Accepted. Form 01 is being written, and the time of the law runs from now."),
    )


@blueprint.post("/desk/<code>/refuse")
@open_to(Audience.ONE_STOP)
def refuse_intake(code: str) -> Response:
    form = RefuseIntakeForm(prefix=prefix_of("refuse"))
    if not form.validate_on_submit():
        return _incomplete(code, "refuse", form)
    return act(
        code,
        "refuse",
        lambda session, dossier, viewer, at: intake.refuse_intake(
            session,
            dossier,
            viewer=viewer,
            reason=form.reason.data,
            legal_ground=form.legal_ground.data or "",
            now=at,
        ),
        message=_("The dossier was refused. The company gets Form 03 with your reason."),
        forms={"refuse": form},
    )


@blueprint.post("/desk/<code>/supplement")
@open_to(Audience.ONE_STOP, Audience.SPECIALIST, Audience.HEAD, Audience.LEADER)
def ask_supplement(code: str) -> Response:
    """The ticks become a request; whoever may approve it sends it in the same act."""
    session, viewer = request_session(), current_viewer()
    reading = reading_of.reading(session, reading_of.dossier(session, code, viewer=viewer))
    ticked = ticks.read(flask.request.form, _known(reading))
    sends = acts_for(reading, viewer).sends_at_once
    return act(
        code,
        "supplement",
        lambda session, dossier, viewer, at: supplement.draft_request(
            session,
            dossier,
            ticked.items(),
            reason=ticked.reason,
            legal_ground=ticked.legal_ground,
            viewer=viewer,
            now=at,
        ),
        message=_("The request has been sent; the clock stands still until the company answers.")
        if sends
        else _("The request is written. It is sent as soon as it has been approved."),
        ticked=ticked,
    )


@blueprint.post("/desk/<code>/supplement/send")
@open_to(Audience.ONE_STOP, Audience.HEAD, Audience.LEADER)
def send_supplement(code: str) -> Response:
    return act(
        code,
        "request",
        lambda session, dossier, viewer, at: supplement.send(
            session, dossier, _request(session, dossier), viewer=viewer, now=at
        ),
        message=_("The request has been sent; the clock stands still until the company answers."),
    )


@blueprint.post("/desk/<code>/supplement/drop")
@open_to(Audience.ONE_STOP, Audience.HEAD, Audience.LEADER)
def drop_supplement(code: str) -> Response:
    return act(
        code,
        "request",
        lambda session, dossier, viewer, _at: supplement.drop(
            session, dossier, _request(session, dossier), viewer=viewer
        ),
        message=_("The request was dropped; nothing was sent."),
    )


@blueprint.post("/desk/<code>/steps/<node>/complete")
@open_to(Audience.STAFF)
def complete_step(code: str, node: str) -> Response:
    panel = f"do-{node}"
    form = step_form(request_session(), _work(code, node))
    if not form.validate_on_submit():
        return _incomplete(code, panel, form)
    conclusion = form.conclusion.data if "conclusion" in form else None
    chosen = form.post.data if "post" in form else None

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        steps.complete(
            session,
            dossier,
            node,
            viewer=viewer,
            now=at,
            note=form.note.data or "",
            conclusion=conclusion or None,
        )
        if chosen:
            routing.give_opened_to(session, dossier, post_id=_uuid(chosen), viewer=viewer, now=at)

    return act(code, panel, verb, message=_("Done. The dossier has moved on."), forms={panel: form})


@blueprint.post("/desk/<code>/steps/<node>/send-back")
@open_to(Audience.STAFF)
def send_back(code: str, node: str) -> Response:
    panel = f"back-{node}"
    form = send_back_form(_work(code, node))
    if not form.validate_on_submit():
        return _incomplete(code, panel, form)
    return act(
        code,
        panel,
        lambda session, dossier, viewer, at: steps.send_back(
            session, dossier, node, to=form.to.data or "", viewer=viewer, note=form.note.data, now=at
        ),
        message=_("Sent back with your note."),
        forms={panel: form},
    )


@blueprint.post("/desk/<code>/steps/<node>/take")
@open_to(Audience.STAFF)
def take_step(code: str, node: str) -> Response:
    return act(
        code,
        f"do-{node}",
        lambda session, dossier, viewer, at: routing.take_over(session, dossier, node, viewer=viewer, now=at),
        message=_("This step is yours now."),
    )


@blueprint.post("/desk/<code>/steps/<node>/give")
@open_to(Audience.HEAD, Audience.LEADER, Audience.DISPATCHER)
def give_step(code: str, node: str) -> Response:
    panel = f"give-{node}"
    form = assign_form(_work(code, node), ())
    return act(
        code,
        panel,
        lambda session, dossier, viewer, at: routing.give_to(
            session, dossier, node, post_id=_uuid(form.post.data), viewer=viewer, now=at
        ),
        message=_("The step has been given to your colleague."),
    )


@blueprint.post("/desk/<code>/steps/<node>/number")
@open_to(Audience.CLERK)
def number(code: str, node: str) -> Response:
    return act(
        code,
        f"do-{node}",
        lambda session, dossier, viewer, at: decision.number(session, dossier, node, viewer=viewer, now=at),
        message=_("The decision has its number."),
    )


@blueprint.post("/desk/<code>/steps/<node>/issue")
@open_to(Audience.CLERK)
def issue(code: str, node: str) -> Response:
    office = printing_office()
    return act(
        code,
        f"do-{node}",
        lambda session, dossier, viewer, at: decision.issue(
            session, dossier, node, viewer=viewer, office=office, now=at
        ),
        message=_("Issued and sealed. The clock has ended, and the company has been told."),
    )


@blueprint.post("/desk/<code>/hand-over")
@open_to(Audience.ONE_STOP)
def hand_over(code: str) -> Response:
    return act(
        code,
        "hand-over",
        lambda session, dossier, viewer, at: decision.hand_over(session, dossier, viewer=viewer, now=at),
        message=_("The result has been handed over."),
    )


@blueprint.post("/desk/<code>/withdrawal")
@open_to(Audience.HEAD, Audience.LEADER)
def decide_withdrawal(code: str) -> Response:
    form = WithdrawalForm(prefix=prefix_of("withdrawal"))
    if not form.validate_on_submit():
        return _incomplete(code, "withdrawal", form)
    grant = form.answer.data == "grant"
    return act(
        code,
        "withdrawal",
        lambda session, dossier, viewer, at: withdrawal.decide(
            session, dossier, grant=grant, viewer=viewer, now=at, reason=form.reason.data or ""
        ),
        message=_("The dossier is stopped, and the company is told.") if grant else _("Declined. The work goes on."),
        forms={"withdrawal": form},
    )


@blueprint.post("/desk/<code>/agency")
@open_to(Audience.DISPATCHER)
def choose_agency(code: str) -> Response:
    """Once it has an agency the dossier leaves the dispatcher's sight, so the way leads back to the queue."""
    form = agency_form(request_session())
    answer = act(
        code,
        "agency",
        lambda session, dossier, viewer, at: routing.choose_agency(
            session, dossier, agency_id=_uuid(form.agency.data), viewer=viewer, now=at
        ),
        message=_("The dossier has its agency."),
        forms={"agency": form},
    )
    return see("desk.queue") if answer.status_code == see("desk.queue").status_code else answer


def _work(code: str, node: str) -> Work:
    """The open step the form is about; a step that is not open any more is answered by the stale page's rules."""
    session, viewer = request_session(), current_viewer()
    reading = reading_of.reading(session, reading_of.dossier(session, code, viewer=viewer))
    visit = reading.visit(node)
    if visit is not None:
        return next(work for work in acts_for(reading, viewer).works if work.key == node)
    if node not in reading.graph:
        raise NotFound("step.not_open")
    if reading.dossier.version != seen_version():
        flask.abort(stale_page(code, viewer, now(), seen_version()))
    raise Refused("step.not_open")


def _incomplete(code: str, panel: str, form: Form) -> Response:
    """The form is not complete: nothing was asked of the dossier."""
    return review_page(request_session(), code, current_viewer(), now(), Attempt(panel=panel, forms={panel: form}))


def _request(session: Session, dossier: Dossier) -> Any:
    found = supplement.open_request(session, dossier.id)
    if found is None:
        raise Refused("supplement.not_waiting")
    return found


def _known(reading: Reading) -> dict[ticks.Kind, list[str]]:
    fields = [field.code for section in reading.definition.sections for field in section.fields]
    return {"field": fields, "document": [document.code for document in reading.definition.documents]}


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def _typed() -> list[str]:
    """The longer texts that were sent, for the officer to copy."""
    names = ("note", "reason", "legal_ground", "other")
    fields = flask.request.form.items(multi=True)
    return [text for name, text in fields if text.strip() and (name.endswith(names) or name.startswith("why."))]
