"""Mandates of a company: given to agents, and received as an agent."""

from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import mandates as verbs
from portal.accounts.entrance import current_viewer
from portal.accounts.forms import MandateForm, show_refusal
from portal.accounts.queries import listings
from portal.accounts.views.room import blueprint, now, own_party, page, refused, see
from portal.clock.zone import office_day
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.workflow.lifecycle import CompanyRole


@blueprint.get("/accounts/companies/<tax_code>/mandates")
@open_to(Audience.SIGNED_IN)
def mandates(tax_code: str) -> Response:
    return page("mandates", form=MandateForm(valid_from=office_day(now())), **_shown(tax_code))


@blueprint.post("/accounts/companies/<tax_code>/mandates")
@open_to(Audience.SIGNED_IN)
def grant_mandate(tax_code: str) -> Response:
    """An owner lets an agent company act for this one."""
    party, form = own_party(tax_code), MandateForm()
    if not form.validate_on_submit():
        return refused("mandates", form=form, **_shown(tax_code))
    try:
        with unit_of_work() as session:
            verbs.grant(
                session,
                party.party_id,
                agent_tax_code=form.agent_tax_code.data,
                fields=form.fields_of_business.data or (),
                procedures=form.procedure_codes,
                valid_from=form.validity[0],
                valid_until=form.validity[1],
                by=current_viewer().person_id,
                now=now(),
            )
    except Invalid as error:
        show_refusal(form, error)
        return refused("mandates", form=form, **_shown(tax_code))
    flask.flash(_("The mandate is offered. It counts once the agent accepts it."), "success")
    return see(flask.url_for("accounts.mandates", tax_code=tax_code))


@blueprint.post("/accounts/companies/<tax_code>/mandates/accept")
@open_to(Audience.SIGNED_IN)
def accept_mandate(tax_code: str) -> Response:
    party = own_party(tax_code)
    with unit_of_work() as session:
        verbs.accept(session, _chosen(), agent_id=party.party_id, by=current_viewer().person_id, now=now())
    flask.flash(_("You may now act under this mandate."), "success")
    return see(flask.url_for("accounts.mandates", tax_code=tax_code))


@blueprint.post("/accounts/companies/<tax_code>/mandates/revoke")
@open_to(Audience.SIGNED_IN)
def revoke_mandate(tax_code: str) -> Response:
    """Either side ends the mandate, at once."""
    party = own_party(tax_code)
    with unit_of_work() as session:
        verbs.revoke(session, _chosen(), party_id=party.party_id, by=current_viewer().person_id, now=now())
    flask.flash(_("The mandate has ended. The agent can no longer see or do anything under it."), "success")
    return see(flask.url_for("accounts.mandates", tax_code=tax_code))


def _chosen() -> UUID:
    try:
        return UUID(flask.request.form.get("mandate", ""))
    except ValueError:
        raise NotFound from None


def _shown(tax_code: str) -> dict[str, Any]:
    party = own_party(tax_code)
    rows = listings.mandates_of(request_session(), party.party_id, now=now())
    return {
        "party": party,
        "is_owner": party.role is CompanyRole.OWNER,
        "given": [row for row in rows if row.is_given],
        "received": [row for row in rows if not row.is_given],
    }
