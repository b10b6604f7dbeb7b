"""What the company's pages share: the blueprint, the instant of the request, small readings of it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.wrappers import Response

from portal.attachments.actions import Shelf
from portal.foundation.formats import Language
from portal.foundation.guards import Audience
from portal.foundation.languages import spoken
from portal.foundation.settings import Settings
from portal.foundation.storage import Storage, storage_at
from portal.letters.printing import PrintingOffice

blueprint = flask.Blueprint("dossiers", __name__)

LARGEST_UPLOAD_BYTES = 210 * 1024 * 1024
"""More than any document allows, so that a file too large is refused beside its field, not by the server."""

PREPARERS = (Audience.COMPANY, Audience.ONE_STOP)
"""Who prepares a draft: the company, and an officer at the counter for whoever stands there."""

UPLOADS = frozenset({"dossiers.upload", "dossiers.upload_answer", "dossiers.file_signed", "dossiers.cosign_by_paper"})


@blueprint.url_value_preprocessor
def _let_uploads_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Runs before the forgery check reads the form, which would refuse a large body as a whole.
    if endpoint in UPLOADS:
        flask.request.max_content_length = LARGEST_UPLOAD_BYTES


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def settings() -> Settings:
    """The settings of this installation."""
    found = flask.current_app.extensions["settings"]
    assert isinstance(found, Settings)  # noqa: S101 - put there by create_app
    return found


def storage() -> Storage:
    """Where files lie."""
    return storage_at(settings().storage_url)


def shelf() -> Shelf:
    """Where uploads go, and what is done about viruses (decision 28)."""
    return Shelf(
        storage=storage(),
        has_scanner=settings().clamd_url is not None,
        takes_unscanned=not settings().is_production,
    )


def printing_office() -> PrintingOffice:
    """Where papers are printed, and whose certificates are trusted."""
    return PrintingOffice.of(settings())


def posted() -> dict[str, list[str]]:
    """The form as the browser sent it."""
    return {name: list(values) for name, values in flask.request.form.lists()}


def is_script(header: str) -> bool:
    """Whether the page's own script asks, and wants a short answer instead of a page."""
    return header in flask.request.headers


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room."""
    answer = flask.make_response(flask.render_template(f"dossiers/{template}.html", **values))
    answer.status_code = status
    return answer


def see(address: str) -> Response:
    """Redirect after a POST."""
    return flask.redirect(address, HTTPStatus.SEE_OTHER)


def language() -> Language:
    """The reader's language."""
    return spoken()
