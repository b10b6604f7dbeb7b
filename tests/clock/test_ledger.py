"""The lines behind a due date."""

from datetime import date, time

import pytest

from portal.clock.due import Due, Extension, Reopening, acceptance_due, due, step_due
from portal.clock.explain import Because, Idle, Kind, for_everybody
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Pause, Policy
from portal.clock.words import line as in_words
from portal.clock.year import Name
from portal.foundation.packaged import office_calendar
from tests.clock.cases import Case, at, pause, table

VIETNAM = office_calendar()


def asked(received: str, limit: str, *pauses: Pause, policy: Policy = Policy.RESUME) -> Due:
    return due(received_at=at(received), limit=Limit.parse(limit), calendar=VIETNAM, pauses=pauses, policy=policy)


def story(found: Due) -> list[tuple[str, str, int]]:
    """Kind, day and number of days of each line but the one that names the limit."""
    lines = [line for line in found.lines if line.kind is not Kind.LIMIT]
    return [(line.kind.value, line.at.date().isoformat(), line.days) for line in lines]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit.parse("20 calendar days", source="Điều 9"), "Time allowed: 20 calendar days (Điều 9)."),
        (Limit.parse("1 month"), "Time allowed: 1 month."),
        (Limit.same_day(), "Time allowed: the same working day."),
        (
            Limit(amount=6, unit=Unit.WORKING_HOUR, same_day_cutoff=time(15)),
            "Time allowed: 6 working hours; what arrives after 15:00 counts from the next working day.",
        ),
        (
            Limit(amount=15, unit=Unit.CALENDAR_DAY, source="Điều 9", skips_holidays=True, is_verified=False),
            "Time allowed: 15 calendar days, holidays not counted (Điều 9); not yet compared with the act.",
        ),
    ],
)
def test_a_line_names_the_limit_and_the_act_that_gives_it(limit: Limit, words: str) -> None:
    found = due(received_at=at("2026-02-12T17:30"), limit=limit, calendar=VIETNAM)

    (line,) = [line for line in found.lines if line.kind is Kind.LIMIT]
    assert [one.kind for one in found.lines[:3]] == [Kind.RECEIVED, Kind.EFFECTIVE, Kind.LIMIT]
    assert in_words(line, "en") == words
    assert (line.at, line.days) == (found.effective_reception, 0)


def test_a_step_and_the_answer_to_a_filing_name_their_working_time() -> None:
    step = step_due(entered_at=at("2026-06-01T09:00"), minutes=720, calendar=VIETNAM)
    answer = acceptance_due(at("2026-06-01T09:00"), VIETNAM)

    said = [in_words(line, "vi") for found in (step, answer) for line in found.lines if line.kind is Kind.LIMIT]
    assert said[0] == "Thời hạn: 12 giờ làm việc."
    assert said[1].startswith("Thời hạn: 8 giờ làm việc (")
    hours = [in_words(line, "en") for line in step.lines if line.kind is Kind.OFFICE_HOURS]
    assert hours == ["Only office hours count: 07:00–11:30, 13:30–17:00."]


def test_a_limit_over_tet_names_each_holiday_and_weekend_it_skips() -> None:
    found = asked("2026-02-12T17:30", "2 working days")

    assert story(found) == [
        ("received", "2026-02-12", 0),
        ("effective_reception", "2026-02-13", 0),
        ("day_not_counted", "2026-02-13", 1),
        ("weekend_skipped", "2026-02-14", 2),
        ("holiday_skipped", "2026-02-16", 1),
        ("holiday_skipped", "2026-02-17", 1),
        ("holiday_skipped", "2026-02-18", 1),
        ("holiday_skipped", "2026-02-19", 1),
        ("holiday_skipped", "2026-02-20", 1),
        ("weekend_skipped", "2026-02-21", 2),
        ("due", "2026-02-24", 0),
    ]
    names = [line.parameters["name"] for line in found.lines if line.kind is Kind.HOLIDAY]
    assert [name.en for name in names if isinstance(name, Name)][:2] == ["Lunar New Year's Eve", "Lunar New Year's Day"]


def test_a_make_up_saturday_and_the_lone_sunday_after_it_each_have_a_line() -> None:
    assert story(asked("2026-08-20T09:00", "3 working days")) == [
        ("received", "2026-08-20", 0),
        ("day_not_counted", "2026-08-20", 1),
        ("make_up_day", "2026-08-22", 1),
        ("weekend_skipped", "2026-08-23", 1),
        ("due", "2026-08-24", 0),
    ]


def test_a_pause_says_why_what_it_cost_and_which_event_it_came_from() -> None:
    stop = pause("2026-06-05T10:00/2026-06-09T10:00", reason="bản vẽ thiếu", legal_ground="Điều 9", event="e-7")

    found = asked("2026-06-01T09:00", "5 working days", stop)

    assert story(found) == [
        ("received", "2026-06-01", 0),
        ("day_not_counted", "2026-06-01", 1),
        ("pause", "2026-06-05", 2),
        ("due", "2026-06-10", 0),
    ]
    (line,) = [line for line in found.lines if line.kind is Kind.PAUSE]
    assert line.parameters["reason"] == "bản vẽ thiếu"
    assert line.parameters["legal_ground"] == "Điều 9"
    assert line.parameters["until"] == at("2026-06-09T10:00")
    assert line.events == ("e-7",)


def test_overlapping_pauses_share_a_line_with_both_reasons_and_events() -> None:
    found = asked(
        "2026-06-01T09:00",
        "5 working days",
        pause("2026-06-02T10:00/2026-06-04T10:00", reason="a", event="e-1"),
        pause("2026-06-03T10:00/2026-06-05T10:00", reason="b", event="e-2"),
    )

    (line,) = [line for line in found.lines if line.kind is Kind.PAUSE]
    assert (line.parameters["reason"], line.events, line.days) == ("a; b", ("e-1", "e-2"), 3)


@pytest.mark.parametrize(
    ("stop", "because"),
    [
        ("2026-06-09T10:00/2026-06-11T10:00", Idle.AFTER_THE_LIMIT),
        ("2026-05-28T10:00/2026-05-29T10:00", Idle.BEFORE_RECEPTION),
        ("2026-06-03T10:00/2026-06-03T10:00", Idle.NO_WORKING_TIME),
    ],
)
@pytest.mark.parametrize("limit", ["5 working days", "40 working hours", "7 calendar days"])
def test_a_pause_that_changes_nothing_says_so_and_why(stop: str, because: Idle, limit: str) -> None:
    found = asked("2026-06-01T09:00", limit, pause(stop))

    assert found.due_at == asked("2026-06-01T09:00", limit).due_at
    (line,) = [line for line in found.lines if line.kind is Kind.PAUSE_WITHOUT_EFFECT]
    assert line.parameters["because"] is because
    assert Kind.PAUSE not in {line.kind for line in found.lines}


def test_an_answer_outside_office_hours_says_when_it_came_and_from_when_it_counts() -> None:
    found = asked("2026-06-15T10:00", "20 calendar days", pause("2026-07-01T09:00/2026-07-04T09:00"))

    (line,) = [line for line in found.lines if line.kind is Kind.PAUSE]
    assert (line.parameters["answered_at"], line.parameters["until"]) == (
        at("2026-07-04T09:00"),
        at("2026-07-06T07:00"),
    )
    assert "answered at 09:00 on Saturday 4 July 2026" in in_words(line, "en")


def test_a_month_without_that_day_says_which_day_counts() -> None:
    found = asked("2026-01-30T09:00", "1 month")

    (line,) = [line for line in found.lines if line.kind is Kind.SHORT_MONTH]
    assert in_words(line, "en") == "That month has no day 30: its last day counts, Saturday 28 February 2026."
    assert Kind.SHORT_MONTH not in {line.kind for line in asked("2026-03-30T09:00", "1 month").lines}


def test_days_off_between_arrival_and_effective_reception_are_named() -> None:
    found = asked("2026-11-23T21:39", "3 working days")

    assert story(found)[:3] == [
        ("received", "2026-11-23", 0),
        ("holiday_skipped", "2026-11-24", 1),
        ("effective_reception", "2026-11-25", 0),
    ]


def test_a_date_held_by_a_pause_says_so() -> None:
    found = asked("2026-06-01T09:00", "5 working days", pause("2026-06-08T10:00/2026-06-10T10:00"))

    assert story(found)[-3:] == [
        ("pause", "2026-06-08", 2),
        ("held_by_pause", "2026-06-10", 0),
        ("due", "2026-06-10", 0),
    ]


def test_a_restart_tells_the_second_count_only() -> None:
    found = asked(
        "2026-06-01T09:00",
        "5 working days",
        pause("2026-06-03T10:00/2026-06-05T10:00"),
        policy=Policy.RESTART,
    )

    assert story(found) == [
        ("received", "2026-06-01", 0),
        ("pause", "2026-06-03", 2),
        ("restart", "2026-06-05", 0),
        ("day_not_counted", "2026-06-05", 1),
        ("weekend_skipped", "2026-06-06", 2),
        ("due", "2026-06-12", 0),
    ]


def test_calendar_days_tell_where_the_date_moved_from() -> None:
    found = asked("2026-02-02T09:00", "15 calendar days")

    assert story(found)[-6:] == [
        ("moved_to_working_day", "2026-02-17", 6),
        ("holiday_skipped", "2026-02-18", 1),
        ("holiday_skipped", "2026-02-19", 1),
        ("holiday_skipped", "2026-02-20", 1),
        ("weekend_skipped", "2026-02-21", 2),
        ("due", "2026-02-23", 0),
    ]
    assert found.lines[-6].parameters["to"] == date(2026, 2, 23)


def test_holidays_left_out_of_calendar_days_are_named() -> None:
    limit = Limit(amount=2, unit=Limit.parse("1 calendar day").unit, skips_holidays=True)
    found = due(received_at=at("2026-11-23T09:00"), limit=limit, calendar=VIETNAM)

    assert ("holiday_skipped", "2026-11-24", 1) in story(found)


def test_a_provisional_date_names_the_year() -> None:
    found = asked("2026-12-30T09:00", "3 working days")

    assert found.provisional
    assert found.lines[-2].kind is Kind.PROVISIONAL
    assert found.lines[-2].parameters["years"] == "2027"


@pytest.mark.parametrize(
    ("received", "because"),
    [
        ("2026-06-01T05:00", Because.BEFORE_OPENING),
        ("2026-06-01T12:00", Because.LUNCH),
        ("2026-06-01T17:00", Because.AFTER_CLOSING),
        ("2026-06-06T10:00", Because.DAY_OFF),
        ("2026-11-24T10:00", Because.DAY_OFF),
    ],
)
def test_what_came_outside_hours_says_why_it_counts_later(received: str, because: Because) -> None:
    line = asked(received, "1 working day").lines[1]

    assert line.kind is Kind.EFFECTIVE
    assert line.parameters["because"] is because
    assert ("name" in line.parameters) is (received == "2026-11-24T10:00")


def test_an_extension_and_a_reopening_have_their_lines() -> None:
    found = due(
        received_at=at("2026-06-01T09:00"),
        limit=Limit.parse("5 working days"),
        calendar=VIETNAM,
        extensions=[
            Extension(decided_at=at("2026-06-05T10:00"), until=date(2026, 6, 12), reason="đợi ý kiến", event="e-1")
        ],
        reopenings=[Reopening(at=at("2026-06-10T10:00"), reason="số sai", event="e-2")],
    )

    assert found.due_on == date(2026, 6, 12)
    assert ("extension", "2026-06-05", 4) in story(found)
    assert ("reopened", "2026-06-10", 0) in story(found)
    assert {event for line in found.lines for event in line.events} == {"e-1", "e-2"}


def test_reopening_never_gives_the_agency_more_time() -> None:
    plain = asked("2026-06-01T09:00", "5 working days")
    reopened = due(
        received_at=at("2026-06-01T09:00"),
        limit=Limit.parse("5 working days"),
        calendar=VIETNAM,
        reopenings=[Reopening(at=at("2026-06-05T10:00"))],
    )

    assert reopened.due_at == plain.due_at


def test_hours_paused_are_told_in_minutes() -> None:
    found = step_due(
        entered_at=at("2026-06-01T09:00"),
        minutes=480,
        calendar=VIETNAM,
        pauses=[pause("2026-06-01T10:00/2026-06-02T10:00")],
    )

    assert found.lines[0].kind is Kind.ENTERED
    (line,) = [line for line in found.lines if line.kind is Kind.PAUSE]
    assert (line.days, line.parameters["minutes"]) == (0, 480)


def test_everybody_sees_the_lines_without_reasons_and_links() -> None:
    stop = pause("2026-06-05T10:00/2026-06-09T10:00", reason="riêng tư", legal_ground="Điều 9", event="e-7")
    found = asked("2026-06-01T09:00", "5 working days", stop)

    public = for_everybody(found.lines)

    assert [(line.kind, line.at, line.days) for line in public] == [
        (line.kind, line.at, line.days) for line in found.lines
    ]
    assert not any(line.events or "reason" in line.parameters or "legal_ground" in line.parameters for line in public)
    assert "riêng tư" not in str(public)


@pytest.mark.parametrize("case", table(), ids=str)
def test_every_ledger_is_in_order_and_ends_with_the_due_date(case: Case) -> None:
    found = case.ask(VIETNAM)

    aside = {Kind.PROVISIONAL, Kind.PAUSE_WITHOUT_EFFECT}  # the latter may begin after the due date
    moments = [line.at for line in found.lines if line.kind not in aside]
    assert moments == sorted(moments)
    assert found.lines[0].kind in {Kind.RECEIVED, Kind.ENTERED, Kind.FILED} or found.lines[0].at < at(case.received)
    assert found.lines[-1].kind is Kind.DUE
    assert found.lines[-1].at == found.due_at


@pytest.mark.parametrize(
    "case",
    [case for case in table() if case.policy != "restart" and not case.extended and "working day" in case.limit],
    ids=str,
)
def test_the_lines_account_for_every_day_between_reception_and_due_date(case: Case) -> None:
    found = case.ask(VIETNAM)
    start = found.effective_reception.date()

    off = [line for line in found.lines if line.kind in {Kind.WEEKEND, Kind.HOLIDAY} and line.at.date() > start]
    skipped = sum(line.days for line in off)
    paused = [line for line in found.lines if line.kind is Kind.PAUSE]
    covered = sum(
        line.at.date() < day <= line.parameters["until"].date()  # type: ignore[union-attr, operator]
        for line in paused
        for day in (date.fromordinal(number) for number in range(start.toordinal() + 1, found.due_on.toordinal() + 1))
    )

    assert (found.due_on - start).days == int(case.limit.split()[0]) + skipped + covered
