"""Company registrations that wait for the one-stop office."""

from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import RefusalForm
from portal.accounts.queries import listings
from portal.accounts.views.registering import countries
from portal.accounts.views.room import now, see
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.registering import actions
from portal.registering.views.room import blueprint, page, papers_of, sent, shelf


@blueprint.get("/accounts/registrations")
@open_to(Audience.ONE_STOP)
def registrations() -> Response:
    """What waits, the oldest first."""
    return page("registrations", rows=listings.waiting_registrations(request_session()))


@blueprint.get("/accounts/registrations/<tax_code>")
@open_to(Audience.ONE_STOP)
def registration(tax_code: str) -> Response:
    return page("registration", form=RefusalForm(), **_shown(tax_code))


@blueprint.get("/accounts/registrations/<tax_code>/certificate/<uuid:paper_id>")
@open_to(Audience.ONE_STOP)
def paper(tax_code: str, paper_id: UUID) -> Response:
    """One file of the certificate, for the officer who compares."""
    return sent(_registration(tax_code).party_id, paper_id)


@blueprint.post("/accounts/registrations/<tax_code>/approve")
@open_to(Audience.ONE_STOP)
def approve(tax_code: str) -> Response:
    must_be_clean = not shelf().takes_unscanned
    with unit_of_work() as session:
        party = actions.approve(
            session, tax_code, must_be_clean=must_be_clean, by=current_viewer().person_id, now=now()
        )
    flask.flash(_("%(company)s may file from now on.", company=party.name), "success")
    return see(flask.url_for("registering.registrations"))


@blueprint.post("/accounts/registrations/<tax_code>/refuse")
@open_to(Audience.ONE_STOP)
def refuse(tax_code: str) -> Response:
    form = RefusalForm()
    if not form.validate_on_submit():
        return page("registration", status=422, form=form, **_shown(tax_code))
    with unit_of_work() as session:
        party = actions.refuse(session, tax_code, reason=form.reason.data, by=current_viewer().person_id, now=now())
    flask.flash(_("The registration of %(company)s is refused.", company=party.name), "success")
    return see(flask.url_for("registering.registrations"))


def _registration(tax_code: str) -> listings.Registration:
    found = listings.registration(request_session(), tax_code)
    if found is None:
        raise NotFound
    return found


def _shown(tax_code: str) -> dict[str, Any]:
    found = _registration(tax_code)
    return {
        "registration": found,
        "papers": papers_of(found.party_id, "registering.paper", tax_code),
        "country": countries(spoken()).get(found.country, found.country),
    }
