"""The pages of whoever leads: what is at risk, where the work lies, the dossiers behind it, views kept and mailed."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import show_refusal
from portal.accounts.wording import ROLES
from portal.clock.zone import office_day
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explain_refusals
from portal.transparency import counting, leading, mailing, queries, sheets, shown, wording
from portal.transparency.models import FigureView, Rhythm
from portal.transparency.views.room import is_demonstration

blueprint = flask.Blueprint("leading", __name__)

LEADING = (Audience.HEAD, Audience.LEADER, Audience.ADMINISTRATOR, Audience.AUDITOR)
LONGEST_NAME = 80
FIRST_ROWS = 10

explain_refusals(
    {
        "transparency.view_named_so": lazy_gettext("You keep a view of this name already."),
        "transparency.too_many_views": lazy_gettext("Twenty views are kept already. Drop one first."),
    }
)


class ViewForm(Form):
    """A view to be kept."""

    name = StringField(
        lazy_gettext("Name of the view"),
        [DataRequired(lazy_gettext("Give the view a name.")), Length(max=LONGEST_NAME)],
    )
    rhythm = RadioField(
        lazy_gettext("By mail to your address"),
        choices=[SelectChoice(rhythm.value, words) for rhythm, words in wording.RHYTHM_WORDS.items()],
        default=Rhythm.NEVER.value,
    )
    scope = HiddenField()
    key = HiddenField()


class RhythmForm(Form):
    rhythm = HiddenField()


@blueprint.get("/figures/leading")
@open_to(*LEADING)
def front() -> str:
    """At risk this week, the bottlenecks, the load of every team: of the province or of one agency.

    The most urgent rows of each table, so that the page is as long in a busy province; with `every` all of them.
    """
    session, agency = request_session(), _agency()
    sheet = sheets.of(session, sheets.AGENCY, str(agency)) if agency else sheets.of(session, sheets.PROVINCE)
    if agency and sheet is None:
        raise NotFound("transparency.nothing_counted")
    is_counted = sheet is not None and "risks" in sheet.figures  # a worker of an older release counts none
    return _page(
        "leading",
        is_counted=is_counted,
        risks=(risks := leading.risks_in(sheet.figures) if sheet and is_counted else []),
        totals=leading.totals(risks),
        loads=leading.loads_in(sheet.figures) if sheet and is_counted else [],
        steps=shown.longest_steps(sheet.figures["steps"], 8) if sheet else [],
        all_minutes=shown.all_minutes(sheet.figures["steps"]) if sheet else 0,
        agency=str(agency) if agency else "",
        agencies=queries.agencies_with_figures(session),
        counted_at=counting.counted_at(session),
        names=queries.names(session),
        first=FIRST_ROWS,
        is_whole="every" in flask.request.args,
    )


@blueprint.get("/figures/leading/dossiers")
@open_to(*LEADING)
def dossiers() -> str:
    """The dossiers behind a count, as far as the viewer may know of them."""
    which = flask.request.args.get("which", leading.OVERDUE)
    if which not in leading.WHICH:
        raise NotFound("transparency.nothing_counted")
    agency, procedure = _agency(), flask.request.args.get("procedure", "") or None
    session, viewer = request_session(), current_viewer()
    on = office_day(datetime.now(UTC))
    rows, whole = leading.behind(session, which, on=on, viewer=viewer, agency_id=agency, procedure_code=procedure)
    return _page(
        "leading_dossiers",
        rows=rows,
        whole=whole,
        which=which,
        agency=str(agency) if agency else "",
        procedure=procedure,
        names=queries.names(session),
        may_open=Audience.STAFF in viewer.audiences,
    )


@blueprint.get("/figures/views")
@open_to(*LEADING)
def views() -> Response:
    """The views somebody keeps, and how often they are mailed; with `scope` and `key` the form of a new one."""
    scope = flask.request.args.get("scope", sheets.PROVINCE)
    return _views(ViewForm(formdata=None, scope=scope, key=flask.request.args.get("key", "")))


@blueprint.post("/figures/views")
@open_to(*LEADING)
def keep() -> Response:
    """Keep one more."""
    form = ViewForm()
    if not form.validate_on_submit():
        return _views(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work() as session:
            mailing.keep(
                session,
                person_id=current_viewer().person_id,
                name=" ".join(form.name.data.split()),
                scope=form.scope.data or sheets.PROVINCE,
                key=form.key.data or "",
                rhythm=Rhythm(form.rhythm.data),
                now=datetime.now(UTC),
            )
    except Invalid as error:
        show_refusal(form, error)
        return _views(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _done(gettext("The view is kept."))


@blueprint.post("/figures/views/<uuid:view>")
@open_to(*LEADING)
def mail(view: UUID) -> Response:
    """Mail it daily, weekly or never."""
    form = RhythmForm()
    if not form.validate_on_submit() or form.rhythm.data not in set(Rhythm):
        raise Invalid
    with unit_of_work() as session:
        mailing.set_rhythm(session, view, Rhythm(form.rhythm.data), person_id=current_viewer().person_id)
    return _done(gettext("Noted."))


@blueprint.post("/figures/views/<uuid:view>/drop")
@open_to(*LEADING)
def drop(view: UUID) -> Response:
    """Keep it no longer."""
    with unit_of_work() as session:
        mailing.drop(session, view, person_id=current_viewer().person_id)
    return _done(gettext("The view is dropped. No mail of it is sent any more."))


@blueprint.get("/<language:language>/figures-mail/<token>")
@public
def stopping(token: str) -> str:
    """What the link at the foot of a mail leads to: one button."""
    return _stop_page(mailing.view_of(request_session(), token), token, is_done=False)


@blueprint.post("/<language:language>/figures-mail/<token>")
@public
def stop(token: str) -> str:
    """No more mails of this view."""
    with unit_of_work() as session:
        found = mailing.stop(session, token)
    return _stop_page(found, token, is_done=True)


def _stop_page(found: FigureView | None, token: str, *, is_done: bool) -> str:
    if found is None:
        raise NotFound
    is_stopped = found.rhythm is Rhythm.NEVER
    return flask.render_template("transparency/figures_mail.html", token=token, is_stopped=is_stopped, is_done=is_done)


def _views(form: ViewForm, status: int = HTTPStatus.OK) -> Response:
    session = request_session()
    scope, key = form.scope.data or sheets.PROVINCE, form.key.data or ""
    if scope not in mailing.SCOPES or sheets.of(session, scope, key) is None:
        scope, key = sheets.PROVINCE, ""
        form.scope.data, form.key.data = scope, key
    body = _page(
        "figure_views",
        form=form,
        scope=scope,
        key=key,
        rows=mailing.kept(session, current_viewer().person_id),
        path_of=mailing.path_of,
        names=queries.names(session),
        address=current_viewer().email,
        has_figures=sheets.of(session, scope, key) is not None,
    )
    return flask.make_response(body, status)


def _page(template: str, **values: Any) -> str:
    words = {"shown": shown, "wording": wording, "sheets": sheets, "roles": ROLES, "took": shown.took}
    return flask.render_template(
        f"transparency/{template}.html", is_demonstration=is_demonstration(), **words, **values
    )


def _done(message: str) -> Response:
    flask.flash(message, "success")
    return flask.redirect(flask.url_for("leading.views"), HTTPStatus.SEE_OTHER)


def _agency() -> UUID | None:
    text = flask.request.args.get("agency", "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("transparency.nothing_counted") from None
