"""The edge every page passes: security headers, request id, error pages in the reader's words, static files.

Nothing here knows a room. A page may set its own `Content-Security-Policy` or `Cache-Control`; the hook only
fills in what is missing (a served PDF shown beside a form needs `frame-ancestors 'self'`).
"""

import hashlib
import re
import secrets
import uuid
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import flask
import flask_login
import jinja2
import structlog
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from portal.foundation.errors import PortalError
from portal.foundation.expired_forms import typed_here
from portal.foundation.forms import error_list
from portal.foundation.languages import spoken
from portal.foundation.pictures import qr_path

log = structlog.get_logger(__name__)

PAGES = (400, 403, 404, 405, 409, 413, 429, 500, 503)
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
YEAR_SECONDS = 365 * 24 * 3600
MOST_KEPT = 2000
"""Addresses and parts of the frame remembered by a process; there are some hundred."""

DESIGN_SYSTEM = ("govuk_frontend_jinja", "govuk_frontend_wtf")

PERMISSIONS = ", ".join(
    f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)


PLACES = {
    "procedures": "catalogue.search",
    "track": "dossiers.track",
    "transparency": "transparency.overview",
    "how_computed": "transparency.how_computed",
    "verify": "proof.ask",
    "working_days": "working_days.year",
    "workspace": "dossiers.workspace",
    "queue": "desk.queue",
    "counter": "counter.front",
    "claim": "counter.claim",
    "my_day": "routing.my_day",
    "team": "routing.team",
    "dispatch": "routing.dispatch",
    "till": "till.owed",
    "till_refunds": "till.refund_list",
    "figures": "transparency.staff",
    "matters": "hearing.owed",
    "handing_over": "deliveries.day",
    "feedback": "hearing.published",
    "background_work": "operations.background_work",
    "certificates": "operations.certificates",
    "calendar": "calendars.year",
    "editor": "authoring.drafts",
    "administration": "administration.front",
    "account": "accounts.account",
    "registrations": "registering.registrations",
    "own_data": "personal.own",
    "data_requests": "personal.requests",
    "notices": "notices.inbox",
    "preferences": "preferences.shown",
    "sign_in": "accounts.sign_in",
    "sign_out": "accounts.sign_out",
    "accessibility": "about.accessibility",
    "privacy": "about.privacy",
    "licence": "about.licence",
    "contact": "about.contact",
}
"""Where the layouts lead to. A place whose endpoint is not there is left out of the page."""


class Missing(jinja2.ChainableUndefined):
    """What a template asked for and did not get.

    The design system's macros take dictionaries whose keys may be absent, so an absent key is silently empty;
    an unknown name or attribute is a mistake and says so.
    """

    __slots__ = ()

    def _checked(self) -> None:
        absent_key = isinstance(self._undefined_obj, (dict, jinja2.Undefined))
        meant = self._undefined_name == "undefined" or self._undefined_hint is not None
        if not (absent_key or meant):
            self._fail_with_undefined_error()

    def __str__(self) -> str:
        self._checked()
        return ""

    def __bool__(self) -> bool:
        self._checked()
        return False

    def __iter__(self) -> Iterator[Any]:
        self._checked()
        return iter(())


# A code of `errors` in the reader's words. Rooms add theirs with `explain_refusals`.
_REASONS: dict[str, Any] = {
    "act.stale": lazy_gettext("Somebody has changed this since you opened the page. Look at it again, then decide."),
    "act.refused": lazy_gettext("This can no longer be done, because the state has changed."),
    "form.expired": lazy_gettext(
        "The form could not be checked, perhaps because you signed out in another tab. "
        "Go back: what you typed is still there. Copy what you want to keep, then reload the page and send it again."
    ),
}


def init_app(
    app: flask.Flask,
    *,
    viewer: Callable[[], object | None] | None = None,
    places: Mapping[str, str] | None = None,
) -> None:
    """Put `app` behind the edge; `app.extensions["settings"]` must hold its settings.

    `viewer` gives the signed-in person (by default Flask-Login's); `places` adds to or replaces `PLACES`.
    """
    app.extensions["page_viewer"] = viewer or _signed_in
    app.extensions["page_places"] = {**PLACES, **(places or {})}
    app.extensions["kept_parts"] = {}
    app.config.setdefault("CSP_FORM_ACTION", ["'self'"])
    parts = [app.jinja_loader] if app.jinja_loader else []
    app.jinja_env.loader = jinja2.ChoiceLoader(
        [*parts, jinja2.PrefixLoader({name: _design_system(app, name) for name in DESIGN_SYSTEM})]
    )
    app.jinja_env.undefined = Missing
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_begin)
    app.before_request(_refuse_unwritable_text)
    app.after_request(_finish)
    app.context_processor(_page)
    app.template_global("asset")(asset)
    app.template_global("place")(place)
    app.template_global("kept")(kept)
    app.template_global("error_list")(error_list)
    app.template_global("qr_path")(qr_path)
    app.template_global("bulletin")(bulletin)
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)


def explain_refusals(reasons: Mapping[str, Any]) -> None:
    """Add a room's codes with their lazy sentences. A code explained twice is a mistake of the programmer."""
    for code, sentence in reasons.items():
        if code in _REASONS and _REASONS[code] is not sentence:
            raise RuntimeError(f"the code {code} is explained twice")
        _REASONS[code] = sentence


def explanation(error: PortalError) -> str:
    """What is wrong and what to do, in the reader's language; empty when the code has no words of its own."""
    sentence = str(_REASONS.get(error.code, ""))
    return sentence % error.details if sentence and error.details and "%(" in sentence else sentence


def csp_nonce() -> str:
    """The secret of this answer that an own script element must carry."""
    if "csp_nonce" not in flask.g:
        flask.g.csp_nonce = secrets.token_urlsafe(16)
    return str(flask.g.csp_nonce)


def asset(name: str) -> str:
    """The address of a static file. It changes with the file's content, so it may be kept for a year."""
    folder = flask.current_app.static_folder
    version = None if name.startswith("vendor/") or folder is None else _version(Path(folder) / name)
    return str(_kept("asset", (name, version), lambda: flask.url_for("static", filename=name, v=version)))


def place(name: str, **values: Any) -> str:
    """The address of a place the layouts link to (`sign_in`, `workspace`, …), or "" where there is none."""
    endpoint = flask.current_app.extensions["page_places"].get(name)
    if endpoint is None:
        return ""
    if not values:
        return str(_kept("place", (endpoint, spoken()), lambda: _address(endpoint)))
    return _address(endpoint, **values)


def bulletin() -> str:
    """What every page says at its top for a time, in the reader's language; a room sets `page_bulletin`."""
    say: Callable[[], str] | None = flask.current_app.extensions.get("page_bulletin")
    return say() if say is not None else ""


def kept(part: Callable[..., str], *arguments: Hashable) -> str:
    """What a macro makes of these arguments, made once in each language: for the parts of the frame.

    Only for macros whose text follows from their arguments, the language and the places there are.
    """
    return _kept(part.name, (arguments, spoken()), lambda: part(*arguments))  # type: ignore[attr-defined]


def _kept(kind: str, key: Hashable, make: Callable[[], str]) -> str:
    """Addresses and parts of pages are the same for everybody under one mount point."""
    if not flask.has_request_context():
        return make()
    memory: dict[Hashable, str] = flask.current_app.extensions["kept_parts"]
    whole = (kind, flask.request.script_root, key)
    found = memory.get(whole)
    if found is None:
        if len(memory) >= MOST_KEPT:
            memory.clear()
        found = memory[whole] = make()
    return found


def _address(endpoint: str, **values: Any) -> str:
    try:
        return flask.url_for(endpoint, **values)
    except BuildError:
        return ""


def _version(path: Path) -> str | None:
    try:
        return _fingerprint(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=256)
def _fingerprint(path: Path, _changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _begin() -> None:
    given = flask.request.headers.get("X-Request-ID", "")
    flask.g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=flask.g.request_id)


def _refuse_unwritable_text() -> None:
    """No column holds a NUL, and nobody types one: refuse it here instead of failing at the database."""
    request = flask.request
    texts = [request.path, *request.args.keys(), *request.args.values()]
    if request.method == "POST":
        texts += [*request.form.keys(), *(value for values in request.form.listvalues() for value in values)]
    if any("\0" in text for text in texts):
        raise BadRequest


def _finish(answer: Response) -> Response:
    headers, settings = answer.headers, flask.current_app.extensions["settings"]
    headers["X-Request-ID"] = flask.g.get("request_id", "-")
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", PERMISSIONS)
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Content-Security-Policy", _content_policy())
    if settings.is_production and settings.is_https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
    if flask.request.endpoint == "static":
        _cache_static(answer)
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-store" if flask.session else "no-cache"
    return answer


def _content_policy() -> str:
    form_action = " ".join(flask.current_app.config["CSP_FORM_ACTION"])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{csp_nonce()}'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            f"form-action {form_action}",
        )
    )


def _cache_static(answer: Response) -> None:
    lasting = flask.request.args.get("v") or flask.request.path.startswith("/static/vendor/")
    answer.headers["Cache-Control"] = (
        f"public, max-age={YEAR_SECONDS}, immutable"
        if lasting and answer.status_code < HTTPStatus.BAD_REQUEST
        else "no-cache"
    )
    answer.headers.pop("Set-Cookie", None)


def _design_system(app: flask.Flask, name: str) -> jinja2.BaseLoader:
    """The design system's macros, but for those we have in their place under `macros/`."""
    ours = Path(app.root_path, str(app.template_folder), "macros", name)
    return jinja2.ChoiceLoader([jinja2.FileSystemLoader(ours), jinja2.PackageLoader(name)])


def _signed_in() -> object | None:
    """Flask-Login's user, or None; an application without sign-in has nobody."""
    if not hasattr(flask.current_app, "login_manager"):
        return None
    user = flask_login.current_user
    return user._get_current_object() if user.is_authenticated else None


def _page() -> dict[str, Any]:
    """What every template may use besides its own values."""
    settings = flask.current_app.extensions["settings"]
    bare = flask.g.get("bare_page", False)
    return {
        "viewer": None if bare else flask.current_app.extensions["page_viewer"](),
        "csp_nonce": csp_nonce,
        "demo": settings.is_demo,
        "public_url": settings.public_url,
        "request_id": flask.g.get("request_id", "-"),
    }


def _portal_error(error: PortalError) -> Response:
    log.info("refused", code=error.code, status=error.status)
    answer = _error_page(error.status, code=error.code, reason=explanation(error))
    if "retry_after_seconds" in error.details:
        answer.headers["Retry-After"] = str(error.details["retry_after_seconds"])
    return answer


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST or error.response is not None:
        return error.get_response()
    expired = isinstance(error, CSRFError)
    if expired and (fields := typed_here()):
        return _given_back(fields)
    answer = _error_page(
        status,
        code="form.expired" if expired else f"http.{status}",
        reason=str(_REASONS["form.expired"]) if expired else "",
    )
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "www-authenticate"}:
            answer.headers[name] = value
    return answer


def _given_back(fields: list[tuple[str, str]]) -> Response:
    """The refused form with what was typed: whoever is signed in by now sends it with one press."""
    path = flask.request.full_path.removesuffix("?")
    answer = flask.make_response(flask.render_template("errors/expired.html", path=path, fields=fields))
    answer.status_code = HTTPStatus.BAD_REQUEST
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _crash(error: Exception) -> Response:
    """The last edge: whatever was not foreseen is logged with its trace and shown without it."""
    if flask.current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.error("request failed", exc_info=error, endpoint=flask.request.endpoint)
    return _error_page(InternalServerError.code or 500, code="http.500")


def _error_page(status: int, *, code: str, reason: str = "") -> Response:
    flask.g.bare_page = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if _wants_json():
        answer = flask.jsonify(status=status, code=code, detail=reason, request_id=flask.g.get("request_id"))
        answer.mimetype = "application/problem+json"
    else:
        page = _page_for(status)
        answer = flask.make_response(_rendered(page, status=status, code=code, reason=reason))
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page_for(status: int) -> int:
    if status in PAGES:
        return status
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return 409
    return 400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500


def _rendered(page: int, **values: Any) -> str:
    try:
        return flask.render_template(f"errors/{page}.html", **values)
    except Exception:  # an error page that fails must not fail aloud
        log.exception("error page failed", page=page)
        return f"<!doctype html><html lang=vi><title>{page}</title><p>Một Cửa: {page}</p></html>"


def _wants_json() -> bool:
    if flask.request.path.startswith("/api/"):
        return True
    best = flask.request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"
