"""Continue where you were: a form that arrived after the sign-in had ended is sent again by its writer."""

import flask
from werkzeug.wrappers import Response

from portal.accounts import queries
from portal.accounts.actions import interruption
from portal.accounts.entrance import INTERRUPTED_KEY, current_viewer
from portal.accounts.views.room import blueprint, now, page, see, wanted_page
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/accounts/continue")
@open_to(Audience.SIGNED_IN)
def go_on() -> Response:
    """What was typed, ready to be sent again. Nothing is sent without the person's press of the button."""
    viewer, token = current_viewer(), flask.session.get(INTERRUPTED_KEY)
    kept = token and queries.interrupted_post(request_session(), token, person_id=viewer.person_id, now=now())
    if not kept:
        return see(wanted_page(viewer))
    return page("continue", path=kept.path, fields=kept.fields, expires_at=kept.expires_at)


@blueprint.post("/accounts/continue/forget")
@open_to(Audience.SIGNED_IN)
def forget_interrupted() -> Response:
    viewer, token = current_viewer(), flask.session.pop(INTERRUPTED_KEY, None)
    if token:
        with unit_of_work() as session:
            interruption.forget(session, token, person_id=viewer.person_id)
    return see(wanted_page(viewer))
