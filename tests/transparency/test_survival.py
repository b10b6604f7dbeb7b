"""The Kaplan–Meier estimate, against a set worked out by hand and against what it must be without open dossiers."""

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from portal.facts.turnaround import percentile
from portal.transparency.survival import Step, Watched, curve, within


def watched(*minutes: int) -> list[Watched]:
    """Negative: still open after so many minutes."""
    return [Watched(minutes=abs(one), is_settled=one > 0) for one in minutes]


def test_open_dossiers_count_for_as_long_as_they_were_watched() -> None:
    # 6 at risk: one settled after 1 (5/6), one open at 2, two settled after 3 of the 4 left (5/12),
    # one open at 4, the last settled after 5 (0).
    found = curve(watched(1, -2, 3, 3, -4, 5))

    assert found == [
        Step(minutes=1, still_open=Fraction(5, 6)),
        Step(minutes=3, still_open=Fraction(5, 12)),
        Step(minutes=5, still_open=Fraction(0)),
    ]
    assert within(found, Fraction(1, 2)) == 3
    assert within(found, Fraction(9, 10)) == 5


def test_at_equal_times_settling_comes_before_leaving_the_watch() -> None:
    assert curve(watched(2, -2)) == [Step(minutes=2, still_open=Fraction(1, 2))]


def test_what_nobody_has_reached_yet_is_not_known() -> None:
    found = curve(watched(1, -2, -3, -4))

    assert within(found, Fraction(1, 4)) == 1
    assert within(found, Fraction(1, 2)) is None
    assert curve([]) == []


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.sampled_from([50, 80, 90]))
def test_without_open_dossiers_it_is_the_plain_percentile(minutes: list[int], share: int) -> None:
    found = within(curve(watched(*minutes)), Fraction(share, 100))

    assert found == percentile(Counter(minutes), Fraction(share, 100))


@given(st.lists(st.integers(-60, 60).filter(bool), max_size=40))
def test_the_share_still_open_only_falls(minutes: list[int]) -> None:
    shares = [step.still_open for step in curve(watched(*minutes))]

    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share < 1 for share in shares)
