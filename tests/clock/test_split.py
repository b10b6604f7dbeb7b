"""Whose time it was."""

from portal.clock.due import step_due
from portal.clock.split import Share, Visit, first_entry, split
from portal.foundation.packaged import office_calendar
from tests.clock.cases import at, pause

VIETNAM = office_calendar()


def visit(step: str, agency: str, stay: str) -> Visit:
    entered, _, left = stay.partition("/")
    return Visit(step=step, agency=agency, entered_at=at(entered), left_at=at(left) if left else None)


VISITS = [
    visit("intake", "centre", "2026-06-01T07:00/2026-06-01T09:00"),
    visit("appraisal", "land", "2026-06-01T09:00/2026-06-03T17:00"),
    visit("opinion", "tax", "2026-06-02T07:00/2026-06-02T17:00"),
    visit("opinion of the ward", "ward", "2026-06-02T07:00/2026-06-02T11:30"),
    visit("signing", "land", "2026-06-03T16:00/2026-06-04T07:00"),
    visit("appraisal", "land", "2026-06-04T07:00/"),
]
WAITED = [pause("2026-06-03T09:00/2026-06-03T11:30")]


def test_the_whole_counts_parallel_branches_once() -> None:
    found = split(
        received_at=at("2026-06-01T07:00"), until=at("2026-06-04T09:00"), visits=VISITS, pauses=WAITED, calendar=VIETNAM
    )

    assert found.whole == Share(agency_minutes=3 * 480 + 120 - 150, applicant_minutes=150)


def test_time_is_split_by_step_and_by_agency() -> None:
    found = split(
        received_at=at("2026-06-01T07:00"), until=at("2026-06-04T09:00"), visits=VISITS, pauses=WAITED, calendar=VIETNAM
    )

    assert found.by_step == {
        "intake": Share(agency_minutes=120, applicant_minutes=0),
        "appraisal": Share(agency_minutes=360 + 480 + 480 - 150 + 120, applicant_minutes=150),
        "opinion": Share(agency_minutes=480, applicant_minutes=0),
        "opinion of the ward": Share(agency_minutes=270, applicant_minutes=0),
        "signing": Share(agency_minutes=60, applicant_minutes=0),
    }
    # The land office had two steps at once on the afternoon of 3 June: its minutes count once.
    assert found.by_agency["land"] == found.by_step["appraisal"]
    assert found.by_agency["ward"] == Share(agency_minutes=270, applicant_minutes=0)


def test_a_pause_still_open_is_the_applicants_time_until_now() -> None:
    found = split(
        received_at=at("2026-06-01T07:00"),
        until=at("2026-06-02T09:00"),
        visits=[visit("intake", "centre", "2026-06-01T07:00/")],
        pauses=[pause("2026-06-01T13:30/")],
        calendar=VIETNAM,
    )

    assert found.whole == found.by_step["intake"] == Share(agency_minutes=270, applicant_minutes=210 + 120)


def test_nothing_before_reception_or_after_the_end_counts() -> None:
    found = split(
        received_at=at("2026-06-01T09:00"),
        until=at("2026-06-01T10:00"),
        visits=[visit("intake", "centre", "2026-05-29T09:00/2026-06-05T09:00")],
        pauses=[pause("2026-06-01T10:00/2026-06-02T10:00")],
        calendar=VIETNAM,
    )

    assert found.whole == found.by_agency["centre"] == Share(agency_minutes=60, applicant_minutes=0)


def test_a_repeated_step_counts_from_its_first_entry_with_the_applicants_time_added_back() -> None:
    entered_at = first_entry(VISITS, "appraisal")
    assert entered_at == at("2026-06-01T09:00")
    assert first_entry(VISITS, "no such step") is None

    found = step_due(entered_at=entered_at, minutes=4 * 480, calendar=VIETNAM, pauses=WAITED)

    assert found.due_at == at("2026-06-05T11:30")  # four days are Friday 09:00, and 150 minutes of waiting
