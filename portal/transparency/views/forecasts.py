"""How the forecasts are made, and how often they came true: for everybody."""

import flask

from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session
from portal.transparency import calibrating, queries, shown
from portal.transparency.views.room import is_demonstration

blueprint = flask.Blueprint("forecast", __name__)


@blueprint.get("/<language:language>/transparency/forecast")
@public
def calibration() -> str:
    """The calibration of the newest day."""
    session = request_session()
    return flask.render_template(
        "transparency/forecast.html",
        calibration=calibrating.latest(session),
        names=queries.names(session),
        shown=shown,
        is_demonstration=is_demonstration(),
    )
