"""The draft: its task list and the pages of its form."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.catalogue.condition_words import in_words
from portal.catalogue.definition import Definition
from portal.catalogue.fields import RowsField, Section
from portal.catalogue.queries import definition_of, taking_over
from portal.catalogue.registers import agencies, places
from portal.clock.zone import office_day
from portal.dossiers import cosigning, queries, vault
from portal.dossiers.actions import drafts, filing
from portal.dossiers.asking import Asking, Known, error_entries, known, plain_facts
from portal.dossiers.cosigning import Cosigning
from portal.dossiers.drafting import HALF_FILLED, DraftState, state_of
from portal.dossiers.meeting import Meeting, fingerprints, meet
from portal.dossiers.models import Draft
from portal.dossiers.profile import other_codes
from portal.dossiers.saying import typed_in_words
from portal.dossiers.typed import Typed, belonging, is_answer, section_of, without_row
from portal.dossiers.views.room import PREPARERS, blueprint, is_script, language, now, page, posted, see
from portal.foundation.errors import NotFound, Refused
from portal.foundation.formats import clock_time
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work

AUTOSAVE = "X-Autosave"
GivenLine = tuple[str, str, str, datetime]


@blueprint.get("/drafts")
@open_to(Audience.COMPANY)
def all_drafts() -> Response:
    """The drafts stand on top of the company's list."""
    return flask.redirect(flask.url_for("dossiers.workspace", _anchor="drafts"))


@blueprint.get("/drafts/<uuid:draft_id>")
@open_to(*PREPARERS)
def draft(draft_id: UUID) -> Response:
    """The task list: what is done, what is left, documents, fee, time, and what happens next."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    state = whole(session, found)
    return page(
        "draft",
        draft=found,
        newer=taking_over(session, found.procedure, on=office_day(now())),
        state=state,
        reasons=reasons_of(state),
        competent=agency_name(state.competent),
        intake=intake_of(session, found, state.definition),
        cosigning=cosigning_of(session, found, state),
    )


@blueprint.get("/drafts/<uuid:draft_id>/sections/<section>")
@open_to(*PREPARERS)
def section(draft_id: UUID, section: str) -> Response:
    """One page of the form, with everything typed so far. `more` names a repeatable question to add a row to."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    definition, part = _part(found, section)
    read = known(definition, found.case_key, found.answers, {}, places())
    check = "check" in flask.request.args
    return _section_page(found, definition, part, found.answers, read, show_problems=check)


@blueprint.post("/drafts/<uuid:draft_id>/sections/<section>")
@open_to(*PREPARERS)
def save_section(draft_id: UUID, section: str) -> Response:
    """Keep what was typed, then go on, add or remove a row, or say what is wrong. Nothing typed is ever dropped."""
    sent = posted()
    with unit_of_work() as session:
        found = drafts.editable(session, draft_id, viewer=current_viewer())
        if found.closed_at is not None:
            return filed_instead(session, found)
        definition, part = _part(found, section)
        codes = [field.code for field in part.fields]
        typed = _with_rows_taken_away(belonging(sent, part.fields, places()), part, sent)
        if "use" in sent:
            typed = _with_answers_before(session, found, part, typed)
        met = meet(typed, found.answers, sent, codes)
        if met.is_open:
            return _stale(found, definition, part, met)
        drafts.save(session, found, met.together, replacing=codes, now=now())
        read = known(definition, found.case_key, found.answers, {}, places())
    if is_script(AUTOSAVE):
        return _saved_script(found, codes)
    return _after_saving(found, definition, part, read, sent)


@blueprint.get("/drafts/<uuid:draft_id>/discard")
@open_to(*PREPARERS)
def ask_to_discard(draft_id: UUID) -> Response:
    """Name what is about to be lost."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    count = sum(files.counts(session, draft_id=found.id).values())
    return page("discard", draft=found, definition=definition_of(found.procedure), files=count)


@blueprint.post("/drafts/<uuid:draft_id>/discard")
@open_to(*PREPARERS)
def discard(draft_id: UUID) -> Response:
    """Put the draft away for good."""
    with unit_of_work() as session:
        found = drafts.editable(session, draft_id, viewer=current_viewer())
        if found.closed_at is not None:
            return filed_instead(session, found)
        drafts.discard(session, found, now=now())
        attachments.remove_all(session, draft_id=found.id, now=now())
        is_at_counter = found.counter_agency_id is not None
    flask.flash(_("The draft is deleted."), "success")
    return see(flask.url_for("counter.front" if is_at_counter else "dossiers.workspace"))


def whole(session: Session, found: Draft) -> DraftState:
    """The draft, worked out."""
    return state_of(definition_of(found.procedure), found, files.of(session, draft_id=found.id), places())


def cosigning_of(session: Session, found: Draft, state: DraftState) -> Cosigning | None:
    """How the draft stands with its co-signature; None where the company asks for none."""
    if not cosigning.needed(found):
        return None
    content = cosigning.content_now(found, state.definition, files.of(session, draft_id=found.id))
    return cosigning.standing_of(session, found, state.definition, content)


def reasons_of(state: DraftState) -> dict[str, str]:
    """Why each document that the case alone does not ask for is on the list, by its code."""
    return {
        one.document.code: in_words(one.document.when, state.definition, state.case, language())
        for one in state.documents
        if one.is_by_answers
    }


def filed_instead(session: Session, found: Draft) -> Response:
    """A draft that has become a dossier leads there; a discarded one is no more."""
    try:
        dossier = filing.already_filed(session, found)
    except Refused as gone:
        raise NotFound("draft.discarded") from gone
    return see(flask.url_for("counter.taken" if dossier.walk_in_id else "dossiers.dossier", code=dossier.code))


def intake_of(session: Session, found: Draft, definition: Definition) -> str:
    """Who takes the dossier in, by name: the counter that takes it down, else the one the procedure names."""
    if found.counter_agency_id is None:
        return agency_name(definition.intake)
    return queries.agency_names(session).get(str(found.counter_agency_id), {}).get(language(), "")


def agency_name(key: str) -> str:
    """The agency's name in the reader's language."""
    found = next((one for one in agencies().agencies if one.key == key), None)
    return found.name.words(language()) if found else key


def _part(found: Draft, code: str) -> tuple[Definition, Section]:
    definition = definition_of(found.procedure)
    part = section_of(definition, code)
    if part is None:
        raise NotFound("draft.section_unknown")
    return definition, part


def _with_rows_taken_away(typed: Typed, part: Section, sent: Typed) -> dict[str, list[str]]:
    kept = {name: list(values) for name, values in typed.items()}
    code, _dot, number = (sent.get("remove") or [""])[-1].partition(".")
    field = next((one for one in part.fields if one.code == code), None)
    if isinstance(field, RowsField) and number.isdecimal():
        kept = without_row(kept, field, int(number))
    return kept


def _with_answers_before(session: Session, found: Draft, part: Section, typed: Typed) -> dict[str, list[str]]:
    """What was typed, and for every question left empty what the party answered to it before."""
    given = vault.answers_before(session, found, part.fields, viewer=current_viewer())
    fresh = {name: list(values) for name, values in typed.items()}
    for code, before in given.items():
        own = {name: values for name, values in fresh.items() if name == code or name.startswith(f"{code}.")}
        if not any(is_answer(name, values) for name, values in own.items()):
            fresh = {name: values for name, values in fresh.items() if name not in own} | dict(before.typed)
    return fresh


def _saved_script(found: Draft, codes: list[str]) -> Response:
    """The short answer to the page's script: what it now works from, and when it was saved."""
    return flask.jsonify(
        version=found.version,
        seen=fingerprints(found.answers, codes),
        message=_("Saved %(when)s", when=clock_time(found.updated_at)),
    )


def stale_script() -> Response:
    """409 for the page's script: somebody has to look."""
    answer = flask.jsonify(
        message=_("A colleague has changed this page. Press “Save and continue” to see what, and to choose.")
    )
    answer.status_code = HTTPStatus.CONFLICT
    return answer


def _stale(found: Draft, definition: Definition, part: Section, met: Meeting) -> Response:
    """409: what a colleague saved, field by field, beside what was typed here. Nothing is saved yet."""
    if is_script(AUTOSAVE):
        return stale_script()
    read = known(definition, found.case_key, {**found.answers, **met.together}, {}, places())
    in_words = {
        code: typed_in_words(definition.field(code), found.answers, language(), places()) for code in met.changed
    }
    return _section_page(
        found,
        definition,
        part,
        met.together,
        read,
        show_problems=False,
        status=HTTPStatus.CONFLICT,
        saved=in_words,
        clashing=met.clashing,
    )


def _after_saving(found: Draft, definition: Definition, part: Section, read: Known, sent: Typed) -> Response:
    if "use" in sent:
        flask.flash(_("The answers given before are filled in. Look at them, then go on."), "success")
        return see(flask.url_for("dossiers.section", draft_id=found.id, section=part.code))
    if "add" in sent or "remove" in sent:
        more = (sent.get("add") or [""])[-1]
        anchor = more or (sent.get("remove") or [""])[-1].partition(".")[0]
        return see(
            flask.url_for(
                "dossiers.section",
                draft_id=found.id,
                section=part.code,
                more=more or None,
                _anchor=f"{anchor}-rows",
            )
        )
    if "later" in sent:
        flask.flash(_("Saved. You can go on whenever you like."), "success")
        return see(flask.url_for("dossiers.draft", draft_id=found.id))
    if read.problems_of(part, with_gaps=True):
        # Everything typed is kept, so the page that says what is wrong is one the browser may go back to.
        return see(flask.url_for("dossiers.section", draft_id=found.id, section=part.code, check=1))
    return see(_next_page(found, definition, part, read))


def doubts(found: Draft, definition: Definition, read: Known) -> dict[str, str]:
    """What is worth a second look before filing, by the question's code."""
    sentence = _(
        "This is not the tax code of %(company)s (%(code)s), for which the dossier is filed. Leave it so if the form "
        "is to name somebody else.",
        company=found.party.name,
        code=found.party.tax_code,
    )
    return {field.code: sentence for field in other_codes(definition, read.answers, found.party)}


def _given_before(found: Draft, part: Section) -> list[GivenLine]:
    """What may be filled in with one click: question, answer in words, dossier and day it was given."""
    given = vault.answers_before(request_session(), found, part.fields, viewer=current_viewer())
    said = [(field, given[field.code]) for field in part.fields if field.code in given]
    return [
        (field.label.words(language()), typed_in_words(field, one.typed, language(), places()), one.code, one.filed_at)
        for field, one in said
    ]


def _next_page(found: Draft, definition: Definition, part: Section, read: Known) -> str:
    """The next page that asks something now; after the last one the documents."""
    later = definition.sections[definition.sections.index(part) + 1 :]
    for section in later:
        if any(field.code in read.asked for field in section.fields):
            return flask.url_for("dossiers.section", draft_id=found.id, section=section.code)
    return flask.url_for("dossiers.documents", draft_id=found.id)


def _section_page(
    found: Draft,
    definition: Definition,
    part: Section,
    typed: Typed,
    read: Known,
    *,
    show_problems: bool,
    status: int = 200,
    saved: Mapping[str, str] | None = None,
    clashing: Sequence[str] = (),
) -> Response:
    problems = [] if status == HTTPStatus.CONFLICT else read.problems_of(part, with_gaps=show_problems)
    if not show_problems:
        problems = [problem for problem in problems if problem.code not in HALF_FILLED]
    codes = [field.code for field in part.fields]
    asking = Asking(
        found=read,
        typed=typed,
        problems=problems,
        more_rows=flask.request.args.get("more", ""),
        doubts=doubts(found, definition, read),
        saved={code: words for code, words in (saved or {}).items() if code in clashing},
    )
    errors = error_entries(definition, problems, language())
    visible = [section for section in definition.sections if any(field.code in read.asked for field in section.fields)]
    return page(
        "section",
        status=status,
        draft=found,
        definition=definition,
        part=part,
        number=visible.index(part) + 1 if part in visible else None,
        count=len(visible),
        questions=asking.questions(part.fields),
        given_before=_given_before(found, part) if status == HTTPStatus.OK else [],
        facts=plain_facts(read.facts, codes),
        seen=fingerprints(found.answers, codes),
        errors=errors,
        error_count=len(errors),
        is_stale=status == HTTPStatus.CONFLICT,
        saved_by_colleague=[(definition.field(code), words) for code, words in (saved or {}).items()],
        clashing=list(clashing),
        places=places(),
    )
