"""How much work a step is: pure formulas."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.routing.effort import FLOOR, PRIOR_WEIGHT, Finished, capped, hands_on, load_of, prior_of, shrunk

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTES = st.integers(min_value=0, max_value=10_000)


@dataclass(frozen=True)
class EveryMinute:
    """A calendar on which every minute works."""

    def working_minutes(self, since: datetime, until: datetime) -> int:
        return int((until - since).total_seconds()) // 60


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def visit(entered: int, closed: int, *pauses: tuple[int, int]) -> Finished:
    return Finished(
        step=("1.000001", "appraise"),
        entered_at=at(entered),
        closed_at=at(closed),
        pauses=tuple((at(since), at(until)) for since, until in pauses),
    )


def test_without_samples_the_prior_is_all_there_is() -> None:
    assert shrunk(0, 0, 240) == 240


def test_as_many_samples_as_the_prior_weighs_meet_it_half_way() -> None:
    assert shrunk(PRIOR_WEIGHT, PRIOR_WEIGHT * 100, 200) == 150


@given(samples=st.integers(min_value=1, max_value=500), mean=MINUTES, prior=st.integers(min_value=1, max_value=10_000))
def test_what_is_learned_lies_between_mean_and_prior(samples: int, mean: int, prior: int) -> None:
    found = shrunk(samples, samples * mean, prior)
    assert max(1, min(mean, prior)) <= found <= max(mean, prior)


@given(mean=MINUTES, prior=MINUTES)
def test_with_more_samples_the_mean_wins(mean: int, prior: int) -> None:
    distances = [abs(shrunk(n, n * mean, prior) - mean) for n in (1, 10, 100, 100_000)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] <= 1


def test_a_step_is_in_hand_only_since_the_one_before_was_closed() -> None:
    assert hands_on([visit(0, 30), visit(5, 50), visit(90, 100)], EveryMinute()) == [30, 20, 10]


def test_the_filers_time_is_nobodys_work() -> None:
    assert hands_on([visit(0, 100, (20, 70))], EveryMinute()) == [50]


@given(st.lists(st.tuples(MINUTES, MINUTES), max_size=30))
def test_nobody_works_more_than_there_was_time(stays: list[tuple[int, int]]) -> None:
    visits = sorted((visit(since, since + length) for since, length in stays), key=lambda one: one.closed_at)
    worked = hands_on(visits, EveryMinute())
    assert all(minutes >= 0 for minutes in worked)
    if visits:
        began = min(one.entered_at for one in visits)
        assert sum(worked) <= EveryMinute().working_minutes(began, visits[-1].closed_at)


def test_a_file_forgotten_in_a_drawer_counts_as_twice_the_limit() -> None:
    assert capped(100_000, 480) == 960


def test_a_prior_is_a_quarter_of_the_limit_and_a_little_at_least() -> None:
    assert (prior_of(480), prior_of(20), prior_of(0)) == (120, FLOOR, 60)


@given(st.lists(st.integers(min_value=1, max_value=1000), min_size=1, max_size=20), MINUTES)
def test_what_has_run_is_taken_off_the_step_in_hand_only(expected: list[int], has_run: int) -> None:
    load = load_of(expected, in_hand=expected[0], has_run=has_run)
    others = sum(expected[1:])
    assert others + min(FLOOR, expected[0]) <= load <= others + expected[0]
