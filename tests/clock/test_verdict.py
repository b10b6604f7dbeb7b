"""Early, on time, overdue; within the limit, due soon, overdue."""

from decimal import Decimal

import pytest

from portal.clock.due import due
from portal.clock.limit import Limit, Unit
from portal.clock.verdict import Closed, DueSoon, Open, remaining_minutes, verdict_closed, verdict_open
from portal.foundation.packaged import office_calendar
from tests.clock.cases import at

VIETNAM = office_calendar()
# Due on Monday 8 June, and on 2 June at 09:00.
FIVE_DAYS = due(received_at=at("2026-06-01T09:00"), limit=Limit.parse("5 working days"), calendar=VIETNAM)
EIGHT_HOURS = due(received_at=at("2026-06-01T09:00"), limit=Limit.parse("8 working hours"), calendar=VIETNAM)


@pytest.mark.parametrize(
    ("ended", "verdict"),
    [
        ("2026-06-05T17:00", Closed.EARLY),
        ("2026-06-07T23:59", Closed.EARLY),
        ("2026-06-08T00:00", Closed.ON_TIME),
        ("2026-06-08T17:00", Closed.ON_TIME),
        ("2026-06-08T23:59", Closed.ON_TIME),
        ("2026-06-08T17:00+00:00", Closed.OVERDUE),
        ("2026-06-09T00:00", Closed.OVERDUE),
    ],
)
def test_limits_in_days_are_judged_by_the_office_day(ended: str, verdict: Closed) -> None:
    assert verdict_closed(FIVE_DAYS, at(ended), Unit.WORKING_DAY) is verdict


@pytest.mark.parametrize(
    ("ended", "verdict"),
    [
        ("2026-06-02T08:59", Closed.EARLY),
        ("2026-06-02T09:00", Closed.ON_TIME),
        ("2026-06-02T09:00:59", Closed.ON_TIME),
        ("2026-06-02T09:01", Closed.OVERDUE),
    ],
)
def test_limits_in_hours_are_judged_to_the_minute(ended: str, verdict: Closed) -> None:
    assert verdict_closed(EIGHT_HOURS, at(ended), Unit.WORKING_HOUR) is verdict


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        ("2026-06-01T10:00", Open.WITHIN_LIMIT),
        ("2026-06-05T16:59", Open.WITHIN_LIMIT),
        ("2026-06-05T17:00", Open.DUE_SOON),  # exactly eight working hours are left
        ("2026-06-07T12:00", Open.DUE_SOON),
        ("2026-06-08T18:00", Open.DUE_SOON),  # closed, but the day is not over
        ("2026-06-09T00:00", Open.OVERDUE),
    ],
)
def test_a_running_dossier_is_due_soon_one_working_day_before(now: str, verdict: Open) -> None:
    assert verdict_open(FIVE_DAYS, at(now), Unit.WORKING_DAY, VIETNAM) is verdict


def test_due_soon_may_be_a_share_of_the_whole_time() -> None:
    fifth = DueSoon(share=Decimal("0.2"))  # of 2760 working minutes: 552

    assert verdict_open(FIVE_DAYS, at("2026-06-05T15:47"), Unit.WORKING_DAY, VIETNAM, fifth) is Open.WITHIN_LIMIT
    assert verdict_open(FIVE_DAYS, at("2026-06-05T15:48"), Unit.WORKING_DAY, VIETNAM, fifth) is Open.DUE_SOON


def test_a_running_limit_in_hours_is_overdue_a_minute_after() -> None:
    assert verdict_open(EIGHT_HOURS, at("2026-06-02T09:00"), Unit.WORKING_HOUR, VIETNAM) is Open.DUE_SOON
    assert verdict_open(EIGHT_HOURS, at("2026-06-02T09:01"), Unit.WORKING_HOUR, VIETNAM) is Open.OVERDUE


def test_time_left_is_working_time_and_turns_negative() -> None:
    assert remaining_minutes(FIVE_DAYS, at("2026-06-05T16:00"), VIETNAM) == 60 + 480
    assert remaining_minutes(FIVE_DAYS, at("2026-06-08T17:00"), VIETNAM) == 0
    assert remaining_minutes(FIVE_DAYS, at("2026-06-08T23:00"), VIETNAM) == 0
    assert remaining_minutes(FIVE_DAYS, at("2026-06-09T08:00"), VIETNAM) == -60
