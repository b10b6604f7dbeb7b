"""The list of drafts and published procedures, and the ways to begin a draft."""

from http import HTTPStatus

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.accounts.forms import show_refusal
from portal.authoring import actions, documents, forms, queries
from portal.authoring.finding_words import sentence
from portal.authoring.shelf import narrowed
from portal.authoring.views.room import blueprint, file_named, noted, now, page, today
from portal.calendars.queries import in_force
from portal.catalogue.queries import definition_of
from portal.catalogue.writing import write
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work

MOST_COMPLAINTS = 50


@blueprint.get("/authoring")
@open_to(Audience.ADMINISTRATOR)
def drafts() -> Response:
    """What is being written, and what is published, as far as it is looked for."""
    session, form = request_session(), forms.ListFilter(flask.request.args)
    published = queries.published(session, on=today(), calendar=in_force(session).calendar)
    asked = form.data if form.validate() else {"words": "", "field": "", "kind": ""}
    return page(
        "drafts",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        form=form,
        drafts=queries.drafts(session),
        published=narrowed(published, **asked),
        count=len(published),
        names={one.code: one.names for one in published},
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
    if not form.validate_on_submit():
        return page("import", form=form, complaints=(), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        text = form.text.data = _text_of(form)
    except Invalid as error:
        show_refusal(form, error)
        return page("import", form=form, complaints=(), status=error.status)
    document = documents.unfinished(text)
    if document is None:
        findings = documents.parsed(text).findings[:MOST_COMPLAINTS]
        complaints = [(one.line, one.where, sentence(one)) for one in findings]
        return page("import", form=form, complaints=complaints, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    with unit_of_work() as session:
        newest = queries.newest(session, str(document.get("code", "")))
        based_on = newest.number if newest else None
        whole, by = documents.written(document), current_viewer().person_id
        draft = actions.start(session, whole, by=by, now=now(), based_on=based_on)
    return noted("imported", flask.url_for("authoring.draft", draft_id=draft.id))


def _text_of(form: forms.ImportForm) -> str:
    """What the chosen file says, else what was pasted. Raises `Invalid` for what is no text."""
    if not form.file.data:
        text = form.text.data or ""
        if not text.strip():
            raise Invalid(fields={"text": "authoring.file_missing"})
        return text
    content = form.file.data.read(documents.MOST_BYTES + 1)
    if len(content) > documents.MOST_BYTES:
        raise Invalid(fields={"file": "authoring.file_too_big"})
    try:
        return str(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise Invalid(fields={"file": "authoring.not_utf8"}) from None


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
