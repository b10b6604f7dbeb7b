"""Report II.06a and the index 766 by hand."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.facts.actions import upsert
from portal.transparency.report import COUNTS, month_of, report
from portal.transparency.scorecard import INDICATORS, Indicator, Score
from tests.factories.facts import TODAY, evening, fact, many, settled

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def test_each_dossier_stands_where_the_form_wants_it(session: Session) -> None:
    before, within = FIRST - timedelta(days=10), FIRST + timedelta(days=2)
    due, past = evening(date(2026, 3, 20)), evening(date(2026, 3, 5))
    common: dict[str, Any] = {"field": "land", "channel": "online"}
    for one in (
        settled(on=date(2026, 3, 10), accepted_on=before, statutory_due_at=due, **common),  # carried over, early
        settled(on=date(2026, 3, 20), accepted_on=within, statutory_due_at=due, **common),  # on the due day
        settled(on=date(2026, 3, 25), accepted_on=within, statutory_due_at=due, was_on_time=False, **common),
        fact(state="stopped", ended_on=date(2026, 3, 18), accepted_on=within, stop_reason="withdrawn",
             statutory_due_at=due, **common),
        fact(accepted_on=within, statutory_due_at=past, **common),  # open and overdue
        fact(accepted_on=within, statutory_due_at=past, clock_stopped_at=evening(date(2026, 3, 4)), **common),
        fact(accepted_on=within, **(common | {"channel": None})),
        settled(on=date(2026, 4, 2), accepted_on=before, **common),  # ended later: in progress
        settled(on=date(2026, 2, 20), accepted_on=before, **common),  # ended before: not in it
        fact(accepted_on=None, statutory_due_at=None, **common),  # never accepted
    ):  # fmt: skip
        upsert(session, one)

    found = report(session, first=FIRST, last=LAST)

    land = next(line for line in found.lines if line.field == "land")
    assert {name: getattr(land, name) for name in COUNTS} == {
        "online": 5,
        "other": 1,
        "carried_over": 2,
        "early": 2,
        "on_time": 1,
        "late": 1,
        "within_limit": 3,
        "overdue": 1,
    }
    assert land.cells() == (8, 5, 1, 2, 4, 2, 1, 1, 4, 3, 1)
    assert found.total.cells() == land.cells()


def test_what_came_in_is_settled_or_in_progress(session: Session) -> None:
    for one in many(400, seed=9):
        upsert(session, one)

    for first, last in ((FIRST, LAST), (date(2026, 1, 1), TODAY), (date(2025, 4, 1), date(2025, 12, 31))):
        for line in (*report(session, first=first, last=last).lines,):
            assert line.received == line.settled + line.in_progress


def test_the_month_that_is_over() -> None:
    assert month_of(date(2026, 3, 1)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert month_of(date(2026, 1, 31)) == (date(2025, 12, 1), date(2025, 12, 31))


def score(code: str, part: int, whole: int) -> Score:
    return Score(indicator=next(one for one in INDICATORS if one.code == code), part=part, whole=whole)


def test_points_by_hand() -> None:
    assert score("2.1", 45, 60).points == 15  # 75 % of 20
    assert score("1.2", 3, 4).points == 3  # 75 % of 4
    assert score("5.4", 9, 10).points == 6  # full marks from 90 % on
    assert score("5.4", 45, 100).points == 3
    assert score("2.1", 0, 0).points is None  # of nothing there is no share
    assert score("3.1", 9, 10).points is None  # nobody knows its maximum


@given(part=st.integers(0, 1000), more=st.integers(0, 1000), indicator=st.sampled_from(INDICATORS))
def test_points_never_exceed_the_maximum(part: int, more: int, indicator: Indicator) -> None:
    found = score(indicator.code, part, part + more)
    most = found.indicator.most
    if found.points is not None:
        assert most is not None
        assert Fraction(0) <= found.points <= most
