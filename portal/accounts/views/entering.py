"""Signing in and out."""

from typing import Any
from uuid import UUID

import flask
import structlog
from werkzeug.wrappers import Response

from portal.accounts import one_time, passwords, queries
from portal.accounts.actions import people, recovery
from portal.accounts.actions import sign_in as signing
from portal.accounts.entrance import SESSION_KEY, maybe_viewer
from portal.accounts.forms import CodeForm, SignInForm, show_refusal
from portal.accounts.keys import account_hash, second_factor_account
from portal.accounts.models import Person, Proof
from portal.accounts.views.arriving import enter, first_factor_shown, halfway
from portal.accounts.views.challenging import options_to_show
from portal.accounts.views.room import (
    blueprint,
    now,
    origin,
    page,
    refused,
    see,
    settings,
    wanted_page,
)
from portal.accounts.views.setting_up import Offer
from portal.foundation import web
from portal.foundation.errors import Invalid, PortalError, TooMany, Unavailable
from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session, unit_of_work

log = structlog.get_logger(__name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> Response:
    """The door. Who is signed in already goes on."""
    viewer = maybe_viewer()
    if viewer is not None:
        return see(wanted_page(viewer))
    return page("sign_in", form=SignInForm(), service=settings().sign_in_service)


@blueprint.post("/sign-in")
@public
def try_password() -> Response:
    form = SignInForm()
    if not form.validate_on_submit():
        return refused("sign_in", form=form, service=settings().sign_in_service)
    try:
        person = _proven(form.email.data, form.password.data)
    except (Invalid, TooMany, Unavailable) as error:
        # Said of both boxes at once: naming one of them would tell which addresses have an account.
        wrong = [{"text": web.explanation(error), "href": f"#{form.email.id}"}]
        service = settings().sign_in_service
        return page("sign_in", form=form, wrong=wrong, error_count=len(wrong), error=error, service=service)
    return first_factor_shown(person)


def _proven(email: str, password: str) -> Person:
    """The person whose address and password these are; the same refusal whatever is wrong."""
    account = account_hash(email)
    with unit_of_work() as session:
        person = queries.person_by_email(session, email)
        person_id = person.id if person else None
        number = signing.attempt(session, account, origin(account), now=now(), person_id=person_id)
    right = passwords.matches(person.password_hash if person else None, password)
    if person is None or not right or person.disabled_at is not None:
        log.info("sign-in refused", known=person is not None)
        raise Invalid("accounts.sign_in_wrong")
    with unit_of_work() as session:
        signing.succeed(session, number)
        if passwords.is_outdated(person.password_hash):
            people.refresh_hash(session, person.id, password)
    return person


@blueprint.get("/sign-in/code")
@public
def code() -> Response:
    """The second factor: the code of the app, or a passkey."""
    person_id = halfway()
    if person_id is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    return page("code", form=CodeForm(), **_factors(person_id))


@blueprint.post("/sign-in/code")
@public
def try_code() -> Response:
    person_id = halfway()
    if person_id is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    form = CodeForm()
    if not form.validate_on_submit():
        return refused("code", form=form, **_factors(person_id))
    try:
        prove_code(person_id, form.code.data)
    except PortalError as error:
        show_refusal(form, error, field="code")
        return page("code", form=form, error=error, **_factors(person_id))
    return enter(person_id, second_factor_shown=True)


def _factors(person_id: UUID) -> dict[str, Any]:
    """By what the person may show that it is them."""
    return {
        "has_app": _person(person_id).one_time_secret is not None,
        "passkey_options": options_to_show(person_id),
        "demo_code": demo_code(person_id),
    }


@blueprint.get("/sign-in/set-up")
@public
def first_code() -> Response:
    """Staff who sign in for the first time set up their second factor before anything else."""
    person = _without_factor()
    if person is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    return page("second_factor", form=CodeForm(), offer=Offer.for_person(person, now=now()), first=True)


@blueprint.post("/sign-in/set-up")
@public
def try_first_code() -> Response:
    person = _without_factor()
    if person is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    form, offer = CodeForm(), Offer.for_person(person, now=now())
    if not form.validate_on_submit():
        return refused("second_factor", form=form, offer=offer, first=True)
    try:
        with unit_of_work() as session:
            people.set_second_factor(session, person.id, offer.secret, form.code.data, now=now())
            codes = recovery.renew(session, person.id, now=now())
    except Invalid as error:
        show_refusal(form, error)
        return refused("second_factor", form=form, offer=offer, first=True)
    return enter(person.id, second_factor_shown=True, codes=codes)


def _without_factor() -> Person | None:
    """Who has shown a password here and has no second factor of any kind: whoever has one must show that."""
    person_id = halfway()
    if person_id is None or queries.has_second_factor(request_session(), person_id):
        return None
    return _person(person_id)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's sign-in."""
    key = flask.session.get(SESSION_KEY)
    if key:
        with unit_of_work() as session:
            signing.end(session, key, now=now())
    flask.session.clear()
    return see("/")


def prove_code(person_id: UUID, typed: str, *, is_recovery: bool = False) -> None:
    """Use up a one-time code of the person, or one for recovery.

    Raises Invalid for a wrong one, TooMany after several; attempts at either kind count together.
    """
    account = second_factor_account(person_id)
    proof = Proof.RECOVERY_CODE if is_recovery else Proof.SECOND_FACTOR
    with unit_of_work() as session:
        number = signing.attempt(session, account, origin(account), now=now(), person_id=person_id, proof=proof)
    prove = recovery.use if is_recovery else signing.prove_second_factor
    with unit_of_work() as session:
        if not prove(session, person_id, typed, now=now()):
            raise Invalid(fields={"code": "accounts.recovery_wrong" if is_recovery else "accounts.code_wrong"})
        signing.succeed(session, number)


def demo_code(person_id: UUID) -> str | None:
    """The code the person's app would show, in the demo only, so that its tour needs no telephone."""
    if not settings().is_demo:
        return None
    person = _person(person_id)
    if person.one_time_secret is None:
        return None
    return one_time.usable_code(person.one_time_secret, last_step=person.one_time_last_step, now=now())


def _person(person_id: UUID) -> Person:
    session = request_session()
    found = session.get_one(Person, person_id)
    session.refresh(found)
    return found
