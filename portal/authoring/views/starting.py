"""The list of drafts and published procedures, and the ways to begin a draft."""

from http import HTTPStatus

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.authoring import actions, documents, forms, queries
from portal.authoring.finding_words import sentence
from portal.authoring.views.room import blueprint, file_named, noted, now, page
from portal.catalogue.definition import Definition
from portal.catalogue.findings import Finding
from portal.catalogue.parsing import parse_text
from portal.catalogue.queries import definition_of
from portal.catalogue.writing import write
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation

MOST_COMPLAINTS = 50


@blueprint.get("/authoring")
@open_to(Audience.ADMINISTRATOR)
def drafts() -> Response:
    """What is being written, and what is published."""
    session = request_session()
    return page(
        "drafts",
        drafts=queries.drafts(session),
        published=queries.published(session),
        needs_two=queries.needs_two(session),
    )


@blueprint.post("/authoring/blank")
@open_to(Audience.ADMINISTRATOR)
def start_blank() -> Response:
    """Begin a procedure nobody has written yet."""
    with unit_of_work() as session:
        draft = actions.start_blank(session, by=current_viewer().person_id, now=now())
    return noted("started", flask.url_for("authoring.part", draft_id=draft.id, part="basics"))


@blueprint.post("/authoring/next/<code>")
@open_to(Audience.ADMINISTRATOR)
def start_next(code: str) -> Response:
    """Begin the next version of a published procedure."""
    with unit_of_work() as session:
        version = queries.newest(session, code)
        if version is None:
            raise NotFound
        by = current_viewer().person_id
        draft = actions.start_from(session, definition_of(version), by=by, now=now(), based_on=version.number)
    return noted("started", flask.url_for("authoring.draft", draft_id=draft.id))


@blueprint.post("/authoring/copy/<code>")
@open_to(Audience.ADMINISTRATOR)
def start_copy(code: str) -> Response:
    """Begin another procedure like a published one."""
    with unit_of_work() as session:
        version = queries.newest(session, code)
        if version is None:
            raise NotFound
        draft = actions.start_copy(session, definition_of(version), by=current_viewer().person_id, now=now())
    return noted("started", flask.url_for("authoring.part", draft_id=draft.id, part="basics"))


@blueprint.get("/authoring/published/<code>/file")
@open_to(Audience.ADMINISTRATOR)
def published_file(code: str) -> Response:
    """The newest published version as a procedure file."""
    version = queries.newest(request_session(), code)
    if version is None:
        raise NotFound
    return file_named(version.code, write(definition_of(version)))


@blueprint.get("/authoring/import")
@open_to(Audience.ADMINISTRATOR)
def import_file() -> Response:
    """The form of a procedure file."""
    return page("import", form=forms.ImportForm(), complaints=())


@blueprint.post("/authoring/import")
@open_to(Audience.ADMINISTRATOR)
def do_import() -> Response:
    """Make a draft of a file; a file that is none stays on the page with its mistakes by line."""
    form = forms.ImportForm()
    text = form.text.data or ""
    if form.file.data:
        text = form.file.data.read(documents.LONGEST + 1).decode("utf-8", errors="replace")
        form.text.data = text[: documents.LONGEST]
    if not form.validate_on_submit():
        return page("import", form=form, complaints=(), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if not text.strip():
        form.text.errors = [explanation(Invalid("authoring.file_missing"))]
        return page("import", form=form, complaints=(), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    parsed = parse_text(text, Definition) if len(text) <= documents.LONGEST else None
    if parsed is None or parsed.thing is None:
        findings = parsed.findings if parsed else (Finding(code="too_big", path=(), detail={}),)
        complaints = [(one.line, one.where, sentence(one)) for one in findings[:MOST_COMPLAINTS]]
        return page("import", form=form, complaints=complaints, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    with unit_of_work() as session:
        newest = queries.newest(session, parsed.thing.code)
        based_on = newest.number if newest else None
        by = current_viewer().person_id
        draft = actions.start_from(session, parsed.thing, by=by, now=now(), based_on=based_on)
    return noted("imported", flask.url_for("authoring.draft", draft_id=draft.id))


@blueprint.post("/authoring/rule")
@open_to(Audience.ADMINISTRATOR)
def set_rule() -> Response:
    """Switch the two-person rule on or off."""
    if answer := require_step_up(flask.url_for("authoring.drafts")):
        return answer
    needs_two = flask.request.form.get("needs_two") == "yes"
    with unit_of_work() as session:
        actions.set_rule(session, needs_two=needs_two, by=current_viewer().person_id, now=now())
    return noted("rule_on" if needs_two else "rule_off", flask.url_for("authoring.drafts"))
