"""The review: documents left, data right, what is to be done at the end and never out of reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import Viewer
from portal.catalogue.definition import Definition
from portal.catalogue.registers import places
from portal.clock import words
from portal.clock.zone import office_day
from portal.desk import picking, showing
from portal.desk.acts import DONE_BY_HAND, Acts, Work, acts_for, noting_post, sees_notes
from portal.desk.forms import (
    AgencyForm,
    ApologyForm,
    AssignForm,
    NoteForm,
    RefuseIntakeForm,
    ReopenForm,
    SendBackForm,
    StepForm,
    StopForm,
    WithdrawalForm,
)
from portal.desk.queries import review as reading_of
from portal.desk.queries.review import Pick, Reading
from portal.desk.tabs import FEW_MINUTES_TO_ACCEPT
from portal.desk.ticks import Ticks
from portal.desk.views.room import (
    blueprint,
    colleagues_at,
    now,
    page,
    settings,
    tabs_without_place,
    time_left,
)
from portal.dossiers import following, queries, sensitive
from portal.dossiers.actions import intake, messages, reopening, stopping
from portal.dossiers.differing import changes
from portal.dossiers.forecast import forecast_of, is_coming
from portal.dossiers.forms import MessageForm
from portal.dossiers.models import Dossier, SupplementItem
from portal.dossiers.saying import in_words as answers_in_words
from portal.dossiers.slip import in_working_time, slip_of
from portal.dossiers.validity import standing
from portal.foundation.errors import PortalError
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words, spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.reasons.models import ReasonKind
from portal.reasons.queries import offered
from portal.routing.queries import apology_of
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An act that was refused: which panel it belongs to, what was typed, and why."""

    panel: str
    error: PortalError | None = None
    forms: Mapping[str, Form] = field(default_factory=dict)
    ticks: Ticks = field(default_factory=Ticks)


@blueprint.get("/desk/<code>", endpoint="review")
@open_to(Audience.STAFF, Audience.AUDITOR)
def show(code: str) -> Response:
    """One dossier. Opened by the one-stop officer it can no longer be corrected by the filer; that is recorded."""
    viewer, at, session = current_viewer(), now(), request_session()
    found = reading_of.dossier(session, code, viewer=viewer)
    if _opens_it(found, viewer):
        with unit_of_work() as unit:
            intake.note_opened(unit, queries.for_update(unit, code, viewer=viewer), viewer=viewer, now=at)
    return review_page(session, code, viewer, at)


@blueprint.get("/desk/<code>/present")
@open_to(Audience.STAFF, Audience.AUDITOR)
def present(code: str) -> Response:
    """Who else has the dossier open: the part of the page that asks again by itself."""
    viewer = current_viewer()
    found = reading_of.dossier(request_session(), code, viewer=viewer)
    return page("_present", code=code, present=colleagues_at(found, viewer, now()))


def review_page(session: Session, code: str, viewer: Viewer, at: datetime, attempt: Attempt | None = None) -> Response:
    """The page as it stands now; after a refused act with what was typed and the reason beside it."""
    found = reading_of.dossier(session, code, viewer=viewer)
    reading = reading_of.reading(session, found)
    acts = acts_for(reading, viewer)
    status = attempt.error.status if attempt is not None and attempt.error is not None else None
    return page(
        "review",
        status=status or (HTTPStatus.UNPROCESSABLE_ENTITY if attempt else HTTPStatus.OK),
        tabs=tabs_without_place(viewer),
        **_facts(session, reading, viewer, at),
        **_acts(session, reading, acts, attempt),
        present=colleagues_at(found, viewer, at),
        code=code,
        attempt=attempt,
        refusal=explanation(attempt.error) if attempt is not None and attempt.error is not None else "",
        error_count=_problems(attempt),
        ticks=attempt.ticks if attempt else Ticks(),
    )


def prefix_of(panel: str) -> str:
    """The prefix that keeps the fields of several forms of one page apart."""
    return f"{panel}-"


def step_form(session: Session, work: Work, **options: Any) -> StepForm:
    """The form for doing a step, with the questions of its act; whoever assigns chooses among the specialists."""
    assigns = work.act is Act.ASSIGN
    picks = reading_of.specialists(session, work.visit.step, on=office_day(now())) if assigns else []
    form = StepForm(prefix=prefix_of(f"do-{work.key}"), **options)
    form.ask_for(work.act, picking.choices(picks), may_turn_down=work.may_turn_down)
    if "post" in form:
        form.post.description = picking.left_out(picks)
    return form


def send_back_form(work: Work, **options: Any) -> SendBackForm:
    """The form for sending back, with the steps the procedure allows."""
    steps = [(key, following.step_name(work.definition, key, spoken())) for key in work.node.returns_to]
    return SendBackForm(prefix=prefix_of(f"back-{work.key}"), **options).offer(steps)


def assign_form(work: Work, people: Sequence[Pick], **options: Any) -> AssignForm:
    """The form for giving a step to a colleague; who is away, and who cannot be chosen, is said."""
    form = AssignForm(prefix=prefix_of(f"give-{work.key}"), **options).offer(picking.choices(people))
    form.post.description = picking.left_out(people)
    return form


def reopen_form(reading: Reading, **options: Any) -> ReopenForm:
    """The form of a correction, with the steps it may begin at."""
    keys = reopening.ways_back(reading.dossier)
    steps = [(key, following.step_name(reading.definition, key, spoken())) for key in keys]
    return ReopenForm(prefix=prefix_of("reopen"), **options).offer(steps)


def refuse_form(session: Session, reading: Reading, **options: Any) -> RefuseIntakeForm:
    """The form of a refusal at the counter, with the reasons the office has agreed on."""
    reasons = offered(session, reading.definition.code)[ReasonKind.REFUSAL]
    return RefuseIntakeForm(prefix=prefix_of("refuse"), **options).offer_reasons(reasons, spoken())


def agency_form(session: Session, **options: Any) -> AgencyForm:
    """The dispatcher's choice."""
    known = [(str(one.id), in_words(one.names)) for one in reading_of.agencies(session)]
    return AgencyForm(prefix=prefix_of("agency"), **options).offer(known)


def _opens_it(found: Dossier, viewer: Viewer) -> bool:
    is_counter = viewer.post_for(found.intake_agency_id, Role.ONE_STOP) is not None
    return found.opened_by_office_at is None and found.state is State.FILED and is_counter


def _facts(session: Session, reading: Reading, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """Everything the page tells, before what it lets one do."""
    found, language = reading.dossier, spoken()
    names = queries.agency_names(session)
    with_notes = sees_notes(reading, viewer)
    is_masked = not sensitive.needs_papers(session, found, viewer)
    papers = showing.papers(reading, language)
    steps = showing.step_lines(reading, language, with_notes=with_notes)
    return {
        **_times(session, reading, names, at),
        "dossier": found,
        "reading": reading,
        "definition": reading.definition,
        "procedure_name": reading.definition.name.words(language),
        "case_name": case.name.words(language) if (case := reading.definition.case(found.case_key)) else "",
        "papers": papers,
        "shown": showing.shown_first(papers, flask.request.args.get("file", "")),
        "sections": _sections(reading, is_masked=is_masked),
        "has_scanner": settings().clamd_url is not None,
        "steps": steps,
        "opinions": [line for line in steps if line.is_opinion],
        "awaited": showing.awaited(reading, language),
        "may_read_draft": with_notes and not is_masked and found.accepted_at is not None,
        "notes": [line for line in steps if line.note and not line.is_opinion] if with_notes else [],
        "timeline": showing.timeline(reading, names, language, with_notes=with_notes),
        "letters": [(one, name, standing(one, reading.projected)) for one, name in showing.letters(reading, language)],
        "many": reading_of.MANY,
        "talked": following.messages(reading.events, reading.texts),
        "changes": changes(session, found, reading.definition, language, places(), is_masked=is_masked)
        if any(event.kind in {EventKind.CORRECTED, EventKind.SUPPLEMENT_ANSWERED} for event in reading.events)
        else (),
        "others": reading_of.others_of_party(session, found, viewer=viewer),
        "siblings": reading_of.latest_of_party(session, found, viewer=viewer),
        "written": reading_of.notes_of(session, found.id) if with_notes else [],
        "looks": reading_of.looks_at(session, found.id) if with_notes else [],
        "look": _look(),
        "agency_name": in_words(found.agency.names) if found.agency else "",
        "item_names": partial(_named, reading.definition),
    }


def _times(session: Session, reading: Reading, names: following.Names, at: datetime) -> dict[str, Any]:
    """The dates, why they are what they are, whose time has passed, and what is likely."""
    found, language = reading.dossier, spoken()
    clock = following.clock_of(found, reading.projected, events=reading.events, now=at)
    share = following.turns(reading.projected, now=at)
    counted = clock.statutory or clock.acceptance
    is_open = found.ended_at is None and not clock.is_stopped
    few = None if clock.statutory else FEW_MINUTES_TO_ACCEPT
    office = found.agency_id if clock.statutory else found.intake_agency_id
    return {
        "clock": clock,
        "left": time_left(counted.due_at, at, office=office, few=few) if is_open else ("", ""),
        "ledger": [
            {"kind": line.kind, "text": following.line_words(line, language), "ground": "", "events": line.events}
            for line in clock.ledger
        ],
        "share": share,
        "share_words": [
            words.working_time(minutes, language) for minutes in (share.agency_minutes, share.applicant_minutes)
        ]
        if share
        else [],
        "slip": slip_of(
            found,
            reading.projected,
            [visit.step for visit in reading.visits],
            reading.definition,
            names,
            language,
            now=at,
            events=reading.events,
        ),
        "said": in_working_time,
        "forecast": forecast_of(session, found, reading.projected, code=reading.definition.code, now=at),
        "forecast_is_coming": is_coming(reading.projected, now=at),
    }


ZOOMS = (100, 150, 200, 300)
TURNS = (0, 90, 180, 270)


def _look() -> dict[str, int]:
    """How a picture is looked at: its size in percent, and how far it is turned."""
    zoom = flask.request.args.get("zoom", type=int)
    turn = flask.request.args.get("turn", type=int)
    return {"zoom": zoom if zoom in ZOOMS else ZOOMS[0], "turn": turn if turn in TURNS else TURNS[0]}


def _named(definition: Definition, item: SupplementItem) -> str:
    """What an item of a supplement request is about."""
    document = definition.document(item.key) if item.kind == "document" else None
    asked = definition.field(item.key) if item.kind == "field" else None
    if document is not None:
        return document.name.words(spoken())
    return asked.label.words(spoken()) if asked is not None else str(_("Something else"))


def _sections(reading: Reading, *, is_masked: bool) -> Any:
    if reading.answers is None:
        return ()
    return answers_in_words(
        reading.definition, reading.dossier.case_key, reading.answers, spoken(), places(), is_masked=is_masked
    )


def _acts(session: Session, reading: Reading, acts: Acts, attempt: Attempt | None) -> dict[str, Any]:
    """The forms of what may be done; the refused one is the one that was sent."""
    open_steps = [visit.step for visit in reading.open_visits]
    party_id, today = reading.dossier.party_id, office_day(now())
    colleagues = reading_of.colleagues(session, open_steps, party_id=party_id, on=today)
    version = reading.dossier.version
    forms = _forms_of_dossier(session, reading, acts)
    for work in acts.works:
        step = work.visit.step
        people = colleagues.get((step.agency_id, step.role), []) if step.agency_id else []
        if work.may_do and work.act in DONE_BY_HAND:
            forms[f"do-{work.key}"] = step_form(session, work, formdata=None)
        if work.may_do and work.node.returns_to:
            forms[f"back-{work.key}"] = send_back_form(work, formdata=None)
        others = [one for one in people if one.post_id != step.post_id]
        if work.may_assign and others:
            forms[f"give-{work.key}"] = assign_form(work, others, formdata=None)
    if attempt is not None:
        forms.update({name: form for name, form in attempt.forms.items() if name in forms})
    return {
        "acts": acts,
        "forms": forms,
        "version": version,
        "stock": offered(session, reading.definition.code),
        "language_code": spoken(),
    }


def _forms_of_dossier(session: Session, reading: Reading, acts: Acts) -> dict[str, Form]:
    """The forms of what may be done with the dossier as a whole, whatever step it stands at."""
    forms: dict[str, Form] = {}
    if acts.may_refuse_intake:
        forms["refuse"] = refuse_form(session, reading, formdata=None)
    if acts.may_decide_withdrawal:
        forms["withdrawal"] = WithdrawalForm(formdata=None, prefix=prefix_of("withdrawal"))
    if noting_post(reading, current_viewer()) is not None:
        forms["note"] = NoteForm(formdata=None, prefix=prefix_of("note"))
    if messages.may_write_for_office(current_viewer(), reading.dossier):
        forms["message"] = MessageForm(formdata=None, prefix=prefix_of("message"))
    if grounds := stopping.grounds(session, reading.dossier, viewer=current_viewer(), now=now()):
        forms["stop"] = StopForm(formdata=None, prefix=prefix_of("stop")).offer(grounds)
    if acts.may_choose_agency:
        forms["agency"] = agency_form(session, formdata=None)
    if acts.may_apologise:
        drafted = apology_of(session, reading.dossier.id)
        new_day, reason = (drafted.new_day, drafted.reason) if drafted is not None else (None, "")
        prefix = prefix_of("apology")
        forms["apology"] = ApologyForm(formdata=None, prefix=prefix, new_day=new_day, reason=reason)
    if acts.may_reopen:
        forms["reopen"] = reopen_form(reading, formdata=None)
    return forms


def _problems(attempt: Attempt | None) -> int:
    if attempt is None:
        return 0
    return sum(form.error_count for form in attempt.forms.values()) or 1
