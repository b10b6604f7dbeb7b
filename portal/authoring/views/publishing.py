"""Putting a draft into force, or throwing it away."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.authoring import actions, documents, forms, queries, wording
from portal.authoring.judging import worst_first
from portal.authoring.models import ProcedureDraft
from portal.authoring.views.previewing import said_changes
from portal.authoring.views.room import blueprint, draft_page, found, judged_now, noted, now, sent_version, today, told
from portal.calendars.queries import in_force
from portal.catalogue.duties import duties_of
from portal.foundation.errors import Invalid, PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation


@blueprint.get("/authoring/<uuid:draft_id>/publish")
@open_to(Audience.ADMINISTRATOR)
def publish(draft_id: UUID) -> Response:
    """What would be published, from when, by which decision, and why."""
    one = found(draft_id)
    form = forms.PublishForm(formdata=None)
    form.reason.data, form.decision_number.data, form.decided_on.data = one.reason, one.decision_number, one.decided_on
    form.effective_on.data = one.effective_on or _intended_day(one)
    return _publish_page(one, form)


@blueprint.post("/authoring/<uuid:draft_id>/publish")
@open_to(Audience.ADMINISTRATOR)
def do_publish(draft_id: UUID) -> Response:
    """Publish it. What was typed is kept while the second factor is asked for."""
    one, form, by = found(draft_id), forms.PublishForm(), current_viewer().person_id
    is_valid = form.validate_on_submit()
    with unit_of_work() as session:
        actions.intend(
            session,
            one.id,
            reason=form.reason.data or "",
            effective_on=form.effective_on.data,
            decision_number=form.decision_number.data or "",
            decided_on=form.decided_on.data,
        )
    if not is_valid:
        return _publish_page(one, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if answer := require_step_up(flask.url_for("authoring.publish", draft_id=one.id)):
        return answer
    try:
        with unit_of_work() as session:
            calendar = in_force(session).calendar
            made = actions.publish(session, one.id, version=sent_version(), calendar=calendar, by=by, now=now())
    except Invalid as error:
        for name, code in error.fields.items():
            form[name].errors = [explanation(Invalid(code))]
        return _publish_page(found(draft_id), form, status=error.status)
    except PortalError as error:
        one = found(draft_id)
        request_session().refresh(one)
        return _publish_page(one, form, status=error.status, refusal=explanation(error))
    flask.flash(str(wording.NOTED["published"]), "success")
    target = flask.url_for("catalogue.changes", code=made.code, number=made.number)
    return flask.redirect(target, HTTPStatus.SEE_OTHER)


@blueprint.get("/authoring/<uuid:draft_id>/discard")
@open_to(Audience.ADMINISTRATOR)
def ask_to_discard(draft_id: UUID) -> Response:
    """Ask before throwing a draft away."""
    return draft_page("discard", found(draft_id))


@blueprint.post("/authoring/<uuid:draft_id>/discard")
@open_to(Audience.ADMINISTRATOR)
def discard(draft_id: UUID) -> Response:
    """Throw a draft away."""
    with unit_of_work() as session:
        actions.discard(session, draft_id, version=sent_version(), by=current_viewer().person_id, now=now())
    return noted("discarded", flask.url_for("authoring.drafts"))


def _publish_page(
    one: ProcedureDraft, form: forms.PublishForm, *, status: int = HTTPStatus.OK, refusal: str = ""
) -> Response:
    session, judged = request_session(), judged_now(one)
    definition = judged.definition
    earlier = queries.newest(session, definition.code) if definition else None
    is_last_editor = one.changed_by == current_viewer().person_id
    return draft_page(
        "publish",
        one,
        judged=judged,
        status=status,
        form=form,
        refusal=refusal,
        complaints=told(one, documents.read(one.text), worst_first(judged.findings)),
        earlier=earlier,
        parts_changed=said_changes(earlier, definition) if definition else [],
        needs_another=queries.needs_two(session) and is_last_editor,
        duties=_duties(form),
    )


def _duties(form: forms.PublishForm) -> object:
    """What Decision 766 asks of this version, as far as its days are known."""
    decided_on, effective_on = form.decided_on.data, form.effective_on.data
    if decided_on is None or effective_on is None:
        return None
    calendar = in_force(request_session()).calendar
    return duties_of(decided_on=decided_on, posted_on=today(), effective_on=effective_on, calendar=calendar)


def _intended_day(one: ProcedureDraft) -> date:
    """The day the draft itself names, if it is still to come."""
    named = documents.read(one.text).get("effective_from")
    return max(named, today()) if isinstance(named, date) else today()
