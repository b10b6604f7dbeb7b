"""Deciding and signing: the leader reads the decision as it will be printed, then signs it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.accounts.viewer import Viewer
from portal.attachments.serving import sent
from portal.desk import showing
from portal.desk.acts import acts_for, sees_notes
from portal.desk.forms import SignForm
from portal.desk.queries import review as reading_of
from portal.desk.queries.review import Reading, Visit, last_signature
from portal.desk.views.acting import seen_version, stale_page
from portal.desk.views.room import blueprint, now, page, printing_office, see, settings
from portal.dossiers import following, queries, sensitive
from portal.dossiers.actions import decision, signing_outside
from portal.dossiers.capacity import seat_for
from portal.dossiers.writing import Writer
from portal.foundation.errors import Forbidden, Invalid, NotFound, PortalError, Refused, Stale
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.letters.contents import Signatory
from portal.letters.outside import LARGEST_BYTES, certificate_in
from portal.letters.printing import PrintingOffice
from portal.letters.standing import standing_words
from portal.reasons.models import ReasonKind
from portal.reasons.queries import offered
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome

UNSAID = "…"
"""Where a reason will stand that nobody has written yet."""


@blueprint.get("/desk/<code>/sign/<node>")
@open_to(Audience.LEADER)
def sign(code: str, node: str) -> Response:
    """The decision to be signed. The second factor is asked before anything is typed."""
    viewer, session = current_viewer(), request_session()
    reading, visit = _at(session, code, node, viewer)
    if answer := require_step_up():
        return answer
    return _page(session, reading, visit, viewer, sign_form(session, reading, formdata=None))


@blueprint.post("/desk/<code>/sign/<node>")
@open_to(Audience.LEADER)
def do_sign(code: str, node: str) -> Response:
    """Sign, or look at the text once more with what was typed."""
    viewer, at, seen = current_viewer(), now(), seen_version()
    session = request_session()
    if reading_of.dossier(session, code, viewer=viewer).version != seen:
        return stale_page(code, viewer, seen)
    reading, visit = _at(session, code, node, viewer)
    form = sign_form(session, reading)
    if not form.validate_on_submit() or "preview" in flask.request.form:
        return _page(session, reading, visit, viewer, form)
    outside = "outside" in flask.request.form

    def once(office: PrintingOffice) -> None:
        with unit_of_work() as unit:
            verb = signing_outside.hand_out if outside else decision.sign
            verb(
                unit,
                queries.for_update(unit, code, viewer=viewer, version=seen),
                node,
                outcome=Outcome(form.outcome.data),
                viewer=viewer,
                office=office,
                now=at,
                reason=_reason(form),
                managed_reason=form.managed if form.outcome.data == Outcome.REFUSED else "",
            )

    try:
        printing_office().with_signatures(once)
    except Stale:
        return stale_page(code, viewer, seen)
    except (Refused, Invalid, Forbidden) as error:
        reading, visit = _at(request_session(), code, node, viewer)
        return _page(request_session(), reading, visit, viewer, form, error)
    if outside:
        return see("desk.sign_outside", code=code, node=node)
    flask.flash(_("Signed. The clerk now gives the decision its number."), "success")
    return see("desk.review", code=code)


@blueprint.get("/desk/<code>/sign/<node>/outside")
@open_to(Audience.LEADER)
def sign_outside(code: str, node: str) -> Response:
    """The paper to be signed with the leader's own token, and where it comes back."""
    return _outside(code, node)


@blueprint.get("/desk/<code>/sign/<node>/outside/paper")
@open_to(Audience.LEADER)
def outside_paper(code: str, node: str) -> Response:
    """The paper that was handed out last, to be signed."""
    session, viewer = request_session(), current_viewer()
    reading, _visit = _at(session, code, node, viewer)
    handout = signing_outside.last_handout(session, reading.dossier, viewer=viewer)
    if handout is None:
        raise NotFound("signing.no_handout")
    name = f"{code}-{handout.made_at:%H%M%S}.pdf"
    return sent(printing_office().storage, handout.storage_key, name, "application/pdf", None, inline=False)


@blueprint.post("/desk/<code>/sign/<node>/outside")
@open_to(Audience.LEADER)
def take_back_paper(code: str, node: str) -> Response:
    """The signed paper comes back: it is judged and kept, or what is wrong with it stands beside the field."""
    viewer, at, seen, session = current_viewer(), now(), seen_version(), request_session()
    if reading_of.dossier(session, code, viewer=viewer).version != seen:
        return stale_page(code, viewer, seen)
    _at(session, code, node, viewer)
    uploaded = flask.request.files.get("file")
    content = uploaded.stream.read(LARGEST_BYTES + 1) if uploaded is not None else b""
    if not content or len(content) > LARGEST_BYTES:
        return _outside(code, node, Invalid("signing.too_large" if content else "signing.no_file"))
    try:
        with unit_of_work() as unit:
            found = queries.for_update(unit, code, viewer=viewer, version=seen)
            signing_outside.take_back(unit, found, content, viewer=viewer, office=printing_office(), now=at)
    except Stale:
        return stale_page(code, viewer, seen)
    except (Refused, Invalid, Forbidden) as error:
        return _outside(code, node, error)
    flask.flash(_("Signed. The clerk now gives the decision its number."), "success")
    return see("desk.review", code=code)


def _outside(code: str, node: str, error: PortalError | None = None) -> Response:
    session, viewer = request_session(), current_viewer()
    reading, _visit = _at(session, code, node, viewer)
    return page(
        "sign_outside",
        status=error.status if error is not None else 200,
        dossier=reading.dossier,
        node=node,
        handout=signing_outside.last_handout(session, reading.dossier, viewer=viewer),
        refusal=explanation(error) if error is not None else "",
        error_count=1 if error is not None else 0,
        expires=_expiring(session, viewer),
        must_step_up=not viewer.has_stepped_up(now()),
    )


def _expiring(session: Session, viewer: Viewer) -> datetime | None:
    """When the certificate the leader signed with last expires, if that is soon or has happened."""
    last = last_signature(session, [post.acting_id for post in viewer.posts])
    if last is None:
        return None
    try:
        certificate = certificate_in(last)
    except ValueError:
        return None
    warned_from = settings().certificate_warning_days[0]
    return certificate.expires_at if certificate.expires_within(warned_from, now=now()) else None


def _reason(form: SignForm) -> str:
    """A managed reason is one for refusing; beside a grant only own words are printed."""
    return form.said if form.outcome.data == Outcome.REFUSED else (form.reason.data or "").strip()


def sign_form(session: Session, reading: Reading, **options: Any) -> SignForm:
    """The leader's form, with the reasons for refusing the office has agreed on."""
    reasons = offered(session, reading.definition.code)[ReasonKind.REFUSAL]
    return SignForm(**options).offer_reasons(reasons, spoken())


def _at(session: Session, code: str, node: str, viewer: Viewer) -> tuple[Reading, Visit]:
    """The dossier and its open step of signing; the step of another office may be seen but not signed."""
    reading = reading_of.reading(session, reading_of.dossier(session, code, viewer=viewer))
    visit = reading.visit(node)
    if visit is None or reading.graph[node].act is not Act.SIGN:
        raise NotFound("step.not_open")
    if all(work.key != node or not work.may_do for work in acts_for(reading, viewer).works):
        raise Forbidden("step.not_yours")
    return reading, visit


def _page(
    session: Session, reading: Reading, visit: Visit, viewer: Viewer, form: SignForm, error: PortalError | None = None
) -> Response:
    language = spoken()
    if error is not None and "reason" in error.fields:
        form.reason.errors = [explanation(error)]
    problems = form.error_count
    status = error.status if error is not None else Invalid.status if problems else 200
    return page(
        "sign",
        status=status,
        dossier=reading.dossier,
        reading=reading,
        step_name=following.step_name(reading.definition, visit.step.node_key, language),
        procedure_name=reading.definition.name.words(language),
        node=visit.step.node_key,
        form=form,
        refusal="" if problems or error is None else explanation(error),
        must_step_up=not viewer.has_stepped_up(now()),
        expires=_expiring(session, viewer),
        signs_here=printing_office().signs_for(viewer.email),
        standing=standing_words(),
        previews=_previews(session, reading, visit, viewer, form),
        notes=_notes(reading, viewer),
    )


@blueprint.get("/desk/<code>/draft")
@open_to(Audience.STAFF, Audience.AUDITOR)
def draft_decision(code: str) -> Response:
    """Both texts the leader may sign, as they stand now, for those who prepare and approve them."""
    viewer, session = current_viewer(), request_session()
    reading = reading_of.reading(session, reading_of.dossier(session, code, viewer=viewer))
    if not sees_notes(reading, viewer) or not sensitive.needs_papers(session, reading.dossier, viewer):
        raise Forbidden  # the text holds what identifies the owner
    signs = reading_of.signing_post(session, reading)
    if signs is None:
        raise NotFound("step.not_open")
    writer = Writer(session=session, dossier=reading.dossier, verification_url="")
    return page(
        "draft",
        dossier=reading.dossier,
        procedure_name=reading.definition.name.words(spoken()),
        standing=standing_words(),
        previews=_texts(writer, list(Outcome), signs.agency_id, writer.holder(signs.id), reason=UNSAID),
        notes=_notes(reading, viewer),
    )


def _notes(reading: Reading, viewer: Viewer) -> list[showing.StepLine]:
    """What was written with the steps, the opinions of consulted agencies too, where the viewer may read it."""
    return [line for line in showing.step_lines(reading, spoken(), with_notes=sees_notes(reading, viewer)) if line.note]


def _previews(session: Session, reading: Reading, visit: Visit, viewer: Viewer, form: SignForm) -> list[dict[str, Any]]:
    """The text of both outcomes, or of the chosen one, in the language the law prints it in."""
    writer = Writer(session=session, dossier=reading.dossier, verification_url="")
    seat = seat_for(viewer, visit.step)
    absent = seat.id if seat.own_post_id else None
    signatory = writer.holder(seat.acting_id, in_place_of=absent, manner=seat.manner or None)
    chosen = form.outcome.data
    outcomes = [Outcome(chosen)] if chosen in set(Outcome) else list(Outcome)
    agency_id = visit.step.agency_id or reading.dossier.intake_agency_id
    return _texts(writer, outcomes, agency_id, signatory, reason=form.said or UNSAID)


def _texts(
    writer: Writer, outcomes: Sequence[Outcome], agency_id: UUID, signatory: Signatory, *, reason: str
) -> list[dict[str, Any]]:
    """For each outcome the decision with its words."""
    texts: list[dict[str, Any]] = []
    for outcome in outcomes:
        said = reason if outcome is Outcome.REFUSED else ""
        content = writer.decision(
            outcome=outcome, agency_id=agency_id, signatory=signatory, issued_at=now(), reason=said
        )
        texts.append({"outcome": outcome.value, "content": content})
    return texts
