"""The public pages of the catalogue: front door, search, one procedure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import maybe_viewer
from portal.catalogue import queries, registers
from portal.catalogue.definition import Definition, Sector
from portal.catalogue.leaflet import Leaflet, doubts_of, leaflet_of, name_of
from portal.catalogue.levels import level_of
from portal.catalogue.limit_words import limit_words, unit_rule
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.precheck import precheck
from portal.catalogue.route_picture import Picture, Station, draw
from portal.catalogue.step_words import who_does
from portal.clock.zone import office_day
from portal.foundation.guards import Audience, public
from portal.foundation.languages import current
from portal.foundation.unit_of_work import request_session

MOST_RESULTS = 50
QUESTION_PREFIX = "q_"

blueprint = flask.Blueprint("catalogue", __name__)
blueprints = (blueprint,)

blueprint.add_app_template_global(limit_words)
blueprint.add_app_template_global(unit_rule)
blueprint.add_app_template_global(who_does)


@blueprint.get("/<language:language>/")
@public
def front() -> str:
    """The front door."""
    counts = queries.counts_by_field(request_session(), on=_today())
    fields = [(sector.value, counts.get(sector.value, 0)) for sector in Sector]
    return flask.render_template("catalogue/front.html", fields=fields)


@blueprint.get("/<language:language>/procedures")
@public
def search() -> str:
    """Procedures by words, by field, or all of them."""
    words = flask.request.args.get("q", "").strip()[: queries.LONGEST_QUERY]
    field = flask.request.args.get("field", "")
    chosen = field if field in {sector.value for sector in Sector} else None
    session, today = request_session(), _today()
    found: Iterable[ProcedureVersion] = (
        queries.search(session, words, on=today, field=chosen, limit=MOST_RESULTS)
        if words
        else queries.all_in_force(session, on=today, field=chosen)
    )
    return flask.render_template(
        "catalogue/search.html",
        words=words,
        field=chosen or "",
        fields=[sector.value for sector in Sector],
        results=_entries(found),
    )


@blueprint.get("/<language:language>/procedures/<code>")
@public
def procedure(code: str) -> Response | str:
    """One procedure, in one of its cases."""
    session, today = request_session(), _today()
    version = queries.in_force(session, code, on=today)
    if version is None:
        return _unknown(code)
    definition = queries.definitions_of(session, [version])[version.id]
    case = definition.case(flask.request.args.get("case", "")) or definition.cases[0]
    agencies = registers.agencies().by_key
    leaflet = leaflet_of(definition, case, agencies=agencies, language=current())
    viewer = maybe_viewer()
    is_administrator = viewer is not None and Audience.ADMINISTRATOR in viewer.audiences
    return flask.render_template(
        "catalogue/procedure.html",
        leaflet=leaflet,
        definition=definition,
        case=case,
        version=version,
        agency_name=lambda key: name_of(key, agencies, current()),
        picture=_picture(leaflet),
        check=precheck(definition, case.code, _typed(definition), places=registers.places()),
        doubts=doubts_of(definition, current()),
        is_administrator=is_administrator,
        question_prefix=QUESTION_PREFIX,
        start_url=f"/drafts/new?procedure={code}&case={case.code}",
    )


def _today() -> date:
    return office_day(datetime.now(UTC))


def _entries(found: Iterable[ProcedureVersion]) -> list[dict[str, Any]]:
    versions = list(found)
    definitions = queries.definitions_of(request_session(), versions)
    agencies, language = registers.agencies().by_key, current()
    return [
        {
            "code": version.code,
            "field": version.field,
            "name": definition.name.words(language),
            "summary": definition.summary.words(language),
            "agency": name_of(definition.competence[-1].agency, agencies, language),
            "level": level_of(definition),
            "limits": sorted({(rule.unit, rule.amount) for rule in definition.limits}),
        }
        for version in versions
        for definition in [definitions[version.id]]
    ]


def _typed(definition: Definition) -> Mapping[str, str]:
    """The answers in the address, if the questions have been sent at all."""
    sent = flask.request.args
    if "check" not in sent:
        return {}
    return {question.code: sent.get(QUESTION_PREFIX + question.code, "") for question in definition.questions}


def _picture(leaflet: Leaflet) -> Picture:
    stations = [
        Station(
            code=way.step.code,
            number=way.number,
            name=way.step.name.words(current()),
            who=who_does(way.step.role, way.agency),
            limit=limit_words(way.amount, way.unit) if way.amount else "",
            after=way.after,
            conditional=way.conditional,
        )
        for way in leaflet.ways
    ]
    return draw(stations)


def _unknown(code: str) -> Response:
    """There is no such procedure: offer what is nearest, and the search."""
    nearest = queries.search(request_session(), code, on=_today(), limit=3)
    answer = flask.make_response(
        flask.render_template("catalogue/unknown.html", code=code, results=_entries(nearest)), HTTPStatus.NOT_FOUND
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
