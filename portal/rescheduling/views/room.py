"""What the calendar's pages share: the blueprint, the instant of the request, what is being prepared."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.calendars import queries as calendars
from portal.calendars import wording
from portal.calendars.documents import Document
from portal.calendars.models import CalendarDraft, CalendarEdition
from portal.clock import acts
from portal.clock.zone import office_day
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session
from portal.foundation.web import explain_refusals

blueprint = flask.Blueprint("calendars", __name__)
explain_refusals(wording.REASONS)


def _acts(source: str) -> str:
    """The acts of a source in the language of the page."""
    return acts.said(source, spoken())


def _note(text: str) -> str:
    """A note that came with the packaged calendar in the reader's language; one written here as it stands."""
    return str(wording.NOTES.get(text, text))


blueprint.add_app_template_filter(_acts, "acts")
blueprint.add_app_template_filter(_note, "calendar_note")


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of the calendar."""
    words = {
        "sections": wording.SECTIONS,
        "date_names": wording.DATES,
        "language": spoken(),
        "on_day": date.fromisoformat,
        "month_names": wording.month_names(spoken()),
    }
    answer = flask.make_response(flask.render_template(f"calendars/{template}.html", **words, **values))
    answer.status_code = status
    return answer


def noted(message: str, shown: str | None) -> Response:
    """Back to the year after an act, with a word about it."""
    flask.flash(str(wording.NOTED[message]), "success")
    return flask.redirect(flask.url_for("calendars.year", year=shown), HTTPStatus.SEE_OTHER)


def year_shown(years: tuple[int, ...]) -> int:
    """The year the address asks for, else this one; always one the calendar has."""
    return min(max(_year_asked() or office_day(now()).year, min(years)), max(years))


def year_missing(years: tuple[int, ...]) -> int | None:
    """The year the address asks for, where the calendar does not have it: the page says so and shows another."""
    asked = _year_asked()
    return None if asked in years else asked


def _year_asked() -> int | None:
    asked = flask.request.args.get("year", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == len("2026") else None


def prepared() -> Document:
    """What is being prepared, else what is in force."""
    session = request_session()
    found: CalendarDraft | CalendarEdition | None = calendars.draft_of(session, current_viewer().person_id)
    document: Document = (found or calendars.newest(session)).document
    return document


def agency_names() -> dict[str, str]:
    """The names of all agencies in the reader's language, by key."""
    language = spoken()
    return {row.key: row.names.get(language) or row.names["vi"] for row in calendars.agencies(request_session())}
