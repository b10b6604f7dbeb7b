"""More time, more pauses and more holidays never make an answer due earlier."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st

from portal.clock.calendar import Calendar
from portal.clock.due import due
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Policy
from portal.clock.year import DayOff, Name
from tests.clock.oracles import DAY
from tests.clock.worlds import World, examples, intervals, moment, pauses_of, receptions, waits, world, worlds

LIMITS = (
    Limit(amount=1, unit=Unit.WORKING_HOUR),
    Limit(amount=1, unit=Unit.WORKING_DAY),
    Limit(amount=1, unit=Unit.CALENDAR_DAY),
    Limit(amount=1, unit=Unit.CALENDAR_DAY, skips_holidays=True),
    Limit(amount=1, unit=Unit.MONTH),
)
Drawn = list[tuple[int, int, int]]


def due_at(calendar: Calendar, received: int, limit: Limit, stops: list[tuple[int, int]], policy: Policy) -> object:
    return due(
        received_at=moment(received), limit=limit, calendar=calendar, pauses=pauses_of(stops), policy=policy
    ).due_at


@examples(200)
@given(worlds, receptions, st.integers(1, 30), st.integers(1, 5), waits(days=45))
def test_a_longer_limit_is_never_due_earlier(here: World, received: int, amount: int, more: int, drawn: Drawn) -> None:
    stops = intervals(received, drawn)
    for one, policy in product(LIMITS, Policy):
        short, long = replace(one, amount=amount), replace(one, amount=amount + more)

        earlier = due_at(here.calendar, received, short, stops, policy)
        later = due_at(here.calendar, received, long, stops, policy)

        assert earlier <= later


@examples(200)
@given(worlds, receptions, st.integers(1, 30), waits(days=45), waits(days=45, most=1))
def test_one_more_pause_is_never_due_earlier(
    here: World, received: int, amount: int, drawn: Drawn, another: Drawn
) -> None:
    stops = intervals(received, drawn)
    for one, policy in product(LIMITS, Policy):
        limit = replace(one, amount=amount)

        without = due_at(here.calendar, received, limit, stops, policy)
        with_another = due_at(here.calendar, received, limit, stops + intervals(received, another), policy)

        assert without <= with_another


@examples(100)
@given(receptions, st.integers(1, 30), st.integers(0, 45), waits(days=45))
def test_one_more_day_off_is_never_due_earlier(received: int, amount: int, days: int, drawn: Drawn) -> None:
    calendar = world(0).calendar
    day = moment(received + days * DAY).date()
    assume(day not in calendar.pages.make_up_days and day.year in calendar.years)
    off = DayOff(on=day, name=Name(vi="x", en="x", zh="x"))
    more_off = Calendar(replace(calendar.pages, days_off={**calendar.pages.days_off, day: off}))
    # A pause that began before the clock did is clipped to it, so that it shortens when the start moves.
    begin = more_off.effective(moment(received))
    stops = [stop for stop in intervals(received, drawn) if moment(stop[0]) >= begin]
    for one, policy in product(LIMITS, Policy):
        limit = replace(one, amount=amount)

        assert due_at(calendar, received, limit, stops, policy) <= due_at(more_off, received, limit, stops, policy)


@examples(200)
@given(worlds, receptions, st.integers(0, 5 * DAY), st.integers(1, 30))
def test_what_comes_later_is_never_due_earlier(here: World, received: int, wait: int, amount: int) -> None:
    for one in LIMITS:
        limit = replace(one, amount=amount)

        first = due_at(here.calendar, received, limit, [], Policy.RESUME)
        second = due_at(here.calendar, received + wait, limit, [], Policy.RESUME)

        assert first <= second


@examples(200)
@given(worlds, receptions, st.integers(1, 3000), st.integers(1, 3000))
def test_working_time_adds_up(here: World, received: int, first: int, second: int) -> None:
    start = moment(received)
    there = here.calendar.add_working_minutes(start, first)

    assert here.calendar.working_minutes(start, there) == first
    assert here.calendar.working_minutes(start, there - timedelta(minutes=1)) == first - 1
    assert here.calendar.add_working_minutes(there, second) == here.calendar.add_working_minutes(start, first + second)
