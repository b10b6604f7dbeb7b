"""The entrance: who is at the door, and whether the page is open to them.

Every request passes here before its view. The viewer is read from the database once per request, by the
random sign-in key in the cookie; whoever was disabled, revoked or left a post is refused at the next act.
"""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import flask
import structlog
from flask_login import LoginManager, current_user
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from portal.accounts import queries
from portal.accounts.actions import interruption, sign_in
from portal.accounts.viewer import Viewer
from portal.foundation.errors import Forbidden
from portal.foundation.formats import Language
from portal.foundation.guards import Guard, guard_of
from portal.foundation.languages import safe_path
from portal.foundation.unit_of_work import request_session, unit_of_work

log = structlog.get_logger(__name__)

SEEN_IS_WRITTEN_EVERY = timedelta(minutes=5)
SESSION_KEY = "_user_id"  # where Flask-Login keeps the sign-in key
INTERRUPTED_KEY = "interrupted"
PUBLIC_ENDPOINTS = frozenset({"static", "languages.front_door", "languages.choose"})
"""Pages of the foundation, which knows no guards of rooms."""

ACT = "act"
"""What the step-up is asked for where something was sent already, which it does not do."""
BY_ITSELF = "X-By-Itself"
"""Sent with what a page asks while nobody touches it: it keeps nobody signed in and leads nobody away."""

OWED_FACTOR_ENDPOINTS = frozenset(
    {
        "accounts.second_factor",
        "accounts.set_second_factor",
        "accounts.step_up",
        "accounts.step_up_by_passkey",
        "accounts.try_step_up",
    }
)
"""Where staff who have not shown their second factor yet may go, in order to show or set it up."""


def init_app(app: flask.Flask) -> None:
    """Put the entrance before every view of `app`."""
    login = LoginManager(app)
    login.session_protection = None  # the key itself is checked against its row at every request
    login.user_loader(_viewer_of)
    app.before_request(_admit)


def current_viewer() -> Viewer:
    """The signed-in person of this request. Raises Forbidden where nobody is signed in."""
    found = maybe_viewer()
    if found is None:
        raise Forbidden("access.sign_in")
    return found


def maybe_viewer() -> Viewer | None:
    """The signed-in person of this request, or None."""
    if not flask.has_request_context() or SESSION_KEY not in flask.session:
        return None
    return current_user._get_current_object() if current_user.is_authenticated else None


def account_language() -> Language | None:
    """The language the signed-in person's account prefers."""
    found = maybe_viewer()
    return found.language if found else None


def remember_language(language: Language) -> None:
    """Keep the choice in the account of whoever is signed in."""
    found = maybe_viewer()
    if found is not None and found.language != language:
        with unit_of_work() as session:
            sign_in.prefer_language(session, found.person_id, language)


def require_step_up(next_path: str | None = None, *, before: str = "") -> Response | None:
    """A redirect to the step-up page unless the second factor was shown within the last ten minutes.

    A view that decides or signs calls it first: `if (answer := require_step_up(page)): return answer`.
    `next_path` is the page to come back to; default is this page, or for a POST the page it was sent from.
    `before` says what it is asked for where that is no decision or signature: `filing`. An act that was sent is not
    done by showing who one is, and has to be sent once more: the page says so (`act`).
    """
    if current_viewer().has_stepped_up(datetime.now(UTC)):
        return None
    target = safe_path(next_path) if next_path else _page_of_request()
    asked_for = before or (ACT if flask.request.method == "POST" else None)
    return flask.redirect(flask.url_for("accounts.step_up", next=target, before=asked_for), HTTPStatus.SEE_OTHER)


def _viewer_of(key: str) -> Viewer | None:
    return queries.viewer(request_session(), key, now=datetime.now(UTC))


def _admit() -> Response | None:
    """Open the page, send to sign-in, or refuse."""
    endpoint = flask.request.endpoint
    if endpoint is None or endpoint in PUBLIC_ENDPOINTS:
        return None
    guard = guard_of(flask.current_app.view_functions[endpoint])
    if guard is None:
        log.error("view without a guard", endpoint=endpoint)
        raise Forbidden
    if guard.is_public:
        return None
    found = maybe_viewer()
    if found is None:
        return _to_sign_in()
    if BY_ITSELF not in flask.request.headers:
        _note_presence(found)
    return _refuse_or_open(guard, found, endpoint)


def _refuse_or_open(guard: Guard, found: Viewer, endpoint: str) -> Response | None:
    if found.owes_second_factor and endpoint not in OWED_FACTOR_ENDPOINTS:
        page = "accounts.step_up" if found.has_second_factor else "accounts.second_factor"
        return _leave_for(flask.url_for(page, next=_page_of_request()))
    if not guard.admits(found):
        log.info("not admitted", endpoint=endpoint)
        raise Forbidden
    return None


def _note_presence(found: Viewer) -> None:
    now = datetime.now(UTC)
    if found.seen_at is None or now - found.seen_at >= SEEN_IS_WRITTEN_EVERY:
        with unit_of_work() as session:
            sign_in.note_presence(session, found.sign_in_key, now=now)


def _to_sign_in() -> Response:
    if flask.request.method == "POST":
        _keep_what_was_sent()
    return _leave_for(flask.url_for("accounts.sign_in", next=_page_of_request()))


def _leave_for(address: str) -> Response:
    """Redirect; a fragment request (htmx) is told to move the whole page instead."""
    if "HX-Request" in flask.request.headers:
        answer = flask.make_response("", HTTPStatus.UNAUTHORIZED)
        if BY_ITSELF not in flask.request.headers:
            answer.headers["HX-Redirect"] = address
        return answer
    method = flask.request.method
    return flask.redirect(address, HTTPStatus.FOUND if method in {"GET", "HEAD"} else HTTPStatus.SEE_OTHER)


def _keep_what_was_sent() -> None:
    """Keep the fields of a form sent too late, for the person whose sign-in had ended in this browser."""
    key = flask.session.get(SESSION_KEY)
    if not key:
        return
    fields = [(name, value) for name, values in flask.request.form.lists() for value in values]
    with unit_of_work() as session:
        token = interruption.keep(session, key, path=_own_path(), fields=fields, now=datetime.now(UTC))
    if token:
        flask.session[INTERRUPTED_KEY] = token


def _own_path() -> str:
    """The path of this request with its query, without a trailing question mark."""
    return flask.request.full_path.removesuffix("?")


def _page_of_request() -> str:
    """The page to come back to after signing in: never the address of an act."""
    request = flask.request
    if "HX-Request" in request.headers:
        return _path_of(request.headers.get("HX-Current-URL"))
    if request.method in {"GET", "HEAD"} or _can_be_read(request.path):
        return safe_path(_own_path())
    return _path_of(request.referrer)


def _can_be_read(path: str) -> bool:
    adapter = flask.globals.request_ctx.url_adapter
    if adapter is None:
        return False
    try:
        adapter.match(path, method="GET")
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return False
    return True


def _path_of(address: str | None) -> str:
    """The path of an address of this site; the front door for any other."""
    parts = urlsplit(address or "")
    if parts.netloc != flask.request.host:
        return "/"
    return safe_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
