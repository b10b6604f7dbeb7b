"""What is prepared: what it would move, throwing it away, putting it into force."""

from http import HTTPStatus
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.calendars import actions, comparing, forms, locking
from portal.calendars import queries as calendars
from portal.calendars.models import CalendarDraft
from portal.clock.zone import office_day
from portal.foundation.errors import PortalError, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.rescheduling import queries
from portal.rescheduling.views.room import agency_names, blueprint, noted, now, page


@blueprint.post("/calendar/discard")
@open_to(Audience.ADMINISTRATOR)
def discard() -> Response:
    """Throw away what was prepared."""
    with unit_of_work() as session:
        actions.discard(session, by=current_viewer().person_id)
    return noted("discarded", None)


@blueprint.get("/calendar/preview")
@open_to(Audience.ADMINISTRATOR)
def preview() -> Response:
    """What is different, which open dossiers it would move and by how much; then the reason and saving."""
    session = request_session()
    draft = calendars.draft_of(session, current_viewer().person_id)
    if draft is None:
        return flask.redirect(flask.url_for("calendars.year"), HTTPStatus.SEE_OTHER)
    form = forms.ReasonForm(formdata=None)
    form.reason.data = draft.reason
    return _preview_page(draft, form)


@blueprint.post("/calendar/preview")
@open_to(Audience.ADMINISTRATOR)
def save() -> Response:
    """Put it into force. The reason is kept while the second factor is asked for."""
    form, by = forms.ReasonForm(), current_viewer().person_id
    with unit_of_work() as session:
        draft = calendars.draft_of(session, by)
        if draft is not None:
            draft.reason = form.reason.data or ""
    if draft is None:
        raise Refused("calendars.nothing_prepared")
    if not form.validate_on_submit():
        return _preview_page(draft, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if answer := require_step_up(flask.url_for("calendars.preview")):
        return answer
    seen = flask.request.form.get("based_on", "")
    based_on = int(seen) if seen.isascii() and seen.isdecimal() else 0
    try:
        with unit_of_work() as session:
            actions.publish_draft(session, based_on=based_on, reason=form.reason.data, by=by, now=now())
    except PortalError as error:
        with unit_of_work() as session:
            actions.rebase(session, by=by)
        draft = calendars.draft_of(request_session(), by)
        if draft is None:
            raise
        return _preview_page(draft, form, status=error.status, refusal=explanation(error))
    return noted("saved", None)


def _preview_page(
    draft: CalendarDraft, form: forms.ReasonForm, *, status: int = HTTPStatus.OK, refusal: str = ""
) -> Response:
    session = request_session()
    in_force = calendars.newest(session)
    new = actions.edition_for(session, draft.document)
    found = queries.preview(session, new, now=now(), after=_after())
    return page(
        "preview",
        status=status,
        form=form,
        refusal=refusal,
        draft=draft,
        in_force=in_force,
        is_behind=draft.based_on != in_force.number,
        differences=comparing.lines(in_force.document, draft.document),
        past=locking.past_days(in_force.document, draft.document, today=office_day(now())),
        agencies=agency_names(),
        found=found,
        offices=queries.agency_names(session),
        is_first_page=_after() is None,
    )


def _after() -> UUID | None:
    try:
        return UUID(flask.request.args.get("after", ""))
    except ValueError:
        return None
