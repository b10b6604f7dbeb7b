"""One act on many dossiers: chosen in the queue, confirmed on a page of its own, followed until it is done."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import BY_ITSELF, current_viewer, require_step_up
from portal.accounts.viewer import Viewer
from portal.accounts.wording import role_words
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definitions_of
from portal.catalogue.steps import Step
from portal.desk import deeds
from portal.desk.actions import batches
from portal.desk.actions.batches import Given
from portal.desk.forms import ManyForm
from portal.desk.models import Batch, ItemState, ManyAct
from portal.desk.queries import batches as reading
from portal.desk.queries import queue
from portal.desk.queries.batches import Line
from portal.desk.tabs import tabs_of
from portal.desk.views.acting import chosen_id
from portal.desk.views.queue import wanted_in
from portal.desk.views.room import blueprint, now, page, see, tabs_without_place
from portal.desk.wording import MANY, MANY_MEANS, TABS
from portal.foundation.errors import Forbidden, Invalid, PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role

FILTER = ("tab", "q", "procedure", "field", "due", "per")
FEW = 100
"""A page with more dossiers than these looks again less often by itself."""


@blueprint.post("/desk/many")
@open_to(Audience.STAFF)
def choose_many() -> Response:
    """Keep what was ticked, or the whole list, and ask once more before anything is done."""
    viewer, at, asked = current_viewer(), now(), flask.request.form
    back = {name: value for name in FILTER if (value := asked.get(name, ""))}
    wanted = wanted_in(asked, tabs_of(viewer))
    roles = frozenset(post.role for post in viewer.posts)
    act = next((one for one in deeds.offered(wanted.tab.key, roles) if one.value == asked.get("act")), None)
    if act is None:
        raise Forbidden("dossier.role_may_not")
    try:
        with unit_of_work() as session:
            ids = (
                queue.identities(session, wanted, viewer=viewer, now=at, limit=batches.MOST)
                if "everything" in asked
                else [chosen_id(text) for text in asked.getlist("chosen")]
            )
            chosen = reading.chosen(session, ids, of_steps=wanted.tab.of_steps, viewer=viewer)
            batch = batches.prepare(session, act, chosen, person_id=viewer.person_id, now=at)
    except Invalid as refused:
        flask.flash(explanation(refused), "error")
        return see("desk.queue", **back)
    return see("desk.many", batch_id=batch.id, **back)


@blueprint.get("/desk/many")
@open_to(Audience.STAFF)
def many_list() -> Response:
    """What the officer has done to many dossiers lately, and how one begins."""
    viewer = current_viewer()
    found = reading.own_batches(request_session(), person_id=viewer.person_id)
    return page(
        "many_list", tabs=tabs_without_place(viewer), found=found, names=MANY, begins=_begins(viewer), most=batches.MOST
    )


def _begins(viewer: Viewer) -> list[dict[str, Any]]:
    """The viewer's tabs in which something can be done to many lines, with what."""
    roles = frozenset(post.role for post in viewer.posts)
    offers = [(tab.key, deeds.offered(tab.key, roles)) for tab in tabs_of(viewer)]
    return [
        {
            "tab": TABS[key],
            "href": flask.url_for("desk.queue", tab=key.value),
            "acts": ", ".join(str(MANY[act]) for act in acts),
        }
        for key, acts in offers
        if acts
    ]


@blueprint.get("/desk/many/<uuid:batch_id>")
@open_to(Audience.STAFF)
def many(batch_id: UUID) -> Response:
    """Before it is started: what is about to be done. After: how far it is, dossier by dossier."""
    session, viewer = request_session(), current_viewer()
    batch = reading.own_batch(session, batch_id, person_id=viewer.person_id)
    if batch.started_at is not None:
        return _followed(session, batch)
    if batch.act is ManyAct.SIGN and (answer := require_step_up()):
        return answer
    lines = reading.lines(session, batch.id)
    return _asked(batch, lines, _form(session, batch, _steps(lines), lines))


@blueprint.post("/desk/many/<uuid:batch_id>/start")
@open_to(Audience.STAFF)
def start_many(batch_id: UUID) -> Response:
    """Let it begin; sent twice it begins once."""
    session, viewer, at = request_session(), current_viewer(), now()
    batch = reading.own_batch(session, batch_id, person_id=viewer.person_id)
    lines = reading.lines(session, batch.id)
    form = _form(session, batch, _steps(lines), lines)
    if batch.started_at is None and not form.validate_on_submit():
        return _asked(batch, lines, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = Given(
        note=(form.note.data or "") if "note" in form else "",
        post_id=chosen_id(form.post.data) if "post" in form and form.post.data else None,
    )
    confirmed_at = viewer.stepped_up_at if viewer.has_stepped_up(at) else None
    try:
        with unit_of_work() as unit:
            batches.start(unit, batch_id, given, person_id=viewer.person_id, confirmed_at=confirmed_at, now=at)
    except Forbidden as refused:
        again = reading.own_batch(request_session(), batch_id, person_id=viewer.person_id)
        return _asked(again, lines, form, refusal=explanation(refused), status=refused.status)
    return see("desk.many", batch_id=batch_id)


def _asked(
    batch: Batch, lines: Sequence[Line], form: ManyForm, *, refusal: str = "", status: int = HTTPStatus.OK
) -> Response:
    return page(
        "many_asked",
        status=status,
        tabs=tabs_without_place(current_viewer()),
        batch=batch,
        lines=_told(lines),
        form=form,
        title=MANY[batch.act],
        means=MANY_MEANS[batch.act],
        refusal=refusal,
        must_step_up=batch.act is ManyAct.SIGN and not current_viewer().has_stepped_up(now()),
        back={name: value for name in FILTER if (value := flask.request.args.get(name, ""))},
    )


def _followed(session: Session, batch: Batch) -> Response:
    """Read as one reads a newspaper: what was not done comes first."""
    answer = page(
        "many",
        tabs=tabs_without_place(current_viewer()),
        batch=batch,
        progress=reading.progress(session, batch.id),
        lines=_told(reading.lines(session, batch.id)),
        title=MANY[batch.act],
        waiting=ItemState.WAITING,
        done=ItemState.DONE,
        few=FEW,
    )
    if batch.ended_at is not None and BY_ITSELF in flask.request.headers:
        answer.headers["HX-Refresh"] = "true"  # the counters above the list have changed as well
    return answer


def _form(session: Session, batch: Batch, steps: dict[tuple[UUID, str], Step], lines: Sequence[Line]) -> ManyForm:
    acts = {step.act for line in lines if (step := steps.get((line.version_id, line.node_key))) is not None}
    people: Sequence[tuple[UUID, str, Role]] = ()
    if batch.act is ManyAct.GIVE:
        people = reading.receivers(session, batch.id)
    elif batch.act is ManyAct.FORWARD and Act.ASSIGN in acts:
        people = reading.specialists(session, batch.id)
    named = [(str(post_id), f"{name} – {role_words(role)}") for post_id, name, role in people]
    must_say = batch.act is ManyAct.FORWARD and Act.APPRAISE in acts
    return ManyForm().ask_for(batch.act, named, must_say=must_say)


def _steps(lines: Sequence[Line]) -> dict[tuple[UUID, str], Step]:
    """The steps the lines are about, by version of the procedure and name."""
    versions = {line.version_id: ProcedureVersion(id=line.version_id, content_hash=line.content_hash) for line in lines}
    definitions = definitions_of(request_session(), versions.values()) if versions else {}
    return {(key, step.code): step for key, found in definitions.items() for step in found.steps}


def _told(lines: Sequence[Line]) -> list[dict[str, Any]]:
    steps = _steps(lines)
    return [
        {
            "row": line,
            "step": step.name.words(spoken()) if (step := steps.get((line.version_id, line.node_key))) else "",
            "why": _why(line),
        }
        for line in lines
    ]


def _why(line: Line) -> str:
    """Why it was not done, in words; the plainest ones where the code has none of its own."""
    if line.state is not ItemState.NOT_DONE:
        return ""
    reason = explanation(PortalError(line.reason, fields=None, **line.details))
    return reason or _("This can no longer be done, because the state has changed.")
