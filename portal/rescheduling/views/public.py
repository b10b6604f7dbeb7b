"""The calendar as everybody may read it: by which days every date of the province is counted, and who decided them."""

import flask

from portal.calendars import documents, glance
from portal.calendars import queries as calendars
from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session
from portal.rescheduling.views.room import agency_names, page, year_missing, year_shown

blueprint = flask.Blueprint("working_days", __name__, url_prefix="/<language:language>")


@blueprint.get("/calendar")
@public
def year() -> flask.typing.ResponseReturnValue:
    """A year of the calendar in force: days off, make-up days, opening hours, each with the document that decides."""
    in_force = calendars.newest(request_session())
    calendar = documents.judged(in_force.document)
    years = documents.years_of(in_force.document)
    shown = year_shown(years)
    return page(
        "public",
        year=shown,
        missing=year_missing(years),
        years=years,
        calendar=calendar,
        loaded=calendar.years.get(shown),
        months=glance.months(calendar, shown),
        hours=in_force.document.get("hours", ()),
        agencies=agency_names(),
        in_force=in_force,
    )
