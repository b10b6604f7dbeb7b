"""Co-signing a draft: whoever prepares it asks, the second person reads it and signs or declines."""

from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.accounts.viewer import Viewer
from portal.attachments import queries as files
from portal.catalogue.registers import places
from portal.dossiers import cosigning, queries
from portal.dossiers.actions import cosigning as verbs
from portal.dossiers.actions import drafts, filing
from portal.dossiers.actions.declaring import ContentChanged
from portal.dossiers.declaring import changed, numbered
from portal.dossiers.forms import CosignerForm, CosignForm, DeclineForm
from portal.dossiers.models import Draft
from portal.dossiers.saying import in_words
from portal.dossiers.views.drafting import agency_name, cosigning_of, filed_instead, intake_of, whole
from portal.dossiers.views.room import blueprint, language, now, page, printing_office, see, shelf
from portal.foundation.errors import Forbidden, Invalid, PortalError, Refused, Unavailable
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.letters.outside import LARGEST_BYTES

CONFIRMED = "confirmed"
"""In the address of the page: the fingerprint its reader ticked before confirming that it is them."""


@blueprint.get("/drafts/<uuid:draft_id>/cosignature")
@open_to(Audience.COMPANY)
def cosignature(draft_id: UUID) -> Response:
    """How the draft stands with its co-signature, and whom to ask."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    if not cosigning.needed(found):
        return see(flask.url_for("dossiers.draft", draft_id=draft_id))
    return _asking(session, found, CosignerForm(formdata=None))


@blueprint.post("/drafts/<uuid:draft_id>/cosignature")
@open_to(Audience.COMPANY)
def ask_for_cosignature(draft_id: UUID) -> Response:
    """Ask an owner of the company to co-sign."""
    viewer = current_viewer()
    try:
        with unit_of_work() as session:
            found = drafts.editable(session, draft_id, viewer=viewer)
            if found.closed_at is not None:
                return filed_instead(session, found)
            if not cosigning.needed(found):
                raise Refused("cosigning.not_needed")
            people = cosigning.signers(session, found, but=viewer.person_id)
            form = CosignerForm().offer(people)
            if not form.validate_on_submit():
                return _asking(session, found, form, status=422)
            verbs.ask(session, found, of=UUID(form.person.data), viewer=viewer, now=now())
    except filing.Incomplete:
        flask.flash(_("Something is still missing. Complete the draft first, then ask for the co-signature."), "error")
        return see(flask.url_for("dossiers.review", draft_id=draft_id))
    name = dict(people)[UUID(form.person.data)]
    flask.flash(_("%(name)s is asked to co-sign. You are told as soon as there is an answer.", name=name), "success")
    return see(flask.url_for("dossiers.cosignature", draft_id=draft_id))


@blueprint.get("/drafts/<uuid:draft_id>/cosign")
@open_to(Audience.COMPANY)
def cosign_page(draft_id: UUID) -> Response:
    """The draft to be read and co-signed, by whoever has been asked; others see how it stands."""
    session, viewer = request_session(), current_viewer()
    found = queries.draft(session, draft_id, viewer=viewer)
    if found.closed_at is not None:
        return filed_instead(session, found)
    try:
        verbs.asked(session, found, viewer)
    except Forbidden:
        return see(flask.url_for("dossiers.cosignature", draft_id=draft_id))
    return _signing(session, found, viewer)


@blueprint.post("/drafts/<uuid:draft_id>/cosign")
@open_to(Audience.COMPANY)
def cosign(draft_id: UUID) -> Response:
    """Co-sign what was read; who it is has to have been shown again just now."""
    viewer, form, seen = current_viewer(), CosignForm(), flask.request.form.get("fingerprint", "")
    try:
        with unit_of_work() as session:
            found = drafts.editable(session, draft_id, viewer=viewer)
            if found.closed_at is not None:
                return filed_instead(session, found)
            verbs.asked(session, found, viewer)
            if not form.validate_on_submit():
                return _signing(session, found, viewer, form=form, status=422)
            back = flask.url_for("dossiers.cosign_page", draft_id=draft_id, confirmed=seen[:64], _anchor="sign")
            if first := require_step_up(back):
                return first
            verbs.sign(session, found, seen=seen, viewer=viewer, now=now())
    except (ContentChanged, filing.Incomplete):
        session = request_session()
        found = queries.draft(session, draft_id, viewer=viewer)
        return _signing(session, found, viewer, has_moved_on=True, status=409)
    flask.flash(_("You have co-signed. The dossier can be filed now; whoever asked you is told."), "success")
    return see(flask.url_for("dossiers.workspace"))


@blueprint.post("/drafts/<uuid:draft_id>/cosign/signed")
@open_to(Audience.COMPANY)
def cosign_by_paper(draft_id: UUID) -> Response:
    """Co-sign by the declaration signed outside; what is wrong with it stands beside the box."""
    viewer, uploaded = current_viewer(), flask.request.files.get("signed")
    content = uploaded.stream.read(LARGEST_BYTES + 1) if uploaded is not None else b""
    try:
        with unit_of_work() as session:
            found = drafts.editable(session, draft_id, viewer=viewer)
            if found.closed_at is not None:
                return filed_instead(session, found)
            verbs.sign_by_paper(
                session, found, content, viewer=viewer, office=printing_office(), shelf=shelf(), now=now()
            )
    except (Invalid, Unavailable) as refusal:
        session = request_session()
        found = queries.draft(session, draft_id, viewer=viewer)
        return _signing(session, found, viewer, paper_refusal=refusal, status=refusal.status)
    flask.flash(_("You have co-signed. The dossier can be filed now; whoever asked you is told."), "success")
    return see(flask.url_for("dossiers.workspace"))


@blueprint.post("/drafts/<uuid:draft_id>/cosign/decline")
@open_to(Audience.COMPANY)
def decline_cosignature(draft_id: UUID) -> Response:
    """Do not co-sign, with the reason; also takes back a signature given before."""
    viewer, form = current_viewer(), DeclineForm()
    with unit_of_work() as session:
        found = drafts.editable(session, draft_id, viewer=viewer)
        if found.closed_at is not None:
            return filed_instead(session, found)
        verbs.asked(session, found, viewer)
        if not form.validate_on_submit():
            return _signing(session, found, viewer, declining=form, status=422)
        verbs.decline(session, found, form.reason.data, viewer=viewer, now=now())
    flask.flash(_("You do not co-sign. Whoever asked you reads your reason."), "success")
    return see(flask.url_for("dossiers.workspace"))


def _asking(session: Session, found: Draft, form: CosignerForm, *, status: int = 200) -> Response:
    state, people = whole(session, found), cosigning.signers(session, found, but=current_viewer().person_id)
    return page(
        "cosignature",
        status=status,
        draft=found,
        state=state,
        cosigning=cosigning_of(session, found, state),
        form=form.offer(people),
        people=people,
        viewer=current_viewer(),
    )


def _signing(
    session: Session,
    found: Draft,
    viewer: Viewer,
    *,
    form: CosignForm | None = None,
    declining: DeclineForm | None = None,
    paper_refusal: PortalError | None = None,
    has_moved_on: bool = False,
    status: int = 200,
) -> Response:
    row, state = verbs.asked(session, found, viewer), whole(session, found)
    content = cosigning.content_now(found, state.definition, files.of(session, draft_id=found.id))
    before = cosigning.signed_before(session, found, viewer.person_id)
    since = before or row
    is_signed = row.signed_at is not None and row.content_fingerprint == content.fingerprint
    is_confirmed = flask.request.args.get(CONFIRMED) == content.fingerprint and viewer.has_stepped_up(now())
    return page(
        "cosign",
        status=status,
        draft=found,
        row=row,
        asker=cosigning.name_of(session, row.asked_by),
        state=state,
        definition=state.definition,
        sections=in_words(state.definition, found.case_key, state.found.answers, language(), places()),
        fingerprint=content.fingerprint,
        number=numbered(content.fingerprint),
        is_signed=is_signed,
        is_confirmed=is_confirmed and not is_signed,
        signed_before=before,
        changed_parts=changed(since.digests, content.digests(since.salt), state.definition),
        has_moved_on=has_moved_on,
        form=form or CosignForm(formdata=None, declared=is_confirmed),
        declining=declining or DeclineForm(formdata=None),
        paper_refusal=explanation(paper_refusal) if paper_refusal is not None else "",
        paper_changes=paper_refusal.parts if isinstance(paper_refusal, ContentChanged) else (),
        competent=agency_name(state.competent),
        intake=intake_of(session, found, state.definition),
    )
