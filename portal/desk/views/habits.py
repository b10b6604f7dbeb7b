"""The officer's own columns and filters of the queue."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.desk.actions import habits
from portal.desk.tabs import tabs_of
from portal.desk.views.queue import KEPT
from portal.desk.views.room import blueprint, now, see
from portal.foundation.errors import Invalid
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import unit_of_work
from portal.foundation.web import explanation

READERS = (Audience.STAFF, Audience.AUDITOR)


@blueprint.post("/desk/queue/columns")
@open_to(*READERS)
def choose_columns() -> Response:
    """Show these columns from now on."""
    with unit_of_work() as session:
        habits.choose_columns(session, current_viewer().person_id, flask.request.form.getlist("column"), now=now())
    flask.flash(_("The list shows the columns you chose."), "success")
    return see("desk.queue", **_place())


@blueprint.post("/desk/queue/views")
@open_to(*READERS)
def keep_view() -> Response:
    """Keep the filter that is on under a name."""
    place = _place()
    chosen = {name: value for name, value in place.items() if name != "tab"}
    try:
        with unit_of_work() as session:
            habits.keep_view(
                session,
                current_viewer().person_id,
                flask.request.form.get("name", ""),
                tab=place.get("tab", ""),
                chosen=chosen,
                now=now(),
            )
    except Invalid as refused:
        flask.flash(explanation(refused), "error")
        return see("desk.queue", **place)
    flask.flash(_("Kept. You find this filter beside the list."), "success")
    return see("desk.queue", **place)


@blueprint.post("/desk/queue/views/drop")
@open_to(*READERS)
def drop_view() -> Response:
    """Forget a filter."""
    with unit_of_work() as session:
        habits.drop_view(session, current_viewer().person_id, flask.request.form.get("name", ""), now=now())
    flask.flash(_("This filter is forgotten."), "success")
    return see("desk.queue", **_place())


def _place() -> dict[str, str]:
    """The tab and the filter the form was sent from; a tab that is not the viewer's is left out."""
    known = {tab.key.value for tab in tabs_of(current_viewer())}
    names = ("tab", *KEPT)
    place = {name: value for name in names if (value := flask.request.form.get(name, "").strip()[:200])}
    if place.get("tab", "") not in known:
        place.pop("tab", None)
    return place
