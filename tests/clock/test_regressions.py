"""Five faults of a provincial portal in use, whose source could be read. None of them may come back."""

from datetime import date

import pytest

from portal.clock.due import due
from portal.clock.errors import ClockError
from portal.clock.limit import Limit
from portal.foundation.packaged import office_calendar
from tests.clock.cases import at, pause

VIETNAM = office_calendar()


def test_resuming_adds_the_days_that_count_and_not_raw_calendar_days_and_eight_hours() -> None:
    found = due(
        received_at=at("2026-06-01T09:00"),
        limit=Limit.parse("5 working days"),
        calendar=VIETNAM,
        pauses=[pause("2026-06-05T10:00/2026-06-08T10:00")],  # Friday to Monday: three days on the wall
    )

    assert found.due_at == at("2026-06-09T17:00")  # one working day later, at close of business


def test_a_make_up_saturday_counts_as_a_working_day() -> None:
    found = due(received_at=at("2026-01-08T09:00"), limit=Limit.parse("2 working days"), calendar=VIETNAM)

    assert found.due_on == date(2026, 1, 10)


def test_the_holidays_of_the_next_year_are_known_in_december() -> None:
    found = due(received_at=at("2025-12-30T09:00"), limit=Limit.parse("3 working days"), calendar=VIETNAM)

    assert found.due_on == date(2026, 1, 6)  # 1 and 2 January 2026 are off


@pytest.mark.parametrize("limit", ["99999 months", "900000 working days", "900000 working hours"])
def test_what_cannot_be_reckoned_is_an_error_and_never_the_first_day_of_the_first_year(limit: str) -> None:
    with pytest.raises(ClockError):
        due(received_at=at("2026-06-01T09:00"), limit=Limit.parse(limit), calendar=VIETNAM)


def test_hours_carried_over_to_the_next_day_leave_out_its_lunch_break() -> None:
    found = due(received_at=at("2026-06-01T16:00"), limit=Limit.parse("8 working hours"), calendar=VIETNAM)

    assert found.due_at == at("2026-06-02T16:00")  # seven hours from 07:00 with lunch, not 14:00
