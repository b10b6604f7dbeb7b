"""A person's notices.

The header shows no count of unread notices: it would cost a statement on every page of whoever is signed in.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import current
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.notices import actions, queries
from portal.notices.models import Notice
from portal.notices.wording import Words, words_of
from portal.texts.models import Area
from portal.texts.queries import Written, written

blueprint = flask.Blueprint("notices", __name__)
blueprints = (blueprint,)


@blueprint.get("/notices")
@open_to(Audience.SIGNED_IN)
def inbox() -> str:
    """What happened to the dossiers of this person, newest first."""
    found = queries.inbox(request_session(), current_viewer().person_id, before=_before())
    shown, texts = found[: queries.PAGE], written(request_session(), Area.NOTICE)
    return flask.render_template(
        "notices/inbox.html",
        notices=[(notice, _words(notice, texts)) for notice in shown],
        has_unread=any(notice.read_at is None for notice in shown),
        older=shown[-1].id if len(found) > queries.PAGE else None,
        is_first=_before() is None,
    )


@blueprint.post("/notices/read")
@open_to(Audience.SIGNED_IN)
def mark_read() -> Response:
    """All of them have been seen."""
    with unit_of_work() as session:
        actions.note_read(session, current_viewer().person_id, now=datetime.now(UTC))
    return flask.redirect(flask.url_for("notices.inbox"), HTTPStatus.SEE_OTHER)


def _words(notice: Notice, texts: Written) -> Words:
    """As it was told: in the version of the text that counted when it was written."""
    own = texts.at(notice.kind, notice.created_at)
    return words_of(notice.kind, notice.params, current(), written=own)


def _before() -> UUID | None:
    try:
        return UUID(flask.request.args.get("before", ""))
    except ValueError:
        return None
