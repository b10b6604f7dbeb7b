"""The table of dated cases."""

from collections import Counter

import pytest

from portal.foundation.packaged import office_calendar
from tests.clock.cases import Case, at, table

KNOWN_SOURCES = {
    "CC147.1", "CC148.2", "CC148.5", "LC112", "LC111", "8056", "8662", "2450", "8726", "12729",
    "TET26", "ND26", "NQ80", "LIB", "HOURS", "WALK", "D45", "RECEIPT",
}  # fmt: skip


@pytest.mark.parametrize("case", table(), ids=str)
def test_a_dated_case_is_due_when_the_table_says(case: Case) -> None:
    assert case.ask(office_calendar()).due_at == at(case.due)


@pytest.mark.parametrize("case", table(), ids=str)
def test_a_date_is_provisional_when_it_uses_a_year_that_is_not_official(case: Case) -> None:
    touches_an_open_year = any(day.year not in {2023, 2024, 2025, 2026} for day in (at(case.received), at(case.due)))

    assert case.ask(office_calendar()).provisional is touches_an_open_year


def test_the_table_has_a_source_on_every_line_and_covers_every_rule() -> None:
    cases = table()
    rules = Counter(case.rule.split(",")[0] for case in cases)

    assert len(cases) >= 150
    assert {case.source for case in cases} <= KNOWN_SOURCES
    assert len({(case.received, case.limit, case.pauses, case.policy, case.extended) for case in cases}) == len(cases)
    assert set(rules) >= {"hours", "days", "calendar", "months", "effective", "extension", "acceptance", "step"}
