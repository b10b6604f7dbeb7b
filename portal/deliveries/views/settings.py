"""How a counter serves: the administrator's page, under that of the office."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.models import Agency
from portal.deliveries import queries
from portal.deliveries.actions import serving
from portal.deliveries.forms import ServingForm
from portal.deliveries.views.room import blueprint, now, page
from portal.foundation.errors import NotFound, Stale
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/administration/agencies/<key>/counter")
@open_to(Audience.ADMINISTRATOR)
def settings(key: str) -> Response:
    """The length of a slot, and how many are served in one."""
    office = _office(key)
    counter = queries.counter_of(request_session(), office.id)
    known = {"slot_minutes": counter.slot_minutes, "capacity": counter.capacity, "version": counter.version}
    return _page(office, ServingForm(None, **known))


@blueprint.post("/administration/agencies/<key>/counter")
@open_to(Audience.ADMINISTRATOR)
def set_counter(key: str) -> Response:
    """Set them."""
    office, form = _office(key), ServingForm()
    if not form.validate_on_submit():
        return _page(office, form, status=422)
    version = str(form.version.data or "")
    if not (version.isascii() and version.isdecimal() and len(version) <= len("999999")):
        raise Stale
    with unit_of_work() as session:
        serving.serve(
            session,
            office,
            slot_minutes=form.slot_minutes.data,
            capacity=form.capacity.data,
            version=int(version),
            by=current_viewer().person_id,
            now=now(),
        )
    flask.flash(_("The counter serves so from now on. What is booked stays booked."), "success")
    return flask.redirect(flask.url_for("administration.agency", key=key), 303)


def _office(key: str) -> Agency:
    found = queries.one_stop_offices(request_session()).get(key)
    if found is None:
        raise NotFound
    return found


def _page(office: Agency, form: ServingForm, *, status: int = 200) -> Response:
    return page("settings", status=status, form=form, office=office, name=in_words(office.names))
