"""Company registrations that wait for the one-stop office."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import parties
from portal.accounts.entrance import current_viewer
from portal.accounts.forms import RefusalForm
from portal.accounts.queries import listings
from portal.accounts.views.room import blueprint, now, page, refused, see
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/accounts/registrations")
@open_to(Audience.ONE_STOP)
def registrations() -> Response:
    """What waits, the oldest first."""
    return page("registrations", rows=listings.waiting_registrations(request_session()))


@blueprint.get("/accounts/registrations/<tax_code>")
@open_to(Audience.ONE_STOP)
def registration(tax_code: str) -> Response:
    return page("registration", form=RefusalForm(), registration=_registration(tax_code))


@blueprint.post("/accounts/registrations/<tax_code>/approve")
@open_to(Audience.ONE_STOP)
def approve_registration(tax_code: str) -> Response:
    with unit_of_work() as session:
        party = parties.approve(session, tax_code, by=current_viewer().person_id, now=now())
    flask.flash(_("%(company)s may file from now on.", company=party.name), "success")
    return see(flask.url_for("accounts.registrations"))


@blueprint.post("/accounts/registrations/<tax_code>/refuse")
@open_to(Audience.ONE_STOP)
def refuse_registration(tax_code: str) -> Response:
    form = RefusalForm()
    if not form.validate_on_submit():
        return refused("registration", form=form, registration=_registration(tax_code))
    with unit_of_work() as session:
        party = parties.refuse(session, tax_code, reason=form.reason.data, by=current_viewer().person_id, now=now())
    flask.flash(_("The registration of %(company)s is refused.", company=party.name), "success")
    return see(flask.url_for("accounts.registrations"))


def _registration(tax_code: str) -> listings.Registration:
    found = listings.registration(request_session(), tax_code)
    if found is None:
        raise NotFound
    return found
