"""Days, hours and years."""

import re
from datetime import date, datetime

import holidays
import pytest

from portal.clock.calendar import Calendar
from portal.clock.errors import CalendarFault, ClockError, Refusal
from portal.clock.year import DayOff, Hours, MakeUpDay, Pages, Year
from portal.foundation.packaged import CALENDAR, office_calendar
from tests.clock.cases import at

VIETNAM = office_calendar()

ONE_YEAR = "years = [{year = 2026, official = true}]\n"
ALL_DAY = '[[hours]]\nopen = ["08:00-12:00", "13:00-17:00"]\n'


@pytest.mark.parametrize(("year", "working_days"), [(2023, 249), (2024, 251), (2025, 250), (2026, 249), (2027, 249)])
def test_a_year_has_its_known_number_of_working_days(year: int, working_days: int) -> None:
    assert VIETNAM.working_days_in(year) == working_days


@pytest.mark.parametrize(
    ("saturday", "friday_or_monday"),
    [
        (date(2024, 5, 4), date(2024, 4, 29)),
        (date(2025, 4, 26), date(2025, 5, 2)),
        (date(2026, 1, 10), date(2026, 1, 2)),
        (date(2026, 8, 22), date(2026, 8, 31)),
    ],
)
def test_a_swap_makes_a_saturday_work_for_a_weekday(saturday: date, friday_or_monday: date) -> None:
    swap = VIETNAM.make_up_day(saturday)

    assert swap is not None
    assert swap.instead_of == friday_or_monday
    assert VIETNAM.is_working_day(saturday)
    assert not VIETNAM.is_working_day(friday_or_monday)
    assert not VIETNAM.is_working_day(date(2026, 1, 17))


def test_every_day_of_the_packaged_calendar_has_three_names() -> None:
    days = VIETNAM.pages.days_off.values()

    assert len(days) >= 70
    assert all(day.name.vi and day.name.en and day.name.zh for day in days)


def test_only_decided_years_are_official() -> None:
    assert [year for year in range(2022, 2029) if VIETNAM.is_official(year)] == [2023, 2024, 2025, 2026]


def test_days_far_beyond_the_loaded_years_are_weekdays() -> None:
    calendar = Calendar.parse(CALENDAR.read_text(encoding="utf-8"))

    assert calendar.add_working_days(date(2027, 12, 31), 5200) == date(2047, 12, 6)
    assert calendar.is_working_day(date(1990, 1, 1))
    assert calendar.working_minutes(at("1980-01-07T00:00"), at("1980-01-12T00:00")) == 5 * 480


@pytest.mark.parametrize("day", [date(1800, 1, 1), date(2400, 1, 1), date(1, 1, 1), date(9999, 12, 31)])
def test_nobody_can_ask_for_another_age(day: date) -> None:
    with pytest.raises(ClockError) as refused:
        VIETNAM.is_working_day(day)

    assert refused.value.code is Refusal.BEYOND_THE_CALENDAR


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ClockError) as refused:
        VIETNAM.effective(datetime(2026, 8, 20, 9))  # noqa: DTZ001 - the point of the test

    assert refused.value.code is Refusal.NAIVE_INSTANT


@pytest.mark.parametrize(
    ("came", "counts_from"),
    [
        ("2026-08-20T09:00", "2026-08-20T09:00"),
        ("2026-08-20T06:59", "2026-08-20T07:00"),
        ("2026-08-20T11:30", "2026-08-20T13:30"),
        ("2026-08-20T17:00", "2026-08-21T07:00"),
        ("2026-08-21T17:00", "2026-08-22T07:00"),
        ("2026-08-22T17:00", "2026-08-24T07:00"),
        ("2026-02-14T12:00", "2026-02-23T07:00"),
        ("2026-12-31T17:00", "2027-01-04T07:00"),
    ],
)
def test_what_comes_outside_hours_counts_from_the_next_opening(came: str, counts_from: str) -> None:
    assert VIETNAM.effective(at(came)) == at(counts_from)


def test_close_of_business_of_a_day_off_is_that_of_the_next_working_day() -> None:
    assert VIETNAM.close_of(date(2026, 8, 20)) == at("2026-08-20T17:00")
    assert VIETNAM.close_of(date(2026, 8, 30)) == at("2026-09-03T17:00")


def test_an_agency_may_have_hours_of_its_own_by_season() -> None:
    text = (
        ONE_YEAR
        + ALL_DAY
        + '[[hours]]\nagency = "H37.12"\nopen = ["07:30-11:30", "13:30-17:30"]\n'
        + '[[hours]]\nagency = "H37.12"\nseason = "10-16/04-15"\nopen = ["08:00-12:00", "13:00-16:30"]\n'
        + '[[hours]]\nagency = "H37.12"\nsince = 2026-06-08\nuntil = 2026-06-09\nopen = ["09:00-10:00"]\n'
    )
    province = Calendar.parse(text)
    agency = province.for_agency("H37.12")

    assert province.close_of(date(2026, 6, 1)) == at("2026-06-01T17:00")
    assert agency.close_of(date(2026, 6, 1)) == at("2026-06-01T17:30")
    assert agency.close_of(date(2026, 1, 5)) == at("2026-01-05T16:30")
    assert agency.close_of(date(2026, 4, 15)) == at("2026-04-15T16:30")
    assert agency.close_of(date(2026, 4, 16)) == at("2026-04-16T17:30")
    assert agency.close_of(date(2026, 6, 9)) == at("2026-06-09T10:00")
    assert agency.close_of(date(2026, 6, 10)) == at("2026-06-10T17:30")
    assert province.for_agency("H37.99") is province


def test_a_make_up_saturday_has_the_hours_of_the_weekday_it_stands_for() -> None:
    text = (
        ONE_YEAR
        + 'off = [{on = 2026-01-02, name = "x"}]\nworks = [{on = 2026-01-10, instead_of = 2026-01-02}]\n'
        + ALL_DAY
        + '[[hours]]\nweekdays = ["fri"]\nopen = ["08:00-11:00"]\n[names]\nx = {vi = "x", en = "x", zh = "x"}\n'
    )

    assert Calendar.parse(text).close_of(date(2026, 1, 10)) == at("2026-01-10T11:00")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "needs loaded years"),
        ("years = 3", "[years] is not a list"),
        ("years = [3]", "a line of [years]"),
        ("nonsense", "not TOML"),
        ("weeks = []", "unknown section weeks"),
        ("years = [{year = 2026}]", "a year needs"),
        (ONE_YEAR, "no opening hours"),
        (ONE_YEAR + "[[hours]]\nopen = []", "opening hours"),
        (ONE_YEAR + '[[hours]]\nopen = ["7-11"]', "not opening hours"),
        (ONE_YEAR + '[[hours]]\nopen = ["13:00-17:00", "07:00-11:00"]', "in order"),
        (ONE_YEAR + '[[hours]]\nopen = ["07:00-11:00"]\nweekdays = ["lun"]', "not a weekday"),
        (ONE_YEAR + '[[hours]]\nopen = ["07:00-11:00"]\nseason = "summer"', "not a season"),
        (ONE_YEAR + '[[hours]]\nopen = "07:00-11:00"', "no list of texts"),
        (ONE_YEAR + 'off = [{on = 2026-01-02, name = "x"}]\n' + ALL_DAY, 'no name "x"'),
        (ONE_YEAR + 'names = 3\noff = [{on = 2026-01-02, name = "x"}]\n' + ALL_DAY, "[names]"),
        (ONE_YEAR + 'off = [{on = "2026-01-02", name = "x"}]\n[names]\nx={vi="",en="",zh=""}\n' + ALL_DAY, "`on`"),
        (ONE_YEAR + 'off = [{on = 2025-01-02, name = "x"}]\n[names]\nx={vi="",en="",zh=""}\n' + ALL_DAY, "not loaded"),
        (ONE_YEAR + "works = [{on = 2026-01-05, instead_of = 2026-01-02}]\n" + ALL_DAY, "cannot be a make-up day"),
        (ONE_YEAR.replace("]", ", {year = 2026, official = true}]") + ALL_DAY, "stands twice"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(CalendarFault) as refused:
        Calendar.parse(text)

    assert refused.value.code is Refusal.UNREADABLE_CALENDAR
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_packaged_calendar_is_the_library_corrected_by_the_swap_it_lacks() -> None:
    library = {day for year in range(2023, 2028) for day in holidays.Vietnam(years=year)}

    assert set(VIETNAM.pages.days_off) - library == {date(2026, 1, 2)}
    assert library - set(VIETNAM.pages.days_off) == set()


def all_lines(pages: Pages) -> list[DayOff | MakeUpDay | Hours | Year]:
    return [*pages.days_off.values(), *pages.make_up_days.values(), *pages.hours, *pages.years.values()]


def test_every_line_of_the_packaged_calendar_names_the_document_that_decides_it() -> None:
    pages = office_calendar().pages
    official = {year.year for year in pages.years.values() if year.official}
    lines: list[DayOff | MakeUpDay] = [*pages.days_off.values(), *pages.make_up_days.values()]

    decided = [line.source for line in lines if line.on.year in official]
    decided += [year.source for year in pages.years.values() if year.official]
    assert [source for source in decided if not re.search(r"\d+/(QH14|QH16|VPCP-KGVX|TB-BNV)", source)] == []
    assert {line.on.year for line in lines if not line.source} == {2027}
    assert [line for line in all_lines(pages) if not line.source and (line.verified or not line.note)] == []


def test_what_was_found_out_about_a_line_stands_in_its_note_and_not_in_its_source() -> None:
    pages = office_calendar().pages

    remarks = re.compile(r"seen|report|missing|cited|holidays")
    assert [line.source for line in all_lines(pages) if remarks.search(line.source)] == []
    swap = pages.days_off[date(2026, 1, 2)]
    assert (swap.source, swap.verified) == ("Official letter 12729/VPCP-KGVX, 25/12/2025", False)
    assert "not seen" in swap.note


@pytest.mark.parametrize(("line", "wrong"), [("verified = 1", "neither true nor false"), ("note = 1", "no text")])
def test_a_mark_that_is_none_is_refused(line: str, wrong: str) -> None:
    text = CALENDAR.read_text(encoding="utf-8").replace(
        'name = "new_year", source', f'name = "new_year", {line}, source', 1
    )

    with pytest.raises(ClockError, match=wrong):
        Calendar.parse(text)


def test_every_swap_names_the_same_document_on_both_its_days() -> None:
    pages = office_calendar().pages

    assert len(pages.make_up_days) == 4
    for day in pages.make_up_days.values():
        assert day.source == pages.days_off[day.instead_of].source
