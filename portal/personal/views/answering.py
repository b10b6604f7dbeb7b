"""What people ask about their own data, for the administrators who answer it."""

from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.hearing import queries
from portal.personal import actions
from portal.personal.forms import AnswerForm
from portal.personal.views.room import blueprint, now, page, see

ACTS = frozenset({"ask", "answer", "refuse"})


@blueprint.get("/administration/data-requests")
@open_to(Audience.ADMINISTRATOR)
def requests() -> Response:
    """First what is due first, then what has been answered."""
    session = request_session()
    return page(
        "requests",
        waiting=queries.data_requests(session, answered=False),
        answered=queries.data_requests(session, answered=True),
        now=now(),
    )


@blueprint.get("/administration/data-requests/<uuid:matter_id>")
@open_to(Audience.ADMINISTRATOR)
def request(matter_id: UUID) -> Response:
    found = queries.of_own_data(request_session(), matter_id)
    return page("answering", matter=found, form=AnswerForm(), now=now())


@blueprint.post("/administration/data-requests/<uuid:matter_id>")
@open_to(Audience.ADMINISTRATOR)
def answer(matter_id: UUID) -> Response:
    """Ask for more, answer or refuse: the button pressed says which."""
    form, viewer, wanted = AnswerForm(), current_viewer(), flask.request.form.get("act", "")
    with unit_of_work() as session:
        found = queries.of_own_data(session, matter_id, for_change=True)
        if not form.validate_on_submit() or wanted not in ACTS:
            return page("answering", status=422, matter=found, form=form, now=now())
        actions.answer(session, found, form.words.data, act=wanted, viewer=viewer, now=now())
    flask.flash(_("Sent. The person is told."), "success")
    return see("personal.requests")
