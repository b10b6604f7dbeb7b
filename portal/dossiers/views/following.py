"""One dossier as its company follows it; taking it back."""

from collections.abc import Sequence
from datetime import datetime

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import FILING_ROLES
from portal.attachments import queries as files
from portal.attachments.models import Attachment
from portal.catalogue.answers import Answers
from portal.catalogue.charges import fees_for
from portal.catalogue.definition import Definition
from portal.catalogue.fields import PersonIdField, all_fields
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of, offered_instead
from portal.catalogue.registers import places
from portal.clock import words
from portal.clock.zone import office_day
from portal.dossiers import following, narrative, queries, sensitive
from portal.dossiers.actions import supplement, withdrawal
from portal.dossiers.capacity import may, require
from portal.dossiers.differing import changes
from portal.dossiers.forecast import forecast_of, is_coming
from portal.dossiers.forms import MessageForm, WithdrawalForm
from portal.dossiers.models import Dossier, SupplementState
from portal.dossiers.policy import capacities
from portal.dossiers.record import history
from portal.dossiers.replaying import replayed
from portal.dossiers.saying import in_words
from portal.dossiers.slip import in_working_time, slip_of, visits_of
from portal.dossiers.timeline import timeline_of
from portal.dossiers.validity import standing
from portal.dossiers.views.room import blueprint, language, now, page, see, shelf
from portal.dossiers.walk_ins import counter_names
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.payments import queries as payments
from portal.payments.kinds import BillState
from portal.workflow.events import Event, EventKind
from portal.workflow.lifecycle import OPEN, UNFILED, Action


@blueprint.get("/dossiers/<code>")
@open_to(Audience.COMPANY)
def dossier(code: str) -> Response:
    """State, who holds it, the three dates, the clock's reasons, the timeline, documents, answers, letters."""
    return dossier_page(code)


def dossier_page(code: str, *, form: MessageForm | None = None, status: int = 200) -> Response:
    """The page of the dossier; `form` is a message that could not be sent as it was."""
    session, viewer, moment = request_session(), current_viewer(), now()
    found = queries.visible(session, code, viewer=viewer)
    definition = definition_of(found.procedure)
    if found.state in UNFILED:
        return page("awaiting", dossier=found, definition=definition)
    events = history(session, found.id)
    projected = replayed(found, events)
    names, spoken = queries.agency_names(session), language()
    clock = following.clock_of(found, projected, events=events, now=moment)
    request = supplement.open_request(session, found.id) if found.supplement_rounds else None
    share = following.turns(projected, now=moment)
    answers = _answers(session, found)
    bills = payments.bills_of(session, found.id)
    needs = sensitive.needs_papers(session, found, viewer)
    texts = queries.texts_of(session, found.id)
    papers = files.of(session, dossier_id=found.id)
    return page(
        "dossier",
        status=status,
        form=form or MessageForm(formdata=None),
        talked=following.messages(events, texts),
        may_write=bool(FILING_ROLES & capacities(viewer, found)),
        changes=changes(session, found, definition, spoken, places(), is_masked=not needs)
        if _may_have_changed(found, events)
        else (),
        is_masked=not needs and any(isinstance(field, PersonIdField) for _, field in all_fields(definition.sections)),
        may_correct=may(viewer, found, Action.CORRECT) and "cosigned" not in events[0].params,
        correct_address=lambda section: flask.url_for("dossiers.ask_to_correct", code=code, section=section),
        dossier=found,
        definition=definition,
        projected=projected,
        state_sentence=narrative.STATES[found.state].words(spoken),
        holders=following.holders(found, projected, definition, names, spoken),
        clock=clock,
        moved=following.moved_promise(clock, projected, texts),
        ledger=[(line, following.line_words(line, spoken)) for line in clock.ledger],
        share=share,
        slip=slip_of(
            found, projected, visits_of(session, found.id), definition, names, spoken, now=moment, events=events
        ),
        said=in_working_time,
        share_words=[words.working_time(minutes, spoken) for minutes in (share.agency_minutes, share.applicant_minutes)]
        if share
        else [],
        forecast=forecast_of(session, found, projected, code=definition.code, now=moment),
        forecast_is_coming=is_coming(projected, now=moment),
        timeline=timeline_of(
            events, texts, definition, names, spoken, counter_names=counter_names(session, found, events, spoken)
        ),
        evidence=narrative.EVIDENCE,
        files=_in_order(definition, papers),
        openable=sensitive.openable(session, papers, found, viewer),
        letters=[(one, name, standing(one, projected)) for one, name in _letters(session, found, answers, events)],
        sections=()
        if answers is None
        else in_words(definition, found.case_key, answers, spoken, places(), is_masked=not needs),
        fees=() if answers is None else fees_for(definition, found.case_key, answers),
        intake=names.get(str(found.intake_agency_id), {}).get(spoken, ""),
        request=request if request is not None and request.state is SupplementState.SENT else None,
        owed_vnd=sum(bill.amount_vnd for bill in bills if bill.state is BillState.OWED),
        bills=bills,
        may_answer=may(viewer, found, Action.ANSWER_SUPPLEMENT),
        may_withdraw=may(viewer, found, Action.WITHDRAW) or may(viewer, found, Action.REQUEST_WITHDRAWAL),
        may_file_again=answers is not None and _may_file(found),
        newer=_newer(session, found, moment) if answers is not None and _may_file(found) else None,
        has_scanner=shelf().has_scanner,
    )


def _letters(
    session: Session, found: Dossier, answers: Answers | None, events: Sequence[Event]
) -> list[tuple[Letter, str]]:
    """The result first, by its own name and number, then the letters, newest first."""
    named = following.letters_by_name(
        reversed(queries.letters_of(session, found.id)),
        definition_of(found.procedure),
        found.case_key,
        answers=answers,
        events=events,
        language=language(),
    )
    return sorted(named, key=lambda line: line[0].kind != LetterKind.DECISION)


def _may_have_changed(found: Dossier, events: Sequence[Event]) -> bool:
    return found.supplement_rounds > 0 or any(event.kind is EventKind.CORRECTED for event in events)


def _newer(session: Session, found: Dossier, moment: datetime) -> ProcedureVersion | None:
    """The version whose rules the filer may choose instead, while the dossier is open."""
    if found.state not in OPEN:
        return None
    return offered_instead(session, found.procedure, on=office_day(moment))


def _may_file(found: Dossier) -> bool:
    """Whether the viewer may begin another dossier like this for its party."""
    acting = current_viewer().acting_for_party(found.party_id)
    return acting is not None and acting.may_file(field=found.procedure.field, procedure_code=found.procedure.code)


@blueprint.get("/dossiers/<code>/withdraw")
@open_to(Audience.COMPANY)
def ask_to_withdraw(code: str) -> Response:
    """What taking it back means, and why."""
    found = queries.visible(request_session(), code, viewer=current_viewer())
    _require_withdrawal(found)
    return _withdrawal_page(found, WithdrawalForm())


@blueprint.post("/dossiers/<code>/withdraw")
@open_to(Audience.COMPANY)
def withdraw(code: str) -> Response:
    """Before acceptance it ends at once; after it the office is asked."""
    form, viewer = WithdrawalForm(), current_viewer()
    if not form.validate_on_submit():
        found = queries.visible(request_session(), code, viewer=viewer)
        return _withdrawal_page(found, form, status=422)
    with unit_of_work() as session:
        found = queries.for_update(session, code, viewer=viewer, version=version_seen())
        withdrawal.withdraw(session, found, viewer=viewer, reason=form.reason.data, now=now())
        is_over = found.accepted_at is None
    flask.flash(
        _("The dossier is withdrawn.") if is_over else _("The office has been asked to let you take it back."),
        "success",
    )
    return see(flask.url_for("dossiers.dossier", code=code))


def _in_order(definition: Definition, attachments: Sequence[Attachment]) -> list[Attachment]:
    """The files as the procedure lists its documents."""
    order = {document.code: position for position, document in enumerate(definition.documents)}
    return sorted(attachments, key=lambda one: (order.get(one.document_key, len(order)), one.supplement_round))


def _require_withdrawal(found: Dossier) -> None:
    action = Action.WITHDRAW if found.accepted_at is None else Action.REQUEST_WITHDRAWAL
    require(current_viewer(), found, action)


def _withdrawal_page(found: Dossier, form: WithdrawalForm, *, status: int = 200) -> Response:
    return page("withdraw", status=status, dossier=found, definition=definition_of(found.procedure), form=form)


def _answers(session: Session, found: Dossier) -> Answers | None:
    """The answers as they stand; None where they have been erased."""
    try:
        return supplement.latest_answers(session, found.id).answers
    except NotFound:
        return None


def version_seen() -> int:
    """The version the person saw; a form without one cannot be compared and is refused as out of date."""
    sent = flask.request.form.get("version", "")
    return int(sent) if sent.isascii() and sent.isdecimal() else -1
