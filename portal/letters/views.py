"""What is printed for everybody: the empty form of a procedure."""

from datetime import UTC, datetime
from http import HTTPStatus

import flask
from werkzeug.wrappers import Response

from portal.catalogue.queries import definition_of, in_force
from portal.clock.zone import office_day
from portal.foundation.guards import public
from portal.foundation.languages import current
from portal.foundation.unit_of_work import request_session
from portal.letters import blank_form

blueprint = flask.Blueprint("blank_forms", __name__)
blueprints = (blueprint,)


@blueprint.get("/<language:language>/procedures/<code>/form.pdf")
@public
def sheet(code: str) -> Response:
    """The questions of one case as a sheet of paper: to read before one begins, or to fill in by hand."""
    version = in_force(request_session(), code, on=office_day(datetime.now(UTC)))
    if version is None:
        flask.abort(HTTPStatus.NOT_FOUND)
    definition = definition_of(version)
    case = definition.case(flask.request.args.get("case", "")) or definition.cases[0]
    answer = flask.Response(blank_form.printed(definition, case, language=current()), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{blank_form.filename(definition, case)}"'
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
