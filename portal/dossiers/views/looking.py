"""Looking at an uploaded file inside our own pages, and turning it where it is not handed in yet."""

from uuid import UUID

import flask
import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments import turning
from portal.attachments.models import Attachment, ScanState
from portal.catalogue.documents import Document
from portal.catalogue.queries import definition_of
from portal.dossiers import sensitive
from portal.dossiers.actions import drafts, supplement
from portal.dossiers.capacity import may
from portal.dossiers.models import Dossier, Draft, SupplementState
from portal.dossiers.views.answering import place_of_answer
from portal.dossiers.views.files import may_read
from portal.dossiers.views.room import PREPARERS, blueprint, now, page, see, shelf
from portal.dossiers.views.uploading import Place
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.foundation.guards import open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.workflow.lifecycle import Action


@blueprint.get("/files/<uuid:file_id>/look")
@open_to(*PREPARERS)
def look(file_id: UUID) -> Response:
    """The file as it is, shown in a frame that can do nothing."""
    return _page(_readable(request_session(), file_id))


@blueprint.post("/files/<uuid:file_id>/turn")
@open_to(*PREPARERS)
def turn(file_id: UUID) -> Response:
    """Turn it a quarter; the turned file is a new one in the place of the old."""
    direction, number = flask.request.form.get("turn", ""), flask.request.form.get("page", "").strip()
    try:
        with unit_of_work() as session:
            attachment = _readable(session, file_id)
            place = _place(session, attachment)
            made = attachments.turn(
                session,
                attachment,
                _document(place, attachment),
                direction,
                page=_page_number(number),
                shelf=shelf(),
                by=current_viewer().person_id,
                now=now(),
            )
    except (Invalid, Refused) as refusal:
        found = _readable(request_session(), file_id)
        return _page(found, status=refusal.status, problem=explanation(refusal), number=number)
    flask.flash(_("The file has been turned."), "success")
    return see(flask.url_for("dossiers.look", file_id=made.id))


def _readable(session: Session, file_id: UUID) -> Attachment:
    found = files.one(session, file_id)
    if found is None or not may_read(session, found, current_viewer()):
        raise NotFound("attachments.not_found")
    if not sensitive.may_open(session, found, current_viewer()):
        raise Forbidden("attachments.sensitive_closed")
    return found


def _place(session: Session, attachment: Attachment) -> Place:
    """Where the file lies, locked; Refused where it has been handed in and stays as it is."""
    if attachment.dossier_id is not None:
        code = session.scalars(sa.select(Dossier.code).where(Dossier.id == attachment.dossier_id)).one()
        place = place_of_answer(session, code)
        if not place.holds(attachment, attachment.document_key):
            raise Refused("attachments.handed_in_stays")
        return place
    if attachment.draft_id is None:
        raise NotFound("attachments.not_found")
    draft = drafts.editable(session, attachment.draft_id, viewer=current_viewer())
    if draft.closed_at is not None:
        raise Refused("attachments.handed_in_stays")
    return Place(definition=definition_of(draft.procedure), draft_id=draft.id)


def _document(place: Place, attachment: Attachment) -> Document:
    found = place.definition.document(attachment.document_key)
    if found is None:
        raise NotFound("draft.document_unknown")
    return found


def _page_number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_NUMBER:
        raise Invalid("attachments.turn_unknown")
    return int(text)


LONGEST_NUMBER = 6


def _may_turn(session: Session, attachment: Attachment) -> bool:
    """Whether the buttons are offered; whether they do anything is decided by `_place`."""
    if attachment.media_type not in turning.TURNED:
        return False
    if attachment.dossier_id is None:
        return True
    found = session.get_one(Dossier, attachment.dossier_id)
    request = supplement.open_request(session, found.id)
    is_waiting = request is not None and request.state is SupplementState.SENT
    is_of_it = is_waiting and request is not None and request.supplement_round == attachment.supplement_round
    return is_of_it and may(current_viewer(), found, Action.ANSWER_SUPPLEMENT)


def _back(session: Session, attachment: Attachment) -> tuple[str, str]:
    """Where the file's document stands, and what that page is called."""
    anchor = f"{attachment.document_key}-document"
    if attachment.dossier_id is None:
        draft = session.get_one(Draft, attachment.draft_id)
        return flask.url_for("dossiers.documents", draft_id=draft.id, _anchor=anchor), _("Documents")
    code = session.scalars(sa.select(Dossier.code).where(Dossier.id == attachment.dossier_id)).one()
    if _may_turn(session, attachment):
        return flask.url_for("dossiers.supplement", code=code, _anchor=anchor), code
    is_theirs = current_viewer().acting_for_party(session.get_one(Dossier, attachment.dossier_id).party_id)
    return flask.url_for("dossiers.dossier" if is_theirs else "desk.review", code=code), code


def _page(attachment: Attachment, *, status: int = 200, problem: str = "", number: str = "") -> Response:
    if attachment.scan_state is ScanState.INFECTED:
        raise Refused("attachments.infected")
    session = request_session()
    back, back_words = _back(session, attachment)
    return page(
        "look",
        status=status,
        file=attachment,
        turned=files.turned_from(session, [attachment]).get(attachment.id),
        back=back,
        back_words=back_words,
        may_turn=_may_turn(session, attachment),
        is_pdf=attachment.media_type == "application/pdf",
        is_shown=attachment.media_type in turning.TURNED,
        is_asked_for=not attachment.is_sensitive or "show" in flask.request.args,
        problem=problem,
        number=number,
        error_count=bool(problem),
    )
