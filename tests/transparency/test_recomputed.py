"""Every figure of the officers and of the public equals an independent recomputation, on a province with a history."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.facts.models import CountedShare, DossierFact, Rollup, TurnaroundCell
from portal.transparency import queries, sheets
from portal.transparency.actions import snapshots
from portal.transparency.models import Snapshot
from portal.transparency.publishing import unpacked
from portal.transparency.rebuild import rebuild
from portal.transparency.sums import STEP_DAYS
from tests.clock.oracles import ORIGIN
from tests.factories.history import NOW, visited
from tests.transparency import recomputing
from tests.transparency.recomputing import (
    PERCENTILES,
    Case,
    ageing_of,
    cases,
    now_of,
    rank,
    risks_of,
    sheet_of,
    window_of,
)

TODAY = office_day(NOW)
YESTERDAY = TODAY - timedelta(days=1)
DUE_SOON_WORKING_DAYS = 1


Sheets = dict[tuple[str, str], dict[str, Any]]
LED = (sheets.PROVINCE, sheets.AGENCY)
"""Whose sheets keep what leaders look at."""


@pytest.fixture(scope="module")
def known(history_url: str) -> list[Case]:
    """The province is never changed, so what follows from it is worked out once for all tests of this file."""
    with visited(history_url) as session:
        return cases(session, NOW)


@pytest.fixture(scope="module")
def made(history_url: str) -> Sheets:
    """The officers' sheets, as the portal makes them."""
    with visited(history_url) as session:
        return sheets.computed(session, on=TODAY, now=NOW)


def soon() -> date:
    """The last day that counts as due soon: one working day on."""
    day = TODAY
    for _ in range(DUE_SOON_WORKING_DAYS):
        day += timedelta(days=1)
        while not recomputing.office().works_on((day - ORIGIN.date()).days):
            day += timedelta(days=1)
    return day


def groups(known: list[Case]) -> dict[tuple[str, str], list[Case]]:
    found: dict[tuple[str, str], list[Case]] = {(sheets.PROVINCE, ""): known}
    for one in known:
        for scope, key in (
            (sheets.FIELD, one.field),
            (sheets.PROCEDURE, one.procedure),
            (sheets.AGENCY, one.agency),
            (sheets.PAIR, f"{one.procedure} {one.agency}"),
        ):
            found.setdefault((scope, key), []).append(one)
        for stay in one.stays:  # an agency that is only asked has steps, and no dossier of its own
            if (TODAY - stay.ended_on).days < STEP_DAYS:
                found.setdefault((sheets.AGENCY, stay.agency), [])
                found.setdefault((sheets.PAIR, f"{one.procedure} {stay.agency}"), [])
    return found


def test_the_history_has_everything_that_could_go_wrong(province: Session, known: list[Case]) -> None:
    assert len(known) >= 3000
    assert sum(one.rounds > 0 and one.settled_on is not None for one in known) > 100  # pauses that are over
    assert sum(one.rounds > 0 and one.procedure == "1.013952" for one in known) > 50  # which restart the limit
    assert sum(one.paused_on is not None for one in known) > 0
    assert sum(one.stop_reason == "withdrawn" for one in known) > 100
    tet = (date(2026, 2, 14), date(2026, 2, 22))
    across = [
        one
        for one in known
        if one.settled_on and one.accepted_on and one.accepted_on < tet[0] <= tet[1] < one.settled_on
    ]
    assert len(across) > 10
    assert any(not one.on_time for one in known if one.settled_on)


def test_every_fact_is_what_the_raw_events_say(province: Session, known: list[Case]) -> None:
    facts = {fact.dossier_id: fact for fact in province.scalars(sa.select(DossierFact))}
    assert len(facts) == len(known)
    for one in known:
        fact = facts[one.id]
        assert (fact.filed_on, fact.accepted_on, fact.settled_on) == (one.filed_on, one.accepted_on, one.settled_on)
        assert (fact.supplement_rounds, fact.outcome, fact.commune) == (one.rounds, one.outcome, one.commune)
        assert (fact.procedure_code, fact.field, str(fact.agency_id)) == (one.procedure, one.field, one.agency)
        if one.accepted is None:
            continue
        assert fact.statutory_due_at is not None
        assert fact.promised_due_at is not None
        assert (office_day(fact.statutory_due_at), office_day(fact.promised_due_at)) == (one.due_on, one.promised_on)
        if one.settled_on:
            assert (fact.agency_minutes, fact.applicant_minutes) == (one.own, one.filers)
            assert (fact.was_on_time, fact.was_on_time_766) == (one.on_time, one.kept_766(TODAY))


def test_every_sheet_equals_the_recomputation(made: Sheets, known: list[Case]) -> None:
    expected = groups(known)
    assert set(made) == set(expected)
    for scope, group in expected.items():
        found = dict(made[scope])
        found.pop("steps")
        found.pop("communes", None)
        found.pop("service")  # compared with plain SQL below
        found.pop("heard")
        assert found.pop("risks", []) == (risks_of(group, TODAY) if scope[0] in LED else []), scope
        found.pop("loads", None)  # compared with plain SQL below
        found["survival"] = {name: value for name, value in found["survival"].items() if name != "curve"}
        assert found == sheet_of(group, TODAY, soon=soon()), scope


def test_loads_of_the_teams_equal_plain_sql(province: Session, made: Sheets) -> None:
    rows = province.execute(
        sa.text(
            "SELECT s.agency_id::text AS agency_id, s.role, s.post_id, s.due_at < :now AS late FROM dossier_steps s"
            " JOIN dossiers d ON d.id = s.dossier_id"
            " WHERE s.closed_at IS NULL AND s.agency_id IS NOT NULL AND d.settled_at IS NULL"
        ),
        {"now": NOW},
    ).all()
    assert len(rows) > 100
    teams = {(row.agency_id, row.role) for row in rows}
    for scope, key in made:
        if scope not in LED:
            continue
        told = {(one["agency_id"], one["role"]): one for one in made[scope, key]["loads"]}
        assert set(told) == {team for team in teams if key in {"", team[0]}}
        for team, one in told.items():
            of_team = [row for row in rows if (row.agency_id, row.role) == team]
            held = Counter(row.post_id for row in of_team if row.post_id)
            assert one["open"] == len(of_team)
            assert one["unassigned"] == len(of_team) - held.total()
            assert one["overdue"] == sum(bool(row.late) for row in of_team)
            assert (one["people"], one["most"]) == (len(held), max(held.values(), default=0))


def test_every_step_equals_the_recomputation(made: Sheets, known: list[Case]) -> None:
    told = made[sheets.PROVINCE, ""]["steps"]
    stays: dict[tuple[str, str], list[recomputing.Stay]] = {}
    for one in known:
        for stay in one.stays:
            if (TODAY - stay.ended_on).days < STEP_DAYS:
                stays.setdefault((stay.procedure, stay.step), []).append(stay)
    assert {(step["procedure"], step["step"]) for step in told} == set(stays)
    for step in told:
        group = stays[step["procedure"], step["step"]]
        quarters = [ceil(Fraction(stay.minutes, 15)) * 15 for stay in group]
        assert (step["n"], step["agency_minutes"]) == (len(group), sum(stay.minutes for stay in group))
        for name, share in PERCENTILES.items():
            assert step[name] == (rank(quarters, share) if len(group) >= 20 else None)
        assert step["waiting_minutes"] == sum(stay.waited for stay in group)
        waits = [ceil(Fraction(stay.waited, 15)) * 15 for stay in group]
        assert step["wait_p90"] == (rank(waits, Fraction(9, 10)) if len(group) >= 20 else None)
        if all(stay.limit for stay in group):
            assert step["on_time"] == sum(stay.minutes <= stay.limit for stay in group)


def test_late_acceptance_and_refusals_equal_plain_sql(province: Session, made: Sheets) -> None:
    whole = made[sheets.PROVINCE, ""]
    row = province.execute(
        sa.text(
            "SELECT count(*), sum((NOT was_on_time_766)::int), sum(acceptance_was_late::int) FROM dossier_facts"
            " WHERE settled_on > CAST(:on AS date) - 365 AND settled_on <= :on"
        ),
        {"on": TODAY},
    ).one()
    assert [whole["service"][name] for name in ("settled", "late_766", "accepted_late")] == list(row)
    reasons = province.execute(
        sa.text(
            "SELECT e.params->>'managed_reason' AS reason, count(*) FROM dossier_events e"
            " JOIN dossier_facts f ON f.dossier_id = e.dossier_id AND f.state = 'not_accepted'"
            " WHERE e.kind = 'refused_intake' AND f.ended_on > CAST(:on AS date) - 365 AND f.ended_on <= :on"
            " GROUP BY 1"
        ),
        {"on": TODAY},
    ).all()
    assert whole["not_accepted"] == {reason or "": n for reason, n in reasons}
    assert sum(whole["refusals"].values()) == whole["refused"]
    assert len(whole["refusals"]) > 1, "the story refuses for several reasons"


def test_communes_equal_plain_sql(province: Session, made: Sheets) -> None:
    communes = made[sheets.PROVINCE, ""]["communes"]
    rows = province.execute(
        sa.text(
            "SELECT commune, count(*) AS n, sum(was_on_time::int) AS on_time FROM dossier_facts"
            " WHERE settled_on > CAST(:on AS date) - 365 AND settled_on <= :on AND commune IS NOT NULL GROUP BY commune"
        ),
        {"on": TODAY},
    ).all()
    assert {one["commune"]: one["n"] for one in communes if one["n"]} == {row.commune: row.n for row in rows}


@pytest.mark.parametrize("days", [30, 90, 180, 365])
def test_percentiles_and_shares_equal_plain_sql(province: Session, made: Sheets, days: int) -> None:
    """The same from the facts by the database, for every procedure, without a line of our own arithmetic."""
    rows = province.execute(
        sa.text(
            "SELECT procedure_code AS code, count(*) AS n, sum(was_on_time::int) AS on_time,"
            " percentile_disc(0.5) WITHIN GROUP (ORDER BY ceil(agency_minutes / 15.0) * 15) AS p50,"
            " percentile_disc(0.8) WITHIN GROUP (ORDER BY ceil(agency_minutes / 15.0) * 15) AS p80,"
            " percentile_disc(0.9) WITHIN GROUP (ORDER BY ceil(agency_minutes / 15.0) * 15) AS p90"
            " FROM dossier_facts WHERE settled_on > CAST(:on AS date) - :days AND settled_on <= :on GROUP BY 1"
        ),
        {"on": TODAY, "days": days},
    ).all()
    compared = 0
    for row in rows:
        now = made[sheets.PROCEDURE, row.code]["now"]
        if now["window_days"] == days:
            compared += 1
            assert [now[name] for name in ("n", "on_time", "p50", "p80", "p90")] == list(row)[1:]
    assert compared or days != 30


# --- the public snapshot


def grouped(ended: list[Case], key: Any) -> list[tuple[Case, date]]:
    """Each dossier with the day its group of five was complete; the last ones of each key wait."""
    by_key: dict[Any, list[Case]] = {}
    for one in sorted(ended, key=lambda one: (one.settled_on or one.ended_on, one.id)):
        by_key.setdefault(key(one), []).append(one)
    found: list[tuple[Case, date]] = []
    for group in by_key.values():
        for start in range(0, len(group) // 5 * 5, 5):
            five = group[start : start + 5]
            last = five[-1].settled_on or five[-1].ended_on
            assert last is not None
            found += [(one, last) for one in five]
    return found


def hours(minutes: int) -> int:
    return ceil(Fraction(minutes, 60))


def count(rows: list[Any]) -> int:
    return sum(row["dossiers"] for row in rows)


def public_of(
    settled: list[tuple[Case, date]], stopped: list[tuple[Case, date]], open_: list[Any], *, tells_year: bool
) -> dict[str, Any]:
    """What the snapshot says of one group. `open_` are its published lines of open dossiers.

    `tells_year`: the year before is told of the province and its fields.
    """
    ages = [(YESTERDAY - day).days for _, day in settled]
    window = window_of(ages)
    longest = window or 365
    lately = [one for one, day in settled if (YESTERDAY - day).days < longest]
    gone = [one for one, day in stopped if (YESTERDAY - day).days < longest]
    overdue = count([row for row in open_ if row["standing"] == "overdue"])
    kept = sum(one.kept_766(YESTERDAY) for one in [*lately, *gone]) + count(
        [row for row in open_ if row["on_time_766"]]
    )
    counted = len(lately) + len(gone) + count(open_)
    n, on_time = len(lately), sum(one.on_time for one in lately)
    then = [one for one, day in settled if tells_year and 365 <= (YESTERDAY - day).days < 365 + longest]
    return {
        "year_ago_n": len(then),
        "year_ago_on_time": sum(one.on_time for one in then),
        "year_ago_share": sum(one.on_time for one in then) / len(then) if len(then) >= 20 else None,
        "n": n,
        "window_days": window,
        **{
            f"{name}_hours": rank((hours(one.own) for one in lately), share) if window else None
            for name, share in PERCENTILES.items()
        },
        "on_time": on_time,
        "late": n - on_time,
        "open": count(open_),
        "open_overdue": overdue,
        "open_waiting": count([row for row in open_ if row["standing"] == "waiting_for_filer"]),
        "on_time_share": on_time / (n + overdue) if window else None,
        "on_time_766": kept,
        "counted_766": counted,
        "on_time_766_share": kept / counted if window else None,
        "agency_hours": sum(hours(one.own) for one in lately),
        "applicant_hours": sum(hours(one.filers) for one in lately),
        "supplemented": sum(one.rounds > 0 for one in lately),
        "durations_hours": sorted([took, n] for took, n in Counter(hours(one.own) for one in lately).items()),
    }


@pytest.fixture(scope="module")
def published(history_url: str) -> Snapshot:
    with visited(history_url) as session:
        assert snapshots.publish_snapshot(session, YESTERDAY, NOW)
        found = queries.snapshot_of(session, None)
        assert found is not None
        session.expunge(found)
        return found


def test_every_public_figure_equals_the_recomputation(
    province: Session, known: list[Case], published: Snapshot
) -> None:
    # As of the evening before: what has happened since is not known then.
    accepted = [one for one in known if one.accepted is not None]
    done = [one for one in accepted if one.settled_on and one.settled_on <= YESTERDAY]
    settled = grouped(done, lambda one: (one.procedure, one.agency, one.level))
    stopped = grouped(
        [one for one in accepted if one.ended_on and not one.settled_on and one.ended_on <= YESTERDAY],
        lambda one: one.stop_reason,
    )
    open_ = [line.to_json() for line in unpacked(published.file) if line.kind == "open"]
    keys: dict[str, str] = dict(province.execute(sa.text("SELECT id::text, key FROM agencies")).all())
    figures = published.figures

    assert figures["province"] == public_of(settled, stopped, open_, tells_year=True)
    columns: tuple[tuple[str, str, Callable[[Case], str]], ...] = (
        ("fields", "field", lambda one: one.field),
        ("procedures", "procedure", lambda one: one.procedure),
        ("agencies", "agency", lambda one: keys[one.agency]),
    )
    for part, column, of in columns:
        for key, found in figures[part].items():
            mine = [(one, day) for one, day in settled if of(one) == key]
            mine_open = [row for row in open_ if row[column] == key]
            assert found == public_of(mine, [], mine_open, tells_year=part == "fields"), (part, key)
    assert figures["stopped"] == dict(Counter(one.stop_reason for one, day in stopped if (YESTERDAY - day).days < 365))
    by_month = Counter(f"{day:%Y-%m}" for _, day in settled if (YESTERDAY - day).days < 365)
    for month in figures["months"]:
        of_month = [one for one, day in settled if f"{day:%Y-%m}" == month["month"] and (YESTERDAY - day).days < 365]
        assert (month["n"], month["share"]) == (
            by_month[month["month"]],
            sum(one.on_time for one in of_month) / len(of_month),
        )
    assert set(figures) == {
        "province", "fields", "procedures", "agencies", "ageing", "months", "stopped", "topics", "edition",
    }  # fmt: skip
    topics: tuple[tuple[str, Callable[[Case], Any]], ...] = (
        ("level", lambda one: str(one.level)),
        ("outcome", lambda one: one.outcome),
        ("refusal", lambda one: (one.refused_for or "own_words") if one.outcome == "refused" else None),
    )
    for topic, answer in topics:
        told = grouped([one for one in done if answer(one)], answer)
        assert figures["topics"]["counts"][topic] == dict(
            Counter(answer(one) for one, day in told if (YESTERDAY - day).days < 365)
        ), topic
    communes = [
        (one, day)
        for one, day in grouped([one for one in done if one.commune], lambda one: one.commune)
        if (YESTERDAY - day).days < 365
    ]
    assert {code: (of["n"], of["part"]) for code, of in figures["topics"]["communes"].items()} == {
        code: (n, sum(one.on_time for one, _ in communes if one.commune == code))
        for code, n in Counter(one.commune for one, _ in communes).items()
    }


def test_the_published_open_ones_are_all_open_ones_but_a_few(known: list[Case], published: Snapshot) -> None:
    still = [
        one
        for one in known
        if one.accepted_on and one.accepted_on <= YESTERDAY and (one.ended_on is None or one.ended_on > YESTERDAY)
    ]
    told = sum(line.dossiers for line in unpacked(published.file) if line.kind == "open")
    assert len(still) - 12 <= told <= len(still)  # at most four of each standing are never told of
    bands = {row["age"]: row for row in published.figures["ageing"]}
    for row in ageing_of([one for one in still if one.ended_on is None], YESTERDAY):
        told_of_band = bands.get(row["age"], {})
        assert all(told_of_band.get(name, 0) <= row[name] + len(still) for name in row if name != "age")


# --- rebuilding


def test_rebuild_names_and_restores_whatever_was_altered_or_deleted(province: Session) -> None:
    def stored() -> list[list[tuple[Any, ...]]]:
        return [
            sorted(tuple(str(value) for value in row) for row in province.execute(sa.select(*table.__table__.columns)))
            for table in (DossierFact, TurnaroundCell, CountedShare, Rollup)
        ]

    before = stored()
    altered: tuple[tuple[Any, str], ...] = (
        (TurnaroundCell, "dossiers"), (Rollup, "on_time"), (CountedShare, "agency_minutes"),
    )  # fmt: skip
    for table, column in altered:
        primary = sa.inspect(table).primary_key
        ids = province.execute(sa.select(*primary).limit(3)).all()
        keys = [column.name for column in primary]
        for place, row in enumerate(ids):
            which = sa.and_(*(getattr(table, name) == value for name, value in zip(keys, row, strict=True)))
            if place:
                province.execute(sa.delete(table).where(which))
            else:
                province.execute(sa.update(table).where(which).values({column: 7777}))
    some = province.scalars(sa.select(DossierFact.dossier_id).where(DossierFact.settled_on.is_not(None)).limit(2)).all()
    province.execute(sa.update(DossierFact).where(DossierFact.dossier_id == some[0]).values(agency_minutes=1))
    province.execute(sa.delete(DossierFact).where(DossierFact.dossier_id == some[1]))

    found = {one.what for one in rebuild(province, check=False)}
    assert {"fact", "cell", "share", "rollup"} <= found
    assert stored() == before


def test_a_day_with_nothing_has_no_share(province: Session) -> None:
    assert now_of([], TODAY, soon=soon())["on_time_share"] is None
