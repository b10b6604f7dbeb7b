"""Handing out uploaded files: to the company of the draft or dossier, and to the staff who may see the dossier."""

from uuid import UUID

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import Viewer
from portal.attachments import actions
from portal.attachments import queries as files
from portal.attachments.models import Attachment
from portal.attachments.serving import served
from portal.dossiers import queries
from portal.dossiers.models import Dossier
from portal.dossiers.views.room import blueprint, now, shelf
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/files/<uuid:file_id>")
@open_to(Audience.SIGNED_IN)
def read_file(file_id: UUID) -> Response:
    """One uploaded file, as a download; `?inline=1` shows a PDF or picture inside our own pages."""
    session = request_session()
    attachment = files.one(session, file_id)
    if attachment is None or not may_read(session, attachment, current_viewer()):
        raise NotFound("attachments.not_found")
    _note_view(attachment, current_viewer())
    where = shelf()
    return served(
        attachment, where.storage, inline="inline" in flask.request.args, must_be_clean=not where.takes_unscanned
    )


def _note_view(attachment: Attachment, viewer: Viewer) -> None:
    """An officer's look at a filed paper is kept, so that its people may see who looked; their own is not."""
    if attachment.dossier_id is None or not viewer.posts or flask.request.method != "GET":
        return
    with unit_of_work() as session:
        party_id = session.scalars(sa.select(Dossier.party_id).where(Dossier.id == attachment.dossier_id)).one()
        if viewer.acting_for_party(party_id) is None:
            office = viewer.posts[0].agency_id
            actions.note_view(session, attachment, by=viewer.person_id, agency_id=office, now=now())


def may_read(session: Session, attachment: Attachment, viewer: Viewer) -> bool:
    """Whether the viewer may know of the draft or dossier the file lies with."""
    if attachment.dossier_id is not None:
        return queries.is_visible(session, attachment.dossier_id, viewer=viewer)
    return attachment.draft_id is not None and queries.is_draft_visible(session, attachment.draft_id, viewer=viewer)
