"""The scorecard of the index 766 and the periodic report, for those who work here."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import flask
import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier
from portal.dossiers.policy import visible_to
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session
from portal.transparency import counting, paper, queries, scorecard, shown, wording
from portal.transparency.report import month_of, report
from portal.transparency.views.room import is_demonstration

blueprint = flask.Blueprint("figures", __name__)

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
LONGEST_DAYS = 366
OFFICE = (Audience.STAFF, Audience.ADMINISTRATOR, Audience.AUDITOR)


@blueprint.get("/figures/index-766")
@open_to(*OFFICE)
def index() -> str:
    """The scorecard of the province, or of the agency asked for."""
    now = datetime.now(UTC)
    session, on, agency = request_session(), office_day(now), _agency()
    open_ones = scorecard.saveable(session, on=on, agency=agency)
    return flask.render_template(
        "transparency/scorecard.html",
        card=scorecard.scorecard(session, on=on, agency=agency),
        saveable=open_ones,
        codes=_codes(session, [one.dossier_id for one in open_ones]),
        agency=agency,
        counted_at=counting.counted_at(session),
        agencies=queries.agencies_with_figures(session),
        names=queries.names(session),
        shown=shown,
        wording=wording,
        is_demonstration=is_demonstration(),
    )


@blueprint.get("/figures/report")
@open_to(*OFFICE)
def periodic() -> str:
    """Report II.06a of a period, by default of the month that is over."""
    first, last = _period()
    return flask.render_template(
        "transparency/report.html",
        report=report(request_session(), first=first, last=last),
        paper=paper,
        groups=wording.report_groups(),
        is_demonstration=is_demonstration(),
    )


@blueprint.get("/figures/report.<any(xlsx, pdf):form>")
@open_to(*OFFICE)
def periodic_file(form: str) -> Response:
    """The same as a workbook or a PDF."""
    first, last = _period()
    made = report(request_session(), first=first, last=last)
    body = (
        paper.workbook(made, note=_note()) if form == "xlsx" else paper.pdf(made, note=_note(), now=datetime.now(UTC))
    )
    answer = Response(body, content_type=MEDIA_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="II.06a-{first}-{last}.{form}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _note() -> str:
    """What the reader of the file must know of how it was counted."""
    words = gettext(
        "Received are accepted dossiers. Stopped ones count as settled. Dossiers that wait for the filer are "
        "in progress."
    )
    judged = gettext("How open dossiers stood at the end of a past period is judged by the dates they have now.")
    made_up = gettext("Made-up dossiers of a demonstration.") if is_demonstration() else ""
    return f"{words} {judged} {made_up}".strip()


def _codes(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    """The codes of those dossiers the viewer may know of; all others stay without."""
    statement = sa.select(Dossier.id, Dossier.code).where(Dossier.id.in_(ids), visible_to(current_viewer()))
    return {row.id: row.code for row in session.execute(statement)}


def _agency() -> str | None:
    text = flask.request.args.get("agency", "")
    if not text:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound("transparency.nothing_counted") from None


def _period() -> tuple[date, date]:
    """The days asked for; nonsense, or more than a year, is the month that is over."""
    arguments: Any = flask.request.args
    usual = month_of(office_day(datetime.now(UTC)))
    try:
        first, last = (date.fromisoformat(arguments.get(name, "")) for name in ("first", "last"))
    except ValueError:
        return usual
    return (first, last) if 0 <= (last - first).days <= LONGEST_DAYS else usual
