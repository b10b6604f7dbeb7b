"""What the pages of the counter share."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.wrappers import Response

blueprint = flask.Blueprint("counter", __name__, url_prefix="/counter")


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room: names and numbers of people stand on it, so no copy is kept."""
    answer = flask.make_response(flask.render_template(f"counter/{template}.html", **values))
    answer.status_code = status
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def see(endpoint: str, **values: Any) -> Response:
    """Redirect after a POST."""
    return flask.redirect(flask.url_for(endpoint, **values), HTTPStatus.SEE_OTHER)
