"""Slots of a counter, places in a slot, tracking numbers: what is pure."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.steps import Result
from portal.clock.zone import VIETNAM
from portal.deliveries.slots import LEAD, Slot, bookable, days_ahead, free_place, is_open, reminder_at, slots_of
from portal.deliveries.tracking import canonical, check_digit
from portal.dossiers.receiving import Way, default, offered
from portal.foundation.packaged import office_calendar

CALENDAR = office_calendar()
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
MINUTES = st.integers(10, 120)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM)


@given(day=DAYS, minutes=MINUTES)
def test_every_slot_lies_wholly_in_the_opening_hours_and_none_meets_another(day: date, minutes: int) -> None:
    slots = list(slots_of(CALENDAR, day, minutes))

    assert bool(slots) == CALENDAR.is_working_day(day)
    for slot in slots:
        assert is_open(CALENDAR, slot, shut=())
        assert CALENDAR.working_minutes(slot.starts_at, slot.ends_at) == minutes
    assert all(not one.meets(other) for one, other in pairwise(slots))


@given(day=DAYS, minutes=MINUTES, hour=st.integers(0, 23), length=st.integers(1, 600))
def test_no_slot_touches_a_time_without_service_and_none_is_too_near(
    day: date, minutes: int, hour: int, length: int
) -> None:
    shut = Slot(starts_at=at(day, hour), ends_at=at(day, hour) + timedelta(minutes=length))
    now = at(day, 9)

    for slot in bookable(CALENDAR, day, minutes, shut=[shut], now=now):
        assert not slot.meets(shut)
        assert slot.starts_at - now >= LEAD
        assert is_open(CALENDAR, slot, shut=[shut])


def test_a_day_off_has_no_slots_and_is_no_day_ahead() -> None:
    holiday = date(2026, 9, 2)

    assert list(slots_of(CALENDAR, holiday, 30)) == []
    assert holiday not in days_ahead(CALENDAR, date(2026, 8, 31), last=date(2026, 9, 30), most=10)


def test_a_slot_on_a_day_off_or_over_the_noon_break_is_not_open() -> None:
    tuesday = date(2026, 3, 3)

    assert not is_open(CALENDAR, Slot(starts_at=at(tuesday, 11, 15), ends_at=at(tuesday, 11, 45)), shut=())
    assert not is_open(CALENDAR, Slot(starts_at=at(date(2026, 3, 7), 9), ends_at=at(date(2026, 3, 7), 10)), shut=())


def test_the_reminder_comes_one_working_day_before_at_the_same_time() -> None:
    monday = date(2026, 3, 9)

    assert reminder_at(CALENDAR, Slot(starts_at=at(monday, 9), ends_at=at(monday, 10))) == at(date(2026, 3, 6), 9)


@given(taken=st.sets(st.integers(1, 20)), capacity=st.integers(1, 20))
def test_a_place_is_given_only_while_one_is_free(taken: set[int], capacity: int) -> None:
    place = free_place(taken, capacity)

    if place is None:
        assert set(range(1, capacity + 1)) <= taken
    else:
        assert place not in taken
        assert 1 <= place <= capacity


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.integers(0, 9))
def test_a_postal_number_has_its_check_digit(serial: str, digit: int) -> None:
    number = canonical(f"ea {serial[:4]} {serial[4:]}{digit} vn")

    assert number == (f"EA{serial}{digit}VN" if digit == check_digit(serial) else None)


@pytest.mark.parametrize("typed", ["", "abc", "12-34", "EA123456780VN", "x" * 40, "GHN 12?456"])
def test_what_cannot_be_a_tracking_number_is_none(typed: str) -> None:
    assert canonical(typed) is None


def test_the_check_digit_is_that_of_the_postal_union() -> None:
    assert check_digit("47312482") == 9
    assert canonical("rr473124829gb") == "RR473124829GB"
    assert canonical("GHTK-8812.3345") == "GHTK88123345"


def result(*ways: str) -> Result:
    text = {"vi": "Giấy phép"}
    return Result.model_validate(
        {"code": "permit", "name": text, "kind": "permit", "number": "{number}/GP", "collection": ways, "source": "x"}
    )


def test_the_ways_are_those_all_results_have_in_common() -> None:
    assert offered([result("online", "post", "counter")]) == (Way.ONLINE, Way.COUNTER, Way.POST)
    assert offered([result("online", "counter"), result("counter")]) == (Way.COUNTER,)
    assert offered([result("online"), result("counter")]) == (Way.COUNTER,)
    assert default(offered([result("post", "counter")]), at_counter=False) is Way.COUNTER
    assert default(offered([result("online", "post")]), at_counter=False) is Way.ONLINE


def test_who_filed_at_the_counter_gets_it_there_unless_they_say_otherwise() -> None:
    ways = offered([result("online", "post", "counter")])
    assert default(ways, at_counter=True) is Way.COUNTER
    assert default(offered([result("online", "post")]), at_counter=True) is Way.ONLINE
