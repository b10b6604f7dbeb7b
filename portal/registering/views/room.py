"""What the pages of this room share."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.views.room import settings
from portal.attachments import queries as files
from portal.attachments.actions import Shelf
from portal.attachments.models import Attachment
from portal.attachments.serving import served
from portal.foundation.errors import NotFound
from portal.foundation.storage import storage_at
from portal.foundation.unit_of_work import request_session

blueprint = flask.Blueprint("registering", __name__)


def shelf() -> Shelf:
    """Where uploads go, and what is done about viruses (decision 28)."""
    told = settings()
    return Shelf(
        storage=storage_at(told.storage_url),
        has_scanner=told.clamd_url is not None,
        takes_unscanned=not told.is_production,
    )


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room."""
    answer = flask.make_response(flask.render_template(f"registering/{template}.html", **values))
    answer.status_code = status
    return answer


def papers_of(party_id: UUID, endpoint: str, tax_code: str) -> list[dict[str, Any]]:
    """The files of the certificate for the macro that lists documents."""
    return [
        {
            "id": one.id,
            "name": one.filename,
            "href": flask.url_for(endpoint, tax_code=tax_code, paper_id=one.id),
            "kind": "",
            "size_bytes": one.size_bytes,
            "scan": one.scan_state.value,
            "note": "",
            "required": True,
        }
        for one in files.of(request_session(), party_id=party_id)
    ]


def sent(party_id: UUID, paper_id: UUID) -> Response:
    """One file of the certificate. Raises NotFound for any other."""
    found: Attachment | None = files.one(request_session(), paper_id)
    if found is None or found.party_id != party_id:
        raise NotFound("attachments.not_found")
    where = shelf()
    return served(found, where.storage, inline=False, must_be_clean=not where.takes_unscanned)
