"""When it will probably be done: a range with its chance, from dossiers of the same procedure settled before.

A forecast is no promise and is never shown as a date alone. There is none under twenty settled dossiers. What is shown
is the last one that was kept for the dossier: the worker makes one within seconds of each act
(`transparency.forecasting`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.dossiers.models import Dossier
from portal.facts.models import FORECAST_SHARES
from portal.facts.queries import outlook
from portal.workflow.lifecycle import ENDED
from portal.workflow.projection import Projection

LOW, HIGH = 0.1, 0.9
OTHERS = ((0.25, 0.75), (0.025, 0.975))
USUALLY_MADE_WITHIN = timedelta(minutes=1)
"""So long after an act a missing forecast is taken to be on its way; later there are too few dossiers to make one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The result comes between these days with this chance; `n` dossiers say so.

    `others`: the narrower and the wider range, each as its chance, its first and its last day.
    `has_passed`: the last of these days is over and the dossier is not done, so it takes longer than nine of ten did.
    """

    earliest_on: date
    latest_on: date
    chance: float
    n: int
    has_passed: bool = False
    others: tuple[tuple[float, date, date], ...] = ()


def forecast_of(
    session: Session, dossier: Dossier, projected: Projection, *, code: str, now: datetime
) -> Forecast | None:
    """The range of the middle eight tenths, beside it those of 50 and 95 %, as last foretold.

    None where too few dossiers could say, before acceptance and after the end. One statement.
    """
    if projected.accepted_at is None or dossier.state in ENDED:
        return None
    kept, today = outlook(session, dossier.id, procedure_code=code), office_day(now)
    if kept is None:
        return None

    def days(low: float, high: float) -> tuple[date, date]:
        first, last = (office_day(kept.quantiles[FORECAST_SHARES.index(share)]) for share in (low, high))
        return (first, last) if last < today else (max(first, today), last)

    earliest_on, latest_on = days(LOW, HIGH)
    has_passed = latest_on < today
    return Forecast(
        earliest_on=earliest_on,
        latest_on=latest_on,
        chance=round(HIGH - LOW, 2),
        n=kept.n,
        has_passed=has_passed,
        others=() if has_passed else tuple((round(high - low, 2), *days(low, high)) for low, high in OTHERS),
    )


def is_coming(projected: Projection, *, now: datetime) -> bool:
    """Whether the worker may still be making the first forecast: the dossier was accepted or changed just now."""
    return projected.accepted_at is not None and now - projected.last_at < USUALLY_MADE_WITHIN
