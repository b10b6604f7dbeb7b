"""The documents of a draft."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments.models import CopyKind
from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.dossiers import queries, vault
from portal.dossiers.actions import drafts
from portal.dossiers.models import Draft
from portal.dossiers.views.drafting import filed_instead, reasons_of, whole
from portal.dossiers.views.room import PREPARERS, blueprint, now, page, see, shelf
from portal.dossiers.views.uploading import Place, is_marked_sensitive, take_away, take_in
from portal.foundation.errors import Invalid, NotFound, PortalError, Refused
from portal.foundation.guards import open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation

LONGEST_NUMBER = 100


@blueprint.get("/drafts/<uuid:draft_id>/documents")
@open_to(*PREPARERS)
def documents(draft_id: UUID) -> Response:
    """Every document of the dossier with its files and a place to add one."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    return _documents_page(found)


@blueprint.post("/drafts/<uuid:draft_id>/documents/<key>")
@open_to(*PREPARERS)
def upload(draft_id: UUID, key: str) -> Response:
    """Take one file in, or say beside its field what is wrong with it."""

    def again(refusal: PortalError) -> Response:
        found = queries.draft(request_session(), draft_id, viewer=current_viewer())
        return _documents_page(found, refused=key, refusal=refusal)

    return take_in(key, find=lambda session: _place(session, draft_id), page=_address(draft_id), again=again)


@blueprint.post("/drafts/<uuid:draft_id>/documents/<key>/<uuid:file_id>/remove")
@open_to(*PREPARERS)
def remove_file(draft_id: UUID, key: str, file_id: UUID) -> Response:
    """Take a file out of the draft."""
    return take_away(key, file_id, find=lambda session: _place(session, draft_id), page=_address(draft_id))


@blueprint.post("/drafts/<uuid:draft_id>/documents/<key>/again")
@open_to(*PREPARERS)
def take_again(draft_id: UUID, key: str) -> Response:
    """Use a file handed in before: the same stored file, chosen with one click."""
    viewer = current_viewer()
    try:
        with unit_of_work() as session:
            place = _place(session, draft_id)
            if isinstance(place, Response):
                return place
            document = place.definition.document(key)
            found = queries.draft(session, draft_id, viewer=viewer)
            wanted = flask.request.form.get("file", "")
            offers = vault.offered(session, found, viewer=viewer).get(key, ())
            paper = next((one for one in offers if str(one.file.id) == wanted), None)
            if document is None or paper is None:
                raise NotFound("attachments.not_found")
            attachments.take_over(session, paper.file, document, draft_id=draft_id, by=viewer.person_id, now=now())
    except (Invalid, Refused) as refusal:
        return _documents_page(queries.draft(request_session(), draft_id, viewer=viewer), refused=key, refusal=refusal)
    return see(_address(draft_id)(f"{key}-document"))


@blueprint.post("/drafts/<uuid:draft_id>/documents/<key>/<uuid:file_id>/details")
@open_to(*PREPARERS)
def describe_file(draft_id: UUID, key: str, file_id: UUID) -> Response:
    """Keep the number, the day and the validity of the paper."""
    sent = flask.request.form
    try:
        with unit_of_work() as session:
            place = _place(session, draft_id)
            if isinstance(place, Response):
                return place
            attachment = files.one(session, file_id)
            if attachment is None or not place.holds(attachment, key):
                raise NotFound("attachments.not_found")
            issued_on, valid_until = _day(sent.get("issued_on", "")), _day(sent.get("valid_until", ""))
            document = place.definition.document(key)
            attachments.describe(
                session,
                attachment,
                number=sent.get("number", "")[:LONGEST_NUMBER],
                issued_on=issued_on,
                valid_until=valid_until,
                is_sensitive=document is not None and is_marked_sensitive(document),
            )
    except Invalid as refusal:
        found = queries.draft(request_session(), draft_id, viewer=current_viewer())
        return _documents_page(found, refused=key, refusal=refusal)
    return see(_address(draft_id)(f"{key}-document"))


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as unreadable:
        raise Invalid("attachments.day_unreadable") from unreadable


def _place(session: Session, draft_id: UUID) -> Place | Response:
    found = drafts.editable(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    return Place(definition=definition_of(found.procedure), draft_id=found.id)


def _address(draft_id: UUID) -> Callable[[str], str]:
    return lambda anchor: flask.url_for("dossiers.documents", draft_id=draft_id, _anchor=anchor)


def _documents_page(found: Draft, *, refused: str = "", refusal: PortalError | None = None) -> Response:
    state = whole(request_session(), found)
    errors = [{"text": explanation(refusal), "href": f"#{refused}"}] if refusal else []
    return page(
        "documents",
        status=refusal.status if refusal else 200,
        draft=found,
        definition=state.definition,
        state=state,
        reasons=reasons_of(state),
        refused=refused,
        errors=errors,
        error_count=len(errors),
        has_scanner=shelf().has_scanner,
        offered=vault.offered(request_session(), found, viewer=current_viewer()),
        today=office_day(now()),
        take_address=lambda key: flask.url_for("dossiers.take_again", draft_id=found.id, key=key),
        describe_address=lambda file: flask.url_for(
            "dossiers.describe_file", draft_id=found.id, key=file.document_key, file_id=file.id
        ),
        remove_address=lambda file: flask.url_for(
            "dossiers.remove_file", draft_id=found.id, key=file.document_key, file_id=file.id
        ),
        copy_kinds=[kind.value for kind in CopyKind],
    )
