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
USUALLY_MADE_WITHIN = timedelta(minutes=1)
"""So long after an act a missing forecast is taken to be on its way; later there are too few dossiers to make one."""
_LOW_AT, _HIGH_AT = FORECAST_SHARES.index(LOW), FORECAST_SHARES.index(HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The result comes between these days with this chance; `n` dossiers say so.

    `has_passed`: the last of these days is over and the dossier is not done, so it takes longer than nine of ten did.
    """

    earliest_on: date
    latest_on: date
    chance: float
    n: int
    has_passed: bool = False


def forecast_of(
    session: Session, dossier: Dossier, projected: Projection, *, code: str, now: datetime
) -> Forecast | None:
    """The range of the middle eight tenths, as last foretold; None where too few dossiers could say.

    Also None before acceptance and after the end. One statement.
    """
    if projected.accepted_at is None or dossier.state in ENDED:
        return None
    kept, today = outlook(session, dossier.id, procedure_code=code), office_day(now)
    if kept is None:
        return None
    earliest_on, latest_on = office_day(kept.quantiles[_LOW_AT]), office_day(kept.quantiles[_HIGH_AT])
    has_passed = latest_on < today
    return Forecast(
        earliest_on=earliest_on if has_passed else max(earliest_on, today),
        latest_on=latest_on,
        chance=round(HIGH - LOW, 2),
        n=kept.n,
        has_passed=has_passed,
    )


def is_coming(projected: Projection, *, now: datetime) -> bool:
    """Whether the worker may still be making the first forecast: the dossier was accepted or changed just now."""
    return projected.accepted_at is not None and now - projected.last_at < USUALLY_MADE_WITHIN
