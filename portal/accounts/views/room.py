"""What the pages of this room share."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions.sign_in import Origin
from portal.accounts.browsers import KnownBrowser
from portal.accounts.entrance import ACT, current_viewer
from portal.accounts.keys import network_of
from portal.accounts.viewer import ActingFor, Viewer
from portal.accounts.wording import field_words, role_words
from portal.foundation import languages, web
from portal.foundation.errors import NotFound, PortalError
from portal.foundation.formats import Language
from portal.foundation.guards import Audience
from portal.foundation.languages import safe_path
from portal.foundation.settings import Settings

OWN_PARTY = "me"
"""Stands for the tax code in addresses of a person's own pages as an individual without one."""

blueprint = flask.Blueprint("accounts", __name__)
blueprint.add_app_template_global(role_words)
blueprint.add_app_template_global(field_words)


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def settings() -> Settings:
    """The settings of this installation."""
    found = flask.current_app.extensions["settings"]
    assert isinstance(found, Settings)  # noqa: S101 - put there by create_app
    return found


def known_browser() -> KnownBrowser:
    """What this browser's cookie says of earlier sign-ins."""
    return KnownBrowser(settings().secret_key, flask.request.cookies.get(known_browser_cookie()))


def known_browser_cookie() -> str:
    """The cookie's name, another one for each installation on a host."""
    return f"{settings().instance}_browser"


def origin(account: bytes) -> Origin:
    """Where this request's attempt on the account comes from."""
    return Origin(network=network_of(flask.request.remote_addr), browser_key=known_browser().key_for(account))


def asked_next() -> str | None:
    """The page to go on to, as the address says, or as it was kept while the person was at another site."""
    return flask.request.args.get("next") or flask.g.get("next_page")


def wanted_page(viewer: Viewer | None = None) -> str:
    """The page asked for by `next`, else where the person's work is."""
    wanted = asked_next()
    if wanted and safe_path(wanted) != "/":
        return safe_path(wanted)
    if viewer is None:
        return "/"
    if Audience.STAFF in viewer.audiences:
        return web.place("queue")
    if Audience.ADMINISTRATOR in viewer.audiences:
        return web.place("administration") or flask.url_for("accounts.account")
    return web.place("figures" if viewer.posts else "workspace") or flask.url_for("accounts.account")


def back_to_what_was_asked(viewer: Viewer) -> str:
    """The page to go on with after the step-up; an act that was sent before it has to be sent once more."""
    if flask.request.args.get("before") == ACT:
        flask.flash(_("It is you. Now press the button once more."), "info")
    return wanted_page(viewer)


def own_party(tax_code: str) -> ActingFor:
    """The party of this code the viewer belongs to; `me` is the person as an individual.

    Raises NotFound for any other: a mandate lets an agent file, not look at people and mandates.
    """
    wanted = None if tax_code == OWN_PARTY else tax_code
    for acting in current_viewer().acting_for:
        if acting.agent_party_id is None and acting.tax_code == wanted:
            return acting
    raise NotFound


def own_company(tax_code: str) -> ActingFor:
    """As `own_party`, for companies only: nobody else belongs to a person."""
    if tax_code == OWN_PARTY:
        raise NotFound
    return own_party(tax_code)


def keep_language(answer: Response, language: Language) -> None:
    """Let this browser go on in the language, also on pages whose address names none."""
    answer.set_cookie(
        flask.current_app.config["LANGUAGE_COOKIE"],
        language,
        max_age=languages.REMEMBERED_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=settings().is_https,
    )


def see(address: str) -> Response:
    """Redirect after a POST."""
    return flask.redirect(address, HTTPStatus.SEE_OTHER)


def page(template: str, *, error: PortalError | None = None, status: int = 200, **values: Any) -> Response:
    """A page of this room; with what was refused, the status says so."""
    answer = flask.make_response(flask.render_template(f"accounts/{template}.html", **values))
    answer.status_code = error.status if error else status
    if error and "retry_after_seconds" in error.details:
        answer.headers["Retry-After"] = str(error.details["retry_after_seconds"])
    return answer


def refused(template: str, **values: Any) -> Response:
    """The page again, with what was typed and what is wrong with it."""
    return page(template, status=HTTPStatus.UNPROCESSABLE_ENTITY, **values)
