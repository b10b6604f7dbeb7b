"""The people of a company."""

from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import parties
from portal.accounts.entrance import current_viewer
from portal.accounts.forms import CosigningForm, MemberForm, show_refusal
from portal.accounts.queries import listings
from portal.accounts.views.room import blueprint, now, own_company, page, refused, see
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.workflow.lifecycle import CompanyRole


@blueprint.get("/accounts/companies/<tax_code>/members")
@open_to(Audience.SIGNED_IN)
def members(tax_code: str) -> Response:
    return page("members", form=MemberForm(role=CompanyRole.FILER.value), **_shown(tax_code))


@blueprint.post("/accounts/companies/<tax_code>/members")
@open_to(Audience.SIGNED_IN)
def add_member(tax_code: str) -> Response:
    """An owner lets a person with an account act for the company."""
    party, form = own_company(tax_code), MemberForm()
    if not form.validate_on_submit():
        return refused("members", form=form, **_shown(tax_code))
    try:
        with unit_of_work() as session:
            parties.add_member(
                session,
                party.party_id,
                email=form.email.data,
                role=CompanyRole(form.role.data),
                by=current_viewer().person_id,
                now=now(),
            )
    except Invalid as error:
        show_refusal(form, error)
        return refused("members", form=form, **_shown(tax_code))
    flask.flash(_("The change is made and counts from now on."), "success")
    return see(flask.url_for("accounts.members", tax_code=tax_code))


@blueprint.get("/accounts/companies/<tax_code>/members/<uuid:person>/end")
@open_to(Audience.SIGNED_IN)
def ask_to_end_membership(tax_code: str, person: UUID) -> Response:
    """Say what ends with it, and ask."""
    viewer, party = current_viewer(), own_company(tax_code)
    member = next((one for one in listings.members(request_session(), party.party_id) if one.person_id == person), None)
    if member is None:
        raise NotFound
    if party.role is not CompanyRole.OWNER and person != viewer.person_id:
        raise Forbidden("accounts.owner_only")
    return page("end_membership", party=party, member=member)


@blueprint.post("/accounts/companies/<tax_code>/members/<uuid:person>/end")
@open_to(Audience.SIGNED_IN)
def end_membership(tax_code: str, person: UUID) -> Response:
    """End a membership; whoever ends their own leaves the company."""
    viewer, party = current_viewer(), own_company(tax_code)
    try:
        with unit_of_work() as session:
            parties.end_membership(session, party.party_id, person, by=viewer.person_id, now=now())
    except Refused as error:
        form = MemberForm(formdata=None, role=CompanyRole.FILER.value)
        return refused("members", form=form, refusal=explanation(error), **_shown(tax_code))
    flask.flash(_("The membership has ended."), "success")
    if person == viewer.person_id:
        return see(flask.url_for("accounts.account"))
    return see(flask.url_for("accounts.members", tax_code=tax_code))


@blueprint.post("/accounts/companies/<tax_code>/cosigning")
@open_to(Audience.SIGNED_IN)
def require_cosignature(tax_code: str) -> Response:
    """An owner decides whether a second person co-signs what is filed; the other owners are told."""
    party, form = own_company(tax_code), CosigningForm()
    if not form.validate_on_submit():
        values = {**_shown(tax_code), "cosigning": form}
        return refused("members", form=MemberForm(formdata=None, role=CompanyRole.FILER.value), **values)
    is_needed = form.needed.data == "yes"
    with unit_of_work() as session:
        parties.require_cosignature(
            session, party.party_id, is_needed=is_needed, by=current_viewer().person_id, now=now()
        )
    flask.flash(_("The change is made and counts from now on. The other owners are told."), "success")
    return see(flask.url_for("accounts.members", tax_code=tax_code, _anchor="cosigning"))


def _shown(tax_code: str) -> dict[str, Any]:
    party, session = own_company(tax_code), request_session()
    members = listings.members(session, party.party_id)
    is_needed = listings.needs_cosignature(session, party.party_id)
    return {
        "party": party,
        "is_owner": party.role is CompanyRole.OWNER,
        "members": members,
        "owners": sum(member.role is CompanyRole.OWNER for member in members),
        "needs_cosignature": is_needed,
        "cosigning": CosigningForm(formdata=None, needed="yes" if is_needed else "no"),
    }
