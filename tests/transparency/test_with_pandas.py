"""The figures a third time, with pandas and numpy: officers' from the raw events, the public's from the open data."""

import io
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.transparency import sheets
from portal.transparency.actions import snapshots
from portal.transparency.models import Snapshot
from tests.factories.history import NOW, visited
from tests.transparency.recomputing import cases

TODAY = office_day(NOW)
YESTERDAY = TODAY - timedelta(days=1)
SHARES = {"p50": 0.5, "p80": 0.8, "p90": 0.9}


def nearest_rank(minutes: Any, share: float) -> int:
    """Numpy's own: the smallest value within which at least that share lies."""
    return int(np.quantile(minutes, share, method="inverted_cdf"))


def window_of(ages: Any) -> int | None:
    return next((days for days in (30, 90, 180, 365) if (ages < days).sum() >= 20), None)


@pytest.fixture(scope="module")
def frame(history_url: str) -> pd.DataFrame:
    """One row a dossier, from its raw events: made once, for the province is never changed."""
    with visited(history_url) as session:
        return _frame(session)


@pytest.fixture(scope="module")
def made(history_url: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The officers' sheets, as the portal makes them."""
    with visited(history_url) as session:
        return sheets.computed(session, on=TODAY, now=NOW)


def _frame(province: Session) -> pd.DataFrame:
    known = cases(province, NOW)
    rows = [
        {
            "procedure": one.procedure, "field": one.field, "agency": one.agency, "outcome": one.outcome,
            "reason": one.refused_for, "rounds": one.rounds, "own": one.quarters, "filers": one.filers,
            "agency_minutes": one.own, "level": str(one.level),
            "age": (TODAY - one.settled_on).days if one.settled_on else np.nan,
            "on_time": one.on_time if one.settled_on else False,
            "kept": one.kept_766(TODAY) if one.accepted is not None else False,
            "overdue": one.is_open and one.standing(TODAY) == "overdue",
            "is_open": one.is_open,
            "ended_age": (TODAY - one.ended_on).days if one.ended_on else np.nan,
            "accepted": one.accepted is not None,
        }
        for one in known
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("scope", "column"), [(sheets.FIELD, "field"), (sheets.PROCEDURE, "procedure"), (sheets.AGENCY, "agency")]
)
def test_every_officers_sheet_equals_pandas(
    made: dict[tuple[str, str], dict[str, Any]], frame: pd.DataFrame, scope: str, column: str
) -> None:
    compared = 0
    for key, group in frame.groupby(column):
        sheet = made[scope, str(key)]
        now, settled = sheet["now"], group[group["age"].notna()]
        window = window_of(settled["age"])
        longest = window or 365
        lately = settled[settled["age"] < longest]
        stopped = group[group["accepted"] & group["age"].isna() & (group["ended_age"] < longest)]
        counted = len(lately) + int(group["is_open"].sum()) + len(stopped)
        kept = int(lately["kept"].sum() + group[group["is_open"]]["kept"].sum() + stopped["kept"].sum())
        assert (now["window_days"], now["n"], now["on_time"]) == (window, len(lately), int(lately["on_time"].sum()))
        assert (now["on_time_766"], now["counted_766"]) == (kept, counted)
        if window:
            compared += 1
            assert {name: now[name] for name in SHARES} == {
                name: nearest_rank(lately["own"], share) for name, share in SHARES.items()
            }
            assert now["on_time_share"] == pytest.approx(
                lately["on_time"].sum() / (len(lately) + group["overdue"].sum())
            )
        assert (now["agency_minutes"], now["applicant_minutes"]) == (
            int(lately["agency_minutes"].sum()),
            int(lately["filers"].sum()),
        )
        refused = lately[lately["outcome"] == "refused"]
        assert sheet["refused"] == len(refused)
        assert sheet["refusals"] == {str(name): int(n) for name, n in refused.groupby("reason").size().items()}
        year = settled[settled["age"] < 365]
        assert sheet["levels"] == {str(level): int(n) for level, n in year.groupby("level").size().items()}
        assert sheet["rounds"] == [int((year["rounds"].clip(upper=2) == rounds).sum()) for rounds in range(3)]
    assert compared


def test_the_public_figures_equal_pandas(province: Session) -> None:
    assert snapshots.publish_snapshot(province, YESTERDAY, NOW)
    snapshot = province.scalars(sa.select(Snapshot)).one()
    told = pd.read_csv(io.BytesIO(snapshot.file), compression="gzip", dtype={"procedure": str, "answer": str})
    one_each = told.loc[told.index.repeat(told["dossiers"])].reset_index(drop=True)
    ago = one_each["day"].map(lambda day: (YESTERDAY - date.fromisoformat(day)).days if isinstance(day, str) else -1)
    settled = one_each[one_each["kind"] == "settled"].assign(ago=ago)
    still = one_each[one_each["kind"] == "open"]

    for part, column in (("procedures", "procedure"), ("agencies", "agency"), ("fields", "field")):
        for key, found in snapshot.figures[part].items():
            mine, open_ = settled[settled[column] == key], still[still[column] == key]
            window = window_of(mine["ago"])
            lately = mine[mine["ago"] < (window or 365)]
            overdue = int((open_["standing"] == "overdue").sum())
            assert (found["n"], found["window_days"], found["open"], found["open_overdue"]) == (
                len(lately), window, len(open_), overdue,
            )  # fmt: skip
            if window:
                hours = lately["agency_hours"].astype(int)
                assert {name: found[f"{name}_hours"] for name in SHARES} == {
                    name: nearest_rank(hours, share) for name, share in SHARES.items()
                }
                on_time = lately["on_time"].astype(bool).sum()
                assert found["on_time_share"] == pytest.approx(on_time / (len(lately) + overdue))

    counted = told[told["kind"] == "counted"].groupby(["topic", "answer"])["dossiers"].sum()
    for topic, answers in snapshot.figures["topics"]["counts"].items():
        expected = {answer: int(n) for (of, answer), n in counted.items() if of == topic}
        assert answers == expected
    earlier = one_each[one_each["kind"] == "earlier"].assign(ago=ago - 365)
    window = snapshot.figures["province"]["window_days"] or 365
    then = earlier[(earlier["ago"] >= 0) & (earlier["ago"] < window)]
    assert snapshot.figures["province"]["year_ago_n"] == len(then)
    assert snapshot.figures["province"]["year_ago_on_time"] == int(then["on_time"].astype(bool).sum())
