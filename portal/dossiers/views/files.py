"""Handing out uploaded files: to the company of the draft or dossier, and to the staff who may see the dossier."""

from uuid import UUID

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import Viewer
from portal.attachments import queries as files
from portal.attachments.models import Attachment
from portal.attachments.serving import served
from portal.dossiers import queries
from portal.dossiers.views.room import blueprint, shelf
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session


@blueprint.get("/files/<uuid:file_id>")
@open_to(Audience.SIGNED_IN)
def read_file(file_id: UUID) -> Response:
    """One uploaded file, as a download; `?inline=1` shows a PDF or picture inside our own pages."""
    session = request_session()
    attachment = files.one(session, file_id)
    if attachment is None or not _may_read(session, attachment, current_viewer()):
        raise NotFound("attachments.not_found")
    where = shelf()
    return served(
        attachment, where.storage, inline="inline" in flask.request.args, must_be_clean=not where.takes_unscanned
    )


def _may_read(session: Session, attachment: Attachment, viewer: Viewer) -> bool:
    if attachment.dossier_id is not None:
        return queries.is_visible(session, attachment.dossier_id, viewer=viewer)
    return attachment.draft_id is not None and queries.is_draft_visible(session, attachment.draft_id, viewer=viewer)
