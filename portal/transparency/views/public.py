"""The public pages of transparency with their open data, and the officers' live figures."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import flask
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal.catalogue import registers
from portal.catalogue.definition import LimitRule
from portal.clock.zone import office_day
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.unit_of_work import request_session
from portal.transparency import (
    attainment,
    correcting,
    counting,
    public_goals,
    public_parts,
    queries,
    sheets,
    shown,
    wording,
)
from portal.transparency.models import Snapshot
from portal.transparency.open_data import COLUMNS
from portal.transparency.publishing import csv_chunks, json_chunks
from portal.transparency.views.room import is_demonstration

blueprint = flask.Blueprint("transparency", __name__)

ONE_HOUR = 3600


@blueprint.get("/figures")
@open_to(Audience.STAFF, Audience.ADMINISTRATOR, Audience.AUDITOR)
def staff() -> str:
    """The figures of this moment, for everybody who works here; no dossier's contents."""
    return _sheet(sheets.PROVINCE, "")


@blueprint.get(f"/figures/<any({sheets.FIELD}, {sheets.PROCEDURE}, {sheets.AGENCY}):scope>/<key>")
@open_to(Audience.STAFF, Audience.ADMINISTRATOR, Audience.AUDITOR)
def staff_of(scope: str, key: str) -> str:
    """The same of one field, procedure or agency."""
    return _sheet(scope, key)


def _sheet(scope: str, key: str) -> str:
    now = datetime.now(UTC)
    live = queries.live(request_session(), on=office_day(now), scope=scope, key=key)
    if scope != sheets.PROVINCE and live.sheet is None:
        raise NotFound("transparency.nothing_counted")
    return flask.render_template(
        "transparency/staff.html", live=live, now=now, sheets=sheets, limits=_limits(scope, key), **_words()
    )


@blueprint.get("/figures/goals")
@open_to(Audience.STAFF, Audience.ADMINISTRATOR, Audience.AUDITOR)
def goals() -> str:
    """How far each goal has been reached, how it moves, and what may still go wrong."""
    now = datetime.now(UTC)
    session = request_session()
    standings = attainment.read(session, on=office_day(now))
    return flask.render_template(
        "transparency/goals.html",
        standings=standings,
        names=attainment.owners(session, standings),
        counted_at=counting.counted_at(session),
        now=now,
        **_words(),
    )


@blueprint.get("/<language:language>/transparency")
@public
def overview() -> str:
    """Is the province keeping its promise, where not, since when, and how do we know."""
    session = request_session()
    snapshot = queries.latest(session)
    return flask.render_template(
        "transparency/overview.html",
        snapshot=snapshot,
        standings=public_goals.read(session, snapshot, on=_goal_day(snapshot)) if snapshot else (),
        names=queries.names(session),
        **_words(),
    )


@blueprint.get("/<language:language>/transparency/goals", endpoint="public_goals")
@public
def goals_of_the_province() -> str:
    """Every goal in force: its source, how it stands, how it moves, how many may still be late."""
    session = request_session()
    snapshot = queries.latest(session)
    return flask.render_template(
        "transparency/public_goals.html",
        as_of=snapshot.as_of if snapshot else None,
        standings=public_goals.read(session, snapshot, on=_goal_day(snapshot)),
        names=queries.names(session),
        **_words(),
    )


@blueprint.get(
    f"/<language:language>/transparency/<any({sheets.FIELD}, {sheets.PROCEDURE}, {sheets.AGENCY}):scope>/<key>"
)
@public
def part(scope: str, key: str) -> str:
    """The same answers for one field, procedure or agency."""
    session = request_session()
    snapshot = queries.latest(session)
    figures = public_parts.read(session, snapshot, scope, key) if snapshot else None
    is_known = public_parts.exists(session, scope, key)
    if figures is None and not is_known:
        raise NotFound
    return flask.render_template(
        "transparency/part.html",
        scope=scope,
        key=key,
        snapshot=snapshot,
        part=figures,
        is_known=is_known,
        limits=_limits(scope, key),
        goal=shown.on_time_goal(queries.goals(session, on=_goal_day(snapshot))),
        names=queries.names(session),
        **_words(),
    )


@blueprint.get("/<language:language>/transparency/commune/<code>")
@public
def commune(code: str) -> str:
    """What is published of one commune: how many dossiers about a place in it were settled on time, month by month."""
    if code not in registers.places().commune_by_code:
        raise NotFound
    session = request_session()
    snapshot = queries.latest(session)
    topics: dict[str, Any] = (snapshot.figures.get("topics") or {}) if snapshot else {}
    told = topics.get("communes", {})
    return flask.render_template(
        "transparency/commune.html",
        code=code,
        snapshot=snapshot,
        told=told.get(code),
        months=topics.get("commune_months", {}).get(code, ()),
        others={other: one for other, one in told.items() if other != code},
        goal=shown.on_time_goal(queries.goals(session, on=_goal_day(snapshot))),
        **_words(),
    )


@blueprint.get("/<language:language>/transparency/how-computed")
@public
def how_computed() -> str:
    """Each formula in words, and how to compute everything again."""
    return flask.render_template("transparency/how_computed.html", **_words())


@blueprint.get("/<language:language>/transparency/corrections")
@public
def corrections() -> str:
    """Figures that were published and that the record no longer bears out, each with its reason."""
    rows = correcting.listed(request_session())
    return flask.render_template("transparency/corrections.html", rows=rows, **_words())


@blueprint.get("/<language:language>/transparency/data")
@public
def data() -> str:
    """The open data: files, dictionary, licence."""
    return flask.render_template(
        "transparency/data.html",
        days=queries.snapshot_days(request_session()),
        columns=COLUMNS,
        **_words(),
    )


@blueprint.get("/<language:language>/transparency/data.<any(csv, json):form>", defaults={"day": None})
@blueprint.get("/<language:language>/transparency/<day>/data.<any(csv, json):form>")
@public
def file(form: str, day: str | None) -> Response:
    """The lines of a day's snapshot, or of the newest."""
    snapshot = queries.snapshot_of(request_session(), _day(day))
    if snapshot is None:
        raise NotFound("transparency.no_snapshot")
    return _csv(snapshot) if form == "csv" else _json(snapshot)


@blueprint.app_context_processor
def _promise() -> dict[str, Any]:
    """For pages of other rooms: `province_promise()` and `procedure_turnaround(code)`, read when asked for; words."""

    def province_promise() -> shown.Promise | None:
        today = office_day(datetime.now(UTC))
        return shown.province_promise(request_session(), on=today, is_demonstration=is_demonstration())

    def procedure_turnaround(code: str) -> shown.Really | None:
        return shown.procedure_turnaround(request_session(), code, is_demonstration=is_demonstration())

    return {
        "province_promise": province_promise,
        "procedure_turnaround": procedure_turnaround,
        "units_beside": shown.units_beside,
    }


def _limits(scope: str, key: str) -> Sequence[LimitRule]:
    """What the law gives where the figures are those of one procedure."""
    if scope != sheets.PROCEDURE:
        return ()
    return queries.limits(request_session(), key, on=office_day(datetime.now(UTC)))


def _goal_day(snapshot: Snapshot | None) -> date:
    """The day whose goals are shown: today, or the snapshot's where that is later."""
    today = office_day(datetime.now(UTC))
    return max(snapshot.as_of, today) if snapshot else today


def _words() -> dict[str, Any]:
    return {
        "took": shown.took,
        "shown": shown,
        "wording": wording,
        "attainment": attainment,
        "is_demonstration": is_demonstration(),
    }


def _csv(snapshot: Snapshot) -> Response:
    """As it is kept, compressed, to whoever reads that; else unpacked while it is sent."""
    name, media_type = f"mot-cua-{snapshot.as_of}.csv", "text/csv; charset=utf-8"
    if flask.request.accept_encodings["gzip"]:
        answer = _file(snapshot.file, media_type, name)
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer = _file(csv_chunks(snapshot.file), media_type, name)
    answer.vary.add("Accept-Encoding")
    return answer


def _json(snapshot: Snapshot) -> Response:
    note = gettext("Made-up dossiers of a demonstration.") if is_demonstration() else None
    return _file(json_chunks(snapshot, note=note), "application/json", f"mot-cua-{snapshot.as_of}.json")


def _file(body: bytes | Iterator[bytes] | Iterator[str], media_type: str, name: str) -> Response:
    answer = Response(body, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = f"public, max-age={ONE_HOUR}"
    answer.headers["Access-Control-Allow-Origin"] = "*"  # anybody's page may compute with the open data
    return answer


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("transparency.no_snapshot") from None
