"""The border lane: dossiers whose goods are on their way to a gate, the least slack first."""

from dataclasses import dataclass
from datetime import datetime

from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.calendars.editions import Edition
from portal.calendars.queries import in_force
from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definitions_of
from portal.catalogue.registers import places
from portal.catalogue.shown import shown
from portal.clock import words
from portal.clock.due import clock_starts_at, due
from portal.desk.consignments import GATE, WINDOW, Consignment, consignment_of, slack_minutes
from portal.desk.queries import lane
from portal.desk.queries.lane import Waiting
from portal.desk.views.room import LANE, blueprint, now, page, tabs_without_place
from portal.desk.wording import LANE_NAME
from portal.dossiers.following import step_name
from portal.dossiers.terms import Terms
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words, spoken
from portal.foundation.settings import due_soon_minutes
from portal.foundation.unit_of_work import request_session
from portal.workflow.lifecycle import CLOCK_STOPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLine:
    """One consignment in words. `slack` is None in minutes while the clock stands still."""

    row: Waiting
    consignment: Consignment
    gate: str
    window: str
    step: str
    agency: str
    due_at: datetime
    slack: int
    said: str
    tone: str
    rests: bool


@blueprint.get("/desk/border")
@open_to(Audience.STAFF, Audience.AUDITOR)
def border_lane() -> Response:
    """Open dossiers tied to a consignment; where the clock stands still for the filer, last."""
    session, viewer, at = request_session(), current_viewer(), now()
    rows = lane.waiting(session, viewer=viewer)
    versions = {row.version_id: ProcedureVersion(id=row.version_id, content_hash=row.content_hash) for row in rows}
    definitions = definitions_of(session, versions.values())
    calendars = in_force(session)
    lines = [line for row in rows if (line := _line(row, definitions[row.version_id], calendars, at)) is not None]
    lines.sort(key=lambda line: (line.rests, line.slack, line.row.code))
    return page(
        "border", tabs=tabs_without_place(viewer, LANE), lines=lines, title=LANE_NAME, most=lane.MOST, full=len(rows)
    )


def _line(row: Waiting, definition: Definition, calendars: Edition, at: datetime) -> LaneLine | None:
    found = consignment_of(row.answers)
    if found is None:
        return None
    language, calendar = spoken(), calendars.hours_of(row.office_id)
    due_at = row.statutory_due_at or _if_accepted_in_time(row, calendars, at)
    slack = slack_minutes(due_at, found.arrives_at, calendar)
    gate, window = definition.field(GATE), definition.field(WINDOW)
    return LaneLine(
        row=row,
        consignment=found,
        gate=shown(gate, row.answers.get(GATE), language, places()) if gate is not None else found.gate,
        window=shown(window, row.answers.get(WINDOW), language, places()) if window is not None else "",
        step=step_name(definition, row.node_key, language) if row.node_key else "",
        agency=in_words(row.agency),
        due_at=due_at,
        slack=slack,
        said=words.working_time(abs(slack), language),
        tone="late" if slack < 0 else "soon" if slack <= due_soon_minutes() else "",
        rests=row.state in CLOCK_STOPPED,
    )


def _if_accepted_in_time(row: Waiting, calendars: Edition, at: datetime) -> datetime:
    """The last moment by law, if the dossier is accepted at the last moment for accepting it."""
    limit = Terms.from_json(row.terms).statutory
    starts_at = clock_starts_at(limit, filed_at=row.filed_at, accepted_at=max(row.acceptance_due_at, at))
    return due(received_at=starts_at, limit=limit, calendar=calendars.calendar).due_at
