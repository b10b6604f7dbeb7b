"""People from a file: what it says is shown first, with every mistake at its place; then all or nothing."""

import re
from http import HTTPStatus

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.administration import forms, importing
from portal.administration.actions import people as actions
from portal.administration.queries import agencies
from portal.administration.views.room import blueprint, done, me, now, page
from portal.administration.wording import IMPORT_MISTAKES
from portal.clock.zone import office_day
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.workflow.lifecycle import Role


@blueprint.get("/people/import")
@open_to(Audience.ADMINISTRATOR)
def import_people() -> Response:
    """The form, with the columns explained."""
    return _shown(forms.ImportForm(formdata=None), None)


@blueprint.post("/people/import")
@open_to(Audience.ADMINISTRATOR)
def do_import() -> Response:
    """Show what the file says; with `take`, invite everybody in it."""
    form = forms.ImportForm()
    if not form.validate_on_submit():
        return _shown(form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    if form.file.data:
        raw = form.file.data.read(forms.LONGEST_FILE + 1)
        form.text.data = importing.decoded(raw) or ""
        if len(raw) > forms.LONGEST_FILE or not form.text.data:
            found = importing.TOO_LONG if len(raw) > forms.LONGEST_FILE else importing.UNREADABLE
            form.text.data = ""
            return _shown(form, found if raw else _read(""), HTTPStatus.UNPROCESSABLE_ENTITY)
    found = _read(importing.plain(form.text.data or ""))
    if found.mistakes:
        return _shown(form, found, HTTPStatus.UNPROCESSABLE_ENTITY)
    if "take" not in flask.request.form:
        return _shown(form, found)
    with unit_of_work() as session:
        count = actions.invite_all(session, found.people, by=me(), now=now())
    return done(
        flask.url_for("administration.people_list"),
        _("%(number)s people are invited. Their letters are on their way.", number=count),
    )


def _read(text: str) -> importing.Read:
    session = request_session()
    emails = [cell.strip().lower() for line in text.splitlines() for cell in re.split(r"[,;\t]", line)]
    addresses = [cell for cell in emails if "@" in cell]
    return importing.read(
        text,
        agencies={agency.key for agency in agencies.choices(session)},
        taken=actions.taken(session, addresses),
        today=office_day(now()),
    )


def _shown(form: forms.ImportForm, found: importing.Read | None, status: int = 200) -> Response:
    offices = agencies.choices(request_session())
    return page(
        "import",
        status=status,
        form=form,
        found=found,
        mistake_words=IMPORT_MISTAKES,
        offices=offices,
        office_names={agency.key: agency.names for agency in offices},
        every_role=list(Role),
    )
