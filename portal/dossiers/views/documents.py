"""The documents of a draft: each file its own POST, so that one bad file never costs the others."""

from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments.actions import Upload
from portal.attachments.inspection import check_size
from portal.attachments.models import CopyKind
from portal.catalogue.documents import Document
from portal.catalogue.queries import definition_of
from portal.dossiers import queries
from portal.dossiers.actions import drafts
from portal.dossiers.models import Draft
from portal.dossiers.views.drafting import filed_instead, whole
from portal.dossiers.views.room import blueprint, is_script, now, page, see, shelf
from portal.foundation.errors import Invalid, NotFound, PortalError, Unavailable
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation

PART = "X-Part"


@blueprint.get("/drafts/<uuid:draft_id>/documents")
@open_to(Audience.COMPANY)
def documents(draft_id: UUID) -> Response:
    """Every document of the dossier with its files and a place to add one."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    return _documents_page(found)


@blueprint.post("/drafts/<uuid:draft_id>/documents/<key>")
@open_to(Audience.COMPANY)
def upload(draft_id: UUID, key: str) -> Response:
    """Take one file in, or say beside its field what is wrong with it."""
    viewer = current_viewer()
    try:
        with unit_of_work() as session:
            found = drafts.editable(session, draft_id, viewer=viewer)
            if found.closed_at is not None:
                return filed_instead(session, found)
            document = document_of(found, key)
            attachments.add(
                session,
                read_upload(document),
                document,
                shelf=shelf(),
                by=viewer.person_id,
                now=now(),
                draft_id=found.id,
            )
    except (Invalid, Unavailable) as refusal:
        if is_script(PART):
            return told(refusal)
        found = queries.draft(request_session(), draft_id, viewer=viewer)
        return _documents_page(found, refused=key, refusal=refusal)
    address = flask.url_for("dossiers.documents", draft_id=draft_id, _anchor=f"{key}-document")
    return flask.jsonify(reload=address, message=_("The file is here.")) if is_script(PART) else see(address)


@blueprint.post("/drafts/<uuid:draft_id>/documents/<key>/<uuid:file_id>/remove")
@open_to(Audience.COMPANY)
def remove_file(draft_id: UUID, key: str, file_id: UUID) -> Response:
    """Take a file out of the draft."""
    with unit_of_work() as session:
        found = drafts.editable(session, draft_id, viewer=current_viewer())
        if found.closed_at is not None:
            return filed_instead(session, found)
        attachment = files.one(session, file_id)
        if attachment is None or (attachment.draft_id, attachment.document_key) != (found.id, key):
            raise NotFound("attachments.not_found")
        attachments.remove(session, attachment, now=now())
    return see(flask.url_for("dossiers.documents", draft_id=draft_id, _anchor=f"{key}-document"))


def document_of(found: Draft, key: str) -> Document:
    """The document of this code in the draft's procedure."""
    document = definition_of(found.procedure).document(key)
    if document is None:
        raise NotFound("draft.document_unknown")
    return document


def read_upload(document: Document) -> Upload:
    """The file of this request. Raises Invalid where none was chosen, or before reading one that is too large."""
    sent: FileStorage | None = flask.request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("attachments.none_chosen")
    size = sent.stream.seek(0, 2)
    sent.stream.seek(0)
    check_size(size, sent.filename, max_megabytes=document.max_megabytes)
    wanted = flask.request.form.get("copy_kind", document.kind)
    kind = CopyKind(wanted) if wanted in set(CopyKind) else CopyKind(document.kind)
    return Upload(filename=sent.filename, content=sent.stream.read(), copy_kind=kind)


def told(refusal: PortalError) -> Response:
    """What is wrong, for the script that sent the file."""
    answer = flask.jsonify(message=explanation(refusal), code=refusal.code)
    answer.status_code = refusal.status
    return answer


def _documents_page(found: Draft, *, refused: str = "", refusal: PortalError | None = None) -> Response:
    state = whole(request_session(), found)
    errors = [{"text": explanation(refusal), "href": f"#{refused}"}] if refusal else []
    return page(
        "documents",
        status=refusal.status if refusal else 200,
        draft=found,
        definition=state.definition,
        state=state,
        refused=refused,
        errors=errors,
        error_count=len(errors),
        has_scanner=shelf().has_scanner,
        remove_address=lambda file: flask.url_for(
            "dossiers.remove_file", draft_id=found.id, key=file.document_key, file_id=file.id
        ),
        copy_kinds=[kind.value for kind in CopyKind],
    )
