"""What the pages of the desk share."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.viewer import Viewer
from portal.calendars.queries import in_force
from portal.clock import words
from portal.desk import presence
from portal.desk.presence import Present
from portal.desk.queries import lane, queue
from portal.desk.queries.queue import Glance
from portal.desk.tabs import Tab, TabKey, tabs_of
from portal.desk.wording import LANE_NAME, TABS
from portal.dossiers.models import Dossier
from portal.foundation.formats import clock_time
from portal.foundation.guards import Audience
from portal.foundation.languages import spoken
from portal.foundation.settings import Settings, due_soon_minutes
from portal.foundation.unit_of_work import request_session
from portal.letters.printing import PrintingOffice

blueprint = flask.Blueprint("desk", __name__)
blueprint.add_app_template_global(due_soon_minutes)
blueprint.add_app_template_filter(clock_time)

AFTER_LANE = frozenset(
    {TabKey.APPROVALS, TabKey.WITHDRAWALS, TabKey.WAITING, TabKey.HAND_OVER, TabKey.DONE, TabKey.SEARCH}
)
"""The tabs that stand behind the border lane."""


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def settings() -> Settings:
    """What this installation was told."""
    found = flask.current_app.extensions["settings"]
    assert isinstance(found, Settings)  # noqa: S101 - put there by create_app
    return found


def printing_office() -> PrintingOffice:
    """Where decisions are signed and sealed."""
    return PrintingOffice.of(settings())


def colleagues_at(dossier: Dossier, viewer: Viewer, at: datetime) -> tuple[Present, ...]:
    """Note that the viewer has the dossier open; who else has. An auditor looks on and is not announced."""
    if Audience.STAFF not in viewer.audiences:
        return ()
    return presence.note(settings().redis_url, dossier.id, person_id=viewer.person_id, name=viewer.name, now=at)


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room."""
    answer = flask.make_response(flask.render_template(f"desk/{template}.html", **values))
    answer.status_code = status
    return answer


def see(endpoint: str, **values: Any) -> Response:
    """Redirect after a POST."""
    return flask.redirect(flask.url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def minutes_left(due_at: datetime, at: datetime, office: UUID | None) -> int:
    """Working minutes of this office until the due instant; negative once it has passed."""
    calendar = in_force(request_session()).hours_of(office)
    if due_at >= at:
        return calendar.working_minutes(at, due_at)
    return -max(1, calendar.working_minutes(due_at, at))


def time_left(due_at: datetime | None, at: datetime, *, office: UUID | None, few: int | None = None) -> tuple[str, str]:
    """The remaining working time of this office in the reader's words, and its tone: late, soon or nothing."""
    if due_at is None:
        return "", ""
    minutes = minutes_left(due_at, at, office)
    tone = "late" if minutes < 0 else "soon" if minutes <= (few or due_soon_minutes()) else ""
    return words.remaining(minutes, spoken()), tone


LANE = "border"
"""The name of the border lane among the tabs."""


def tab_links(
    tabs: tuple[Tab, ...], current: TabKey | str | None, seen: Glance, viewer: Viewer
) -> list[dict[str, Any]]:
    """The tabs with their counters, for the navigation above the queue; the border lane where it concerns one."""
    links = [
        {
            "text": TABS[tab.key],
            "href": flask.url_for("desk.queue", tab=tab.key.value),
            "current": tab.key is current,
            "count": _count(seen.counts.get(tab.key, 0)),
        }
        for tab in tabs
    ]
    if lane.is_open_to(request_session(), seen.consigned, viewer=viewer):
        entry = {
            "text": LANE_NAME,
            "href": flask.url_for("desk.border_lane"),
            "current": current == LANE,
            "count": "",
        }
        place = next((number for number, tab in enumerate(tabs) if tab.key in AFTER_LANE), len(links))
        links.insert(place, entry)
    return links


def tabs_without_place(viewer: Viewer, current: str | None = None) -> list[dict[str, Any]]:
    """The tabs on a page that is none of them, such as a dossier's."""
    tabs = tabs_of(viewer)
    return tab_links(tabs, current, queue.glance(request_session(), tabs, viewer=viewer, now=now()), viewer)


def _count(number: int) -> str:
    if number >= queue.COUNTED_TO:
        return f"{queue.COUNTED_TO - 1}+"
    return str(number) if number else ""
