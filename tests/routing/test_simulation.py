"""Balanced assignment beats taking turns, on arrivals that are made up (decision 25: that is circular)."""

import os

import pytest

from tests.routing.simulation import Outcome, arrivals, pair, without_continuity

IS_FULL = os.environ.get("MOTCUA_FULL") == "1"
DOSSIERS = 5000 if IS_FULL else 500
PAIRS = 7 if IS_FULL else 3


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Outcome, Outcome]]:
    return [pair(DOSSIERS, seed) for seed in range(1, PAIRS + 1)]


def test_with_balance_nine_of_ten_wait_less_than_in_turn(pairs: list[tuple[Outcome, Outcome]]) -> None:
    assert all(ours.p90 < theirs.p90 for ours, theirs in pairs), pairs


def test_with_balance_the_work_lies_more_evenly_than_in_turn(pairs: list[tuple[Outcome, Outcome]]) -> None:
    assert all(ours.spread < theirs.spread for ours, theirs in pairs), pairs


def test_more_later_steps_stay_in_the_hands_that_know_the_dossier_than_by_balance_alone() -> None:
    for seed in range(1, PAIRS + 1):
        ours, alone = pair(DOSSIERS, seed, without_continuity)
        assert ours.kept > alone.kept, (ours, alone)
        assert ours.p90 < 1.25 * alone.p90 + 60, "and hardly anybody waits longer for it"


def test_the_same_seed_is_the_same_year() -> None:
    assert arrivals(50, 3) == arrivals(50, 3)
    assert arrivals(50, 3) != arrivals(50, 4)
    assert pair(200, 5) == pair(200, 5)
