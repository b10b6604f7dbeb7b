"""When it will probably be done: a range with its chance, from dossiers of the same procedure settled before.

A forecast is no promise and is never shown as a date alone. There is none under twenty settled dossiers. What is shown
is the last one that was kept for the dossier (`transparency.forecasting`), which is made within seconds of each act;
until there is one, the plain range of whole durations.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.due import step_due
from portal.clock.zone import office_day
from portal.dossiers.deadlines import after_intake, calendar_of
from portal.dossiers.models import Dossier
from portal.facts.models import FORECAST_SHARES, DossierFact
from portal.facts.queries import outlook
from portal.workflow.lifecycle import ENDED
from portal.workflow.projection import Projection

FEWEST_DOSSIERS = 20
WINDOWS_DAYS = (30, 90, 180, 365)
LOW, HIGH = 0.1, 0.9
_LOW_AT, _HIGH_AT = FORECAST_SHARES.index(LOW), FORECAST_SHARES.index(HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The result comes between these days with this chance; `n` dossiers say so."""

    earliest_on: date
    latest_on: date
    chance: float
    n: int


def forecast_of(
    session: Session, dossier: Dossier, projected: Projection, *, code: str, now: datetime
) -> Forecast | None:
    """The range of the middle eight tenths of earlier dossiers, counted from acceptance; None where too few.

    Also None before acceptance, after the end, and once the dossier takes longer than nine of ten did.
    """
    if projected.accepted_at is None or dossier.state in ENDED:
        return None
    today = office_day(now)
    kept = outlook(session, dossier.id, procedure_code=code)
    if kept is not None:
        latest = office_day(kept.quantiles[_HIGH_AT])
        if latest < today:
            return None
        earliest = max(office_day(kept.quantiles[_LOW_AT]), today)
        return Forecast(earliest_on=earliest, latest_on=latest, chance=round(HIGH - LOW, 2), n=kept.n)
    found = _quantiles(session, code, today=today)
    if found is None:
        return None
    low, high, n = found
    pauses, calendar = after_intake(projected), calendar_of(projected)
    earliest, latest = (
        step_due(entered_at=projected.accepted_at, minutes=minutes, calendar=calendar, pauses=pauses, now=now).due_on
        for minutes in (low, high)
    )
    if latest < today:
        return None
    return Forecast(earliest_on=max(earliest, today), latest_on=latest, chance=round(HIGH - LOW, 2), n=n)


def _quantiles(session: Session, code: str, *, today: date) -> tuple[int, int, int] | None:
    """Agency minutes at both ends and n, of the smallest window that has enough, in one statement."""
    columns: list[Any] = []
    for days in WINDOWS_DAYS:
        inside = DossierFact.settled_on >= today - timedelta(days=days)
        columns += [
            sa.func.percentile_disc(LOW).within_group(DossierFact.agency_minutes).filter(inside),
            sa.func.percentile_disc(HIGH).within_group(DossierFact.agency_minutes).filter(inside),
            sa.func.count().filter(inside),
        ]
    row = session.execute(
        sa.select(*columns).where(
            DossierFact.procedure_code == code,
            DossierFact.settled_on >= today - timedelta(days=WINDOWS_DAYS[-1]),
            DossierFact.agency_minutes.is_not(None),
        )
    ).one()
    for position in range(0, len(row), 3):
        low, high, n = tuple(row)[position : position + 3]
        if n is not None and n >= FEWEST_DOSSIERS:
            return int(low), int(high), int(n)
    return None
