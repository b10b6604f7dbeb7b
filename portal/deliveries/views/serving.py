"""The counter's day: who comes, who came, who has the result."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.calendars.queries import in_force
from portal.clock.zone import office_day
from portal.deliveries import queries
from portal.deliveries.actions import counter
from portal.deliveries.models import Booking
from portal.deliveries.views.room import blueprint, now, page, see
from portal.dossiers import queries as dossiers
from portal.dossiers.models import Dossier
from portal.foundation.errors import Invalid, NotFound, PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation


def _hand_over(session: Session, found: Dossier, _booking: Booking) -> None:
    counter.hand_over(session, found, viewer=current_viewer(), now=now())


MARKS: dict[str, Callable[[Session, Dossier, Booking], None]] = {
    "came": lambda s, found, one: counter.note_came(s, found, one, viewer=current_viewer(), now=now()),
    "absent": lambda s, found, one: counter.note_absent(s, found, one, viewer=current_viewer(), now=now()),
    "handed_over": _hand_over,
}


@blueprint.get("/handing-over")
@open_to(Audience.ONE_STOP)
def day() -> Response:
    """The bookings of today, or of another day."""
    return _day_page(_asked(flask.request.args.get("day", "")))


@blueprint.post("/handing-over/bookings/<uuid:booking_id>")
@open_to(Audience.ONE_STOP)
def mark(booking_id: UUID) -> Response:
    """Note that somebody came, has the result, or did not come."""
    viewer, deed = current_viewer(), MARKS.get(flask.request.form.get("mark", ""))
    known = queries.booking_of(request_session(), booking_id)
    if known is None or known[0].agency_id not in queries.offices_of(viewer):
        raise NotFound("deliveries.no_such_booking")
    on, code = office_day(known[0].starts_at), known[1]
    try:
        if deed is None:
            raise Invalid("deliveries.marked_already")
        with unit_of_work() as session:
            found = dossiers.for_update(session, code, viewer=viewer)
            booking = session.get_one(Booking, booking_id, populate_existing=True)
            deed(session, found, booking)
    except PortalError as refusal:
        if refusal.status == NotFound.status:
            raise
        return _day_page(on, problem=explanation(refusal), status=refusal.status)
    flask.flash(_("Noted for dossier %(code)s.", code=code), "success")
    return see("deliveries.day", day=on.isoformat())


def _day_page(on: date, *, problem: str = "", status: int = 200) -> Response:
    session, viewer = request_session(), current_viewer()
    offices = queries.offices_of(viewer)
    calendar = in_force(session).hours_of(offices[0])
    before = on - timedelta(days=1)
    while not calendar.is_working_day(before):
        before -= timedelta(days=1)
    return page(
        "day",
        status=status,
        on=on,
        before=before,
        after=calendar.first_working_day(on + timedelta(days=1)),
        today=office_day(now()),
        now=now(),
        appointments=queries.of_the_day(session, viewer, on),
        offices=sorted({in_words(post.agency_names) for post in viewer.posts if post.agency_id in offices}),
        works=calendar.is_working_day(on),
        problem=problem,
        error_count=bool(problem),
    )


def _asked(text: str) -> date:
    today = office_day(now())
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return asked if abs(asked.year - today.year) <= 1 else today
