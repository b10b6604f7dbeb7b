"""Before filing: everything once more, the declaration, and the moment of filing."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.models import PartyStatus
from portal.calendars.queries import in_force
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of, taking_over
from portal.catalogue.registers import places
from portal.catalogue.wording import Problem
from portal.clock.due import acceptance_due
from portal.clock.zone import office_day
from portal.dossiers import queries
from portal.dossiers.actions import drafts, filing
from portal.dossiers.asking import anchor, field_code, named
from portal.dossiers.drafting import DraftState, Progress
from portal.dossiers.forms import DeclarationForm
from portal.dossiers.models import Draft
from portal.dossiers.returned import Fault, most_often
from portal.dossiers.saying import in_words
from portal.dossiers.terms import Terms
from portal.dossiers.views.drafting import agency_name, filed_instead, whole
from portal.dossiers.views.room import blueprint, language, now, page, see
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.letters.actions import letter_of
from portal.letters.contents import LetterKind
from portal.workflow.lifecycle import UNFILED


@blueprint.app_template_global()
def often_returned(procedure_code: str) -> Sequence[Fault]:
    """For the public page of a procedure: what its dossiers were most often returned for."""
    return most_often(request_session(), procedure_code, on=office_day(now()))


@blueprint.get("/drafts/<uuid:draft_id>/review")
@open_to(Audience.COMPANY)
def review(draft_id: UUID) -> Response:
    """All answers and documents, each with the way to change it."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    return _review_page(found, DeclarationForm())


@blueprint.post("/drafts/<uuid:draft_id>/file")
@open_to(Audience.COMPANY)
def file(draft_id: UUID) -> Response:
    """File it. Sent twice, it is filed once and leads to the same receipt; what is missing is named."""
    form, viewer = DeclarationForm(), current_viewer()
    is_declared = form.validate_on_submit()
    try:
        with unit_of_work() as session:
            found = drafts.editable(session, draft_id, viewer=viewer)
            if found.closed_at is None and not is_declared:
                return _review_page(found, form, status=422)
            dossier = filing.file(session, found, viewer=viewer, language=language(), now=now())
            code, waits = dossier.code, dossier.state in UNFILED
    except filing.Incomplete as gaps:
        found = queries.draft(request_session(), draft_id, viewer=viewer)
        return _review_page(found, form, status=422, problems=gaps.problems)
    return see(flask.url_for("paying.bills" if waits else "dossiers.filed", code=code))


@blueprint.get("/dossiers/<code>/filed")
@open_to(Audience.COMPANY)
def filed(code: str) -> Response:
    """The confirmation: code, promise, what happens next, the receipt."""
    session = request_session()
    dossier = queries.visible(session, code, viewer=current_viewer())
    receipt = letter_of(session, dossier_id=dossier.id, kind=LetterKind.FILING_RECEIPT)
    return page(
        "filed",
        dossier=dossier,
        receipt=receipt,
        intake=agency_name(definition_of(dossier.procedure).intake),
        answer_minutes=Terms.from_json(dossier.terms).acceptance_minutes,
    )


def where_to_mend(definition: Definition, draft_id: UUID, problem: Problem) -> str:
    """The page and box where a problem is put right."""
    if problem.kind == "document":
        return flask.url_for("dossiers.documents", draft_id=draft_id, _anchor=f"{problem.path}-document")
    code = field_code(problem)
    part = next((one for one in definition.sections if any(field.code == code for field in one.fields)), None)
    if part is None:
        return flask.url_for("dossiers.draft", draft_id=draft_id)
    return flask.url_for(
        "dossiers.section", draft_id=draft_id, section=part.code, check=1, _anchor=anchor(definition, problem)
    )


def _review_page(
    found: Draft, form: DeclarationForm, *, status: int = 200, problems: Iterable[Problem] = ()
) -> Response:
    state = whole(request_session(), found)
    errors = [
        {
            "text": named(state.definition, problem, language()),
            "href": where_to_mend(state.definition, found.id, problem),
        }
        for problem in (problems or state.problems if status != HTTPStatus.OK else ())
    ]
    return page(
        "review",
        status=status,
        draft=found,
        definition=state.definition,
        state=state,
        sections=in_words(state.definition, found.case_key, state.found.answers, language(), places()),
        change_address=lambda code: flask.url_for("dossiers.section", draft_id=found.id, section=code),
        left=_left(state, found.id),
        errors=errors,
        error_count=len(errors) + len(form.errors),
        form=form,
        faults=_faults(state),
        place_of=lambda fault: where_to_mend(
            state.definition, found.id, Problem(code="missing", path=fault.key, kind=fault.kind)
        ),
        may_file=found.party.status is PartyStatus.APPROVED,
        newer=taking_over(request_session(), found.procedure, on=office_day(now())),
        answer_by=acceptance_due(now(), in_force(request_session()).calendar, minutes=state.answer_minutes).due_at,
        competent=agency_name(state.competent),
        intake=agency_name(state.definition.intake),
    )


def _faults(state: DraftState) -> list[Fault]:
    """What this dossier, too, could be returned for: of the usual faults those it has a place for."""
    asked = {one.document.code for one in state.documents} | {
        field.code for one in state.sections for field in one.section.fields
    }
    usual = most_often(request_session(), state.definition.code, on=office_day(now()))
    return [fault for fault in usual if fault.key in asked]


def _left(state: DraftState, draft_id: UUID) -> list[tuple[str, str, int]]:
    """What is still to be done: each part once, as address, name, and how many answers are left in it."""
    parts = [
        (
            flask.url_for("dossiers.section", draft_id=draft_id, section=one.section.code, check=1),
            one.section.title,
            one.left,
        )
        for one in state.sections
        if one.left
    ]
    papers = [
        (
            flask.url_for("dossiers.documents", draft_id=draft_id, _anchor=f"{one.document.code}-document"),
            one.document.name,
            0,
        )
        for one in state.documents
        if one.progress in {Progress.TO_DO, Progress.PROBLEM}
    ]
    return [(address, name.words(language()), left) for address, name, left in (*parts, *papers)]
