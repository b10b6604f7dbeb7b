"""Signing in by a service outside: there and back, a first visit, linking the identity to one's account."""

from datetime import timedelta
from typing import Any

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import queries, sign_in_service
from portal.accounts.actions import identities, people
from portal.accounts.actions import sign_in as signing
from portal.accounts.entrance import current_viewer, maybe_viewer, require_step_up
from portal.accounts.forms import RegisterForm, show_refusal
from portal.accounts.keys import outside_account
from portal.accounts.models import Person, Proof
from portal.accounts.sign_in_service import Shown
from portal.accounts.views.arriving import PENDING_KEY, enter, first_factor_shown
from portal.accounts.views.room import asked_next, blueprint, now, origin, page, refused, see, settings
from portal.foundation import languages, web
from portal.foundation.errors import Invalid, NotFound, PortalError, Refused
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.settings import SignInService
from portal.foundation.unit_of_work import request_session, unit_of_work

NEXT_KEY = "outside_next"
PENDING_LASTS = timedelta(minutes=10)


@blueprint.get("/sign-in/outside")
@public
def outside_sign_in() -> Response:
    """Off to the service."""
    service = _service()
    try:
        come_back_to = settings().public_url + flask.url_for("accounts.outside_return")
        answer = sign_in_service.lead_there(come_back_to, language=languages.TAGS[languages.current()])
    except PortalError as error:
        return _failed(service, error)
    flask.session[NEXT_KEY] = asked_next()
    return answer


@blueprint.get("/sign-in/outside/return")
@public
def outside_return() -> Response:
    """Back from the service: signed in, asked for the second factor, or met for the first time."""
    service = _service()
    flask.g.next_page = flask.session.pop(NEXT_KEY, None)
    try:
        shown = sign_in_service.read_answer()
        if maybe_viewer() is not None:
            _keep(shown)
            return see(flask.url_for("accounts.outside"))
        person = _person_of(shown)
    except PortalError as error:
        return _failed(service, error)
    if person is None:
        _keep(shown)
        return see(flask.url_for("accounts.outside_newcomer", next=asked_next()))
    return first_factor_shown(person)


def _person_of(shown: Shown) -> Person | None:
    """Whose identity it is; it takes the place of the password, never that of the second factor."""
    with unit_of_work() as session:
        held = identities.use(session, issuer=shown.issuer, subject=shown.subject, known_as=shown.known_as, now=now())
        person = session.get_one(Person, held.person_id) if held else None
        if person is None:
            return None
        account = outside_account(person.id)
        number = signing.attempt(session, account, origin(account), now=now(), person_id=person.id, proof=Proof.OUTSIDE)
        if person.disabled_at is None:
            signing.succeed(session, number)
    if person.disabled_at is not None:
        raise Invalid("accounts.outside_closed")
    return person


@blueprint.get("/sign-in/outside/new")
@public
def outside_newcomer() -> Response:
    """Nobody here has this identity yet: sign in to an account and link it, or make one."""
    _service()
    shown = _pending()
    if shown is None:
        return see(flask.url_for("accounts.sign_in"))
    return page("outside_new", **_for_newcomer(shown, RegisterForm(name=shown.name, email=shown.email)))


@blueprint.post("/sign-in/outside/new")
@public
def outside_register() -> Response:
    """Make an account with the identity linked to it, and sign in."""
    service, shown, form = _service(), _pending(), RegisterForm()
    if shown is None:
        return see(flask.url_for("accounts.sign_in"))
    if not form.validate_on_submit():
        return refused("outside_new", **_for_newcomer(shown, form))
    try:
        with unit_of_work() as session:
            person = people.register(
                session,
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                language=languages.current(),
                is_verified=not settings().smtp_url,
                now=now(),
            )
            _link(session, person, shown)
    except Refused as error:
        return _failed(service, error)
    except PortalError as error:
        show_refusal(form, error, field="password")
        return page("outside_new", error=error, **_for_newcomer(shown, form))
    return enter(person.id, second_factor_shown=False)


@blueprint.get("/accounts/outside")
@open_to(Audience.SIGNED_IN)
def outside() -> Response:
    """The identity that is linked, or the one to be linked now."""
    service, viewer = _service(), current_viewer()
    held = identities.of_person(request_session(), viewer.person_id, issuer=service.issuer)
    shown = _pending()
    if held is not None and shown is not None and shown.subject == held.subject:
        shown = None
    return page("outside", service=service, held=held, shown=shown)


@blueprint.post("/accounts/outside/link")
@open_to(Audience.SIGNED_IN)
def link_outside() -> Response:
    """Link the identity just shown to the account of whoever is signed in, who proves to be its owner."""
    service, viewer, shown = _service(), current_viewer(), _pending()
    if shown is None:
        return see(flask.url_for("accounts.outside"))
    if answer := require_step_up(flask.url_for("accounts.outside")):
        return answer
    try:
        with unit_of_work() as session:
            _link(session, session.get_one(Person, viewer.person_id), shown)
    except Refused as error:
        return _failed(service, error)
    flask.session.pop(PENDING_KEY, None)
    flask.flash(_("From now on you can sign in with %(service)s, too.", service=service.name), "success")
    return see(flask.url_for("accounts.account"))


@blueprint.post("/accounts/outside/unlink")
@open_to(Audience.SIGNED_IN)
def unlink_outside() -> Response:
    service, viewer = _service(), current_viewer()
    with unit_of_work() as session:
        identities.unlink(session, viewer.person_id, issuer=service.issuer, now=now())
    flask.flash(_("%(service)s signs you in no longer. Your password still does.", service=service.name), "success")
    return see(flask.url_for("accounts.account"))


def _link(session: Any, person: Person, shown: Shown) -> None:
    identities.link(session, person.id, issuer=shown.issuer, subject=shown.subject, known_as=shown.known_as, now=now())


def _service() -> SignInService:
    """The service of this installation. Raises NotFound where there is none: then there is no such page either."""
    service = settings().sign_in_service
    if service is None:
        raise NotFound
    return service


def _keep(shown: Shown) -> None:
    """Who has shown to be whom stays in this browser for some minutes, until it is said whose account that is."""
    flask.session[PENDING_KEY] = {
        "issuer": shown.issuer, "subject": shown.subject, "name": shown.name, "email": shown.email,
        "verified": shown.email_is_verified, "until": (now() + PENDING_LASTS).timestamp(),
    }  # fmt: skip


def _pending() -> Shown | None:
    kept = flask.session.get(PENDING_KEY)
    if not kept or kept["until"] < now().timestamp() or kept["issuer"] != _service().issuer:
        return None
    return Shown(
        issuer=kept["issuer"],
        subject=kept["subject"],
        name=kept["name"],
        email=kept["email"],
        email_is_verified=kept["verified"],
    )


def _for_newcomer(shown: Shown, form: RegisterForm) -> dict[str, Any]:
    """That the address has an account here is said only to whom the service vouches for as its owner."""
    knows = shown.email_is_verified and queries.person_by_email(request_session(), shown.email) is not None
    return {"service": _service(), "shown": shown, "form": form, "has_account": knows}


def _failed(service: SignInService, error: PortalError) -> Response:
    """What went wrong, in words, and the ways on."""
    sentence = web.explanation(error)
    return page("outside_failed", error=error, service=service, sentence=sentence, onward=asked_next())
