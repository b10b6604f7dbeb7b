"""The public list of the times in which the portal was, or will be, out of service."""

from datetime import UTC, datetime

import flask

from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session
from portal.outages import board, queries

blueprint = flask.Blueprint("outages", __name__)
blueprints = (blueprint,)


@blueprint.get("/<language:language>/outages")
@public
def listed() -> str:
    """When the portal could not be used, in the words of its announcement."""
    return flask.render_template("outages/listed.html", rows=queries.told_of(request_session()), at=datetime.now(UTC))


@blueprint.app_context_processor
def _outages() -> dict[str, object]:
    """For the pages of a dossier: `outages_during(since, until)`, those of its time, without a statement."""
    return {"outages_during": board.during}
