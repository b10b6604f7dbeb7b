"""Arriving: between the first factor and the second, and what happens when somebody is in."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import flask
from flask_login import login_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts import queries
from portal.accounts.actions import sign_in as signing
from portal.accounts.browsers import browser_name
from portal.accounts.entrance import INTERRUPTED_KEY, SESSION_KEY
from portal.accounts.keys import account_hash, new_key, second_factor_account
from portal.accounts.models import Person
from portal.accounts.views.room import (
    asked_next,
    keep_language,
    known_browser,
    known_browser_cookie,
    now,
    page,
    see,
    settings,
    wanted_page,
)
from portal.foundation import languages
from portal.foundation.formats import Language
from portal.foundation.outbox import Job, enqueue
from portal.foundation.unit_of_work import request_session, unit_of_work

HALFWAY_KEY = "halfway"
PENDING_KEY = "outside"
"""Who somebody has shown to be at a sign-in service, while it is not said yet whose account that is."""
HALFWAY_LASTS = timedelta(minutes=10)
BROWSER_IS_KNOWN_FOR = timedelta(days=180)


def first_factor_shown(person: Person) -> Response:
    """The person has shown a password, or an identity of theirs: on to the second factor, or in."""
    with unit_of_work() as session:
        is_staff = queries.holds_post(session, person.id)
        has_factor = queries.has_second_factor(session, person.id)
    if not has_factor and not is_staff:
        return enter(person.id, second_factor_shown=False)
    _note_halfway(person.id)
    step = "accounts.code" if has_factor else "accounts.first_code"
    return see(flask.url_for(step, next=asked_next()))


def _note_halfway(person_id: UUID) -> None:
    until = (now() + HALFWAY_LASTS).timestamp()
    flask.session[HALFWAY_KEY] = {"person": str(person_id), "until": until, "nonce": new_key()}


def halfway() -> UUID | None:
    """Who has shown a password in this browser within the last ten minutes and owes the second factor."""
    noted = flask.session.get(HALFWAY_KEY)
    if not noted or noted["until"] < now().timestamp():
        return None
    return UUID(noted["person"])


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
    """Nothing of the session before survives, except, for the same person, what their open forms need.

    And an identity to be linked, where the person signs in for that: the next page asks for their word.
    """
    wanted = ["csrf_token", INTERRUPTED_KEY] if keeps_forms else []
    if asked_next() == flask.url_for("accounts.outside"):
        wanted.append(PENDING_KEY)
    kept = {name: flask.session[name] for name in wanted if name in flask.session}
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
