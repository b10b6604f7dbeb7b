"""The administrator's pages of goals: what has been promised, until when, and by whom."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import show_refusal
from portal.clock.zone import office_day
from portal.foundation.errors import Invalid, NotFound, Stale
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explain_refusals
from portal.transparency import queries, shown
from portal.transparency.actions import goals
from portal.transparency.actions.goals import FIXED, has_begun, is_over
from portal.transparency.forms import EndGoalForm, GoalForm, WordingForm
from portal.transparency.models import Goal

blueprint = flask.Blueprint("goals", __name__, url_prefix="/administration/goals")

explain_refusals(
    {
        "transparency.goal_begun": lazy_gettext(
            "This goal has begun or is over: its target stays on record. End it and write a new one."
        ),
        "transparency.goal_holds": lazy_gettext("Another goal of this kind holds in that time. End it first."),
        "transparency.ends_before": lazy_gettext("The end must not come before the beginning."),
        "transparency.owner_unknown": lazy_gettext("Choose an agency of the list."),
        "transparency.not_a_percentage": lazy_gettext("Write a percentage above 0 and up to 100."),
        "transparency.measured_in_percent": lazy_gettext(
            "What the portal measures is promised as “at least … percent”."
        ),
        "transparency.day_past": lazy_gettext("Choose today or a later day on which the goal holds."),
    }
)


@blueprint.get("")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def kept() -> str:
    """Every goal: those in force, those to come, those that are over."""
    session, on = request_session(), _today()
    groups: dict[str, list[Goal]] = {"now": [], "later": [], "over": []}
    for goal in queries.every_goal(session):
        groups["over" if is_over(goal, on=on) else "later" if goal.valid_from > on else "now"].append(goal)
    return flask.render_template(
        "transparency/goal_list.html",
        groups=groups,
        names=queries.names(session),
        may_change=_may_change(),
        shown=shown,
    )


@blueprint.get("/new")
@open_to(Audience.ADMINISTRATOR)
def new() -> Response:
    """The form of a goal."""
    return _form(GoalForm(formdata=None, valid_from=_today()), None)


@blueprint.post("/new")
@open_to(Audience.ADMINISTRATOR)
def write() -> Response:
    """It holds from the day that is named."""
    form = GoalForm()

    def verb(session: Session) -> None:
        goals.write(session, form.wording, form.promised, by=_me(), now=_now())

    return _do(form, verb, None, gettext("The goal is written."))


@blueprint.get("/<uuid:goal>")
@open_to(Audience.ADMINISTRATOR)
def one(goal: UUID) -> Response:
    """A goal, to be put right."""
    found = _goal(goal)
    values = {name: getattr(found, name) for name in (*FIXED, "is_verified", "valid_until", "version")}
    source = shown.cited(found)
    form = _kind_of(found)(formdata=None, **values, **found.names, source=source, owner=found.owner or "")
    return _form(form, found)


@blueprint.post("/<uuid:goal>")
@open_to(Audience.ADMINISTRATOR)
def change(goal: UUID) -> Response:
    """Put it right; the target of one that has begun stays."""
    found = _goal(goal)
    form = _kind_of(found)()
    if isinstance(form, GoalForm):
        del form.key

    def verb(session: Session) -> None:
        if form.source.data == shown.cited(found):  # as it was shown: it stays what it is in every language
            form.source.data = found.source
        target = form.promised if isinstance(form, GoalForm) else None
        goals.change(session, goal, form.wording, target, version=_version(form), by=_me(), now=_now())

    return _do(form, verb, found, gettext("The goal is changed."))


@blueprint.get("/<uuid:goal>/end")
@open_to(Audience.ADMINISTRATOR)
def ending(goal: UUID) -> Response:
    """The form that ends it."""
    found = _goal(goal)
    return _page(EndGoalForm(formdata=None, last=_today(), version=found.version), found, is_end=True)


@blueprint.post("/<uuid:goal>/end")
@open_to(Audience.ADMINISTRATOR)
def end(goal: UUID) -> Response:
    """From the day after it promises nothing."""
    form, found = EndGoalForm(), _goal(goal)

    def verb(session: Session) -> None:
        day, reason, version = form.last.data, form.reason.data, _version(form)
        assert day is not None  # noqa: S101 - the form has checked it
        goals.end(session, goal, last=day, reason=reason, version=version, by=_me(), now=_now())

    return _do(form, verb, found, gettext("The goal ends."), is_end=True)


def _do(form: Form, verb: Any, found: Goal | None, message: str, *, is_end: bool = False) -> Response:
    def again() -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(form, found, is_end=True, status=status) if is_end else _form(form, found, status)

    if not form.validate_on_submit():
        return again()
    try:
        with unit_of_work() as session:
            verb(session)
    except Invalid as error:
        show_refusal(form, error)
        return again()
    flask.flash(message, "success")
    return flask.redirect(flask.url_for("goals.kept"), HTTPStatus.SEE_OTHER)


def _form(form: Form, found: Goal | None, status: int = HTTPStatus.OK) -> Response:
    nobody = ("", gettext("Nobody is named yet"))
    form["owner"].choices = [nobody, *queries.owner_choices(request_session())]
    if found is not None and "key" in form:
        del form["key"]
    return _page(form, found, status=status)


def _page(form: Form, found: Goal | None, *, is_end: bool = False, status: int = HTTPStatus.OK) -> Response:
    names = getattr(form, "field_order", None) or ("last", "reason", "version")
    body = flask.render_template(
        "transparency/goal_form.html",
        form=form,
        fields=[form[name] for name in names if name in form],
        goal=found,
        is_end=is_end,
        is_fixed=found is not None and has_begun(found, on=_today()),
        is_over=found is not None and is_over(found, on=_today()),
        shown=shown,
    )
    return flask.make_response(body, status)


def _kind_of(goal: Goal) -> type[WordingForm]:
    return WordingForm if has_begun(goal, on=_today()) else GoalForm


def _goal(goal_id: UUID) -> Goal:
    found = request_session().get(Goal, goal_id)
    if found is None:
        raise NotFound
    return found


def _version(form: Form) -> int:
    text = str(form["version"].data or "")
    if not (text.isascii() and text.isdecimal() and len(text) <= len("999999")):
        raise Stale
    return int(text)


def _may_change() -> bool:
    return Audience.ADMINISTRATOR in current_viewer().audiences


def _me() -> UUID:
    return current_viewer().person_id


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return office_day(_now())
