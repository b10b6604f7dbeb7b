"""What the pages of this room share."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.wrappers import Response

blueprint = flask.Blueprint("personal", __name__)


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room."""
    answer = flask.make_response(flask.render_template(f"personal/{template}.html", **values))
    answer.status_code = status
    return answer


def see(endpoint: str, **values: Any) -> Response:
    """Redirect after a POST."""
    return flask.redirect(flask.url_for(endpoint, **values), HTTPStatus.SEE_OTHER)
