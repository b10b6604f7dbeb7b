"""The public pages of the catalogue: front door, search, one procedure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from http import HTTPStatus
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import maybe_viewer
from portal.calendars.queries import in_force
from portal.catalogue import queries, registers
from portal.catalogue.answers import posted_from
from portal.catalogue.change_words import differences
from portal.catalogue.conditions import condition_json
from portal.catalogue.definition import Case, Definition
from portal.catalogue.drawn_route import drawn
from portal.catalogue.duties import Duties, duties_of
from portal.catalogue.leaflet import doubts_of, leaflet_of, name_of
from portal.catalogue.levels import level_of
from portal.catalogue.limit_words import answer_time, limit_words, unit_rule
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.narrowing import FIELDS, Narrowing
from portal.catalogue.outcome import outcome_of
from portal.catalogue.outlines import outline_of, picture_of
from portal.catalogue.precheck import Precheck, precheck, prechecked
from portal.catalogue.step_words import who_does
from portal.catalogue.tailoring import Tailored, tailored
from portal.catalogue.text import Text, reliance_on
from portal.clock.zone import office_day
from portal.foundation.guards import Audience, public
from portal.foundation.languages import current
from portal.foundation.unit_of_work import request_session

MOST_RESULTS = 50
MOST_NEAR = 8
"""Procedures shown where none holds all the words: the nearest, which are guesses."""
QUESTION_PREFIX = "q_"
ANSWER_PREFIX = "a_"

blueprint = flask.Blueprint("catalogue", __name__)
blueprints = (blueprint,)

blueprint.add_app_template_global(limit_words)
blueprint.add_app_template_global(unit_rule)
blueprint.add_app_template_global(answer_time)
blueprint.add_app_template_global(who_does)
blueprint.add_app_template_global(condition_json)
blueprint.add_app_template_global(outline_of)
blueprint.add_app_template_global(picture_of, "outline_drawing")


@blueprint.get("/<language:language>/")
@public
def front() -> str:
    """The front door."""
    counts = queries.counts_by_field(request_session(), on=_today())
    fields = [(field, counts.get(field, 0)) for field in FIELDS]
    return flask.render_template("catalogue/front.html", fields=fields)


@blueprint.get("/<language:language>/procedures")
@public
def search() -> str:
    """Procedures by words, by field, by who decides, by level, by who may file, or all of them."""
    words = flask.request.args.get("q", "").strip()[: queries.LONGEST_QUERY]
    agencies = registers.agencies().by_key
    only = Narrowing.read(flask.request.args, agencies)
    session, today = request_session(), _today()
    found: Sequence[ProcedureVersion] = (
        queries.search(session, words, on=today, only=only, limit=MOST_RESULTS)
        if words
        else queries.all_in_force(session, on=today, only=only)
    )
    is_near = bool(words and found) and not queries.holds_all(words, found[0])
    return flask.render_template(
        "catalogue/search.html",
        words=words,
        only=only,
        fields=FIELDS,
        agencies=[(key, name_of(key, agencies, current())) for key in agencies],
        is_near=is_near,
        results=_entries(found[:MOST_NEAR] if is_near else found),
    )


@blueprint.get("/<language:language>/procedures/<code>")
@public
def procedure(code: str) -> Response | str:
    """One procedure, in one of its cases."""
    session, today = request_session(), _today()
    version, to_come = queries.standing(session, code, on=today)
    if version is None:
        return _not_in_force(code, to_come)
    definition = queries.definitions_of(session, [version])[version.id]
    case = definition.case(flask.request.args.get("case", "")) or definition.cases[0]
    agencies = registers.agencies().by_key
    leaflet = leaflet_of(definition, case, agencies=agencies, language=current())
    viewer = maybe_viewer()
    is_administrator = viewer is not None and Audience.ADMINISTRATOR in viewer.audiences
    check = precheck(definition, case.code, _typed(definition), places=registers.places())
    found = tailored(
        definition, case, {**_answers(), **prechecked(definition, check.answers)}, places=registers.places()
    )
    return flask.render_template(
        "catalogue/procedure.html",
        leaflet=leaflet,
        definition=definition,
        reliance=reliance_on(definition, current()),
        case=case,
        version=version,
        duties=_duties,
        to_come=to_come,
        agency_name=lambda key: name_of(key, agencies, current()),
        picture=drawn(leaflet, current()),
        check=check,
        doubts=doubts_of(definition, current()),
        is_administrator=is_administrator,
        question_prefix=QUESTION_PREFIX,
        tailored=found,
        outcome=outcome_of(leaflet, found),
        answer_prefix=ANSWER_PREFIX,
        blank_form_url=flask.url_for("blank_forms.sheet", code=code, case=case.code),
        start_url=_start_url(definition, case, check, found),
    )


@blueprint.get("/<language:language>/procedures/<code>/versions")
@public
def versions(code: str) -> Response | str:
    """Every version of a procedure: what applied when, and what is to come."""
    session, today = request_session(), _today()
    found = queries.versions_of(session, code)
    if not found:
        return _unknown(code)
    definition = queries.definitions_of(session, found[:1])[found[0].id]
    current_one = queries.in_force(session, code, on=today)
    return flask.render_template(
        "catalogue/versions.html",
        code=code,
        name=definition.name.words(current()),
        versions=found,
        in_force=current_one and current_one.number,
        today=today,
        duties=_duties,
    )


@blueprint.get("/<language:language>/procedures/<code>/versions/<int:number>")
@public
def changes(code: str, number: int) -> Response | str:
    """What changed in one version, compared with the one before it or with any other (`?from=1`)."""
    session = request_session()
    found = {version.number: version for version in queries.versions_of(session, code)}
    if number not in found:
        return _unknown(code)
    since = flask.request.args.get("from", type=int)
    earlier = found.get(number - 1 if since is None else since)
    chosen = [found[number], *([earlier] if earlier else [])]
    definitions = queries.definitions_of(session, chosen)
    new = definitions[found[number].id]
    said = (
        differences(definitions[earlier.id], new, agencies=registers.agencies().by_key, language=current())
        if earlier
        else ()
    )
    return flask.render_template(
        "catalogue/changes.html",
        code=code,
        name=new.name.words(current()),
        version=found[number],
        duties=_duties,
        earlier=earlier,
        parts=[(part, list(ones)) for part, ones in groupby(said, key=lambda change: change.part)],
    )


def _duties(version: ProcedureVersion) -> Duties | None:
    return duties_of(
        decided_on=version.decided_on,
        posted_on=office_day(version.published_at),
        effective_on=version.effective_on,
        calendar=in_force(request_session()).calendar,
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


def _start_url(definition: Definition, case: Case, check: Precheck, found: Tailored) -> str:
    """Where a draft begins, with everything answered here along."""
    said: dict[str, str | list[str]] = {"procedure": definition.code, "case": case.code}
    said |= {QUESTION_PREFIX + code: answer for code, answer in check.answers.items()}
    typed = posted_from(definition, found.answers)
    said |= {ANSWER_PREFIX + name: values for name, values in typed.items() if name not in check.answers}
    return f"/drafts/new?{urlencode(said, doseq=True)}"


def _typed(definition: Definition) -> Mapping[str, str]:
    """The answers in the address, if the questions have been sent at all."""
    sent = flask.request.args
    if "check" not in sent:
        return {}
    return {question.code: sent.get(QUESTION_PREFIX + question.code, "") for question in definition.questions}


def _answers() -> dict[str, list[str]]:
    """The answers in the address that say what applies, by the name of their field."""
    sent = flask.request.args
    return {name.removeprefix(ANSWER_PREFIX): sent.getlist(name) for name in sent if name.startswith(ANSWER_PREFIX)}


def _not_in_force(code: str, to_come: ProcedureVersion | None) -> Response:
    """The procedure was withdrawn, or is still to come; or there never was one."""
    versions_ = queries.versions_of(request_session(), code)
    if not versions_:
        return _unknown(code)
    ended = [one for one in versions_ if one.withdrawn_on is not None and one.withdrawn_on <= _today()]
    answer = flask.make_response(
        flask.render_template(
            "catalogue/not_in_force.html",
            code=code,
            name=Text(**versions_[0].names).words(current()),
            to_come=to_come,
            ended=max(ended, key=lambda one: (one.withdrawn_on, one.number), default=None),
        ),
        HTTPStatus.NOT_FOUND if to_come else HTTPStatus.GONE,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _unknown(code: str) -> Response:
    """There is no such procedure: offer what is nearest, and the search."""
    nearest = queries.search(request_session(), code, on=_today(), limit=3)
    answer = flask.make_response(
        flask.render_template("catalogue/unknown.html", code=code, results=_entries(nearest)), HTTPStatus.NOT_FOUND
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
