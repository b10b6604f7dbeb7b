"""Before deciding or signing: showing again that it is the person, not somebody at their open browser."""

from typing import Any

from werkzeug.wrappers import Response

from portal.accounts import passwords
from portal.accounts.actions import sign_in as signing
from portal.accounts.entrance import current_viewer
from portal.accounts.forms import CodeForm, PasswordAgainForm, show_refusal
from portal.accounts.keys import account_hash
from portal.accounts.models import Person
from portal.accounts.viewer import Viewer
from portal.accounts.views.challenging import options_to_show
from portal.accounts.views.entering import demo_code, prove_code
from portal.accounts.views.room import back_to_what_was_asked, blueprint, now, origin, page, refused, see
from portal.foundation.errors import Invalid, PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import unit_of_work


@blueprint.get("/step-up")
@open_to(Audience.SIGNED_IN)
def step_up() -> Response:
    viewer = current_viewer()
    return page("step_up", form=_form_for(viewer), **_ways(viewer))


@blueprint.post("/step-up")
@open_to(Audience.SIGNED_IN)
def try_step_up() -> Response:
    """The one-time code again; who has no second factor enters the password again."""
    viewer = current_viewer()
    form = _form_for(viewer)
    if not form.validate_on_submit():
        return refused("step_up", form=form, **_ways(viewer))
    try:
        if isinstance(form, CodeForm):
            prove_code(viewer.person_id, form.code.data)
        else:
            prove_password(viewer, form.password.data)
    except PortalError as error:
        show_refusal(form, error, field="code" if isinstance(form, CodeForm) else "password")
        return page("step_up", form=form, error=error, **_ways(viewer))
    with unit_of_work() as session:
        signing.note_step_up(session, viewer.sign_in_key, now=now())
    return see(back_to_what_was_asked(viewer))


def prove_password(viewer: Viewer, typed: str, *, field: str = "password") -> None:
    """Raise Invalid beside `field` unless this is the viewer's password; TooMany after several attempts."""
    account = account_hash(viewer.email)
    with unit_of_work() as session:
        number = signing.attempt(session, account, origin(account), now=now(), person_id=viewer.person_id)
        stored = session.get_one(Person, viewer.person_id).password_hash
    if not passwords.matches(stored, typed):
        raise Invalid(fields={field: "accounts.password_wrong"})
    with unit_of_work() as session:
        signing.succeed(session, number)


def _form_for(viewer: Viewer) -> CodeForm | PasswordAgainForm:
    return CodeForm() if viewer.has_second_factor else PasswordAgainForm()


def _ways(viewer: Viewer) -> dict[str, Any]:
    """By what the viewer may show that it is them."""
    return {
        "has_form": viewer.has_app or not viewer.has_second_factor,
        "passkey_options": options_to_show(viewer.person_id) if viewer.has_passkeys else None,
        "demo_code": demo_code(viewer.person_id) if viewer.has_app else None,
    }
