"""Answering a supplement request, item by item, beside the field or document it names."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import queries as files
from portal.attachments.models import CopyKind
from portal.catalogue.answers import posted_from
from portal.catalogue.definition import Definition
from portal.catalogue.fields import FieldBase, RowsField
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.catalogue.wording import Problem
from portal.dossiers import queries
from portal.dossiers.actions import supplement as actions
from portal.dossiers.actions.filing import Incomplete
from portal.dossiers.asking import Asking, error_entries, field_code, known, plain_facts
from portal.dossiers.capacity import require
from portal.dossiers.drafting import DocumentState, Progress
from portal.dossiers.meeting import Meeting, fingerprints, meet
from portal.dossiers.models import Dossier, SupplementRequest, SupplementState
from portal.dossiers.saying import typed_in_words
from portal.dossiers.typed import Typed, belonging, without_row
from portal.dossiers.views.drafting import AUTOSAVE, stale_script
from portal.dossiers.views.room import PREPARERS, blueprint, is_script, language, now, page, posted, see, shelf
from portal.dossiers.views.uploading import Place, take_away, take_in
from portal.foundation.errors import Forbidden, PortalError, Refused
from portal.foundation.formats import clock_time
from portal.foundation.guards import open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.workflow.lifecycle import Action


@blueprint.get("/dossiers/<code>/supplement")
@open_to(*PREPARERS)
def supplement(code: str) -> Response:
    """What is asked, each with the place to put it right."""
    session = request_session()
    found = queries.visible(session, code, viewer=current_viewer())
    request = _waiting(session, found)
    return _page(session, found, request, more=flask.request.args.get("more", ""))


@blueprint.post("/dossiers/<code>/supplement")
@open_to(*PREPARERS)
def answer_supplement(code: str) -> Response:
    """Keep what was typed; with the button “send”, send the whole answer if nothing is missing."""
    sent, viewer = posted(), current_viewer()
    with unit_of_work() as session:
        found = queries.for_update(session, code, viewer=viewer)
        request = _waiting(session, found)
        definition = definition_of(found.procedure)
        fields = _fields(session, definition, found, request)
        typed = _rows_taken_away(belonging(sent, fields, places()), fields, sent)
        codes = [field.code for field in fields]
        met = meet(typed, _typed(session, definition, found, request), sent, codes)
        if met.is_open:
            return stale_script() if is_script(AUTOSAVE) else _page(session, found, request, status=409, met=met)
        actions.keep(session, request, met.together, replacing=codes)
        seen = fingerprints(met.together, codes)
    if is_script(AUTOSAVE):
        return flask.jsonify(version=found.version, seen=seen, message=_("Saved %(when)s", when=clock_time(now())))
    if "add" in sent or "remove" in sent:
        more = (sent.get("add") or [""])[-1]
        anchor = more or (sent.get("remove") or [""])[-1].partition(".")[0]
        return see(flask.url_for("dossiers.supplement", code=code, more=more or None, _anchor=f"{anchor}-rows"))
    if "send" not in sent:
        flask.flash(_("Saved. Nothing has been sent yet."), "success")
        return see(flask.url_for("dossiers.supplement", code=code))
    return _send(code)


@blueprint.post("/dossiers/<code>/supplement/documents/<key>")
@open_to(*PREPARERS)
def upload_answer(code: str, key: str) -> Response:
    """Take one new file in for a document of the request."""

    def again(refusal: PortalError) -> Response:
        session = request_session()
        found = queries.visible(session, code, viewer=current_viewer())
        errors = [{"text": explanation(refusal), "href": f"#{key}"}]
        return _page(session, found, _waiting(session, found), status=refusal.status, errors=errors, refused=key)

    return take_in(key, find=lambda session: place_of_answer(session, code), page=_address(code), again=again)


@blueprint.post("/dossiers/<code>/supplement/documents/<key>/<uuid:file_id>/remove")
@open_to(*PREPARERS)
def remove_answer_file(code: str, key: str, file_id: UUID) -> Response:
    """Take a file of this answer away again; what was filed before stays."""
    return take_away(key, file_id, find=lambda session: place_of_answer(session, code), page=_address(code))


def place_of_answer(session: Session, code: str) -> Place:
    """The round of the supplement the office waits for, its dossier locked."""
    found = queries.for_update(session, code, viewer=current_viewer())
    request = _waiting(session, found)
    definition = definition_of(found.procedure)
    return Place(definition=definition, dossier_id=found.id, supplement_round=request.supplement_round)


def _address(code: str) -> Callable[[str], str]:
    return lambda anchor: flask.url_for("dossiers.supplement", code=code, _anchor=anchor)


def _send(code: str) -> Response:
    viewer = current_viewer()
    try:
        with unit_of_work() as session:
            found = queries.for_update(session, code, viewer=viewer)
            request = _waiting(session, found)
            typed = _typed(session, definition_of(found.procedure), found, request)
            actions.answer(session, found, typed, viewer=viewer, now=now())
    except Incomplete as gaps:
        session = request_session()
        found = queries.visible(session, code, viewer=viewer)
        return _page(session, found, _waiting(session, found), status=422, problems=gaps.problems)
    flask.flash(_("Your answer has been sent. The office's time runs again."), "success")
    is_theirs = viewer.acting_for_party(found.party_id) is not None
    return see(flask.url_for("dossiers.dossier" if is_theirs else "counter.taken", code=code))


def _waiting(session: Session, found: Dossier) -> SupplementRequest:
    """The request the viewer may answer: of their own party, or at the counter for whoever filed there."""
    if current_viewer().acting_for_party(found.party_id) is None and found.walk_in_id is None:
        raise Forbidden("dossier.role_may_not")
    require(current_viewer(), found, Action.ANSWER_SUPPLEMENT)
    request = actions.open_request(session, found.id)
    if request is None or request.state is not SupplementState.SENT:
        raise Refused("supplement.not_waiting")
    return request


def _typed(
    session: Session, definition: Definition, found: Dossier, request: SupplementRequest
) -> dict[str, list[str]]:
    """The whole form as it now stands: as filed, with this answer's values in place of the old ones."""
    filed = posted_from(definition, actions.latest_answers(session, found.id).answers)
    changed = set(request.typed.get(actions.CHANGED, ()))
    kept = {name: values for name, values in filed.items() if name.partition(".")[0] not in changed}
    own = {name: list(values) for name, values in request.typed.items() if name != actions.CHANGED}
    return kept | own


def _fields(
    session: Session, definition: Definition, found: Dossier, request: SupplementRequest
) -> tuple[FieldBase, ...]:
    """The fields the request names, and those that have become necessary by what was changed."""
    named = {item.key for item in request.items if item.kind == "field"} | set(request.typed.get(actions.CHANGED, ()))
    read = known(definition, found.case_key, _typed(session, definition, found, request), {}, places())
    named |= {field_code(gap) for gap in (*read.gaps, *read.reading.problems) if gap.kind == "field"}
    hanging = {
        field.code
        for section in definition.sections
        for field in section.fields
        if field.when is not None and any(one in str(field.when) for one in (f"'{name}'" for name in named))
    }
    wanted = named | hanging
    return tuple(field for section in definition.sections for field in section.fields if field.code in wanted)


def _rows_taken_away(typed: Typed, fields: Iterable[FieldBase], sent: Typed) -> dict[str, list[str]]:
    kept = {name: list(values) for name, values in typed.items()}
    code, _dot, number = (sent.get("remove") or [""])[-1].partition(".")
    field = next((one for one in fields if one.code == code), None)
    return without_row(kept, field, int(number)) if isinstance(field, RowsField) and number.isdecimal() else kept


def _page(
    session: Session,
    found: Dossier,
    request: SupplementRequest,
    *,
    status: int = 200,
    problems: Iterable[Problem] = (),
    errors: list[dict[str, str]] | None = None,
    refused: str = "",
    more: str = "",
    met: Meeting | None = None,
) -> Response:
    definition = definition_of(found.procedure)
    problems = list(problems)
    fields = _fields(session, definition, found, request)
    kept = _typed(session, definition, found, request)
    typed = kept if met is None else {**kept, **met.together}
    saved = (
        {code: typed_in_words(definition.field(code), kept, language(), places()) for code in met.changed}
        if met
        else {}
    )
    clashing = list(met.clashing) if met else []
    read = known(definition, found.case_key, typed, {}, places())
    shown_problems = problems or list(read.reading.problems)
    asking = Asking(
        found=read,
        typed=typed,
        problems=[problem for problem in shown_problems if problem.kind == "field"],
        more_rows=more,
        notes={item.key: item.what_is_wrong for item in request.items if item.kind == "field"},
        saved={code: words for code, words in saved.items() if code in clashing},
    )
    found_errors = errors or _error_entries(definition, shown_problems)
    missing_documents = [problem.path for problem in problems if problem.kind == "document"]
    return page(
        "supplement",
        status=status,
        dossier=found,
        at_counter=current_viewer().acting_for_party(found.party_id) is None,
        definition=definition,
        request=request,
        seen=fingerprints(kept, [field.code for field in fields]),
        is_stale=met is not None,
        saved_by_colleague=[(definition.field(code), words) for code, words in saved.items()],
        clashing=clashing,
        questions=asking.questions(fields),
        facts=plain_facts(read.facts, [field.code for field in fields]),
        documents=_documents(session, definition, found, request, missing_documents),
        document_notes=_document_notes(request),
        others=[item for item in request.items if item.kind == "other"],
        errors=found_errors,
        error_count=len(found_errors),
        refused=refused,
        missing=missing_documents,
        places=places(),
        has_scanner=shelf().has_scanner,
        copy_kinds=[kind.value for kind in CopyKind],
        remove_address=lambda file: flask.url_for(
            "dossiers.remove_answer_file", code=found.code, key=file.document_key, file_id=file.id
        ),
    )


def _error_entries(definition: Definition, problems: Iterable[Problem]) -> list[dict[str, str]]:
    entries = error_entries(definition, [one for one in problems if one.kind != "document"], language())
    for problem in problems:
        if problem.kind == "document" and (document := definition.document(problem.path)) is not None:
            text = f"{document.name.words(language())}: {_('Add this document')}"
            entries.append({"text": text, "href": f"#{problem.path}-document"})
    return entries


def _document_notes(request: SupplementRequest) -> Mapping[str, str]:
    return {item.key: item.what_is_wrong for item in request.items if item.kind == "document"}


def _documents(
    session: Session, definition: Definition, found: Dossier, request: SupplementRequest, missing: Iterable[str]
) -> tuple[DocumentState, ...]:
    """The documents asked for, with the files of this answer; and any other that has become necessary."""
    held = [one for one in files.of(session, dossier_id=found.id) if one.supplement_round == request.supplement_round]
    wanted = dict.fromkeys([*_document_notes(request), *missing])
    states = []
    for key in wanted:
        document = definition.document(key)
        if document is None:
            continue
        own = tuple(one for one in held if one.document_key == key)
        states.append(DocumentState(document=document, files=own, progress=Progress.DONE if own else Progress.TO_DO))
    return tuple(states)
