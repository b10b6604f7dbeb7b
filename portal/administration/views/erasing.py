"""Erasing one person's data because they ask for it: first what would go and what stays, then the act."""

from http import HTTPStatus
from uuid import UUID

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.administration import forms
from portal.administration.actions import erasing
from portal.administration.queries.erasure import Ground, Part, of_person
from portal.administration.views.room import blueprint, done, me, now, page, refused
from portal.foundation.errors import NotFound, Refused, Stale
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.hearing import actions as hearing
from portal.hearing import queries as matters
from portal.hearing.models import Matter, MatterAbout

PARTS = {
    Part.DOSSIER: lazy_gettext("Dossiers of the person’s own: what was answered, handed in and written about them"),
    Part.DRAFTS: lazy_gettext("Drafts that were not filed, with their files"),
    Part.NOTICES: lazy_gettext("Notices"),
    Part.SIGN_INS: lazy_gettext("Sign-ins that have ended"),
    Part.RATINGS: lazy_gettext("Words of ratings; the score stays"),
    Part.TELEPHONE: lazy_gettext("Telephone number"),
    Part.COMPANY_DOSSIERS: lazy_gettext("Dossiers filed for others"),
    Part.SIGN_IN_LOG: lazy_gettext("Log of sign-ins"),
    Part.IDENTITY: lazy_gettext("Name and e-mail address"),
    Part.EVENTS: lazy_gettext("Record of events and of changes, letters"),
}
GROUNDS = {
    Ground.OPEN: lazy_gettext("The dossier is not decided yet."),
    Ground.HOLD: lazy_gettext("A complaint, a lawsuit or an inspection goes on (legal hold)."),
    Ground.PERIOD: lazy_gettext("The law keeps it until its period is over."),
    Ground.COMPANY: lazy_gettext("They belong to whom they were filed for."),
    Ground.RECORD: lazy_gettext(
        "They show what the State has done: identifiers and sealed values, no answers. Letters name whom they are for."
    ),
    Ground.OFFICE: lazy_gettext("The person acts or has acted for an office."),
}


@blueprint.get("/data-requests/<uuid:matter_id>/erasure")
@open_to(Audience.ADMINISTRATOR)
def erasure(matter_id: UUID) -> Response:
    """What would be erased, and what the law keeps."""
    return _preview(_asked(request_session(), matter_id), forms.ErasureForm(formdata=None))


@blueprint.post("/data-requests/<uuid:matter_id>/erasure")
@open_to(Audience.ADMINISTRATOR)
def erase_person(matter_id: UUID) -> Response:
    """Erase it and answer the person; whoever does it has just shown the second factor."""
    here = flask.url_for(".erasure", matter_id=matter_id)
    if answer := require_step_up(here):
        return answer
    form = forms.ErasureForm()
    if not form.validate_on_submit():
        return _preview(_asked(request_session(), matter_id), form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work() as session:
            matter = _asked(session, matter_id, for_change=True)
            erasing.erase_person(
                session, matter.person_id, seal=form.seal.data or "", request=matter_id, by=me(), now=now()
            )
            # Afterwards: the notice about the answer is to stay.
            hearing.answer(session, matter, form.words.data, refused=False, viewer=current_viewer(), now=now())
    except Stale:
        flask.flash(_("Something has changed meanwhile. Nothing was erased: look at the list again."), "warning")
        return _preview(_asked(request_session(), matter_id), form, HTTPStatus.CONFLICT)
    except Refused as error:
        return refused(here, error, explanation(error))
    address = flask.url_for("personal.request", matter_id=matter_id)
    return done(address, _("Erased, and the person is told. The files go within minutes."))


def _asked(session: Session, matter_id: UUID, *, for_change: bool = False) -> Matter:
    """The request to erase. Raises NotFound for one to correct something."""
    found = matters.of_own_data(session, matter_id, for_change=for_change)
    if found.about is not MatterAbout.ERASURE:
        raise NotFound
    return found


def _preview(matter: Matter, form: forms.ErasureForm, status: int = HTTPStatus.OK) -> Response:
    found = of_person(request_session(), matter.person_id, now=now())
    return page("erasure", status=status, matter=matter, found=found, form=form, parts=PARTS, grounds=GROUNDS)
