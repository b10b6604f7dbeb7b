"""Shares, rollups and sheets follow the facts; what the officers read equals a recomputation from the facts."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.facts import actions
from portal.facts.models import WHOLE, CountedShare, DossierFact, Rollup
from portal.facts.shares import roll_up
from portal.transparency import comparing, counting, sheets
from portal.transparency.margin import margin
from portal.transparency.rebuild import rebuild
from tests.factories.facts import AGENCIES, PROCEDURES, TODAY, evening, fact, many, settled

NOW = datetime(2026, 3, 31, 10, tzinfo=UTC)
assert office_day(NOW) == TODAY


NAMES = ("day", "procedure_code", "agency_id", "step", "case_key", "channel")


def counted(session: Session) -> None:
    while counting.count(session):
        pass
    sheets.make(session, now=NOW)


def sheet(session: Session, scope: str = sheets.PROVINCE, key: str = "") -> dict[str, Any]:
    found = sheets.of(session, scope, key)
    assert found is not None
    session.refresh(found)
    return found.figures


def rollups(session: Session) -> dict[tuple[Any, ...], dict[str, Any]]:
    rows = session.execute(sa.select(*Rollup.__table__.columns)).mappings()
    return {tuple(row[name] for name in NAMES): dict(row) for row in rows}


def test_a_rollup_holds_the_exact_counts_of_its_dossiers(session: Session) -> None:
    for minutes, on_time in ((15, True), (16, True), (29, False), (480, True)):
        actions.upsert(session, settled(minutes, was_on_time=on_time, was_on_time_766=on_time, channel="online"))
    counted(session)

    (row,) = rollups(session).values()
    assert row["durations"] == {"1": 1, "2": 2, "32": 1}
    assert (row["dossiers"], row["on_time"], row["agency_minutes"]) == (4, 3, 540)


def test_counting_twice_or_late_or_after_a_correction_gives_the_same(session: Session) -> None:
    one, other = settled(480), settled(960, supplement_rounds=2)
    for each in (one, other):
        actions.upsert(session, each)
    counted(session)
    before = rollups(session)
    counted(session)
    assert rollups(session) == before

    actions.upsert(session, settled(30, dossier_id=one.dossier_id, version=12, on=TODAY - timedelta(days=3)))
    assert counting.count(session) == 1
    assert {key[0] for key in rollups(session)} == {TODAY, TODAY - timedelta(days=3)}
    actions.upsert(session, fact(dossier_id=other.dossier_id, version=20))
    counted(session)
    assert {key[0] for key in rollups(session)} == {TODAY - timedelta(days=3)}


def test_altered_or_deleted_rollups_are_named_and_come_back(session: Session) -> None:
    for one in many(60, seed=3):
        actions.upsert(session, one)
    counted(session)
    before = rollups(session)
    assert list(comparing.rollups(session)) == []

    session.execute(sa.update(Rollup).where(Rollup.day == TODAY).values(on_time=999))
    session.execute(sa.delete(Rollup).where(Rollup.day < TODAY - timedelta(days=300)))
    found = [str(one) for one in comparing.rollups(session)]
    assert any(one.startswith("rollup") and "on_time" in one for one in found)
    assert any("found nothing, expected a row" in one for one in found)

    roll_up(session)
    assert rollups(session) == before
    assert list(comparing.rollups(session)) == []


def test_what_has_not_been_counted_yet_is_no_difference(session: Session) -> None:
    one = settled(480)
    actions.upsert(session, one)
    counted(session)
    actions.upsert(session, settled(960, dossier_id=one.dossier_id, version=15))

    assert list(comparing.rollups(session)) == []
    assert counting.is_wanted(session, now=NOW)


def test_all_rollups_at_once_are_those_made_one_by_one(session: Session) -> None:
    for one in many(120, seed=5):
        actions.upsert(session, one)
    counted(session)
    before = rollups(session)
    roll_up(session)
    assert rollups(session) == before


# --- the sheets against plain Python


@pytest.fixture
def facts(session: Session) -> list[DossierFact]:
    made = many(700, seed=11)
    for place, one in enumerate(made):
        one.channel, one.level = "online", 3 + place % 2
        one.commune = f"{place % 3:05}"
        if one.accepted_on is not None:
            one.accepted_at = evening(one.accepted_on) - timedelta(hours=3)
        if one.ended_on is not None and one.agency_minutes is None and one.accepted_on is not None:
            one.agency_minutes = 100 + place
        actions.upsert(session, one)
    counted(session)
    return made


def done(facts: list[DossierFact], days: int, *, until: int = 0) -> list[DossierFact]:
    return [one for one in facts if one.settled_on and until <= (TODAY - one.settled_on).days < days]


def rank(facts: list[DossierFact], share: float) -> int:
    minutes = sorted(ceil((one.agency_minutes or 0) / 15) * 15 for one in facts)
    return minutes[ceil(Fraction(share).limit_denominator(10) * len(minutes)) - 1]


@pytest.mark.parametrize(
    ("scope", "key"),
    [
        (sheets.PROVINCE, ""),
        *((sheets.PROCEDURE, code) for code, _ in PROCEDURES),
        *((sheets.AGENCY, str(agency)) for agency in AGENCIES),
        (sheets.PAIR, f"{PROCEDURES[0][0]} {AGENCIES[0]}"),
    ],
)
def test_a_sheet_equals_a_recomputation_from_the_facts(
    session: Session, facts: list[DossierFact], scope: str, key: str
) -> None:
    group = [
        one
        for one in facts
        if not key or {one.procedure_code, str(one.agency_id), f"{one.procedure_code} {one.agency_id}"} & {key}
    ]
    found = sheet(session, scope, key)
    window = next(days for days in (30, 90, 180, 365) if len(done(group, days)) >= 20)
    lately = done(group, window)

    now = found["now"]
    assert (now["window_days"], now["n"]) == (window, len(lately))
    assert [now["p50"], now["p80"], now["p90"]] == [rank(lately, share) for share in (0.5, 0.8, 0.9)]
    assert now["on_time"] == sum(bool(one.was_on_time) for one in lately)
    assert sum(count for _, count in now["durations"]) == len(lately)
    early = [
        one
        for one in lately
        if one.statutory_due_at and one.settled_on and one.settled_on < office_day(one.statutory_due_at)
    ]
    assert found["early"] == len(early)
    assert found["refused"] == sum(one.outcome == "refused" for one in lately)
    assert found["lately"] == len(done(group, 30))
    assert found["year_ago"]["n"] == len(done(group, 365 + window, until=365))
    by_month = Counter(f"{one.settled_on:%Y-%m}" for one in group if one.settled_on)
    assert {month["month"]: month["n"] for month in found["months"]} == {
        month["month"]: by_month[month["month"]] for month in found["months"]
    }
    assert found["rounds"] == [sum(min(one.supplement_rounds, 2) == n for one in done(group, 365)) for n in range(3)]
    assert found["levels"] == dict(Counter(str(one.level) for one in done(group, 365)))
    still = [one for one in group if one.ended_on is None and one.accepted_on]
    assert sum(sum(v for k, v in band.items() if k != "age") for band in found["ageing"]) == len(still)
    overdue = sum(band["overdue"] for band in found["ageing"])
    assert overdue == now["open_overdue"]


def test_the_estimate_with_open_ones_equals_plain_sql(session: Session, facts: list[DossierFact]) -> None:
    survival = sheet(session)["survival"]
    rows = session.execute(
        sa.text(
            "SELECT ceil(agency_minutes / 15.0) * 15 AS minutes, settled_on IS NOT NULL AS settled FROM dossier_facts"
            " WHERE accepted_on > CAST(:on AS date) - 365 AND accepted_on <= :on AND agency_minutes IS NOT NULL"
        ),
        {"on": TODAY},
    ).all()
    still = [one for one in facts if one.ended_on is None and one.accepted_on]
    assert survival["settled"] == sum(row.settled for row in rows)
    assert survival["watched"] == sum(not row.settled for row in rows) + len(still)
    settled_alone = sheet(session)["now"]["p50"]
    assert survival["p50"] is not None
    assert survival["p50"] >= settled_alone * 0.5


def test_communes_add_up_to_the_province(session: Session, facts: list[DossierFact]) -> None:
    communes = sheet(session)["communes"]

    assert sum(one["n"] for one in communes) == len(done(facts, 365))
    assert sum(one["overdue"] for one in communes) == sheet(session)["now"]["open_overdue"]


def test_a_sheet_of_a_group_that_is_gone_goes_too(session: Session) -> None:
    one = settled(480)
    actions.upsert(session, one)
    counted(session)
    assert sheets.of(session, sheets.PROCEDURE, one.procedure_code) is not None

    session.execute(sa.delete(DossierFact))
    session.execute(sa.delete(CountedShare))
    roll_up(session)
    sheets.make(session, now=NOW)
    session.expire_all()
    assert sheets.of(session, sheets.PROCEDURE, one.procedure_code) is None
    assert sheet(session)["now"]["n"] == 0
    assert sheet(session)["now"]["on_time_share"] is None


def test_a_new_day_is_counted_without_any_act(session: Session) -> None:
    actions.upsert(session, fact(statutory_due_at=evening(TODAY)))
    counted(session)
    assert not counting.is_wanted(session, now=NOW)

    tomorrow = NOW + timedelta(days=1)
    assert counting.is_wanted(session, now=tomorrow)
    sheets.make(session, now=tomorrow)
    assert sheet(session)["now"]["open_overdue"] == 1


def test_whole_and_steps_are_kept_apart(session: Session) -> None:
    actions.upsert(session, settled(480))
    counted(session)

    assert {key[3] for key in rollups(session)} == {WHOLE}
    assert rebuild(session, check=True)[0].what == "fact"  # a fact without a dossier is named, its rollup is right


# --- how many may still be late


@given(
    kept=st.integers(0, 500),
    late=st.integers(0, 500),
    goal=st.fractions(min_value=0, max_value=Fraction(999, 1000), max_denominator=1000),
    following=st.integers(1, 300),
)
def test_one_more_late_dossier_than_the_margin_misses_the_goal(
    kept: int, late: int, goal: Fraction, following: int
) -> None:
    counted_ = kept + late
    found = margin(kept=kept, counted=counted_, goal=goal, following=following)

    def share(number: int) -> Fraction:
        return Fraction(kept + following - number, counted_ + following)

    if found.most_late is not None:
        assert share(found.most_late) >= goal
        assert found.most_late == following or share(found.most_late + 1) < goal
    else:
        assert share(0) < goal
        assert found.needed is not None
        assert Fraction(kept + found.needed, counted_ + found.needed) >= goal
        assert Fraction(kept + found.needed - 1, counted_ + found.needed - 1) < goal


def test_the_margin_by_hand() -> None:
    # 95 of 98 kept, goal 96 %: of the next 120 at most 95 + 120 − 0.96 × 218 = 5.72 may be late
    assert margin(kept=95, counted=98, goal=Fraction(96, 100), following=120).most_late == 5
    # 90 of 100 kept, goal 98 %: (98 − 90) ÷ 0.02 = 400 in a row
    assert margin(kept=90, counted=100, goal=Fraction(98, 100), following=100).needed == 400
    assert margin(kept=9, counted=10, goal=Fraction(1), following=100).needed is None
