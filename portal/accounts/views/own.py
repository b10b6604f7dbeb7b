"""The person's own account: language, password, second factor, browsers signed in."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import queries
from portal.accounts.actions import addresses, people, recovery
from portal.accounts.actions import sign_in as signing
from portal.accounts.entrance import current_viewer, remember_language
from portal.accounts.forms import LanguageForm, PasswordForm, SecondFactorForm, show_refusal
from portal.accounts.models import Person
from portal.accounts.queries import listings
from portal.accounts.views.room import blueprint, keep_language, now, page, refused, see, settings, wanted_page
from portal.accounts.views.setting_up import NONCE_KEY, Offer
from portal.accounts.views.step_up import prove_password
from portal.foundation.errors import PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/accounts")
@open_to(Audience.SIGNED_IN)
def account() -> Response:
    """Everything about the account on one page."""
    viewer, session = current_viewer(), request_session()
    return page(
        "account",
        viewer=viewer,
        parties=listings.own_parties(session, viewer.person_id),
        sign_ins=listings.signed_in_browsers(session, viewer, now=now()),
        codes_left=queries.recovery_codes_left(session, viewer.person_id) if viewer.has_second_factor else 0,
        form=LanguageForm(language=viewer.language),
        service=settings().sign_in_service,
        address_waits=addresses.waiting(session, viewer.person_id, now=now()),
    )


@blueprint.post("/accounts/language")
@open_to(Audience.SIGNED_IN)
def choose_language() -> Response:
    form = LanguageForm()
    if form.validate_on_submit():
        remember_language(form.language.data)
        answer = see(flask.url_for("accounts.account"))
        keep_language(answer, form.language.data)
        return answer
    return see(flask.url_for("accounts.account"))


@blueprint.get("/accounts/password")
@open_to(Audience.SIGNED_IN)
def password() -> Response:
    return page("password", form=PasswordForm())


@blueprint.post("/accounts/password")
@open_to(Audience.SIGNED_IN)
def change_password() -> Response:
    """A new password signs the person out everywhere else."""
    viewer, form = current_viewer(), PasswordForm()
    if not form.validate_on_submit():
        return refused("password", form=form)
    try:
        prove_password(viewer, form.current_password.data, field="current_password")
        with unit_of_work() as session:
            people.change_password(
                session, viewer.person_id, new=form.password.data, kept_key=viewer.sign_in_key, now=now()
            )
    except PortalError as error:
        show_refusal(form, error, field="current_password")
        return page("password", form=form, error=error)
    flask.flash(_("Your password is changed. Other browsers have been signed out."), "success")
    return see(flask.url_for("accounts.account"))


@blueprint.get("/accounts/second-factor")
@open_to(Audience.SIGNED_IN)
def second_factor() -> Response:
    """Set up an app. Who has one already shows it first."""
    viewer = current_viewer()
    if viewer.has_second_factor and not viewer.has_stepped_up(now()):
        return see(flask.url_for("accounts.step_up", next=flask.url_for("accounts.second_factor")))
    return page("second_factor", form=SecondFactorForm(), offer=_offer(), first=False)


@blueprint.post("/accounts/second-factor")
@open_to(Audience.SIGNED_IN)
def set_second_factor() -> Response:
    """Take an app into use, or another one instead."""
    viewer, form, offer = current_viewer(), SecondFactorForm(), _offer()
    if viewer.has_second_factor and not viewer.has_stepped_up(now()):
        return see(flask.url_for("accounts.step_up", next=flask.url_for("accounts.second_factor")))
    if not form.validate_on_submit():
        return refused("second_factor", form=form, offer=offer, first=False)
    try:
        prove_password(viewer, form.current_password.data, field="current_password")
        with unit_of_work() as session:
            people.set_second_factor(session, viewer.person_id, offer.secret, form.code.data, now=now())
            signing.note_step_up(session, viewer.sign_in_key, now=now())
            codes = recovery.renew(session, viewer.person_id, now=now())
    except PortalError as error:
        show_refusal(form, error, field="current_password")
        return page("second_factor", form=form, offer=offer, first=False, error=error)
    flask.session.pop(NONCE_KEY, None)
    onward = wanted_page() if "next" in flask.request.args else flask.url_for("accounts.account")
    return page("recovery_codes", codes=codes, onward=onward)


@blueprint.post("/accounts/sign-ins/end")
@open_to(Audience.SIGNED_IN)
def end_sign_in() -> Response:
    """Sign out one browser; without a reference, all but this one."""
    viewer, reference = current_viewer(), flask.request.form.get("reference")
    with unit_of_work() as session:
        if reference:
            signing.end_one(session, viewer.person_id, reference, now=now())
        else:
            signing.end_all(session, viewer.person_id, now=now(), but=viewer.sign_in_key)
    flask.flash(_("Signed out."), "success")
    return see(flask.url_for("accounts.account"))


def _offer() -> Offer:
    return Offer.for_person(request_session().get_one(Person, current_viewer().person_id), now=now())
