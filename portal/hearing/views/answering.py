"""The office answers what people said: what it owes, the acts, publishing."""

from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.hearing import actions, queries
from portal.hearing.forms import WordsForm
from portal.hearing.views.room import blueprint, now, page, see


@blueprint.get("/desk/matters")
@open_to(Audience.HEAD, Audience.LEADER)
def owed() -> Response:
    """What the viewer's offices owe an answer to, first what is due first."""
    return page("owed", matters=queries.waiting_for(request_session(), current_viewer()), now=now())


@blueprint.get("/desk/matters/<uuid:matter_id>")
@open_to(Audience.HEAD, Audience.LEADER)
def answering(matter_id: UUID) -> Response:
    """One matter, and what can be done with it."""
    found = queries.of_office(request_session(), matter_id, viewer=current_viewer())
    return page("answering", matter=found, form=WordsForm(), now=now())


@blueprint.post("/desk/matters/<uuid:matter_id>")
@open_to(Audience.HEAD, Audience.LEADER)
def act(matter_id: UUID) -> Response:
    """Take on, ask, answer, refuse or publish: the button pressed says which."""
    form, viewer, wanted = WordsForm(), current_viewer(), flask.request.form.get("act", "")
    with unit_of_work() as session:
        found = queries.of_office(session, matter_id, viewer=viewer, for_change=True)
        if wanted == "take_on":
            actions.take_on(session, found, viewer=viewer, now=now())
        elif wanted == "publish":
            actions.publish(session, found, viewer=viewer, now=now())
        elif not form.validate_on_submit() or wanted not in {"ask", "answer", "refuse"}:
            return page("answering", status=422, matter=found, form=form, now=now())
        elif wanted == "ask":
            actions.ask(session, found, form.words.data, viewer=viewer, now=now())
        else:
            refused = wanted == "refuse"
            actions.answer(session, found, form.words.data, refused=refused, viewer=viewer, now=now())
    flask.flash(_("Done."), "success")
    return see("hearing.answering", matter_id=matter_id)
