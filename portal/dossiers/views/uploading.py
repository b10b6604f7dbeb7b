"""Files taken in and taken away again, for a draft as for an answer: each file its own POST.

One bad file never costs the others, and a page's own script gets a short answer instead of a page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments import resuming
from portal.attachments.actions import Upload
from portal.attachments.inspection import check_size
from portal.attachments.models import Attachment, CopyKind, PartialUpload
from portal.catalogue.definition import Definition
from portal.catalogue.documents import Document
from portal.dossiers.views.room import is_script, now, see, shelf
from portal.foundation.errors import Invalid, NotFound, PortalError, Refused, Unavailable
from portal.foundation.unit_of_work import unit_of_work
from portal.foundation.web import explanation

PART = "X-Part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the files belong to, locked: a draft, or the round of a dossier's supplement."""

    definition: Definition
    draft_id: UUID | None = None
    dossier_id: UUID | None = None
    supplement_round: int = 0

    def holds(self, attachment: Attachment, key: str) -> bool:
        """Whether the file lies here, with this document."""
        owner = attachment.draft_id if self.draft_id else attachment.dossier_id
        return (owner, attachment.document_key, attachment.supplement_round) == (
            self.draft_id or self.dossier_id,
            key,
            self.supplement_round,
        )


Find = Callable[[Session], Place | Response]
"""Finds and locks the place; or answers at once, where there is nothing to add to any more."""


def take_in(key: str, *, find: Find, page: Callable[[str], str], again: Callable[[PortalError], Response]) -> Response:
    """Take the file of this request in for the document `key`; what is wrong with it stands beside its box.

    `page` gives the page's address at an anchor, `again` the page with the refusal.
    """
    try:
        with unit_of_work() as session:
            place = find(session)
            if isinstance(place, Response):
                return place
            document = _document(place.definition, key)
            begun, moment = _begun(session), now()
            taken = attachments.add(
                session,
                _upload(document) if begun is None else _made_whole(session, begun, document),
                document,
                shelf=shelf(),
                by=current_viewer().person_id,
                now=moment,
                draft_id=place.draft_id,
                dossier_id=place.dossier_id,
                supplement_round=place.supplement_round,
            )
            if begun is not None:
                resuming.forget(session, begun)
            was_here, name = taken.uploaded_at < moment, taken.filename
    except (Invalid, Refused, Unavailable) as refusal:
        return _told(refusal) if is_script(PART) else again(refusal)
    if was_here:
        flask.flash(_("This file is already here: %(name)s. Nothing was added.", name=name), "success")
    address = page(f"{key}-document")
    return flask.jsonify(reload=address, message=_("The file is here.")) if is_script(PART) else see(address)


def take_away(key: str, file_id: UUID, *, find: Find, page: Callable[[str], str]) -> Response:
    """Take a file away again. Raises NotFound for one that does not lie here."""
    with unit_of_work() as session:
        place = find(session)
        if isinstance(place, Response):
            return place
        attachment = files.one(session, file_id)
        if attachment is None or not place.holds(attachment, key):
            raise NotFound("attachments.not_found")
        attachments.remove(session, attachment, now=now())
    return see(page(f"{key}-document"))


def _document(definition: Definition, key: str) -> Document:
    document = definition.document(key)
    if document is None:
        raise NotFound("draft.document_unknown")
    return document


def _upload(document: Document) -> Upload:
    """The file of this request. Raises Invalid where none was chosen, or before reading one that is too large."""
    sent: FileStorage | None = flask.request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("attachments.none_chosen")
    size = sent.stream.seek(0, 2)
    sent.stream.seek(0)
    check_size(size, sent.filename, max_megabytes=document.max_megabytes)
    return Upload(
        filename=sent.filename,
        content=sent.stream.read(),
        copy_kind=_copy_kind(document),
        is_sensitive=is_marked_sensitive(document),
    )


def _begun(session: Session) -> PartialUpload | None:
    """The file that has come in parts before this request; None where the request carries it itself."""
    named = flask.request.form.get("parts", "")
    if not named:
        return None
    try:
        upload_id = UUID(named)
    except ValueError as no_id:
        raise NotFound("attachments.upload_unknown") from no_id
    return resuming.one(session, upload_id, by=current_viewer().person_id, now=now(), for_change=True)


def _made_whole(session: Session, begun: PartialUpload, document: Document) -> Upload:
    check_size(begun.size_bytes, begun.filename, max_megabytes=document.max_megabytes)
    content = resuming.whole(session, begun, shelf=shelf().storage)
    return Upload(
        filename=begun.filename,
        content=content,
        copy_kind=_copy_kind(document),
        is_sensitive=is_marked_sensitive(document),
    )


def _copy_kind(document: Document) -> CopyKind:
    wanted = flask.request.form.get("copy_kind", document.kind)
    return CopyKind(wanted) if wanted in set(CopyKind) else CopyKind(document.kind)


def is_marked_sensitive(document: Document) -> bool:
    """Whether the paper is sensitive: the procedure says so, or whoever sends this form has ticked it."""
    return document.sensitive or "sensitive" in flask.request.form


def _told(refusal: PortalError) -> Response:
    """What is wrong, for the script that sent the file."""
    answer = flask.jsonify(message=explanation(refusal), code=refusal.code)
    answer.status_code = refusal.status
    return answer
