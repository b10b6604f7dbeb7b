"""A draft as others will see it: its public page, its form, its route, its letters; what changes, and for whom."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.authoring import letters, queries, trial
from portal.authoring.choices import value_words
from portal.authoring.judging import Judged
from portal.authoring.models import ProcedureDraft
from portal.authoring.views.room import blueprint, draft_page, file_named, found, judged_now, now, sent
from portal.calendars.queries import in_force
from portal.catalogue import registers
from portal.catalogue.change_words import differences
from portal.catalogue.definition import Case, Definition
from portal.catalogue.drawn_route import drawn
from portal.catalogue.fields import RowsField
from portal.catalogue.leaflet import Leaflet, doubts_of, leaflet_of, name_of
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.outcome import outcome_of
from portal.catalogue.precheck import precheck
from portal.catalogue.queries import definition_of
from portal.catalogue.tailoring import tailored
from portal.catalogue.text import reliance_on
from portal.dossiers import asking
from portal.dossiers.typed import belonging, without_row
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session
from portal.letters import blank_form, pdf


@blueprint.get("/authoring/<uuid:draft_id>/preview")
@open_to(Audience.ADMINISTRATOR)
def preview(draft_id: UUID) -> Response:
    """The route as a picture, and the ways to the other previews."""
    one, judged, definition, case = _drafted(draft_id)
    if definition is None or case is None:
        return _not_yet(one, judged)
    kinds = [(kind, value_words("kind", kind)) for kind in letters.KINDS]
    leaflet = _leaflet(definition, case)
    return draft_page(
        "preview",
        one,
        judged=judged,
        definition=definition,
        case=case,
        leaflet=leaflet,
        reliance=None,
        picture=drawn(leaflet, spoken()),
        letters=kinds,
    )


@blueprint.get("/authoring/<uuid:draft_id>/preview/page")
@open_to(Audience.ADMINISTRATOR)
def preview_page(draft_id: UUID) -> Response:
    """The public page as it would be."""
    one, judged, definition, case = _drafted(draft_id)
    if definition is None or case is None:
        return _not_yet(one, judged)
    leaflet = _leaflet(definition, case)
    untold = tailored(definition, case, {}, places=registers.places())
    answer = flask.render_template(
        "authoring/preview_page.html",
        draft=one,
        leaflet=leaflet,
        definition=definition,
        reliance=reliance_on(definition, spoken()),
        case=case,
        version=_unpublished(one, definition),
        duties=lambda _version: None,
        to_come=None,
        agency_name=lambda key: name_of(key, registers.agencies().by_key, spoken()),
        picture=drawn(leaflet, spoken()),
        check=precheck(definition, case.code, {}, places=registers.places()),
        doubts=doubts_of(definition, spoken()),
        is_administrator=False,
        question_prefix="q_",
        tailored=untold,
        outcome=outcome_of(leaflet, untold),
        answer_prefix="a_",
        blank_form_url=flask.url_for("authoring.preview_blank_form", draft_id=one.id, case=case.code),
        start_url=flask.url_for("authoring.preview_form", draft_id=one.id, case=case.code),
    )
    return flask.make_response(answer)


@blueprint.get("/authoring/<uuid:draft_id>/preview/form")
@open_to(Audience.ADMINISTRATOR)
def preview_form(draft_id: UUID) -> Response:
    """The form as the filer sees it, empty."""
    return _form_page(draft_id, {})


@blueprint.post("/authoring/<uuid:draft_id>/preview/form")
@open_to(Audience.ADMINISTRATOR)
def try_form(draft_id: UUID) -> Response:
    """The form with answers tried out: what they bring up or hide. Nothing is kept."""
    return _form_page(draft_id, sent())


@blueprint.get("/authoring/<uuid:draft_id>/preview/letters/<kind>")
@open_to(Audience.ADMINISTRATOR)
def preview_letter(draft_id: UUID, kind: str) -> Response:
    """A letter with made-up answers, marked as having no effect."""
    one, judged, definition, case = _drafted(draft_id)
    if kind not in letters.KINDS:
        raise NotFound
    if definition is None or case is None or judged.errors:
        return _not_yet(one, judged)
    calendar = in_force(request_session()).calendar
    letter = letters.Example.of(definition, case.code, now=now(), calendar=calendar).letter(kind)
    answer = flask.Response(pdf.render(letter, language=spoken(), demo=True), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{kind}.pdf"'
    return answer


@blueprint.get("/authoring/<uuid:draft_id>/preview/form.pdf")
@open_to(Audience.ADMINISTRATOR)
def preview_blank_form(draft_id: UUID) -> Response:
    """The form of the draft as an empty sheet of paper."""
    one, judged, definition, case = _drafted(draft_id)
    if definition is None or case is None:
        return _not_yet(one, judged)
    answer = flask.Response(blank_form.printed(definition, case, language=spoken()), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{blank_form.filename(definition, case)}"'
    return answer


@blueprint.get("/authoring/<uuid:draft_id>/changes")
@open_to(Audience.ADMINISTRATOR)
def changes(draft_id: UUID) -> Response:
    """What differs from the newest published version, in words."""
    one, judged, definition, _ = _drafted(draft_id)
    if definition is None:
        return _not_yet(one, judged)
    earlier = queries.newest(request_session(), definition.code)
    return draft_page("changes", one, judged=judged, earlier=earlier, parts_changed=said_changes(earlier, definition))


@blueprint.get("/authoring/<uuid:draft_id>/trial")
@open_to(Audience.ADMINISTRATOR)
def dry_run(draft_id: UUID) -> Response:
    """The draft tried on past dossiers of the procedure."""
    one, judged, definition, _ = _drafted(draft_id)
    if definition is None:
        return _not_yet(one, judged)
    session = request_session()
    past = queries.past_dossiers(session, definition.code, most=trial.MOST)
    found_out = trial.tried(definition, past, calendar=in_force(session).calendar, language=spoken())
    return draft_page(
        "trial", one, judged=judged, trial=found_out, words=trial.WORDS, most=trial.MOST, most_rules=trial.RULES
    )


@blueprint.get("/authoring/<uuid:draft_id>/file")
@open_to(Audience.ADMINISTRATOR)
def file(draft_id: UUID) -> Response:
    """The draft as a procedure file."""
    one = found(draft_id)
    return file_named(one.code, one.text)


def said_changes(earlier: ProcedureVersion | None, definition: Definition) -> list[tuple[str, list[Any]]]:
    """The differences from a published version, part by part."""
    if earlier is None:
        return []
    agencies = registers.agencies().by_key
    parts: dict[str, list[Any]] = {}
    for one in differences(definition_of(earlier), definition, agencies=agencies, language=spoken()):
        parts.setdefault(one.part, []).append(one)
    return list(parts.items())


def _drafted(draft_id: UUID) -> tuple[ProcedureDraft, Judged, Definition | None, Case | None]:
    one = found(draft_id)
    judged = judged_now(one)
    definition = judged.definition
    if definition is None:
        return one, judged, None, None
    wanted = definition.case(flask.request.values.get("case", ""))
    return one, judged, definition, wanted or definition.cases[0]


def _not_yet(one: ProcedureDraft, judged: Judged) -> Response:
    """Something is still missing, so there is nothing to look at yet."""
    return draft_page("not_yet", one, judged=judged, status=HTTPStatus.OK)


def _leaflet(definition: Definition, case: Case) -> Leaflet:
    return leaflet_of(definition, case, agencies=registers.agencies().by_key, language=spoken())


def _unpublished(one: ProcedureDraft, definition: Definition) -> ProcedureVersion:
    """A version nobody saves, for the words of the public page."""
    return ProcedureVersion(
        code=definition.code,
        number=(one.based_on or 0) + 1,
        published_at=now(),
        effective_on=one.effective_on or definition.effective_from,
        decided_on=None,
        decision_number=None,
        reason=None,
        withdrawal_reason=None,
        origin="editor",
        published_by=None,
    )


def _form_page(draft_id: UUID, posted: dict[str, list[str]]) -> Response:
    one, judged, definition, case = _drafted(draft_id)
    if definition is None or case is None:
        return _not_yet(one, judged)
    places = registers.places()
    every = [field for section in definition.sections for field in section.fields]
    typed = belonging(posted, every, places)
    code, _, number = (posted.get("remove") or [""])[-1].partition(".")
    rows = definition.field(code)
    if isinstance(rows, RowsField) and number.isascii() and number.isdecimal():
        typed = without_row(typed, rows, int(number[:4]))
    known = asking.known(definition, case.code, typed, {}, places)
    shown = asking.Asking(
        found=known,
        typed=typed,
        problems=known.reading.problems,
        more_rows=(posted.get("add") or [""])[-1],
    )
    sections = [
        (section, shown.questions(section.fields), any(field.code in known.asked for field in section.fields))
        for section in definition.sections
    ]
    return draft_page(
        "preview_form", one, judged=judged, definition=definition, case=case, sections=sections, places=places,
        facts=asking.plain_facts(known.facts, [field.code for field in every]),
    )  # fmt: skip
