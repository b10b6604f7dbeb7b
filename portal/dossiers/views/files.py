"""Handing out uploaded files: to the company of the draft or dossier, and to the staff who may see the dossier."""

from collections.abc import Sequence
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
from portal.dossiers import queries, sensitive
from portal.dossiers.models import Dossier
from portal.dossiers.views.room import blueprint, now, shelf
from portal.foundation.errors import Forbidden, NotFound
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
    if not sensitive.may_open(session, attachment, current_viewer()):
        raise Forbidden("attachments.sensitive_closed")
    note_views([attachment], current_viewer())
    where = shelf()
    return served(
        attachment, where.storage, inline="inline" in flask.request.args, must_be_clean=not where.takes_unscanned
    )


def note_views(attachments: Sequence[Attachment], viewer: Viewer) -> None:
    """An officer's look at a filed paper is kept, so that its people may see who looked.

    Their own looks are not, save those at sensitive papers: every one of these is.
    """
    seen = [one for one in attachments if one.is_sensitive or (one.dossier_id is not None and viewer.posts)]
    if not seen or flask.request.method != "GET":
        return
    with unit_of_work() as session:
        for one in seen:
            office = _office(session, one, viewer)
            if office is not None or one.is_sensitive:
                actions.note_view(session, one, by=viewer.person_id, agency_id=office, now=now())


def _office(session: Session, attachment: Attachment, viewer: Viewer) -> UUID | None:
    """The office in which the viewer looks at the file; None where they act for its party."""
    if attachment.dossier_id is None or not viewer.posts:
        return None
    party_id = session.scalars(sa.select(Dossier.party_id).where(Dossier.id == attachment.dossier_id)).one()
    return viewer.posts[0].agency_id if viewer.acting_for_party(party_id) is None else None


def may_read(session: Session, attachment: Attachment, viewer: Viewer) -> bool:
    """Whether the viewer may know of the draft or dossier the file lies with."""
    if attachment.dossier_id is not None:
        return queries.is_visible(session, attachment.dossier_id, viewer=viewer)
    return attachment.draft_id is not None and queries.is_draft_visible(session, attachment.draft_id, viewer=viewer)
