"""The company's list: drafts on top, then every dossier, newest first."""

from datetime import datetime
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue.queries import definition_of
from portal.dossiers import queries
from portal.dossiers.models import Dossier
from portal.dossiers.views.room import blueprint, page
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session
from portal.workflow.lifecycle import ENDED, OPEN, State

GROUPS: dict[str, frozenset[State]] = {
    "yours": frozenset({State.SUPPLEMENT_REQUESTED, State.PAYMENT_DUE}),
    "open": OPEN - {State.SUPPLEMENT_REQUESTED, State.PAYMENT_DUE},
    "ended": ENDED,
}
"""What the list can be narrowed to: waiting for you, with the office, ended."""


@blueprint.get("/dossiers")
@open_to(Audience.COMPANY)
def workspace() -> Response:
    """Drafts and dossiers of every party the viewer acts for."""
    session, viewer = request_session(), current_viewer()
    words, group = flask.request.args.get("q", "").strip(), flask.request.args.get("state", "")
    after = _position(flask.request.args.get("after", ""))
    wanted = queries.Wanted(words=words, states=GROUPS.get(group, frozenset()), after=after)
    rows = queries.listed(session, wanted, viewer=viewer)
    shown = list(rows[: queries.PAGE])
    older = _address(words, group, _written(shown[-1])) if len(rows) > len(shown) else ""
    newest = _address(words, group) if after else ""
    is_filtered = bool(words or group in GROUPS)
    return page(
        "workspace",
        drafts=[] if is_filtered or after else queries.open_drafts(session, viewer=viewer),
        rows=shown,
        names={one.id: definition_of(one.procedure).name for one in shown},
        words=words,
        group=group if group in GROUPS else "",
        older=older,
        newest=newest,
        is_filtered=is_filtered,
        has_parties=bool(viewer.acting_for),
        definition_of=definition_of,
    )


def _address(words: str, group: str, after: str | None = None) -> str:
    return flask.url_for("dossiers.workspace", q=words or None, state=group or None, after=after)


def _written(last: Dossier) -> str:
    return f"{last.filed_at.isoformat()}~{last.id}"


def _position(text: str) -> tuple[datetime, UUID] | None:
    instant, _, identifier = text.partition("~")
    try:
        at = datetime.fromisoformat(instant)
        return (at, UUID(identifier)) if at.tzinfo else None
    except ValueError:
        return None
