"""What the public gets: small groups cannot be uncovered, and every figure follows from the published lines."""

import gzip
import importlib.util
from collections import Counter
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.transparency import figures
from portal.transparency.open_data import (
    BANDS,
    COLUMNS,
    LEAST,
    STANDINGS,
    Line,
    Open,
    Settled,
    Stopped,
    lines,
    open_lines,
)
from portal.transparency.publishing import csv_chunks, packed, unpacked

TODAY = date(2026, 3, 31)
PROCEDURES = {"p1": "land", "p2": "land", "p3": "trade"}
AGENCIES = ("a1", "a2")
LONG_AGO = TODAY - timedelta(days=364)

settled_ones = st.lists(
    st.builds(
        lambda number, days, procedure, agency, minutes, on_time, rounds: Settled(
            id=UUID(int=number),
            on=TODAY - timedelta(days=days),
            field=PROCEDURES[procedure],
            procedure=procedure,
            agency=agency,
            agency_minutes=minutes,
            applicant_minutes=rounds * 600,
            was_on_time=on_time,
            was_on_time_766=on_time and rounds <= 1,
            supplement_rounds=rounds,
            commune=(None, "05977", "06001")[number % 3],
        ),
        st.integers(0, 10**9),
        st.integers(0, 500),
        st.sampled_from(sorted(PROCEDURES)),
        st.sampled_from(AGENCIES),
        st.integers(1, 9000),
        st.booleans(),
        st.integers(0, 2),
    ),
    max_size=90,
    unique_by=lambda one: one.id,
)
stopped_ones = st.lists(
    st.builds(
        lambda number, days, kept: Stopped(
            id=UUID(int=number), on=TODAY - timedelta(days=days), reason="withdrawn", was_on_time_766=kept
        ),
        st.integers(0, 10**9),
        st.integers(0, 500),
        st.booleans(),
    ),
    max_size=20,
    unique_by=lambda one: one.id,
)
open_ones = st.lists(
    st.builds(
        lambda procedure, agency, standing, age, kept: Open(
            field=PROCEDURES[procedure],
            procedure=procedure,
            agency=agency,
            standing=standing,
            age_days=age,
            is_on_time_766=kept,
        ),
        st.sampled_from(sorted(PROCEDURES)),
        st.sampled_from(AGENCIES),
        st.sampled_from(STANDINGS),
        st.integers(0, 200),
        st.booleans(),
    ),
    max_size=90,
)

ANY = object()
TOLD = ("kind", "field", "procedure", "agency", "standing", "age")


def sums(published: list[Line], days: list[str | None]) -> dict[tuple[Any, ...], int]:
    """The number of dossiers behind every filter anybody can set, by brute force."""
    choices = [[ANY, *sorted({getattr(line, name) for line in published}, key=str)] for name in TOLD] + [[ANY, *days]]
    found: Counter[tuple[Any, ...]] = Counter()
    for line in published:
        value = (*(getattr(line, name) for name in TOLD), line.day)
        for mask in product((False, True), repeat=len(value)):
            found[tuple(ANY if hide else one for hide, one in zip(mask, value, strict=True))] += line.dossiers
    assert all(len(chosen) == len(choices) for chosen in found)
    return found


@given(settled_ones, stopped_ones, open_ones)
def test_no_filter_and_no_difference_of_two_filters_uncovers_fewer_than_five(
    settled: list[Settled], stopped: list[Stopped], still_open: list[Open]
) -> None:
    published = lines(settled, stopped, still_open, since=LONG_AGO)
    found = sums(published, sorted({line.day for line in published if line.day}))

    assert all(count >= LEAST for count in found.values())
    for filters, count in found.items():
        for place, value in enumerate(filters):
            if value is not ANY:
                wider = found[(*filters[:place], ANY, *filters[place + 1 :])]
                assert wider == count or wider - count >= LEAST


@given(settled_ones, st.integers(1, 40))
def test_the_snapshots_of_two_days_differ_by_whole_groups(settled: list[Settled], days: int) -> None:
    earlier = TODAY - timedelta(days=days)
    before = Counter[tuple[Any, ...]]()
    after = Counter[tuple[Any, ...]]()
    for counter, known in ((before, [one for one in settled if one.on <= earlier]), (after, settled)):
        for line in lines(known, [], [], since=LONG_AGO):
            counter[line.procedure, line.agency, line.day] += line.dossiers

    assert before - after == Counter()  # what was published stays as it was
    assert all(count >= LEAST and count % LEAST == 0 for count in (after - before).values())


@given(open_ones)
def test_every_open_dossier_is_counted_once_or_belongs_to_fewer_than_five(still_open: list[Open]) -> None:
    told = open_lines(still_open)

    for standing in STANDINGS:
        counted = sum(line.dossiers for line in told if line.standing == standing)
        real = sum(one.standing == standing for one in still_open)
        assert 0 <= real - counted < LEAST


@given(settled_ones)
def test_at_most_four_of_a_procedure_and_agency_wait(settled: list[Settled]) -> None:
    told = Counter[tuple[Any, ...]]()
    for line in lines(settled, [], [], since=date.min):
        told[line.procedure, line.agency] += line.dossiers
    real = Counter((one.procedure, one.agency) for one in settled)

    assert all(count - told[key] == count % LEAST for key, count in real.items())


def test_a_line_says_no_more_than_it_may() -> None:
    assert set(Line.__dataclass_fields__).isdisjoint({"id", "code", "commune", "filed_on", "accepted_on", "settled_on"})


def test_the_bands_of_age_meet() -> None:
    ages = [Open(field="f", procedure="p", agency="a", standing="overdue", age_days=d, is_on_time_766=False)
            for d in (0, 7, 8, 30, 31, 90, 91, 1000) for _ in range(LEAST)]  # fmt: skip

    assert {line.age: line.dossiers for line in open_lines(ages)} == dict.fromkeys(BANDS, 2 * LEAST)


# --- files


@given(settled_ones, stopped_ones, open_ones)
def test_the_file_keeps_every_line(settled: list[Settled], stopped: list[Stopped], still_open: list[Open]) -> None:
    published = lines(settled, stopped, still_open, since=LONG_AGO)

    file = packed(published)

    assert list(unpacked(file)) == published
    assert packed(published) == file
    assert b"".join(csv_chunks(file)).decode().splitlines()[0] == ",".join(COLUMNS)


def test_an_older_file_tells_of_fewer_columns() -> None:
    file = gzip.compress(b"kind,day,on_time,dossiers\nearlier,2026-01-05,false,5\n")

    assert list(unpacked(file)) == [Line(kind="earlier", day="2026-01-05", on_time=False, dossiers=5)]


# --- figures


def script() -> Any:
    """The script of the documentation, as the public would run it."""
    path = Path(__file__).resolve().parents[2] / "portal" / "static" / "recompute.py"
    spec = importlib.util.spec_from_file_location("recompute", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told_by_month(recompute: Any, rows: list[dict[str, Any]], column: str, value: str) -> list[dict[str, Any]]:
    found = recompute.months([row for row in rows if row[column] == value], TODAY)
    return [{"month": month, "n": n, "share": kept / n} for month, (n, kept) in sorted(found.items())]


@given(settled_ones, stopped_ones, open_ones)
def test_the_script_of_the_documentation_recomputes_every_figure(
    settled: list[Settled], stopped: list[Stopped], still_open: list[Open]
) -> None:
    published = lines(settled, stopped, still_open, since=LONG_AGO)
    computed = figures.compute(published, on=TODAY)
    rows = [line.to_json() for line in published]
    recompute = script()

    assert recompute.figures(rows, TODAY).items() <= computed["province"].items()
    topics = {name: dict(answers) for name, answers in computed["topics"]["counts"].items() if answers}
    assert {name: answers for name, answers in recompute.topics(rows).items() if name != "commune"} == topics
    assert told_by_month(recompute, rows, "kind", "settled") == computed["months"]
    assert {code: told_by_month(recompute, rows, "answer", code) for code in computed["topics"]["communes"]} == (
        computed["topics"]["commune_months"]
    )
    for column, part in (("field", "fields"), ("procedure", "procedures"), ("agency", "agencies")):
        assert {row[column] for row in rows if row[column]} == set(computed[part])
        for key, found in computed[part].items():
            mine = [row for row in rows if row[column] == key]
            assert recompute.figures(mine, TODAY).items() <= found.items()


def test_public_figures_of_a_small_set_by_hand() -> None:
    # 25 settled ten days ago, one to twenty-five hours each, 20 on time; 5 overdue and 5 within their limit.
    settled = [
        Settled(
            id=UUID(int=number),
            on=TODAY - timedelta(days=10),
            field="land",
            procedure="p1",
            agency="a1",
            agency_minutes=number * 60 - 30,
            applicant_minutes=60 if number <= 5 else 0,
            was_on_time=number <= 20,
            was_on_time_766=number <= 19,
            supplement_rounds=1 if number <= 5 else 0,
        )
        for number in range(1, 26)
    ]
    still_open = [
        Open(field="land", procedure="p1", agency="a1", standing=standing, age_days=20, is_on_time_766=kept)
        for standing, kept in (("overdue", False), ("within_limit", True))
        for _ in range(5)
    ]
    found = figures.compute(lines(settled, [], still_open, since=LONG_AGO), on=TODAY)["province"]

    assert (found["n"], found["window_days"]) == (25, 30)
    assert [found[key] for key in ("p50_hours", "p80_hours", "p90_hours")] == [13, 20, 23]
    assert found["on_time_share"] == pytest.approx(20 / 30)
    assert found["on_time_766_share"] == pytest.approx((19 + 5) / 35)
    assert (found["agency_hours"], found["applicant_hours"], found["supplemented"]) == (325, 5, 5)


def test_nothing_published_is_no_figure() -> None:
    found = figures.compute([], on=TODAY)

    assert found["province"]["on_time_share"] is None
    assert (found["province"]["n"], found["fields"], found["ageing"], found["months"]) == (0, {}, [], [])
