"""An administrator moves running dossiers to the corrected version of their procedure: who, to what, and why not."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue import queries as catalogue
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.dossiers.following import step_name
from portal.foundation.errors import NotFound, PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words, spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.routing.actions.moving import move
from portal.routing.forms import MoveForm
from portal.routing.queries import moving
from portal.routing.queries.moving import Moved
from portal.routing.views.room import as_id, blueprint, now, page, see
from portal.routing.wording import OBSTACLES


@blueprint.get("/versions")
@open_to(Audience.ADMINISTRATOR)
def outdated() -> Response:
    """The procedures with running dossiers of earlier versions."""
    rows = moving.outdated(request_session(), on=office_day(now()))
    return page("outdated", rows=rows, in_words=in_words)


@blueprint.get("/versions/<code>")
@open_to(Audience.ADMINISTRATOR)
def preview(code: str) -> Response:
    """Which dossiers would be moved, where they stand, what changes, and which cannot be moved."""
    return _page(_target(code), MoveForm(formdata=None))


@blueprint.post("/versions/<code>")
@open_to(Audience.ADMINISTRATOR)
def move_chosen(code: str) -> Response:
    """Move the chosen ones, each by itself: one that cannot be moved holds up no other."""
    target, form, viewer = _target(code), MoveForm(), current_viewer()
    chosen = [as_id(text) for text in flask.request.form.getlist("dossier")][: moving.PAGE]
    is_same = flask.request.form.get("version") == str(target.number)
    if not form.validate_on_submit() or not chosen or not is_same:
        problem = "" if chosen else _("Choose at least one dossier.")
        problem = problem if is_same else _("Another version has come into force meanwhile. Look at the page again.")
        return _page(target, form, problem=problem, chosen=chosen)
    done, refused = 0, []
    for dossier_id in chosen:
        try:
            with unit_of_work() as session:
                at = session.get_one(ProcedureVersion, target.id)
                move(session, dossier_id, at, reason=form.reason.data or "", viewer=viewer, now=now())
            done += 1
        except PortalError as error:
            refused.append(str(explanation(error)))
    if done:
        flask.flash(
            ngettext("%(num)d dossier goes on by the new version.", "%(num)d dossiers go on by the new version.", done),
            "success",
        )
    for sentence in dict.fromkeys(refused):
        flask.flash(_("%(number)s could not be moved: %(why)s", number=refused.count(sentence), why=sentence), "error")
    return see("routing.preview", code=target.code)


def _page(
    target: ProcedureVersion, form: MoveForm, *, problem: str = "", chosen: Sequence[UUID] | None = None
) -> Response:
    session, at = request_session(), now()
    after = flask.request.args.get("after")
    dossiers, are_more = moving.running(session, target, after=as_id(after) if after else None)
    found = moving.outlooks(session, dossiers, target, now=at)
    return page(
        "moving",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or problem else HTTPStatus.OK,
        target=target,
        rows=[_row(one, target, chosen, at) for one in found],
        movable=sum(one.outlook.obstacle is None for one in found),
        documents=_documents(found, target),
        older=flask.url_for("routing.preview", code=target.code, after=dossiers[-1].id) if are_more else "",
        is_later_page=bool(after),
        form=form,
        problem=problem,
        in_words=in_words,
    )


def _row(one: Moved, target: ProcedureVersion, chosen: Sequence[UUID] | None, at: datetime) -> dict[str, Any]:
    outlook, old = one.outlook, definition_of(one.dossier.procedure)
    new, language = definition_of(target), spoken()
    return {
        "dossier": one.dossier,
        "agency": in_words(one.agency_names) if one.agency_names else "",
        "standing": [step_name(old, key, language) for key in sorted(outlook.standing)],
        "obstacle": OBSTACLES[outlook.obstacle] if outlook.obstacle else "",
        "outlook": outlook,
        "is_late": outlook.new_due_at is not None and outlook.new_due_at < at,
        "added": [step_name(new, key, language) for key in outlook.added],
        "left_out": [step_name(new, key, language) for key in outlook.left_out],
        "is_chosen": chosen is None or one.dossier.id in chosen,
    }


def _documents(found: Sequence[Moved], target: ProcedureVersion) -> list[str]:
    """Documents the target asks for and some of these dossiers' versions did not: nobody is asked for them again."""
    wanted = {document.code: document for document in definition_of(target).documents}
    for one in found:
        known = {document.code for document in definition_of(one.dossier.procedure).documents}
        wanted = {code: document for code, document in wanted.items() if code not in known}
    return [document.name.words(spoken()) for document in wanted.values()] if found else []


def _target(code: str) -> ProcedureVersion:
    """The version in force today, with its definition: dossiers go on by what is law now."""
    session = request_session()
    current, _next = catalogue.standing(session, code, on=office_day(now()))
    if current is None:
        raise NotFound("procedure.not_found")
    return current
