"""How often forecasts came true: coverage of their ranges and pinball loss, by procedure and method.

Only procedures with twenty settled dossiers that had a forecast are told of, and what they are told of together is the
sum of these. Dossiers come in by groups of five, in the order in which those of the procedure were settled, and a group
is told of for a year from the day of its fifth: so no difference of two days tells of fewer than five either.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.dossiers.models import Dossier
from portal.facts.models import FORECAST_SHARES, Calibration, DossierFact, Forecast, Method
from portal.facts.turnaround import LONGEST_WINDOW
from portal.transparency.open_data import LEAST
from portal.transparency.resampling import FEWEST

RANGES = {"50": (3, 5), "80": (2, 6), "95": (1, 7)}
"""The places of a range's ends among the quantiles, as SQL counts them."""
SECONDS_PER_DAY = 86400


def calibrated(session: Session, *, now: datetime) -> dict[str, Any]:
    """The figures as of now: `procedures` by code and method, `together` by method, `shown` the better by code.

    A range holds if the dossier was settled within it, to the minute. `pinball` is the mean loss over the quantiles, in
    days: how far they were off, weighed by how seldom they should be.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in session.execute(_scores(now)).mappings():
        found.setdefault(row["procedure_code"], {})[row["method"].value] = dict(row)
    told = {code: methods for code, methods in found.items() if _is_enough(methods)}
    return {
        "procedures": {
            code: {name: _told(row) for name, row in sorted(methods.items())} for code, methods in sorted(told.items())
        },
        "together": {
            method.value: _told(
                _summed([methods[method.value] for methods in told.values() if method.value in methods])
            )
            for method in Method
            if any(method.value in methods for methods in told.values())
        },
        "shown": {
            code: min(methods, key=lambda name: methods[name]["loss"] / methods[name]["n"])
            for code, methods in told.items()
        },
    }


def publish(session: Session, *, as_of: date, now: datetime) -> None:
    """Publish how the forecasts of the year up to now held; a day is published once."""
    statement = insert(Calibration).values(as_of=as_of, published_at=now, figures=calibrated(session, now=now))
    session.execute(statement.on_conflict_do_nothing())


def latest(session: Session) -> Calibration | None:
    """The newest published calibration."""
    return session.scalars(sa.select(Calibration).order_by(Calibration.as_of.desc()).limit(1)).first()


def _is_enough(methods: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(row["dossiers"] >= FEWEST for row in methods.values())


def _scores(now: datetime) -> sa.Executable:
    """Sums by procedure and method over the forecasts of settled dossiers."""
    quantiles, settled_at = Forecast.quantiles, Dossier.settled_at
    holds = {
        name: sa.func.count().filter(settled_at.between(quantiles[low], quantiles[high]))
        for name, (low, high) in RANGES.items()
    }
    losses = []
    for place, share in enumerate(FORECAST_SHARES, start=1):
        days = sa.extract("epoch", settled_at - quantiles[place]) / SECONDS_PER_DAY
        losses.append(sa.func.greatest(share * days, (share - 1) * days))
    loss = sa.cast(sa.func.sum(sum(losses[1:], losses[0]) / len(losses)), sa.Float)
    told = _told_of(now)
    return (
        sa.select(
            told.c.procedure_code,
            Forecast.method,
            sa.func.count().label("n"),
            sa.func.count(Dossier.id.distinct()).label("dossiers"),
            *(count.label(f"within_{name}") for name, count in holds.items()),
            loss.label("loss"),
        )
        .select_from(Forecast)
        .join(Dossier, Dossier.id == Forecast.dossier_id)
        .join(told, told.c.dossier_id == Forecast.dossier_id)
        .where(
            settled_at.is_not(None),
            Forecast.made_at < settled_at,
            sa.func.cardinality(quantiles) == len(FORECAST_SHARES),
        )
        .group_by(told.c.procedure_code, Forecast.method)
    )


def _told_of(now: datetime) -> sa.Subquery:
    """The settled dossiers that had a forecast, in whole groups of five whose fifth was settled in the last year."""
    fact, quantiles = DossierFact, Forecast.quantiles
    foretold = sa.exists().where(
        Forecast.dossier_id == fact.dossier_id,
        Forecast.made_at < Dossier.settled_at,
        sa.func.cardinality(quantiles) == len(FORECAST_SHARES),
    )
    of_code = sa.over(
        sa.func.row_number(), partition_by=fact.procedure_code, order_by=(Dossier.settled_at, fact.dossier_id)
    )
    columns = (fact.dossier_id, fact.procedure_code, fact.settled_on, ((of_code - 1) // LEAST).label("place"))
    ranked = (
        sa.select(*columns)
        .join(Dossier, Dossier.id == fact.dossier_id)
        .where(fact.settled_on <= office_day(now), foretold)
        .subquery()
    )
    same = (ranked.c.procedure_code, ranked.c.place)
    grouped = sa.select(
        ranked.c.dossier_id,
        ranked.c.procedure_code,
        sa.over(sa.func.count(), partition_by=same).label("n"),
        sa.over(sa.func.max(ranked.c.settled_on), partition_by=same).label("day"),
    ).subquery()
    since = office_day(now) - timedelta(days=LONGEST_WINDOW)
    return (
        sa.select(grouped.c.dossier_id, grouped.c.procedure_code)
        .where(grouped.c.n == LEAST, grouped.c.day > since)
        .subquery()
    )


def _summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("n", "dossiers", "loss", *(f"within_{name}" for name in RANGES))
    return {name: sum(row[name] for row in rows) for name in names}


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "n": row["n"],
        "dossiers": row["dossiers"],
        **{f"within_{name}": row[f"within_{name}"] for name in RANGES},
        "pinball_days": round(row["loss"] / row["n"], 4),
    }
