"""Turnaround facts for tests: one with everything ordinary, and many at random."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from portal.clock.zone import VIETNAM
from portal.facts.models import DossierFact

AGENCIES = (UUID(int=1), UUID(int=2), UUID(int=3))
PROCEDURES = (("1.009645", "investment"), ("1.013952", "land"), ("1.013225", "construction"), ("1.004191", "trade"))
TODAY = date(2026, 3, 31)


def evening(day: date) -> datetime:
    """Close of business of the day."""
    return datetime.combine(day, time(17), VIETNAM).astimezone(UTC)


def fact(**changes: Any) -> DossierFact:
    """An accepted dossier, open, within its limit and without supplement; change what the test is about."""
    values: dict[str, Any] = {
        "dossier_id": uuid4(),
        "version": 3,
        "procedure_code": "1.013225",
        "case_key": "works",
        "field": "construction",
        "agency_id": AGENCIES[0],
        "commune": None,
        "state": "in_progress",
        "filed_on": TODAY - timedelta(days=10),
        "accepted_on": TODAY - timedelta(days=9),
        "settled_on": None,
        "ended_on": None,
        "statutory_due_at": evening(TODAY + timedelta(days=10)),
        "promised_due_at": evening(TODAY + timedelta(days=10)),
        "clock_stopped_at": None,
        "acceptance_was_late": False,
        "agency_minutes": None,
        "applicant_minutes": None,
        "was_on_time": None,
        "was_on_time_766": None,
        "supplement_rounds": 0,
        "outcome": None,
        "stop_reason": None,
    }
    return DossierFact(**(values | changes))


def settled(minutes: int = 480, *, on: date = TODAY, **changes: Any) -> DossierFact:
    """A dossier settled on a day after so many working minutes of the agency's time; on time unless said."""
    values: dict[str, Any] = {
        "version": 9,
        "state": "settled",
        "settled_on": on,
        "ended_on": on,
        "agency_minutes": minutes,
        "applicant_minutes": 0,
        "was_on_time": True,
        "was_on_time_766": True,
        "outcome": "granted",
    }
    return fact(**(values | changes))


def many(count: int, *, seed: int, on: date = TODAY) -> list[DossierFact]:
    """Facts of every kind, over more than a year before the day."""
    chance = Random(seed)
    return [_any(chance, on) for _ in range(count)]


def _any(chance: Random, on: date) -> DossierFact:
    code, field = chance.choice(PROCEDURES)
    common: dict[str, Any] = {
        "procedure_code": code,
        "field": field,
        "agency_id": chance.choice(AGENCIES),
        "case_key": chance.choice(("a", "b")),
        "supplement_rounds": chance.choice((0, 0, 0, 1, 2)),
    }
    day = on - timedelta(days=chance.choice((0, 3, 20, 29, 30, 60, 89, 90, 150, 200, 364, 365, 400)))
    kind = chance.random()
    if kind < 0.7:
        on_time = chance.random() < 0.8
        kept = on_time and common["supplement_rounds"] <= 1
        minutes = chance.randint(1, 9000)
        filers = chance.randint(0, 3000) if common["supplement_rounds"] else 0
        common |= {"was_on_time": on_time, "was_on_time_766": kept, "applicant_minutes": filers}
        return settled(minutes, on=day, **common)
    due = evening(on + timedelta(days=chance.randint(-20, 20)))
    common |= {"statutory_due_at": due, "promised_due_at": due}
    if kind < 0.8:
        return fact(**common, state="stopped", ended_on=day, stop_reason="withdrawn", accepted_on=day)
    if kind < 0.85:
        return fact(**common, state="supplement_requested", clock_stopped_at=evening(on - timedelta(days=5)))
    if kind < 0.9:
        return fact(**(common | {"statutory_due_at": None, "promised_due_at": None}), state="filed", accepted_on=None)
    return fact(**common)
