"""Forecasts: what they are made from, that they are kept at each change, and how often they come true."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.dossiers.models import Dossier
from portal.facts.models import FORECAST_SHARES, Calibration, DossierFact, Forecast, Method
from portal.facts.queries import outlook
from portal.transparency import calibrating, forecasting
from portal.transparency.resampling import (
    AGAIN,
    FEWEST,
    FIRST,
    WAITING,
    Donor,
    Pause,
    Place,
    Queues,
    Step,
    Way,
    pick,
    rest,
    stays,
)
from tests.factories.history import NOW, visited

HELD_OUT = NOW - timedelta(days=75)
"""What was known until then is learned from; what happened in the 45 days after it is foretold."""
UNIT = ("a", "specialist")
MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)


def hours(count: float) -> datetime:
    return MONDAY + timedelta(hours=count)


def step(node: str, entered: float, closed: float | None, entry: int = 1) -> Step:
    return Step(
        entry=entry,
        node=node,
        unit=UNIT,
        entered_at=hours(entered),
        closed_at=None if closed is None else hours(closed),
    )


def way(*steps: Step, pauses: tuple[Pause, ...] = (), settled: float | None = None) -> Way:
    at = None if settled is None else hours(settled)
    return Way(case="c", accepted_at=MONDAY, steps=steps, pauses=pauses, settled_at=at, ended_at=at)


def donors(*minutes: int, is_settled: bool = True, ahead: int = 0) -> list[Donor]:
    return [Donor(one, is_settled, ahead) for one in minutes]


def test_a_way_is_a_row_of_stays() -> None:
    pause = Pause(event=7, began_at=hours(5), ended_at=hours(20))
    one = way(step("check", 0, 3), step("appraise", 3, 30), step("sign", 30, 40), pauses=(pause,), settled=40)

    assert [(stay.place.node, stay.place.turn, stay.since) for stay in stays(one, Queues([one]))] == [
        ("check", FIRST, hours(0)),
        ("appraise", FIRST, hours(3)),
        ("appraise", WAITING, hours(5)),
        ("appraise", AGAIN, hours(20)),
        ("sign", AGAIN, hours(30)),
    ]


def test_of_parallel_steps_the_one_open_longest_says_where_it_stands() -> None:
    one = way(step("b", 0, 10), step("a", 1, 4), step("end", 10, None))

    assert [stay.place.node for stay in stays(one, Queues([one]))] == ["b", "end"]


def test_what_was_not_known_yet_is_left_out() -> None:
    one = way(step("check", 0, 3), step("sign", 3, 9), settled=9).before(hours(5))

    assert one.settled_at is None
    assert [(each.node, each.closed_at) for each in one.steps] == [("check", hours(3)), ("sign", None)]


def test_the_queue_is_who_came_before_and_has_not_left() -> None:
    queues = Queues([way(step("x", 0, 4)), way(step("x", 1, None)), way(step("x", 2, 3))])

    assert [queues.ahead(UNIT, hours(at)) for at in (0, 1, 2.5, 3, 5)] == [0, 1, 3, 2, 1]


def test_twenty_known_durations_give_their_own_quantiles() -> None:
    found = rest(donors(*range(10, 210, 10)), elapsed=0, ahead=0)

    assert found is not None
    assert found.n == FEWEST
    assert found.minutes == (10, 20, 50, 100, 150, 180, 200)


def test_what_has_been_waited_already_is_taken_off_and_the_quicker_ones_left_out() -> None:
    found = rest(donors(*range(10, 410, 10)), elapsed=200, ahead=0)

    assert found is not None
    assert found.n == FEWEST
    assert found.minutes == (10, 20, 50, 100, 150, 180, 200)


def test_open_ones_count_as_far_as_they_were_watched() -> None:
    """By hand: 20 settled after 100, then 20 more watched for 150 of which nothing more is known, then 20 after 200.

    At 100 a third of 60 is settled; at 200 all 20 still watched: the median is 200, not 100 as without the open ones.
    """
    known = [*donors(*[100] * 20), *donors(*[150] * 20, is_settled=False), *donors(*[200] * 20)]
    found = rest(known, elapsed=0, ahead=0)

    assert found is not None
    assert found.minutes == (100, 100, 100, 200, 200, 200, 200)


def test_a_longer_queue_learns_from_longer_queues() -> None:
    known = [*donors(*range(10, 310, 10), ahead=1), *donors(*range(1010, 1310, 10), ahead=9)]
    short, long = rest(known, elapsed=0, ahead=0), rest(known, elapsed=0, ahead=12)

    assert short is not None
    assert long is not None
    assert short.minutes[-1] <= 300 or short.n > 30
    assert long.minutes[3] >= short.minutes[3]


def test_under_twenty_there_is_no_range() -> None:
    assert rest(donors(*range(19)), elapsed=0, ahead=0) is None
    assert rest([*donors(*range(1, 20)), *donors(*range(1, 90), is_settled=False)], elapsed=0, ahead=0) is None


def test_few_of_a_case_are_helped_by_the_other_cases() -> None:
    here, there = Place("a", "sign", FIRST), Place("b", "sign", FIRST)
    known = {here: donors(1, 2), there: donors(*range(30)), Place("b", "sign", WAITING): donors(*range(900, 950))}

    assert len(pick(known, here)) == 32
    assert len(pick(known, there)) == 30
    assert pick(known, Place("a", "other", FIRST)) == ()


@given(
    st.lists(st.builds(Donor, st.integers(1, 5000), st.booleans(), st.integers(0, 9)), max_size=80),
    st.integers(0, 3000),
    st.integers(0, 9),
)
def test_a_range_is_in_order_and_never_lies_in_the_past(known: list[Donor], elapsed: int, ahead: int) -> None:
    found = rest(known, elapsed=elapsed, ahead=ahead)

    if found is not None:
        assert list(found.minutes) == sorted(found.minutes)
        assert found.minutes[0] > 0
        assert len(found.minutes) == len(FORECAST_SHARES)


# --- in the province


@dataclass(frozen=True)
class HeldOut:
    """What the portal says of its forecasts, and each of them with when its dossier was settled and its procedure."""

    scores: dict[str, Any]
    rows: list[tuple[Forecast, datetime, str]]


@pytest.fixture(scope="module")
def held_out(history_url: str) -> HeldOut:
    """Forecasts of what came after HELD_OUT, from what was known before it alone: made once, and undone."""
    with visited(history_url) as session:
        forecasting.backfill(session, since=HELD_OUT, until=HELD_OUT + timedelta(days=29))
        rows = session.execute(
            sa.select(Forecast, Dossier.settled_at, DossierFact.procedure_code)
            .join(Dossier, Dossier.id == Forecast.dossier_id)
            .join(DossierFact, DossierFact.dossier_id == Forecast.dossier_id)
            .where(Dossier.settled_at.is_not(None))
        )
        found = [(one, at, code) for one, at, code in rows if at is not None]
        scores = calibrating.calibrated(session, now=NOW)
        session.expunge_all()
        return HeldOut(scores, found)


def test_four_of_five_come_true_on_held_out_months(held_out: HeldOut) -> None:
    together = held_out.scores["together"]["standing"]

    assert together["dossiers"] >= 200
    shares = {name: together[f"within_{name}"] / together["n"] for name in ("50", "80", "95")}
    assert abs(shares["80"] - 0.80) <= 0.05, shares
    assert shares["50"] < shares["80"] < shares["95"]


def test_the_better_method_is_the_one_shown(held_out: HeldOut) -> None:
    scores = held_out.scores
    assert scores["procedures"]
    for code, methods in scores["procedures"].items():
        losses = {name: row["pinball_days"] for name, row in methods.items()}
        assert losses[scores["shown"][code]] == min(losses.values())
        assert all(row["dossiers"] >= FEWEST for row in methods.values())
    assert scores["together"]["standing"]["n"] == sum(row["standing"]["n"] for row in scores["procedures"].values())


def test_the_scores_equal_a_recomputation_by_hand(held_out: HeldOut) -> None:
    scores, rows = held_out.scores, held_out.rows
    assert scores["procedures"]
    for code, methods in scores["procedures"].items():
        foretold = {(at, one.dossier_id) for one, at, of in rows if of == code and one.quantiles}
        whole = {key for _, key in sorted(foretold)[: len(foretold) // 5 * 5]}  # those left over wait for their group
        for name, told in methods.items():
            mine = [
                (one.quantiles, at)
                for one, at, of in rows
                if of == code and one.method == name and one.quantiles and one.dossier_id in whole
            ]
            assert told["dossiers"] == len(whole)
            assert told["n"] == len(mine)
            assert told["within_80"] == sum(quantiles[1] <= at <= quantiles[5] for quantiles, at in mine)
            loss = 0.0
            for quantiles, at in mine:
                for share, quantile in zip(FORECAST_SHARES, quantiles, strict=True):
                    days = (at - quantile).total_seconds() / 86400
                    loss += (share * days if days >= 0 else (share - 1) * days) / len(FORECAST_SHARES)
            assert told["pinball_days"] == pytest.approx(loss / len(mine), abs=1e-3)


def test_every_open_dossier_gets_a_forecast_once_for_each_of_its_versions(province: Session) -> None:
    open_ = province.scalar(
        sa.select(sa.func.count())
        .select_from(DossierFact)
        .where(DossierFact.ended_on.is_(None), DossierFact.accepted_on.is_not(None))
    )
    learnt, made = forecasting.HourlyLearning(), 0
    assert open_
    while batch := forecasting.make_pending(province, now=NOW, most=max(20, open_ // 10), learnt=learnt):
        made += batch
    assert made == open_
    assert province.scalar(sa.select(sa.func.count()).select_from(Forecast)) == 2 * made

    one = province.scalars(sa.select(DossierFact).where(DossierFact.accepted_on.is_not(None)).limit(1)).one()
    one.version, one.ended_on = one.version + 1, None
    province.flush()
    assert forecasting.make_pending(province, now=NOW, learnt=learnt) == 1


def test_what_is_shown_is_the_last_forecast_by_the_better_method(province: Session) -> None:
    code, dossier_id = "1.013225", province.scalars(sa.select(Dossier.id).limit(1)).one()
    for version, method in ((3, Method.WHOLE), (4, Method.STANDING), (4, Method.WHOLE)):
        at = [NOW + timedelta(days=version, hours=method is Method.WHOLE)] * len(FORECAST_SHARES)
        province.add(Forecast(dossier_id=dossier_id, version=version, method=method, made_at=NOW, n=30, quantiles=at))
    province.flush()

    def shown() -> datetime:
        found = outlook(province, dossier_id, procedure_code=code)
        assert found is not None
        return found.quantiles[0]

    assert shown() == NOW + timedelta(days=4)
    figures = {"shown": {code: Method.WHOLE.value}, "procedures": {}, "together": {}}
    province.add(Calibration(as_of=NOW.date(), published_at=NOW, figures=figures))
    province.flush()
    assert shown() == NOW + timedelta(days=4, hours=1)
