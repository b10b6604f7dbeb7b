"""The calendar as it is: a year at a glance, and the file."""

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.calendars import comparing, documents, glance
from portal.calendars import queries as calendars
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session
from portal.rescheduling.views.room import agency_names, blueprint, page, year_missing, year_shown


@blueprint.get("/calendar")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def year() -> Response:
    """A year at a glance, as prepared if something is, with the lines behind it and the editions so far."""
    session = request_session()
    in_force, draft = calendars.newest(session), calendars.draft_of(session, current_viewer().person_id)
    document = draft.document if draft else in_force.document
    calendar = documents.judged(document)
    years = documents.years_of(document)
    shown = year_shown(years)
    return page(
        "year",
        year=shown,
        missing=year_missing(years),
        years=years,
        calendar=calendar,
        loaded=calendar.years.get(shown),
        months=glance.months(calendar, shown, before=documents.judged(in_force.document)),
        hours=document.get("hours", ()),
        agencies=agency_names(),
        in_force=in_force,
        draft=draft,
        changes=len(comparing.lines(in_force.document, document)),
        editions=calendars.listed(session),
        may_change=_may_change(),
        next_year=max(years) + 1,
    )


@blueprint.get("/calendar/file")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def file() -> Response:
    """The calendar in force as a file that can be changed and imported again."""
    row = calendars.newest(request_session())
    answer = flask.Response(documents.written(row.document), mimetype="application/toml")
    answer.headers["Content-Disposition"] = f'attachment; filename="calendar-{row.number}.toml"'
    return answer


def _may_change() -> bool:
    return Audience.ADMINISTRATOR in current_viewer().audiences
