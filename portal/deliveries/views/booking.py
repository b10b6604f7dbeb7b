"""A time at the counter: the free ones of the next days, booking, moving, giving up."""

from datetime import date, datetime

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.models import Agency
from portal.clock.zone import office_day
from portal.deliveries import queries
from portal.deliveries.actions import choosing, counter
from portal.deliveries.views.room import blueprint, now, page, see
from portal.dossiers import queries as dossiers
from portal.dossiers.models import Dossier
from portal.foundation.errors import Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation


@blueprint.get("/dossiers/<code>/slot")
@open_to(Audience.COMPANY)
def slots(code: str) -> Response:
    """Where and when the result is handed over, and the free times."""
    found = dossiers.visible(request_session(), code, viewer=current_viewer())
    choosing.require_filer(current_viewer(), found)
    return _slots(found)


@blueprint.post("/dossiers/<code>/slot")
@open_to(Audience.COMPANY)
def book(code: str) -> Response:
    """Book one, or move there; a time taken meanwhile is said above the list as it is now."""
    viewer, starts_at = current_viewer(), _instant(flask.request.form.get("starts_at", ""))
    try:
        with unit_of_work() as session:
            found = dossiers.for_update(session, code, viewer=viewer)
            choosing.require_filer(viewer, found)
            booking = counter.book(session, found, starts_at or now(), viewer=viewer, now=now())
            day = office_day(booking.starts_at)
    except Refused as refusal:
        found = dossiers.visible(request_session(), code, viewer=viewer)
        return _slots(found, problem=explanation(refusal), status=refusal.status)
    flask.flash(_("The time is booked. We remind you one working day before."), "success")
    return see("deliveries.slots", code=code, since=day.isoformat())


@blueprint.post("/dossiers/<code>/slot/cancel")
@open_to(Audience.COMPANY)
def cancel(code: str) -> Response:
    """Give the booked time up."""
    viewer = current_viewer()
    with unit_of_work() as session:
        found = dossiers.for_update(session, code, viewer=viewer)
        counter.cancel(session, found, viewer=viewer, now=now())
    flask.flash(_("The time is free again. Book another one whenever you like."), "success")
    return see("deliveries.slots", code=code)


def _slots(found: Dossier, *, problem: str = "", status: int = 200) -> Response:
    session, moment = request_session(), now()
    receiving = queries.of_dossier(session, found)
    office = session.get_one(Agency, found.intake_agency_id)
    offer = None
    if receiving.may_book:
        since = _day(flask.request.args.get("since", "")) or office_day(moment)
        offer = queries.free_slots(session, office.id, since=since, now=moment)
    return page(
        "slots",
        status=status,
        dossier=found,
        receiving=receiving,
        office=office,
        offer=offer,
        is_first="since" not in flask.request.args,
        problem=problem,
        error_count=bool(problem),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
