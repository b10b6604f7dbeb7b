"""The formulas of the figures, each against a small set worked out by hand."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.facts.turnaround import ENOUGH, WINDOWS, Standing, Tally, measured, percentile, window_of


def tally(durations: dict[int, int], *, on_time: int, kept: int | None = None) -> Tally:
    return Tally(
        durations=Counter(durations),
        on_time=on_time,
        on_time_766=on_time if kept is None else kept,
        agency_minutes=sum(minutes * count for minutes, count in durations.items()),
        applicant_minutes=1200,
        supplement_rounds=4,
        supplemented=3,
    )


def test_percentiles_are_the_nearest_rank() -> None:
    durations = {480: 5, 960: 3, 1440: 1, 4800: 1}  # ten dossiers: one day five times, two days three times, …

    found = [percentile(durations, Fraction(share, 10)) for share in (5, 8, 9, 10)]

    assert found == [480, 960, 1440, 4800]


def test_nothing_has_no_percentile() -> None:
    assert percentile({}, Fraction(1, 2)) is None


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.fractions(0, 1))
def test_a_percentile_is_the_smallest_value_that_covers_the_share(values: list[int], share: Fraction) -> None:
    found = percentile(Counter(values), share)

    assert found is not None
    assert sum(value <= found for value in values) >= share * len(values)
    assert found == min(values) or sum(value < found for value in values) < share * len(values)


def test_the_window_is_the_smallest_with_twenty_dossiers() -> None:
    month, quarter = tally({480: 19}, on_time=19), tally({960: 1}, on_time=0)

    assert measured({30: month}, Standing()).window_days is None
    assert measured({30: month, 90: quarter}, Standing()).window_days == 90
    assert measured({30: month, 365: quarter}, Standing()).window_days == 365


def test_too_few_dossiers_have_counts_but_no_figures() -> None:
    found = measured({30: tally({480: 19}, on_time=19)}, Standing(overdue=1))

    assert (found.n, found.on_time, found.open_overdue) == (19, 19, 1)
    assert {found.p50, found.p80, found.p90, found.on_time_share, found.on_time_766_share} == {None}


def test_no_dossier_at_all_is_nothing_and_not_a_hundred_percent() -> None:
    found = measured({}, Standing())

    assert (found.n, found.on_time_share, found.on_time_766_share, found.supplemented_share) == (0, None, None, None)


def test_open_and_overdue_dossiers_count_against_punctuality() -> None:
    # 20 settled, 18 of them on time, and 5 that should have been: 18 ÷ 25. Those within their limit do not count.
    found = measured({30: tally({480: 20}, on_time=18)}, Standing(running=40, waiting=6, overdue=5))

    assert found.on_time_share == pytest.approx(0.72)
    assert (found.late, found.honest_of, found.open) == (2, 25, 51)


def test_the_766_formula_counts_what_is_still_within_its_limit() -> None:
    # Settled 20 (17 kept), stopped 4 (3 kept), open 51 (46 kept): 66 ÷ 75.
    standing = Standing(
        running=40, waiting=6, overdue=5, open_kept_766=46, stopped=Counter({30: 4}), stopped_kept_766=Counter({30: 3})
    )
    found = measured({30: tally({480: 20}, on_time=18, kept=17)}, standing)

    assert (found.on_time_766, found.counted_766) == (66, 75)
    assert found.on_time_766_share == pytest.approx(0.88)


def test_stopped_dossiers_count_only_in_the_window() -> None:
    standing = Standing(stopped=Counter({30: 1, 90: 2, 180: 4}), stopped_kept_766=Counter({90: 2, 180: 4}))
    found = measured({30: tally({480: 10}, on_time=10), 90: tally({480: 10}, on_time=10)}, standing)

    assert (found.window_days, found.stopped, found.on_time_766, found.counted_766) == (90, 3, 22, 23)


def test_the_time_is_split_between_agency_and_filer() -> None:
    found = measured({30: tally({480: 20}, on_time=20)}, Standing())

    assert found.applicant_share == pytest.approx(1200 / (20 * 480 + 1200))
    assert found.supplemented_share == pytest.approx(3 / 20)


def test_medians_are_read_from_summed_counts_and_not_averaged() -> None:
    slow, fast = tally({4800: 10}, on_time=10), tally({480: 11}, on_time=11)

    assert measured({30: fast, 90: slow}, Standing()).p50 == 480


@given(st.integers(0, 2000))
def test_a_day_falls_into_the_smallest_window_that_holds_it(age_days: int) -> None:
    assert window_of(age_days) == min((days for days in WINDOWS if age_days <= days - 1), default=None)


def test_enough_is_twenty() -> None:
    assert ENOUGH == 20
