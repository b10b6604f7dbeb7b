"""Making an account, and registering a company."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import parties, people
from portal.accounts.entrance import current_viewer, maybe_viewer
from portal.accounts.forms import CompanyForm, RegisterForm, show_refusal
from portal.accounts.views.room import blueprint, now, page, refused, see, wanted_page
from portal.foundation import languages
from portal.foundation.errors import PortalError
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.unit_of_work import unit_of_work


@blueprint.get("/accounts/register")
@public
def register() -> Response:
    viewer = maybe_viewer()
    if viewer is not None:
        return see(wanted_page(viewer))
    return page("register", form=RegisterForm())


@blueprint.post("/accounts/register")
@public
def make_account() -> Response:
    """Make the account; the person then signs in with it."""
    form = RegisterForm()
    if not form.validate_on_submit():
        return refused("register", form=form)
    try:
        with unit_of_work() as session:
            people.register(
                session,
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                language=languages.current(),
                now=now(),
            )
    except PortalError as error:
        show_refusal(form, error, field="password")
        return page("register", form=form, error=error)
    flask.flash(_("Your account is ready. Sign in with it now."), "success")
    return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))


@blueprint.get("/accounts/companies/new")
@open_to(Audience.SIGNED_IN)
def company() -> Response:
    return page("company", form=CompanyForm())


@blueprint.post("/accounts/companies/new")
@open_to(Audience.SIGNED_IN)
def register_company() -> Response:
    """Register a company; the one-stop office looks at it, drafts are possible meanwhile."""
    form = CompanyForm()
    if not form.validate_on_submit():
        return refused("company", form=form)
    try:
        with unit_of_work() as session:
            parties.register_company(
                session,
                by=current_viewer().person_id,
                name=form.name.data,
                tax_code=form.tax_code.data,
                address=form.address.data,
                representative=form.representative.data,
                phone=form.phone.data,
                now=now(),
            )
    except PortalError as error:
        show_refusal(form, error)
        return page("company", form=form, error=error)
    flask.flash(
        _("The company is registered. You can draft dossiers now and file them once the office approves it."),
        "success",
    )
    return see(flask.url_for("accounts.account"))
