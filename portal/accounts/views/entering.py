"""Signing in and out."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import flask
import structlog
from flask_login import login_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts import one_time, passwords, queries
from portal.accounts.actions import people, recovery
from portal.accounts.actions import sign_in as signing
from portal.accounts.browsers import browser_name
from portal.accounts.entrance import INTERRUPTED_KEY, SESSION_KEY, maybe_viewer
from portal.accounts.forms import CodeForm, SignInForm, show_refusal
from portal.accounts.keys import account_hash, new_key, second_factor_account
from portal.accounts.models import Person, Proof
from portal.accounts.views.room import (
    blueprint,
    keep_language,
    known_browser,
    known_browser_cookie,
    now,
    origin,
    page,
    refused,
    see,
    settings,
    wanted_page,
)
from portal.accounts.views.setting_up import Offer
from portal.foundation import languages, web
from portal.foundation.errors import Invalid, PortalError, TooMany, Unavailable
from portal.foundation.formats import Language
from portal.foundation.guards import public
from portal.foundation.outbox import Job, enqueue
from portal.foundation.unit_of_work import request_session, unit_of_work

log = structlog.get_logger(__name__)

HALFWAY_KEY = "halfway"
HALFWAY_LASTS = timedelta(minutes=10)
BROWSER_IS_KNOWN_FOR = timedelta(days=180)


@blueprint.get("/sign-in")
@public
def sign_in() -> Response:
    """The door. Who is signed in already goes on."""
    viewer = maybe_viewer()
    if viewer is not None:
        return see(wanted_page(viewer))
    return page("sign_in", form=SignInForm())


@blueprint.post("/sign-in")
@public
def try_password() -> Response:
    form = SignInForm()
    if not form.validate_on_submit():
        return refused("sign_in", form=form)
    try:
        person = _proven(form.email.data, form.password.data)
    except (Invalid, TooMany, Unavailable) as error:
        # Said of both boxes at once: naming one of them would tell which addresses have an account.
        wrong = [{"text": web.explanation(error), "href": f"#{form.email.id}"}]
        return page("sign_in", form=form, wrong=wrong, error_count=len(wrong), error=error)
    with unit_of_work() as session:
        is_staff = queries.holds_post(session, person.id)
    if person.one_time_secret is None and not is_staff:
        return enter(person.id, second_factor_shown=False)
    _note_halfway(person.id)
    step = "accounts.code" if person.one_time_secret else "accounts.first_code"
    return see(flask.url_for(step, next=flask.request.args.get("next")))


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
    """The second factor."""
    person_id = halfway()
    if person_id is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    return page("code", form=CodeForm(), demo_code=demo_code(person_id))


@blueprint.post("/sign-in/code")
@public
def try_code() -> Response:
    person_id = halfway()
    if person_id is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    form = CodeForm()
    if not form.validate_on_submit():
        return refused("code", form=form, demo_code=demo_code(person_id))
    try:
        prove_code(person_id, form.code.data)
    except PortalError as error:
        show_refusal(form, error, field="code")
        return page("code", form=form, demo_code=demo_code(person_id), error=error)
    return enter(person_id, second_factor_shown=True)


@blueprint.get("/sign-in/set-up")
@public
def first_code() -> Response:
    """Staff who sign in for the first time set up their second factor before anything else."""
    person_id = halfway()
    if person_id is None:
        return see(flask.url_for("accounts.sign_in", next=flask.request.args.get("next")))
    return page("second_factor", form=CodeForm(), offer=Offer.for_person(_person(person_id), now=now()), first=True)


@blueprint.post("/sign-in/set-up")
@public
def try_first_code() -> Response:
    person_id = halfway()
    person = _person(person_id) if person_id else None
    if person is None or person.one_time_secret is not None:
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


def _note_halfway(person_id: UUID) -> None:
    until = (now() + HALFWAY_LASTS).timestamp()
    flask.session[HALFWAY_KEY] = {"person": str(person_id), "until": until, "nonce": new_key()}


def halfway() -> UUID | None:
    """Who has shown a password in this browser within the last ten minutes and owes the second factor."""
    noted = flask.session.get(HALFWAY_KEY)
    if not noted or noted["until"] < now().timestamp():
        return None
    return UUID(noted["person"])


def _person(person_id: UUID) -> Person:
    session = request_session()
    found = session.get_one(Person, person_id)
    session.refresh(found)
    return found


def enter(person_id: UUID, *, second_factor_shown: bool, codes: Sequence[str] = ()) -> Response:
    """Sign in: a new key, a new session, and back to what the person was doing; new recovery codes are shown first.

    The language the person was reading at the door wins over the one saved before, and becomes the saved one:
    somebody who chose Chinese and then signs in goes on in Chinese, on pages and in letters.
    """
    old_key = flask.session.get(SESSION_KEY)
    with unit_of_work() as session:
        returns = old_key is not None and queries.person_of_key(session, old_key) == person_id
        person = session.get_one(Person, person_id)
        _tell_of_new_browser(session, person)
        person.language = reading = _language_at_the_door() or person.language
        key = signing.begin(
            session,
            person_id,
            browser=_this_browser(),
            second_factor_shown=second_factor_shown,
            replaces=old_key,
            now=now(),
        )
    viewer = queries.viewer(request_session(), key, now=now())
    assert viewer is not None  # noqa: S101 - the row was made above
    _begin_session(keeps_forms=returns)
    login_user(viewer)
    onward = _where_to_go_on(person_id) or wanted_page(viewer)
    answer = page("recovery_codes", codes=codes, onward=onward) if codes else see(onward)
    keep_language(answer, reading)
    _remember_browser(answer, account_hash(viewer.email), second_factor_account(person_id))
    return answer


def _language_at_the_door() -> Language | None:
    """The language the sign-in page was read in; None where the browser asks for none of ours."""
    chosen = flask.request.cookies.get(flask.current_app.config["LANGUAGE_COOKIE"])
    is_asked_for = chosen in languages.LANGUAGES or flask.request.accept_languages.best_match(languages.LANGUAGES)
    return languages.current() if is_asked_for else None


def _this_browser() -> str:
    return browser_name(flask.request.user_agent.string)


def _tell_of_new_browser(session: Session, person: Person) -> None:
    """A sign-in from a browser this account has not been used in is told to its owner; not the very first one."""
    if known_browser().key_for(account_hash(person.email)) or not queries.has_signed_in(session, person.id):
        return
    params = {"browser": _this_browser(), "signed_in_at": now().isoformat()}
    told = {"person_id": str(person.id), "kind": "new_sign_in", "params": params}
    enqueue(session, Job.SEND_NOTICE, told)


def _begin_session(*, keeps_forms: bool) -> None:
    """Nothing of the session before survives, except, for the same person, what their open forms need."""
    kept = {
        name: flask.session[name] for name in ("csrf_token", INTERRUPTED_KEY) if keeps_forms and name in flask.session
    }
    flask.session.clear()
    flask.session.update(kept)


def _where_to_go_on(person_id: UUID) -> str | None:
    token = flask.session.get(INTERRUPTED_KEY)
    if token and queries.interrupted_post(request_session(), token, person_id=person_id, now=now()):
        return flask.url_for("accounts.go_on")
    return None


def _remember_browser(answer: Response, *accounts: bytes) -> None:
    known = known_browser()
    content = ""
    for account in accounts:
        content = known.cookie_knowing(account)
        known = type(known)(settings().secret_key, content)
    answer.set_cookie(
        known_browser_cookie(),
        content,
        max_age=int(BROWSER_IS_KNOWN_FOR.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings().is_https,
    )
