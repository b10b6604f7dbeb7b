"""A forgotten password: asking for the letter, and the page its link opens. An invitation's link opens it, too."""

from typing import Any

import flask
import structlog
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import passwords
from portal.accounts.actions import invitations, links, new_passwords
from portal.accounts.actions import sign_in as signing
from portal.accounts.entrance import SESSION_KEY
from portal.accounts.forms import ChoosePasswordForm, ForgottenForm, show_refusal
from portal.accounts.keys import letter_account
from portal.accounts.models import LinkPurpose, Person, Proof
from portal.accounts.queries import has_second_factor, holds_post
from portal.accounts.views.room import blueprint, now, origin, page, refused, see, settings
from portal.foundation.errors import PortalError, TooMany
from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session, unit_of_work

log = structlog.get_logger(__name__)


@blueprint.get("/sign-in/forgotten")
@public
def forgotten() -> Response:
    """Asks for the address."""
    return page("forgotten", form=ForgottenForm(), has_mail=bool(settings().smtp_url))


@blueprint.post("/sign-in/forgotten")
@public
def ask_reset() -> Response:
    """The same answer whether the address has an account or not, after the same work."""
    form, has_mail = ForgottenForm(), bool(settings().smtp_url)
    if not form.validate_on_submit() or not has_mail:
        return refused("forgotten", form=form, has_mail=has_mail)
    try:
        note_asking(form.email.data)
    except TooMany as error:
        show_refusal(form, error, field="email")
        return page("forgotten", form=form, has_mail=has_mail, error=error)
    with unit_of_work() as session:
        new_passwords.ask_reset(session, form.email.data)
    return see(flask.url_for("accounts.reset_asked"))


@blueprint.get("/sign-in/forgotten/asked")
@public
def reset_asked() -> Response:
    """What happens next, and what to do if no letter comes."""
    return page("reset_asked")


@blueprint.get("/sign-in/new-password/<token>")
@public
def new_password(token: str) -> Response:
    """Choose another password. Looking at the page uses nothing up: mail scanners look, too."""
    return _choosing(LinkPurpose.RESET, token)


@blueprint.post("/sign-in/new-password/<token>")
@public
def set_new_password(token: str) -> Response:
    """Take the password; the person signs in with it, second factor included."""
    return _chosen(LinkPurpose.RESET, token)


@blueprint.get("/invitations/<token>")
@public
def invitation(token: str) -> Response:
    """Somebody the administrator has made an account for chooses their password."""
    return _choosing(LinkPurpose.INVITATION, token)


@blueprint.post("/invitations/<token>")
@public
def accept_invitation(token: str) -> Response:
    """Take the password; the person then signs in with it."""
    return _chosen(LinkPurpose.INVITATION, token)


def note_asking(email: str) -> None:
    """Count a letter asked for, by address and by network. Raises TooMany after several, known address or not."""
    account = letter_account(email)
    with unit_of_work() as session:
        try:
            signing.attempt(session, account, origin(account), now=now(), proof=Proof.LETTER)
        except TooMany as error:
            seconds = int(str(error.details["retry_after_seconds"]))
            raise TooMany("accounts.wait_for_letter", retry_after_seconds=seconds) from None


def _choosing(purpose: LinkPurpose, token: str) -> Response:
    try:
        _link, person = links.found(request_session(), purpose, token, now=now())
    except links.LinkOver as over:
        return _over(purpose, over)
    return page("choose_password", form=ChoosePasswordForm(), **_known(purpose, person))


def _chosen(purpose: LinkPurpose, token: str) -> Response:
    form = ChoosePasswordForm()
    take = new_passwords.reset if purpose is LinkPurpose.RESET else invitations.accept
    try:
        _link, person = links.found(request_session(), purpose, token, now=now())
        if not form.validate_on_submit():
            return refused("choose_password", form=form, **_known(purpose, person))
        with unit_of_work() as session:
            take(session, token, form.password.data, now=now())
    except links.LinkOver as over:
        return _over(purpose, over)
    except PortalError as error:
        show_refusal(form, error, field="password")
        return page("choose_password", form=form, error=error, **_known(purpose, person))
    log.info("password chosen by a link", purpose=purpose.value)
    flask.session.pop(SESSION_KEY, None)  # what was signed in here has ended with all the rest
    flask.flash(_("Your password is set. Now sign in with it."), "success")
    return see(flask.url_for("accounts.sign_in"))


def _known(purpose: LinkPurpose, person: Person) -> dict[str, Any]:
    session = request_session()
    has_factor = has_second_factor(session, person.id)
    return {
        "person": person,
        "is_invitation": purpose is LinkPurpose.INVITATION,
        "has_factor": has_factor,
        "shortest": passwords.shortest(has_second_factor=has_factor or holds_post(session, person.id)),
    }


def _over(purpose: LinkPurpose, over: links.LinkOver) -> Response:
    """The link opens nothing: says why that may be, and the way on."""
    return page("link_over", error=over, purpose=purpose.value, has_mail=bool(settings().smtp_url))
