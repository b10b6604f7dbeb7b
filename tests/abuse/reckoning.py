"""The dates of a dossier counted a second time: from its bare stored events, by the slow clocks of `tests/clock`.

Nothing of the portal's clock, replay or projection takes part. What the portal's rows say is compared with it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from tests.clock.oracles import ORIGIN, Interval, Office, date_of, day_of, minute_of

HERE = timezone(timedelta(hours=7))
HANDS_OVER_TO_FILER = {"supplement_requested", "payment_requested"}
HANDS_BACK = {"supplement_answered", "payment_confirmed", "withdrawal_granted", "stopped", "refused_intake"}
OPENS_STEP = {"step_opened", "opinion_requested"}
UNITS = {"working_day": "working days", "calendar_day": "calendar days", "month": "months"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A stored event, bare."""

    kind: str
    at: datetime
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A stretch of the filer's time in minutes of the wall clock; one still open ends with the last event."""

    span: Interval
    before_intake: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What the reckoning takes from the rows: the events and the terms the dossier was given."""

    events: Sequence[Happened]
    terms: Mapping[str, Any]

    def at(self, kind: str) -> int | None:
        """The minute of the latest event of this kind."""
        found = [minute(event.at) for event in self.events if event.kind == kind]
        return found[-1] if found else None

    @property
    def waits(self) -> list[Wait]:
        return list(_waits(self.events))

    @property
    def after_intake(self) -> list[Interval]:
        return [wait.span for wait in self.waits if not wait.before_intake]


def minute(instant: datetime) -> int:
    """A minute of the wall clock in Viet Nam."""
    return minute_of(instant.astimezone(HERE))


def assert_dates(session: Session, dossier: Dossier) -> None:
    """The dates on the dossier's row, and those of its open steps, are the ones the slow clocks come to."""
    rows = session.execute(
        sa.text("SELECT kind, at, params FROM dossier_events WHERE dossier_id = :id ORDER BY version"),
        {"id": dossier.id},
    )
    life = Life(events=[Happened(kind=kind, at=at, params=params) for kind, at, params in rows], terms=dossier.terms)
    office, official = _office(session, life)
    told = f"{[(event.kind, event.at.isoformat(), dict(event.params)) for event in life.events]} {life.terms}"

    assert instant(dossier.acceptance_due_at) == acceptance(life, office), told
    if life.at("accepted") is None:
        assert (dossier.statutory_due_at, dossier.promised_due_at) == (None, None), told
        return
    statutory, promised = by_law(life, office, life.terms["statutory"]), as_promised(life, office)
    assert instant(dossier.statutory_due_at) == statutory, told
    assert instant(dossier.promised_due_at) == promised, told
    assert dossier.due_is_provisional == _leaves(official, life, max(statutory, promised)), told
    for node, due_at, minutes in _open_steps(session, dossier):
        assert instant(due_at) == step(life, office, node, minutes), f"{node}: {told}"


def instant(kept: datetime | None) -> int | None:
    """A kept instant in minutes; the portal keeps whole minutes."""
    if kept is None:
        return None
    assert (kept.second, kept.microsecond) == (0, 0)
    return minute(kept)


def acceptance(life: Life, office: Office) -> int:
    filed = life.at("filed")
    assert filed is not None
    waits = [wait.span for wait in life.waits if wait.before_intake]
    return office.hours_due(filed, int(life.terms.get("acceptance_minutes", 480)), waits, restart=False)


def by_law(life: Life, office: Office, limit: Mapping[str, Any]) -> int:
    """When this limit ends: in hours from filing, in everything else from acceptance."""
    filed, accepted = life.at("filed"), life.at("accepted")
    assert filed is not None
    assert accepted is not None
    restart = life.terms["policy"] == "restart"
    if limit["unit"] == "working_hour":
        spans = [wait.span for wait in life.waits]
        return office.hours_due(filed, int(limit["amount"]) * 60, spans, restart=restart)
    return office.close(_day(life, office, limit, accepted, restart=restart))


def as_promised(life: Life, office: Office) -> int:
    """The promised limit, and not before the day Form 04 named; a wait begun before that day holds it too."""
    limit = life.terms["promised"]
    due = by_law(life, office, limit)
    named = [date.fromisoformat(event.params["until"]) for event in life.events if event.kind == "extended"]
    if not named:
        return due
    assert limit["unit"] != "working_hour"
    assert life.terms["policy"] == "resume"
    [until] = named
    accepted = life.at("accepted")
    assert accepted is not None
    stops = office.stops(office.effective(accepted), life.after_intake)
    return office.close(_held(office, max(day_of(due), (until - ORIGIN.date()).days), stops))


def step(life: Life, office: Office, node: str, minutes: int) -> int:
    """A step has its own minutes from when the dossier first came to it."""
    entered = next(event.at for event in life.events if event.kind in OPENS_STEP and event.params.get("node") == node)
    return office.hours_due(minute(entered), minutes, life.after_intake, restart=False)


def _day(life: Life, office: Office, limit: Mapping[str, Any], accepted: int, *, restart: bool) -> int:
    assert limit.get("same_day_cutoff") is None
    unit = UNITS[limit["unit"]] + (" without holidays" if limit["skips_holidays"] else "")
    return office.days_due(accepted, int(limit["amount"]), unit, life.after_intake, restart=restart)


def _held(office: Office, day: int, stops: Sequence[Interval]) -> int:
    while True:
        due = office.first_working(day)
        day = max([due, *(day_of(end) for begin, end in stops if begin < office.close(due))])
        if day == due:
            return due


def _waits(events: Sequence[Happened]) -> Iterator[Wait]:
    began, accepted, before = None, False, True
    for event in events:
        if event.kind in HANDS_BACK and began is not None:
            yield Wait(span=(began, minute(event.at)), before_intake=before)
            began = None
        if event.kind in HANDS_OVER_TO_FILER:
            began, before = minute(event.at), not accepted
        accepted = accepted or event.kind == "accepted"
    if began is not None:
        yield Wait(span=(began, minute(events[-1].at)), before_intake=before)


def _open_steps(session: Session, dossier: Dossier) -> Iterator[tuple[str, datetime, int]]:
    """Node, kept due instant and own minutes of the steps that stand open, minutes as the version's file has them."""
    graph = graph_of(dossier)
    rows = session.execute(
        sa.text("SELECT node_key, due_at FROM dossier_steps WHERE dossier_id = :id AND closed_at IS NULL"),
        {"id": dossier.id},
    )
    for node, due_at in rows:
        yield node, due_at, graph[node].minutes


def _office(session: Session, life: Life) -> tuple[Office, Mapping[int, bool]]:
    """The office of the calendar the last event names, and which of its years are decided."""
    named = [event.params["calendar"] for event in life.events if event.params.get("calendar")]
    document = session.scalar(
        sa.text("SELECT document FROM calendar_editions WHERE content_hash = :hash LIMIT 1"), {"hash": named[-1]}
    )
    return _office_of(json.dumps(document))


@lru_cache(maxsize=64)
def _office_of(text: str) -> tuple[Office, Mapping[int, bool]]:
    document = json.loads(text)
    [hours] = document["hours"]
    assert hours["open"] == ["07:00-11:30", "13:30-17:00"]
    day = date.fromisoformat
    office = Office(
        off={day(row["on"]) for row in document["off"]},
        works={day(row["on"]): day(row["instead_of"]) for row in document["works"]},
    )
    return office, {row["year"]: row["official"] for row in document["years"]}


def _leaves(official: Mapping[int, bool], life: Life, due: int) -> bool:
    """Whether a day from the start to the due date lies in a year that nobody has decided."""
    in_hours = any(life.terms[name]["unit"] == "working_hour" for name in ("statutory", "promised"))
    start = life.at("filed") if in_hours else life.at("accepted")
    assert start is not None
    years = range(date_of(day_of(start)).year, date_of(day_of(due)).year + 1)
    return not all(official.get(year, False) for year in years)
