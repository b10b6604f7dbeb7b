"""Recovery codes: signing in with one when the app is not at hand, and making new ones."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import queries
from portal.accounts.actions import recovery
from portal.accounts.entrance import current_viewer, require_step_up
from portal.accounts.forms import RecoveryForm, show_refusal
from portal.accounts.views.arriving import enter, halfway
from portal.accounts.views.entering import prove_code
from portal.accounts.views.room import blueprint, now, page, refused, see
from portal.foundation.errors import PortalError
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/sign-in/recovery")
@public
def recovery_code() -> Response:
    """A recovery code instead of the app's."""
    if halfway() is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    return page("recovery_code", form=RecoveryForm())


@blueprint.post("/sign-in/recovery")
@public
def try_recovery_code() -> Response:
    """Use the code up and sign in."""
    person_id = halfway()
    if person_id is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    form = RecoveryForm()
    if not form.validate_on_submit():
        return refused("recovery_code", form=form)
    try:
        prove_code(person_id, form.code.data, is_recovery=True)
    except PortalError as error:
        show_refusal(form, error, field="code")
        return page("recovery_code", form=form, error=error)
    answer = enter(person_id, second_factor_shown=True)
    left = queries.recovery_codes_left(request_session(), person_id)
    flask.flash(
        _(
            "You have signed in with a recovery code; %(left)s are left. If your app is lost, set up another one in "
            "the next ten minutes, on the page of your account.",
            left=left,
        ),
        "warning",
    )
    return answer


@blueprint.get("/accounts/recovery-codes")
@open_to(Audience.SIGNED_IN)
def recovery_codes() -> Response:
    """How many are left, and the way to new ones."""
    viewer = current_viewer()
    if not viewer.has_second_factor:
        return see(flask.url_for("accounts.second_factor"))
    left = queries.recovery_codes_left(request_session(), viewer.person_id)
    return page("new_recovery_codes", left=left)


@blueprint.post("/accounts/recovery-codes")
@open_to(Audience.SIGNED_IN)
def make_recovery_codes() -> Response:
    """Ten new ones, shown now and never again; those before open nothing any more."""
    viewer = current_viewer()
    if not viewer.has_second_factor:
        return see(flask.url_for("accounts.second_factor"))
    if answer := require_step_up(flask.url_for("accounts.recovery_codes")):
        return answer
    with unit_of_work() as session:
        codes = recovery.renew(session, viewer.person_id, now=now())
    return page("recovery_codes", codes=codes, onward=flask.url_for("accounts.account"))
