"""The cells follow the facts, and the figures read from them equal those worked out from the facts."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from math import ceil
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.facts import actions, queries
from portal.facts.models import DossierFact, TurnaroundCell
from tests.factories.facts import AGENCIES, PROCEDURES, TODAY, evening, fact, many, settled

Cells = Counter[tuple[Any, ...]]


def cells(session: Session) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """What the table holds."""
    rows = session.execute(sa.select(*TurnaroundCell.__table__.columns))
    return {tuple(row[:7]): tuple(row[7:]) for row in rows}


def expected(facts: Iterable[DossierFact]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """What it should hold, worked out in plain Python."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for one in facts:
        if one.settled_on is None:
            continue
        assert one.agency_minutes is not None
        assert one.applicant_minutes is not None
        bin_ = ceil(one.agency_minutes / 15)
        where = (one.settled_on, one.procedure_code, one.case_key, one.agency_id, bin_)
        sums = found.setdefault((*where, one.was_on_time, one.was_on_time_766), [0] * 5)
        rounds = one.supplement_rounds
        for place, amount in enumerate((1, one.agency_minutes, one.applicant_minutes, rounds, int(rounds > 0))):
            sums[place] += amount
    return {key: tuple(sums) for key, sums in found.items()}


def test_an_open_dossier_has_no_cell(session: Session) -> None:
    actions.upsert(session, fact())

    assert cells(session) == {}


def test_settling_makes_the_cell_and_doing_it_twice_changes_nothing(session: Session) -> None:
    one = settled(481)
    actions.upsert(session, fact(dossier_id=one.dossier_id))
    for _ in range(2):
        actions.upsert(session, one)

    assert cells(session) == expected([one])
    assert next(iter(cells(session)))[4] == 33  # 481 minutes: 32 quarters of an hour and a bit


def test_a_corrected_dossier_leaves_its_old_cell(session: Session) -> None:
    one, other = settled(480), settled(480)
    for each in (one, other):
        actions.upsert(session, each)
    actions.upsert(session, fact(dossier_id=one.dossier_id, version=11))
    assert cells(session) == expected([other])

    again = settled(960, dossier_id=one.dossier_id, version=15, was_on_time=False)
    actions.upsert(session, again)
    assert cells(session) == expected([other, again])

    actions.upsert(session, fact(dossier_id=one.dossier_id, version=16))
    actions.upsert(session, fact(dossier_id=other.dossier_id, version=16))
    assert cells(session) == {}


def test_an_older_version_changes_neither_fact_nor_cell(session: Session) -> None:
    one = settled(480, version=9)
    actions.upsert(session, one)
    actions.upsert(session, settled(4800, dossier_id=one.dossier_id, version=8))
    actions.upsert(session, fact(dossier_id=one.dossier_id, version=7))

    assert cells(session) == expected([one])
    assert session.scalar(sa.select(DossierFact.version)) == 9


def test_filing_costs_one_statement_and_settling_two(session: Session, statements: Callable[[], Any]) -> None:
    one = settled()
    with statements() as filing:
        actions.upsert(session, fact(dossier_id=one.dossier_id))
    with statements() as settling:
        actions.upsert(session, one)
    with statements() as delivering:
        actions.upsert(session, settled(dossier_id=one.dossier_id, version=10, state="returned"))

    assert (len(filing), len(settling), len(delivering)) == (1, 2, 1)


# --- against an independent recomputation


@pytest.fixture
def facts(session: Session) -> list[DossierFact]:
    made = many(600, seed=7)
    for one in made:
        actions.upsert(session, one)
    return made


GROUPS: list[tuple[str | None, UUID | None]] = [
    (None, None),
    *((code, None) for code, _ in PROCEDURES),
    *((None, agency) for agency in AGENCIES),
    (PROCEDURES[0][0], AGENCIES[0]),
]


def of_group(facts: list[DossierFact], code: str | None, agency: UUID | None) -> list[DossierFact]:
    return [
        one for one in facts if code in {None, one.procedure_code} and agency in {None, one.agency_id} and one.agency_id
    ]


def in_window(day: date | None, days: int) -> bool:
    return day is not None and TODAY - timedelta(days=days) < day <= TODAY


def nearest_rank(values: list[int], share: float) -> int:
    return sorted(values)[ceil(share * len(values)) - 1]


@pytest.mark.parametrize(("code", "agency"), GROUPS)
def test_the_figures_equal_those_worked_out_in_plain_python(
    session: Session, facts: list[DossierFact], code: str | None, agency: UUID | None
) -> None:
    found = queries.turnaround(session, procedure_code=code, agency_id=agency, on=TODAY)
    group = of_group(facts, code, agency)
    counts = {days: sum(in_window(one.settled_on, days) for one in group) for days in (30, 90, 180, 365)}
    window = next((days for days, n in counts.items() if n >= 20), None)
    assert found.window_days == window
    assert window is not None, "the sample is too small to say anything"

    done = [one for one in group if in_window(one.settled_on, window)]
    minutes = [ceil((one.agency_minutes or 0) / 15) * 15 for one in done]
    assert [found.p50, found.p80, found.p90] == [nearest_rank(minutes, share) for share in (0.5, 0.8, 0.9)]
    on_time = sum(bool(one.was_on_time) for one in done)
    still = [one for one in group if one.ended_on is None and one.accepted_on is not None]
    judged = {one.dossier_id: office_day(one.clock_stopped_at) if one.clock_stopped_at else TODAY for one in still}
    overdue = [
        one for one in still if one.statutory_due_at and office_day(one.statutory_due_at) < judged[one.dossier_id]
    ]
    assert found.n == len(done)
    assert found.open_overdue == len(overdue)
    assert found.on_time_share == pytest.approx(on_time / (len(done) + len(overdue)))

    stopped = [one for one in group if one.settled_on is None and in_window(one.ended_on, window) and one.accepted_on]
    kept = sum(bool(one.was_on_time_766) for one in done)
    for one in (*still, *stopped):
        end = one.ended_on or judged[one.dossier_id]
        assert one.promised_due_at is not None
        kept += end <= office_day(one.promised_due_at) and one.supplement_rounds <= 1
    assert (found.on_time_766, found.counted_766) == (kept, len(done) + len(still) + len(stopped))
    assert found.agency_minutes == sum(one.agency_minutes or 0 for one in done)
    assert found.applicant_minutes == sum(one.applicant_minutes or 0 for one in done)
    assert found.supplemented == sum(one.supplement_rounds > 0 for one in done)


@pytest.mark.parametrize(("code", "agency"), GROUPS)
def test_the_percentiles_equal_those_of_plain_sql(
    session: Session, facts: list[DossierFact], code: str | None, agency: UUID | None
) -> None:
    found = queries.turnaround(session, procedure_code=code, agency_id=agency, on=TODAY)
    row = session.execute(
        sa.text(
            "SELECT percentile_disc(ARRAY[0.5, 0.8, 0.9]) WITHIN GROUP (ORDER BY ceil(agency_minutes / 15.0) * 15),"
            " count(*) FROM dossier_facts WHERE settled_on > CAST(:on AS date) - CAST(:days AS int)"
            " AND settled_on <= :on AND (CAST(:code AS text) IS NULL OR procedure_code = :code)"
            " AND (CAST(:agency AS uuid) IS NULL OR agency_id = :agency)"
        ),
        {"on": TODAY, "days": found.window_days, "code": code, "agency": agency},
    ).one()

    assert [found.p50, found.p80, found.p90] == [int(value) for value in row[0]]
    assert found.n == row[1]


def test_all_groups_take_two_statements_and_the_calendar_however_many_there_are(
    session: Session, facts: list[DossierFact], statements: Callable[[], Any]
) -> None:
    with statements() as seen:
        counted = queries.counts(session, on=TODAY)

    assert len(seen) == 3
    assert len(counted.groups) == len(PROCEDURES) * len(AGENCIES)
    assert counted.of(procedure_code="1.009645") == queries.turnaround(session, procedure_code="1.009645", on=TODAY)


def test_time_that_belongs_to_the_filer_makes_no_dossier_overdue(session: Session) -> None:
    due = evening(TODAY - timedelta(days=3))
    asked_before, asked_after = evening(TODAY - timedelta(days=5)), evening(TODAY - timedelta(days=1))
    for stopped_at in (asked_before, asked_after):
        actions.upsert(session, fact(statutory_due_at=due, promised_due_at=due, clock_stopped_at=stopped_at))

    found = queries.turnaround(session, on=TODAY)

    assert (found.open_overdue, found.open_waiting) == (1, 1)


def test_a_dossier_is_overdue_from_the_day_after_its_due_day(session: Session) -> None:
    actions.upsert(session, fact(statutory_due_at=evening(TODAY)))

    assert queries.turnaround(session, on=TODAY).open_overdue == 0
    assert queries.turnaround(session, on=TODAY).open_due_soon == 1
    assert queries.turnaround(session, on=TODAY + timedelta(days=1)).open_overdue == 1
