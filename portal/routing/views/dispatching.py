"""The dispatcher's queue: dossiers no rule sends anywhere, and steps nobody can take, each with its reason."""

from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.wording import ROLES
from portal.foundation.errors import Invalid, NotFound, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.routing import queries
from portal.routing.actions import give_to
from portal.routing.views.room import blueprint, now, page, see, step_words
from portal.routing.wording import UNPLACED


@blueprint.get("/dispatch")
@open_to(Audience.DISPATCHER)
def dispatch() -> Response:
    """What waits for the dispatcher. Of the dossiers only what is needed to send them on."""
    session = request_session()
    rows = []
    for one in queries.unplaced(session):
        possible = [
            (post_id, f"{who.name} – {_('away')}" if who.is_away else who.name)
            for who in queries.people_of(session, one.agency_id, now=now())
            for post_id, role in zip(who.post_ids, who.roles, strict=True)
            if role is one.role
        ]
        rows.append((one, step_words(one.procedure, one.node_key), possible))
    return page("dispatch", rows=rows, unrouted=queries.unrouted(session), roles=ROLES, why=UNPLACED, in_words=in_words)


@blueprint.post("/dispatch/<code>/<node>")
@open_to(Audience.DISPATCHER)
def give(code: str, node: str) -> Response:
    """Give a step nobody could take to somebody of its role."""
    viewer = current_viewer()
    try:
        post_id = UUID(flask.request.form.get("post", ""))
    except ValueError:
        post_id = UUID(int=0)
    try:
        with unit_of_work() as session:
            dossier = queries.unplaced_for_update(session, code, node)
            if dossier is None:
                raise NotFound("step.not_open")
            give_to(session, dossier, node, post_id=post_id, viewer=viewer, now=now())
    except (Invalid, Refused) as error:
        flask.flash(explanation(error) or _("Choose somebody of the same agency."), "error")
        return see("routing.dispatch")
    flask.flash(_("The step has its officer."), "success")
    return see("routing.dispatch")
