"""The e-mail address of one's account: confirming it, asking for the letter again, changing it."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import addresses, links
from portal.accounts.entrance import current_viewer, require_step_up
from portal.accounts.forms import AddressForm, show_refusal
from portal.accounts.models import LinkPurpose
from portal.accounts.views.room import blueprint, now, page, see, settings
from portal.accounts.views.step_up import prove_password
from portal.foundation import web
from portal.foundation.errors import PortalError, TooMany
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import safe_path
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/accounts/address")
@open_to(Audience.SIGNED_IN)
def address() -> Response:
    """Another address. Who has a second factor has just shown it."""
    viewer = current_viewer()
    if viewer.has_second_factor and (answer := require_step_up(flask.url_for("accounts.address"))):
        return answer
    return _page(AddressForm(formdata=None))


@blueprint.post("/accounts/address")
@open_to(Audience.SIGNED_IN)
def change_address() -> Response:
    """Send the letter to the new address; the old one counts until its link is opened."""
    viewer, form = current_viewer(), AddressForm()
    if viewer.has_second_factor and (answer := require_step_up(flask.url_for("accounts.address"))):
        return answer
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        prove_password(viewer, form.current_password.data, field="current_password")
        with unit_of_work() as session:
            addresses.change(session, viewer.person_id, new=form.email.data, now=now())
    except PortalError as error:
        show_refusal(form, error, field="email")
        return _page(form, status=error.status)
    flask.flash(
        _("A letter is on its way to %(email)s. Open the link in it.", email=form.email.data.strip()), "success"
    )
    return see(flask.url_for("accounts.account"))


@blueprint.post("/accounts/address/letter")
@open_to(Audience.SIGNED_IN)
def send_address_letter() -> Response:
    """The letter once more, to the address that waits to be confirmed."""
    viewer = current_viewer()
    onward = safe_path(flask.request.form.get("next") or flask.url_for("accounts.account"))
    try:
        with unit_of_work() as session:
            waiting = addresses.waiting(session, viewer.person_id, now=now())
            wanted = (waiting.address if waiting else None) or viewer.email
            addresses.send_check(session, viewer.person_id, address=wanted, now=now())
    except TooMany as error:
        flask.flash(web.explanation(error), "warning")
        return see(onward)
    flask.flash(_("The letter is on its way to %(email)s. The link before it opens nothing any more.", email=wanted))
    return see(onward)


@blueprint.post("/accounts/address/drop")
@open_to(Audience.SIGNED_IN)
def keep_address() -> Response:
    """Keep the address as it is."""
    viewer = current_viewer()
    with unit_of_work() as session:
        addresses.drop(session, viewer.person_id, now=now())
    flask.flash(_("Your address stays %(email)s.", email=viewer.email))
    return see(flask.url_for("accounts.account"))


@blueprint.get("/accounts/address/check/<token>")
@open_to(Audience.SIGNED_IN)
def address_check(token: str) -> Response:
    """The page of the letter's link: asks for one press, since mail scanners look at pages, too."""
    viewer = current_viewer()
    try:
        link, _person = links.found(
            request_session(), LinkPurpose.ADDRESS_CHECK, token, only=viewer.person_id, now=now()
        )
    except links.LinkOver as over:
        return _over(over)
    return page("address_check", checked=link.address, is_other=link.address != viewer.email)


@blueprint.post("/accounts/address/check/<token>")
@open_to(Audience.SIGNED_IN)
def confirm_address(token: str) -> Response:
    """The address is theirs."""
    try:
        with unit_of_work() as session:
            person = addresses.confirm(session, token, by=current_viewer().person_id, now=now())
    except links.LinkOver as over:
        return _over(over)
    flask.flash(_("Your address is confirmed: %(email)s.", email=person.email), "success")
    return see(flask.url_for("accounts.account"))


def _page(form: AddressForm, *, status: int = 200) -> Response:
    return page("address", status=status, form=form, has_mail=bool(settings().smtp_url))


def _over(over: links.LinkOver) -> Response:
    """The link opens nothing: says why that may be, and the way on."""
    return page("link_over", error=over, purpose=LinkPurpose.ADDRESS_CHECK.value, has_mail=bool(settings().smtp_url))
