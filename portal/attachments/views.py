"""Files that come in parts; and the words of the room's refusals.

Whose document a file is, is known by the rooms above, whose pages take files in and hand them out.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import resuming
from portal.attachments.explanations import REASONS
from portal.attachments.models import PartialUpload
from portal.foundation import web
from portal.foundation.errors import PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.settings import Settings
from portal.foundation.storage import Storage, storage_at
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation

STARTS_AT = "X-Part-Start"
UPLOADERS = (Audience.COMPANY, Audience.ONE_STOP)
"""Who hands papers in: the company, and an officer who scans them at the counter."""

blueprint = flask.Blueprint("attachments", __name__)
blueprints = (blueprint,)

web.explain_refusals(REASONS)


@blueprint.post("/uploads")
@open_to(*UPLOADERS)
def begin() -> Response:
    """Make room for a large file; the answer says where its parts go and how large they may be."""
    form, viewer = flask.request.form, current_viewer()
    size = form.get("size", "")
    try:
        with unit_of_work() as session:
            begun = resuming.begin(
                session,
                filename=form.get("filename", ""),
                size_bytes=int(size) if size.isascii() and size.isdigit() and len(size) < LONGEST_SIZE else 0,
                by=viewer.person_id,
                now=_now(),
            )
    except PortalError as refusal:
        return _refused(refusal)
    return _told(begun)


@blueprint.get("/uploads/<uuid:upload_id>")
@open_to(*UPLOADERS)
def standing(upload_id: UUID) -> Response:
    """How much of it has arrived."""
    return _told(resuming.one(request_session(), upload_id, by=current_viewer().person_id, now=_now()))


@blueprint.post("/uploads/<uuid:upload_id>")
@open_to(*UPLOADERS)
def append(upload_id: UUID) -> Response:
    """Take in the next part: the body, as it is; the header says at which byte it begins."""
    flask.request.max_content_length = resuming.LARGEST_PART
    starts_at, content = flask.request.headers.get(STARTS_AT, type=int), flask.request.get_data(cache=False)
    try:
        with unit_of_work() as session:
            upload = resuming.one(session, upload_id, by=current_viewer().person_id, now=_now(), for_change=True)
            start = upload.received_bytes + 1 if starts_at is None else starts_at
            resuming.append(session, upload, start, content, shelf=_shelf(), now=_now())
    except PortalError as refusal:
        return _refused(refusal)
    return _told(upload)


LONGEST_SIZE = 15
"""Digits; more is no size."""


def _told(upload: PartialUpload) -> Response:
    return flask.jsonify(
        address=flask.url_for("attachments.standing", upload_id=upload.id),
        id=str(upload.id),
        received=upload.received_bytes,
        size=upload.size_bytes,
        largest=resuming.LARGEST_PART,
    )


def _refused(refusal: PortalError) -> Response:
    answer = flask.jsonify(message=explanation(refusal), code=refusal.code)
    answer.status_code = refusal.status
    if refusal.status == HTTPStatus.NOT_FOUND:
        raise refusal
    return answer


def _now() -> datetime:
    return datetime.now(UTC)


def _shelf() -> Storage:
    settings = flask.current_app.extensions["settings"]
    assert isinstance(settings, Settings)  # noqa: S101 - put there by create_app
    return storage_at(settings.storage_url)
