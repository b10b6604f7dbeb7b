"""Pauses."""

import pytest

from portal.clock.due import due
from portal.clock.errors import ClockError, Refusal
from portal.clock.explain import Kind
from portal.clock.limit import Limit
from portal.clock.stopwatch import Policy, stretches
from portal.foundation.packaged import office_calendar
from tests.clock.cases import at, pause

VIETNAM = office_calendar()
FIVE_DAYS = Limit.parse("5 working days")
MONDAY = at("2026-06-01T09:00")


def test_time_spent_waiting_for_the_applicant_is_free() -> None:
    without = due(received_at=MONDAY, limit=FIVE_DAYS, calendar=VIETNAM)
    waited = due(
        received_at=MONDAY,
        limit=FIVE_DAYS,
        calendar=VIETNAM,
        pauses=[pause("2026-06-03T10:00/2026-06-10T10:00")],
    )

    assert VIETNAM.working_days_between(without.due_on, waited.due_on) == 5


def test_pauses_that_overlap_or_touch_are_one_stretch() -> None:
    found = stretches(
        [
            pause("2026-06-04T10:00/2026-06-05T10:00"),
            pause("2026-06-02T10:00/2026-06-03T10:00"),
            pause("2026-06-03T10:00/2026-06-03T16:00"),
            pause("2026-06-02T11:00/2026-06-02T12:00"),
        ],
        after=MONDAY,
        effective=VIETNAM.effective,
    )

    assert [(one.began_at, one.ended_at, len(one.pauses)) for one in found] == [
        (at("2026-06-02T10:00"), at("2026-06-03T16:00"), 3),
        (at("2026-06-04T10:00"), at("2026-06-05T10:00"), 1),
    ]


def test_an_open_pause_shows_the_date_as_if_the_answer_came_now_and_says_so() -> None:
    def asked_at(now: str) -> tuple[str, bool]:
        found = due(
            received_at=MONDAY,
            limit=FIVE_DAYS,
            calendar=VIETNAM,
            pauses=[pause("2026-06-03T10:00/")],
            now=at(now),
        )
        assert (Kind.PAUSE_OPEN in {line.kind for line in found.lines}) is found.open_pause
        return found.due_on.isoformat(), found.open_pause

    assert asked_at("2026-06-05T10:00") == ("2026-06-10", True)
    assert asked_at("2026-06-05T17:00") == ("2026-06-11", True)
    assert asked_at("2026-06-02T10:00") == ("2026-06-08", False)  # not yet begun
    assert (
        due(
            received_at=MONDAY,
            limit=FIVE_DAYS,
            calendar=VIETNAM,
            pauses=[pause("2026-06-09T10:00/")],
            now=at("2026-06-20T10:00"),
        ).open_pause
        is False
    )  # begun when the limit had run out


def test_an_open_pause_needs_the_present() -> None:
    with pytest.raises(ClockError) as refused:
        due(received_at=MONDAY, limit=FIVE_DAYS, calendar=VIETNAM, pauses=[pause("2026-06-03T10:00/")])

    assert refused.value.code is Refusal.OPEN_PAUSE_WITHOUT_NOW


def test_a_pause_cannot_end_before_it_begins() -> None:
    with pytest.raises(ClockError) as refused:
        pause("2026-06-03T10:00/2026-06-02T10:00")

    assert refused.value.code is Refusal.UNREADABLE_PAUSE


def test_restarting_gives_the_whole_limit_again() -> None:
    answered = "2026-06-05T10:00"
    restarted = due(
        received_at=MONDAY,
        limit=FIVE_DAYS,
        calendar=VIETNAM,
        pauses=[pause(f"2026-06-03T10:00/{answered}")],
        policy=Policy.RESTART,
    )

    assert restarted.due_at == due(received_at=at(answered), limit=FIVE_DAYS, calendar=VIETNAM).due_at
    assert restarted.effective_reception == MONDAY
