"""Making an account, and registering a company."""

from functools import lru_cache

import flask
from babel import Locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import parties, people
from portal.accounts.entrance import current_viewer, maybe_viewer
from portal.accounts.forms import CompanyForm, RegisterForm, show_mistakes, show_refusal
from portal.accounts.views.new_passwords import note_asking
from portal.accounts.views.room import blueprint, now, page, refused, see, settings, wanted_page
from portal.foundation import languages
from portal.foundation.errors import PortalError
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.unit_of_work import request_session, unit_of_work

CODE_LETTERS = 2
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes CLDR names that stand for no country."""


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
    """Make the account; the person then signs in with it.

    Whether the address has an account already is said in a letter to its owner, and not here.
    """
    form = RegisterForm()
    if not form.validate_on_submit():
        return refused("register", form=form)
    try:
        if settings().smtp_url:
            note_asking(form.email.data)
        with unit_of_work() as session:
            people.register(
                session,
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                language=languages.current(),
                is_verified=not settings().smtp_url,
                now=now(),
            )
    except PortalError as error:
        if not settings().smtp_url or error.fields != {"email": "accounts.email_taken"}:
            show_refusal(form, error, field="email")
            return page("register", form=form, error=error)
        with unit_of_work() as session:
            people.tell_registered(session, form.email.data, now=now())
    flask.flash(_letter_words(form.email.data.strip()), "success")
    return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))


def _letter_words(email: str) -> str:
    if not settings().smtp_url:
        return str(_("Your account is ready. Sign in with it now."))
    return str(_("We have sent a letter to %(email)s: open the link in it. You can sign in now.", email=email))


@blueprint.get("/accounts/companies/new")
@open_to(Audience.SIGNED_IN)
def company() -> Response:
    return page("company", form=_company_form())


@blueprint.post("/accounts/companies/new")
@open_to(Audience.SIGNED_IN)
def register_company() -> Response:
    """Register a company; the one-stop office looks at it, drafts are possible meanwhile."""
    form, person_id = _company_form(), current_viewer().person_id
    form.validate()
    code, country = form.tax_code.data or "", form.country.data
    show_mistakes(form, parties.mistakes(request_session(), tax_code=code, country=country, by=person_id))
    if form.errors:
        return refused("company", form=form)
    try:
        with unit_of_work() as session:
            company = parties.register_company(
                session,
                country=country,
                by=person_id,
                name=form.name.data,
                tax_code=code,
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
    return see(flask.url_for("registering.proof", tax_code=company.tax_code))


def _company_form() -> CompanyForm:
    return CompanyForm().offer(countries(languages.spoken()))


@lru_cache
def countries(language: str) -> dict[str, str]:
    """Every country by its code (ISO 3166-1), named in the language. Source: Unicode CLDR."""
    named = Locale.parse(language).territories
    return {code: name for code, name in named.items() if len(code) == CODE_LETTERS and code not in NO_COUNTRIES}
