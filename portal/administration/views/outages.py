"""Announcing that the portal is out of service."""

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.administration import forms
from portal.administration.views.room import (
    Verb,
    blueprint,
    done,
    done_or_shown,
    form_page,
    identifier,
    me,
    now,
    page,
    version_in,
)
from portal.clock.zone import office_time
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.outages import actions, board, queries
from portal.outages.actions import Announcement
from portal.outages.models import Outage


@blueprint.get("/outages")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def outages() -> Response:
    """What is announced, and what was."""
    return page("outages", rows=queries.listed(request_session()), at=now())


@blueprint.get("/outages/new")
@open_to(Audience.ADMINISTRATOR)
def new_outage() -> Response:
    """The form of an outage."""
    today = office_time(now()).date()
    return _form(forms.OutageForm(formdata=None, shown_on=today), None)


@blueprint.post("/outages/new")
@open_to(Audience.ADMINISTRATOR)
def announce_outage() -> Response:
    """Say it on every page."""
    form = forms.OutageForm()

    def verb(session: Session) -> None:
        actions.announce(session, _announcement(form), by=me(), now=now())

    return _done(form, verb, None, _("The outage is announced."))


@blueprint.get("/outages/<outage>")
@open_to(Audience.ADMINISTRATOR)
def outage(outage: str) -> Response:
    """An outage, to be corrected."""
    found = _outage(outage)
    begins, ends = office_time(found.starts_at), office_time(found.ends_at)
    form = forms.OutageForm(
        formdata=None,
        starts_on=begins.date(),
        starts_time=f"{begins:%H:%M}",
        ends_on=ends.date(),
        ends_time=f"{ends:%H:%M}",
        shown_on=office_time(found.shown_from).date(),
        version=found.version,
        **found.words,
    )
    return _form(form, found)


@blueprint.post("/outages/<outage>")
@open_to(Audience.ADMINISTRATOR)
def correct_outage(outage: str) -> Response:
    """Correct its time or words."""
    form, found = forms.OutageForm(), _outage(outage)

    def verb(session: Session) -> None:
        actions.correct(session, found.id, _announcement(form), version=version_in(form), by=me(), now=now())

    return _done(form, verb, found, _("The outage is corrected."))


@blueprint.post("/outages/<outage>/withdraw")
@open_to(Audience.ADMINISTRATOR)
def withdraw_outage(outage: str) -> Response:
    """It does not take place."""
    form, found = forms.OutageForm(), _outage(outage)
    with unit_of_work() as session:
        actions.withdraw(session, found.id, version=version_in(form), by=me(), now=now())
    board.board().read(now=now())
    return done(_list(), _("The outage is withdrawn. No page says it any more."))


def _done(form: forms.OutageForm, verb: Verb, found: Outage | None, message: str) -> Response:
    answer = done_or_shown(
        form,
        verb,
        then=_list(),
        message=message,
        show=lambda status: _form(form, found, status),
    )
    board.board().read(now=now())
    return answer


def _outage(text: str) -> Outage:
    found = request_session().get(Outage, identifier(text))
    if found is None:
        raise NotFound
    return found


def _form(form: forms.OutageForm, found: Outage | None, status: int = 200) -> Response:
    return form_page(
        form,
        title=_("Correct the outage") if found else _("Announce an outage"),
        back=(_list(), _("Outages")),
        act=_("Save") if found else _("Announce it"),
        note=_(
            "Every page says it in these words. No due date moves: the outage is recorded, so that lateness of that "
            "time can be explained. If dates are to move, add a day off to the calendar."
        ),
        status=status,
        withdraw=found,
    )


def _announcement(form: forms.OutageForm) -> Announcement:
    return Announcement(
        starts_at=form.moment("starts"), ends_at=form.moment("ends"), shown_from=form.shown_from, words=form.words
    )


def _list() -> str:
    return flask.url_for("administration.outages")
