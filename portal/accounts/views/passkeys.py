"""Passkeys: making, naming and removing them; showing one at the door and before a decision."""

from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import passkeys, queries
from portal.accounts.actions import passkeys as keeping
from portal.accounts.actions import recovery
from portal.accounts.actions import sign_in as signing
from portal.accounts.browsers import browser_name
from portal.accounts.entrance import current_viewer, require_step_up
from portal.accounts.forms import PasskeyForm, show_refusal
from portal.accounts.keys import second_factor_account
from portal.accounts.models import Proof
from portal.accounts.views.arriving import enter, halfway
from portal.accounts.views.challenging import MAKE, SHOW, answer, challenge, site, used_challenge
from portal.accounts.views.room import (
    asked_next,
    back_to_what_was_asked,
    blueprint,
    now,
    origin,
    page,
    refused,
    see,
)
from portal.foundation.errors import Invalid, PortalError, Refused
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/accounts/passkeys")
@open_to(Audience.SIGNED_IN)
def own_passkeys() -> Response:
    """The person's passkeys, and making another. Whoever comes here has just shown that it is them."""
    if first := require_step_up(flask.url_for("accounts.own_passkeys")):
        return first
    return _list(PasskeyForm(name=browser_name(flask.request.user_agent.string)))


@blueprint.post("/accounts/passkeys")
@open_to(Audience.SIGNED_IN)
def add_passkey() -> Response:
    """Keep the passkey the browser has made; with the first second factor come recovery codes."""
    if first := require_step_up(flask.url_for("accounts.own_passkeys")):
        return first
    viewer, form = current_viewer(), PasskeyForm()
    if not form.validate_on_submit():
        return _list(form, status=422)
    asked = used_challenge(MAKE, viewer.person_id)
    made = passkeys.read_made(site(), answer(), asked) if asked else None
    if not made:
        form.name.errors = [*form.name.errors, _("The browser made no passkey. Press the button again.")]
        return _list(form, status=422)
    try:
        with unit_of_work() as session:
            keeping.add(session, viewer.person_id, made, name=form.name.data, now=now())
            codes = () if viewer.has_second_factor else recovery.renew(session, viewer.person_id, now=now())
    except PortalError as error:
        show_refusal(form, error, field="name")
        return _list(form, status=error.status)
    if codes:
        return page("recovery_codes", codes=codes, onward=flask.url_for("accounts.own_passkeys"))
    flask.flash(_("The passkey is kept. You can use it the next time you sign in."), "success")
    return see(flask.url_for("accounts.own_passkeys"))


@blueprint.post("/accounts/passkeys/rename")
@open_to(Audience.SIGNED_IN)
def rename_passkey() -> Response:
    name = flask.request.form.get("name", "")
    try:
        with unit_of_work() as session:
            keeping.rename(session, current_viewer().person_id, flask.request.form.get("passkey", ""), name=name)
    except Invalid:
        flask.flash(_("Nothing has changed: give the passkey a name."), "warning")
    return see(flask.url_for("accounts.own_passkeys"))


@blueprint.post("/accounts/passkeys/remove")
@open_to(Audience.SIGNED_IN)
def remove_passkey() -> Response:
    if first := require_step_up(flask.url_for("accounts.own_passkeys")):
        return first
    try:
        with unit_of_work() as session:
            keeping.remove(session, current_viewer().person_id, flask.request.form.get("passkey", ""), now=now())
    except Refused:
        flask.flash(_("This is your only second factor, and officers need one. Set up another first."), "warning")
        return see(flask.url_for("accounts.own_passkeys"))
    flask.flash(_("The passkey is removed and opens nothing any more."), "success")
    return see(flask.url_for("accounts.own_passkeys"))


@blueprint.post("/sign-in/passkey")
@public
def enter_by_passkey() -> Response:
    """The passkey as the second factor at the door."""
    person_id = halfway()
    if person_id is None:
        return see(flask.url_for("accounts.sign_in", next=asked_next()))
    try:
        prove_passkey(person_id)
    except PortalError as error:
        return _back_with(error, "accounts.code")
    return enter(person_id, second_factor_shown=True)


@blueprint.post("/step-up/passkey")
@open_to(Audience.SIGNED_IN)
def step_up_by_passkey() -> Response:
    """The passkey before a decision or a signature."""
    viewer = current_viewer()
    try:
        prove_passkey(viewer.person_id)
    except PortalError as error:
        return _back_with(error, "accounts.step_up")
    with unit_of_work() as session:
        signing.note_step_up(session, viewer.sign_in_key, now=now())
    return see(back_to_what_was_asked(viewer))


def prove_passkey(person_id: UUID) -> None:
    """Raise Invalid unless the browser has just shown one of the person's passkeys, TooMany after several attempts."""
    account = second_factor_account(person_id)
    with unit_of_work() as session:
        number = signing.attempt(session, account, origin(account), now=now(), person_id=person_id, proof=Proof.PASSKEY)
    asked = used_challenge(SHOW, person_id)
    with unit_of_work() as session:
        if not asked or not keeping.prove(session, person_id, answer(), site=site(), challenge=asked, now=now()):
            raise Invalid("accounts.passkey_wrong")
        signing.succeed(session, number)


def _back_with(error: PortalError, endpoint: str) -> Response:
    flask.flash(_("The passkey was not accepted. Try again, or use another way."), "warning")
    if error.code == "accounts.wait":
        raise error
    return see(flask.url_for(endpoint, next=asked_next()))


def _list(form: PasskeyForm, *, status: int = 200) -> Response:
    viewer = current_viewer()
    held = queries.passkeys_of(request_session(), viewer.person_id)
    options = passkeys.to_make(
        site(),
        person_id=viewer.person_id,
        email=viewer.email,
        name=viewer.name,
        held=held,
        challenge=challenge(MAKE, viewer.person_id),
    )
    shown = [(keeping.reference_of(one), one) for one in held]
    values: dict[str, Any] = {"form": form, "held": shown, "options": options, "may_add": len(held) < keeping.MOST}
    return refused("passkeys", **values) if status != 200 else page("passkeys", **values)  # noqa: PLR2004 - HTTP
