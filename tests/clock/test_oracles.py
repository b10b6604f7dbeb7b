"""The clock against slow, simple clocks that share no code with it.

Each everyday run makes more than ten thousand comparisons; `make clock-full` makes nearly two million.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clock.due import Extension, acceptance_due, due, step_due
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Policy
from portal.clock.zone import VIETNAM
from tests.clock.cases import Case, at, table
from tests.clock.oracles import DAY, Interval, date_of, day_of, minute_of
from tests.clock.worlds import (
    SLICES,
    World,
    examples,
    intervals,
    moment,
    pauses_of,
    receptions,
    slice_of,
    waits,
    world,
    worlds,
)

DAY_UNITS = {
    "working days": Limit(amount=1, unit=Unit.WORKING_DAY),
    "calendar days": Limit(amount=1, unit=Unit.CALENDAR_DAY),
    "calendar days without holidays": Limit(amount=1, unit=Unit.CALENDAR_DAY, skips_holidays=True),
    "months": Limit(amount=1, unit=Unit.MONTH),
}


@examples(650)
@given(worlds, receptions, st.integers(1, 45), waits(days=60))
def test_limits_in_days_and_months_end_where_a_walk_day_by_day_ends(
    here: World, received: int, amount: int, drawn: list[tuple[int, int, int]]
) -> None:
    _same_to_the_day(here, received, amount, intervals(received, drawn))


@examples(350)
@given(worlds, receptions, st.integers(1, 24 * 4), waits(days=6))
def test_limits_in_hours_end_where_counting_minute_by_minute_ends(
    here: World, received: int, quarters: int, drawn: list[tuple[int, int, int]]
) -> None:
    _same_to_the_minute(here, received, quarters, intervals(received, drawn))
    _same_to_the_minute(here, received, quarters % 8 + 1, intervals(received, drawn))


@examples(120)
@given(worlds, receptions, st.integers(100 * 4, 400 * 4), waits(days=60))
def test_long_limits_in_hours_end_there_too(
    here: World, received: int, quarters: int, drawn: list[tuple[int, int, int]]
) -> None:
    _same_to_the_minute(here, received, quarters, intervals(received, drawn))


@examples(200)
@given(worlds, receptions, st.integers(1, 3000), waits(days=8))
def test_steps_and_acceptance_end_where_counting_minute_by_minute_ends(
    here: World, received: int, minutes: int, drawn: list[tuple[int, int, int]]
) -> None:
    _same_for_steps(here, received, minutes, intervals(received, drawn))


@pytest.mark.parametrize("number", range(SLICES))
def test_every_dossier_of_a_slice_is_due_when_the_slow_clocks_say(number: int) -> None:
    """Fifteen comparisons for each dossier; one in five also has a long limit in hours."""
    for place, drawn in enumerate(slice_of(number)):
        here = world(drawn.world)
        _same_to_the_day(here, drawn.received, drawn.days, drawn.stops, drawn)
        _same_to_the_minute(here, drawn.received, drawn.quarters, drawn.short, drawn)
        _same_to_the_minute(here, drawn.received, drawn.quarters % 8 + 1, drawn.short, drawn)
        _same_for_steps(here, drawn.received, drawn.minutes, drawn.short, drawn)
        if place % 5 == 0:
            _same_to_the_minute(here, drawn.received, drawn.many_quarters, drawn.stops, drawn)


def _same_to_the_day(here: World, received: int, amount: int, stops: list[Interval], drawn: object = None) -> None:
    """Compare a limit in each unit of days and in months under both policies: eight comparisons."""
    pauses = pauses_of(stops)
    for (unit, one), policy in product(DAY_UNITS.items(), Policy):
        limit = replace(one, amount=min(amount, 12) if unit == "months" else amount)
        found = due(received_at=moment(received), limit=limit, calendar=here.calendar, pauses=pauses, policy=policy)

        day = here.office.days_due(received, limit.count, unit, stops, restart=policy is Policy.RESTART)
        assert minute_of(found.due_at) == here.office.close(day), (unit, policy, drawn)
        assert minute_of(found.effective_reception) == here.office.effective(received), drawn


def _same_to_the_minute(here: World, received: int, quarters: int, stops: list[Interval], drawn: object = None) -> None:
    """Compare a limit of quarters of an hour under both policies."""
    limit, pauses = Limit(amount=Decimal(quarters) / 4, unit=Unit.WORKING_HOUR), pauses_of(stops)
    for policy in Policy:
        found = due(received_at=moment(received), limit=limit, calendar=here.calendar, pauses=pauses, policy=policy)

        counted = here.office.hours_due(received, quarters * 15, stops, restart=policy is Policy.RESTART)
        assert minute_of(found.due_at) == counted, (quarters, policy, drawn)


def _same_for_steps(here: World, received: int, minutes: int, stops: list[Interval], drawn: object = None) -> None:
    """Compare a step of so many minutes, with pauses, and the eight hours for accepting."""
    step = step_due(entered_at=moment(received), minutes=minutes, calendar=here.calendar, pauses=pauses_of(stops))
    acceptance = acceptance_due(moment(received), here.calendar)

    assert minute_of(step.due_at) == here.office.hours_due(received, minutes, stops, restart=False), drawn
    assert minute_of(acceptance.due_at) == here.office.hours_due(received, 480, [], restart=False), drawn


@examples(300)
@given(worlds, receptions, st.integers(0, 40 * DAY))
def test_working_minutes_are_the_open_minutes_between_two_instants(here: World, begin: int, length: int) -> None:
    counted = here.calendar.working_minutes(moment(begin), moment(begin + length))

    assert counted == here.office.open_minutes[begin : begin + length].count(1)


@examples(200)
@given(worlds, receptions, st.integers(1, 40))
def test_working_days_are_the_days_that_work(here: World, minute: int, count: int) -> None:
    day = moment(minute).date()
    later = here.calendar.add_working_days(day, count)
    walked = [day_of(minute) + 1 + step for step in range((later - day).days)]

    assert sum(map(here.office.works_on, walked)) == count == here.calendar.working_days_between(day, later)
    assert here.calendar.is_working_day(later)


@examples(200)
@given(receptions, st.integers(1, 20), st.integers(0, 20), st.integers(-10, 40))
def test_a_promise_is_kept_until_the_first_working_day_from_the_promised_one(
    received: int, count: int, decided: int, days: int
) -> None:
    here = world(0)
    limit = Limit(amount=count, unit=Unit.WORKING_DAY)
    before = due(received_at=moment(received), limit=limit, calendar=here.calendar)
    until = before.due_on + timedelta(days=days)

    extension = Extension(decided_at=moment(received + decided * DAY), until=until)
    after = due(received_at=moment(received), limit=limit, calendar=here.calendar, extensions=[extension])

    expected = here.calendar.first_working_day(max(until, before.due_on))
    assert after.due_at == here.calendar.close_of(expected)


@pytest.mark.parametrize("case", [case for case in table() if not case.extended and "until" not in case.limit], ids=str)
def test_the_oracles_agree_with_the_table_of_dated_cases(case: Case) -> None:
    office = world(0).office
    received = minute_of(at(case.received).astimezone(VIETNAM))
    pairs = [text.split("/") for text in case.pauses.split()]
    intervals = [(minute_of(at(begin)), minute_of(at(end))) for begin, end in pairs]
    restart = case.policy == "restart"
    words = case.limit.split()
    if case.limit == "acceptance":
        expected = office.hours_due(received, 480, intervals, restart=False)
    elif words[0] == "step":
        expected = office.hours_due(received, int(float(words[1]) * 480), intervals, restart=False)
    elif "hour" in case.limit:
        expected = office.hours_due(received, int(float(words[0]) * 60), intervals, restart=restart)
    else:
        unit = " ".join(words[1:3]) if words[1] in {"working", "calendar"} else "months"
        unit = unit if unit == "months" else unit.removesuffix("s") + "s"
        unit += " without holidays" if "skipping" in case.limit else ""
        expected = office.close(office.days_due(received, int(words[0]), unit, intervals, restart=restart))

    assert expected == minute_of(at(case.due))


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_calendar_and_oracle_work_on_the_same_days_at_the_same_hours(number: int) -> None:
    here = world(number)

    for day in range(day_of(minute_of(at("2023-01-01T00:00"))), day_of(minute_of(at("2028-01-01T00:00")))):
        spans = tuple((span.opens, span.closes) for span in here.calendar.spans_of(date_of(day)))
        assert spans == tuple(here.office.spans(day))
