"""The draft: its task list and the pages of its form."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.catalogue.definition import Definition
from portal.catalogue.fields import RowsField, Section
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import agencies, places
from portal.dossiers import queries
from portal.dossiers.actions import drafts, filing
from portal.dossiers.asking import Asking, Known, error_entries, known, plain_facts
from portal.dossiers.drafting import HALF_FILLED, DraftState, state_of
from portal.dossiers.models import Draft
from portal.dossiers.saying import typed_in_words
from portal.dossiers.typed import Typed, belonging, changed_meanwhile, digest_of, merged, section_of, without_row
from portal.dossiers.views.room import blueprint, is_script, language, now, page, posted, see
from portal.foundation.errors import NotFound, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work

AUTOSAVE = "X-Autosave"


@blueprint.get("/drafts")
@open_to(Audience.COMPANY)
def all_drafts() -> Response:
    """The drafts stand on top of the company's list."""
    return flask.redirect(flask.url_for("dossiers.workspace", _anchor="drafts"))


@blueprint.get("/drafts/<uuid:draft_id>")
@open_to(Audience.COMPANY)
def draft(draft_id: UUID) -> Response:
    """The task list: what is done, what is left, documents, fee, time, and what happens next."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    state = whole(session, found)
    return page("draft", draft=found, state=state, competent=agency_name(state.competent))


@blueprint.get("/drafts/<uuid:draft_id>/sections/<section>")
@open_to(Audience.COMPANY)
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
@open_to(Audience.COMPANY)
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
        if changed := _changed_by_a_colleague(found, sent, typed, codes):
            return _stale(found, definition, part, typed, changed, _seen(sent))
        drafts.save(session, found, typed, replacing=codes, now=now())
        read = known(definition, found.case_key, found.answers, {}, places())
    if is_script(AUTOSAVE):
        return flask.jsonify(version=found.version, seen=_digests(found.answers, codes), message=_("Saved"))
    return _after_saving(found, definition, part, read, sent)


@blueprint.get("/drafts/<uuid:draft_id>/discard")
@open_to(Audience.COMPANY)
def ask_to_discard(draft_id: UUID) -> Response:
    """Name what is about to be lost."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    count = sum(files.counts(session, draft_id=found.id).values())
    return page("discard", draft=found, definition=definition_of(found.procedure), files=count)


@blueprint.post("/drafts/<uuid:draft_id>/discard")
@open_to(Audience.COMPANY)
def discard(draft_id: UUID) -> Response:
    """Put the draft away for good."""
    with unit_of_work() as session:
        found = drafts.editable(session, draft_id, viewer=current_viewer())
        if found.closed_at is not None:
            return filed_instead(session, found)
        drafts.discard(session, found, now=now())
        attachments.remove_all(session, draft_id=found.id, now=now())
    flask.flash(_("The draft is deleted."), "success")
    return see(flask.url_for("dossiers.workspace"))


def whole(session: Session, found: Draft) -> DraftState:
    """The draft, worked out."""
    return state_of(definition_of(found.procedure), found, files.of(session, draft_id=found.id), places())


def filed_instead(session: Session, found: Draft) -> Response:
    """A draft that has become a dossier leads there; a discarded one is no more."""
    try:
        dossier = filing.already_filed(session, found)
    except Refused as gone:
        raise NotFound("draft.discarded") from gone
    return see(flask.url_for("dossiers.dossier", code=dossier.code))


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


def _seen(sent: Typed) -> dict[str, str]:
    """The fingerprints of what this page was made from."""
    try:
        seen = json.loads((sent.get("seen") or ["{}"])[-1])
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in seen.items()} if isinstance(seen, dict) else {}


def _digests(typed: Typed, codes: list[str]) -> str:
    return json.dumps({code: digest_of(typed, code) for code in codes}, separators=(",", ":"))


def _changed_by_a_colleague(found: Draft, sent: Typed, typed: Typed, codes: list[str]) -> list[str]:
    """The fields of this page somebody else has saved since it was made; none while the version is the same.

    What was saved just as it is sent now needs no question: it is the same page, sent twice.
    """
    if (sent.get("version") or [""])[-1] == str(found.version):
        return []
    changed = changed_meanwhile(_seen(sent), found.answers, codes)
    return [code for code in changed if digest_of(typed, code) != digest_of(found.answers, code)]


def _stale(
    found: Draft, definition: Definition, part: Section, typed: Typed, changed: list[str], seen: Mapping[str, str]
) -> Response:
    """409: what a colleague saved, field by field, beside what was typed here. Nothing is saved yet."""
    codes = [field.code for field in part.fields]
    result = merged(typed, found.answers, seen, codes)
    in_words = {code: typed_in_words(definition.field(code), found.answers, language(), places()) for code in changed}
    clashing = [code for code in changed if seen.get(code) != digest_of(typed, code)]
    clashing = [code for code in clashing if digest_of(typed, code) != digest_of(found.answers, code)]
    if is_script(AUTOSAVE):
        answer = flask.jsonify(
            message=_("A colleague has changed this page. Press “Save and continue” to see what, and to keep yours.")
        )
        answer.status_code = 409
        return answer
    read = known(definition, found.case_key, {**found.answers, **result}, {}, places())
    return _section_page(
        found, definition, part, result, read, show_problems=False, status=409, saved=in_words, clashing=clashing
    )


def _after_saving(found: Draft, definition: Definition, part: Section, read: Known, sent: Typed) -> Response:
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
        return _section_page(found, definition, part, found.answers, read, show_problems=True, status=422)
    return see(_next_page(found, definition, part, read))


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
    clashing: list[str] | None = None,
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
        saved={code: words for code, words in (saved or {}).items() if code in (clashing or [])},
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
        facts=plain_facts(read.facts, codes),
        seen=_digests(found.answers, codes),
        errors=errors,
        error_count=len(errors),
        is_stale=status == HTTPStatus.CONFLICT,
        saved_by_colleague=[(definition.field(code), words) for code, words in (saved or {}).items()],
        clashing=clashing or [],
        places=places(),
    )
