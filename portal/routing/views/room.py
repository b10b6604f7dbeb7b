"""What the pages of this room share."""

from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.dossiers.following import step_name
from portal.foundation.guards import Audience
from portal.foundation.languages import spoken
from portal.routing.wording import SKILLS

HOUR = 60

Managers = (Audience.HEAD, Audience.LEADER, Audience.ADMINISTRATOR)
"""Who looks after people."""

blueprint = flask.Blueprint("routing", __name__)


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room."""
    answer = flask.make_response(flask.render_template(f"routing/{template}.html", skill_words=SKILLS, **values))
    answer.status_code = status
    return answer


def see(endpoint: str, **values: Any) -> Response:
    """Redirect after a POST."""
    return flask.redirect(flask.url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def step_words(procedure: ProcedureVersion, node: str) -> str:
    """The step's name in the procedure's own words."""
    return step_name(definition_of(procedure), node, spoken())


def hours(minutes: int) -> str:
    """Working minutes as hours: an estimate needs no minutes."""
    if 0 < minutes < HOUR:
        return str(_("less than an hour"))
    hours = round(minutes / HOUR)
    return str(ngettext("%(num)d working hour", "%(num)d working hours", hours))


def skill_choices(known: Iterable[str]) -> list[tuple[str, str]]:
    """The languages, then the other skills known here."""
    others = sorted(set(known) - set(SKILLS))
    return [(key, str(words)) for key, words in SKILLS.items()] + [(skill, skill) for skill in others]


def as_id(text: str | None) -> UUID:
    """The identifier a form sent; one that nothing has where it sent something else."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)
