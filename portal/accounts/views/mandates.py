"""Mandates of a company: given to agents, and received as an agent."""

from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import mandates as verbs
from portal.accounts.entrance import current_viewer
from portal.accounts.forms import MandateForm, show_mistakes, show_refusal
from portal.accounts.queries import listings
from portal.accounts.queries.listings import MandateState
from portal.accounts.views.room import blueprint, now, own_party, page, refused, see
from portal.clock.zone import office_day
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
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
    form.validate()
    show_mistakes(
        form,
        verbs.mistakes(
            request_session(),
            party.party_id,
            agent_tax_code=form.agent_tax_code.data or "",
            valid_from=form.valid_from.data,
            valid_until=form.valid_until.data,
            now=now(),
        ),
    )
    if form.errors:
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


@blueprint.post("/accounts/companies/<tax_code>/mandates/<uuid:mandate>/accept")
@open_to(Audience.SIGNED_IN)
def accept_mandate(tax_code: str, mandate: UUID) -> Response:
    party = own_party(tax_code)
    with unit_of_work() as session:
        verbs.accept(session, mandate, agent_id=party.party_id, by=current_viewer().person_id, now=now())
    flask.flash(_("You may now act under this mandate."), "success")
    return see(flask.url_for("accounts.mandates", tax_code=tax_code))


@blueprint.get("/accounts/companies/<tax_code>/mandates/<uuid:mandate>/revoke")
@open_to(Audience.SIGNED_IN)
def ask_to_revoke(tax_code: str, mandate: UUID) -> Response:
    """Say what ends with it, and ask."""
    shown = _shown(tax_code)
    line = next((row for row in (*shown["given"], *shown["received"]) if row.id == mandate), None)
    if line is None:
        raise NotFound
    if not shown["is_owner"]:
        raise Forbidden("accounts.owner_only")
    if not line.is_open:
        raise Refused("accounts.mandate_over" if line.state is MandateState.OVER else "accounts.mandate_revoked")
    return page("revoke", mandate=line, **shown)


@blueprint.post("/accounts/companies/<tax_code>/mandates/<uuid:mandate>/revoke")
@open_to(Audience.SIGNED_IN)
def revoke_mandate(tax_code: str, mandate: UUID) -> Response:
    """Either side ends the mandate, at once."""
    party = own_party(tax_code)
    with unit_of_work() as session:
        verbs.revoke(session, mandate, party_id=party.party_id, by=current_viewer().person_id, now=now())
    flask.flash(_("The mandate has ended. The agent can no longer see or do anything under it."), "success")
    return see(flask.url_for("accounts.mandates", tax_code=tax_code))


def _shown(tax_code: str) -> dict[str, Any]:
    party = own_party(tax_code)
    rows = listings.mandates_of(request_session(), party.party_id, now=now())
    return {
        "party": party,
        "is_owner": party.role is CompanyRole.OWNER,
        "given": [row for row in rows if row.is_given],
        "received": [row for row in rows if not row.is_given],
    }
