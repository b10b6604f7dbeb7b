"""Before filing: everything once more, the declaration, and the moment of filing."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from uuid import UUID

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.accounts.models import Party, PartyStatus
from portal.accounts.viewer import Viewer
from portal.attachments import queries as files
from portal.calendars.queries import in_force
from portal.catalogue.definition import Definition
from portal.catalogue.queries import taking_over
from portal.catalogue.registers import places
from portal.catalogue.wording import Problem
from portal.clock.due import acceptance_due
from portal.clock.zone import office_day
from portal.dossiers import queries
from portal.dossiers.actions import drafts, filing
from portal.dossiers.actions.declaring import ContentChanged
from portal.dossiers.asking import anchor, field_code, named
from portal.dossiers.cosigning import NotCosigned, content_now, require
from portal.dossiers.drafting import DraftState, Progress
from portal.dossiers.forms import CounterDeclarationForm, DeclarationForm
from portal.dossiers.models import Draft
from portal.dossiers.returned import Fault, most_often
from portal.dossiers.saying import in_words
from portal.dossiers.terms import Terms
from portal.dossiers.views.drafting import agency_name, cosigning_of, doubts, filed_instead, intake_of, whole
from portal.dossiers.views.room import PREPARERS, blueprint, language, now, page, see
from portal.foundation.errors import PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.letters.actions import letter_of
from portal.letters.contents import LetterKind
from portal.workflow.lifecycle import UNFILED, State

DECLARED = "declared"
"""In the address of the page: its reader has ticked the declaration and then confirmed that it is them."""


@blueprint.app_template_global()
def often_returned(procedure_code: str) -> Sequence[Fault]:
    """For the public page of a procedure: what its dossiers were most often returned for."""
    return most_often(request_session(), procedure_code, on=office_day(now()))


@blueprint.get("/drafts/<uuid:draft_id>/review")
@open_to(*PREPARERS)
def review(draft_id: UUID) -> Response:
    """All answers and documents, each with the way to change it."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    if found.walk_in_id is not None:
        return review_page(found, CounterDeclarationForm())
    # Back from confirming: the tick is the one that was set before, and nothing is filed until the button is pressed.
    is_back = DECLARED in flask.request.args and current_viewer().has_stepped_up(now())
    return review_page(found, DeclarationForm(formdata=None, declared=is_back), is_confirmed=is_back)


@blueprint.post("/drafts/<uuid:draft_id>/file")
@open_to(*PREPARERS)
def file(draft_id: UUID) -> Response:
    """File it. Sent twice, it is filed once and leads to the same receipt; what is missing is named."""
    form, viewer = DeclarationForm(), current_viewer()
    is_declared = form.validate_on_submit()
    try:
        with unit_of_work() as session:
            found = drafts.editable(session, draft_id, viewer=viewer)
            at_counter = found.walk_in_id is not None
            if at_counter:  # the same tick, in other words
                form = CounterDeclarationForm()
                form.validate()
            if found.closed_at is None and not is_declared:
                return review_page(found, form, status=422)
            if not at_counter and (first := _confirm_first(session, found, viewer)):
                return first
            declared = filing.TICKED if at_counter else filing.CONFIRMED
            dossier = filing.file(session, found, viewer=viewer, language=language(), now=now(), declared=declared)
            code, waits = dossier.code, dossier.state in UNFILED
    except filing.Incomplete as gaps:
        found = queries.draft(request_session(), draft_id, viewer=viewer)
        return review_page(found, form, status=422, problems=gaps.problems)
    except NotCosigned as refusal:
        found = queries.draft(request_session(), draft_id, viewer=viewer)
        return review_page(found, form, status=422, not_cosigned=refusal)
    if at_counter:
        return see(flask.url_for("counter.taken", code=code))
    return see(flask.url_for("paying.bills" if waits else "dossiers.filed", code=code))


def _confirm_first(session: Session, found: Draft, viewer: Viewer) -> Response | None:
    """Whoever declares shows that it is them, once nothing else keeps the draft from being filed."""
    if found.closed_at is not None or viewer.has_stepped_up(now()):
        return None
    filing.require_fileable(session, found, viewer=viewer, now=now())
    state = whole(session, found)
    if not state.is_complete:
        return None
    content = content_now(found, state.definition, files.of(session, draft_id=found.id))
    require(session, found, state.definition, content, viewer=viewer, declared=filing.CONFIRMED)
    back = flask.url_for("dossiers.review", draft_id=found.id, declared=1, _anchor="file")
    return require_step_up(back, before="filing")


@blueprint.get("/dossiers/<code>/filed")
@open_to(Audience.COMPANY)
def filed(code: str) -> Response:
    """The confirmation: code, promise, what happens next, the receipt. Once it goes on, the dossier says more."""
    session = request_session()
    dossier = queries.visible(session, code, viewer=current_viewer())
    if dossier.state not in {*UNFILED, State.FILED}:
        return see(flask.url_for("dossiers.dossier", code=code))
    receipt = letter_of(session, dossier_id=dossier.id, kind=LetterKind.FILING_RECEIPT)
    return page(
        "filed",
        dossier=dossier,
        receipt=receipt,
        intake=queries.agency_names(session).get(str(dossier.intake_agency_id), {}).get(language(), ""),
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


def review_page(
    found: Draft,
    form: DeclarationForm,
    *,
    status: int = 200,
    problems: Iterable[Problem] = (),
    paper_refusal: PortalError | None = None,
    not_cosigned: NotCosigned | None = None,
    is_confirmed: bool = False,
) -> Response:
    """The page before filing. `paper_refusal` is what is wrong with the signed declaration that was sent.

    `not_cosigned` is why the signature of a second person keeps it from being filed.
    """
    state = whole(request_session(), found)
    refused = paper_refusal is not None or not_cosigned is not None
    errors = [
        {
            "text": named(state.definition, problem, language()),
            "href": where_to_mend(state.definition, found.id, problem),
        }
        for problem in (problems or state.problems if status != HTTPStatus.OK and not refused else ())
    ]
    if paper_refusal is not None:
        errors.append({"text": explanation(paper_refusal), "href": "#signed"})
    if not_cosigned is not None:
        errors.append({"text": explanation(not_cosigned), "href": "#cosignature"})
    return page(
        "review",
        status=status,
        draft=found,
        definition=state.definition,
        state=state,
        sections=in_words(state.definition, found.case_key, state.found.answers, language(), places()),
        change_address=lambda code: flask.url_for("dossiers.section", draft_id=found.id, section=code),
        left=_left(state, found.id),
        doubts=[
            (
                where_to_mend(state.definition, found.id, Problem(code="missing", path=code, kind="field")),
                code,
                sentence,
            )
            for code, sentence in doubts(found, state.definition, state.found).items()
        ],
        errors=errors,
        error_count=len(errors) + len(form.errors),
        form=form,
        is_confirmed=is_confirmed,
        paper_refusal=explanation(paper_refusal) if paper_refusal is not None else "",
        paper_changes=paper_refusal.parts if isinstance(paper_refusal, ContentChanged) else (),
        cosigning=cosigning_of(request_session(), found, state),
        not_cosigned=explanation(not_cosigned) if not_cosigned is not None else "",
        wanted_codes=_numbers_that_may_sign(found),
        faults=_faults(state),
        place_of=lambda fault: where_to_mend(
            state.definition, found.id, Problem(code="missing", path=fault.key, kind=fault.kind)
        ),
        may_file=found.walk_in_id is not None or found.party.status is PartyStatus.APPROVED,
        newer=taking_over(request_session(), found.procedure, on=office_day(now())),
        answer_by=acceptance_due(now(), in_force(request_session()).calendar, minutes=state.answer_minutes).due_at,
        competent=agency_name(state.competent),
        intake=intake_of(request_session(), found, state.definition),
    )


def _numbers_that_may_sign(found: Draft) -> list[tuple[str, str]]:
    """Name and number of everybody whose certificate may sign the declaration."""
    parties = [found.party]
    if found.agent_party_id is not None:
        parties.append(request_session().get_one(Party, found.agent_party_id))
    return [(party.name, party.tax_code) for party in parties if party.tax_code]


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
