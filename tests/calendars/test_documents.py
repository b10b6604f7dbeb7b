"""Calendars as documents: kept, compared, proposed; pure but for the first edition."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.calendars import comparing, documents, editing, editions, proposal, queries, wording
from portal.calendars.documents import Document
from portal.clock.calendar import Calendar
from portal.clock.due import due
from portal.clock.errors import CalendarFault, Fault
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Pause
from portal.clock.zone import VIETNAM, office_day
from portal.foundation.errors import Invalid
from portal.foundation.packaged import office_calendar

PACKAGED = editions.packaged_document()
YEAR_2026 = "years = [{year = 2026, official = true}]\n"
FIRST, LAST = date(2026, 1, 2), date(2027, 6, 30)


def test_the_first_edition_is_the_file_that_comes_with_the_portal(session: Session) -> None:
    row = queries.newest(session)

    assert row.number == 1
    assert row.content_hash == documents.content_hash(row.document, {}) == editions.packaged().content_hash
    assert editions.packaged().calendar.pages == office_calendar().pages


HOURS = '[[hours]]\nopen = ["07:00-11:00"]\n'
NAMED = "[names]\nx = {vi = 'x', en = 'x', zh = 'x'}\n"
KEYS = "agency, note, open, season, since, source, until, verified, weekdays"
BROKEN = (
    "a = " + "[" * 5000, "[" + ".".join(["a"] * 190_000) + "]", "years = [{year = " + "9" * 5000 + "}]",
    "years = ]", "years = [", "weeks = []", "years = 3", "names = 3", "years = [3]", "years = [{year = 2026}]", "",
    YEAR_2026 + 'off = [{on = 2026-01-02, name = "x"}]', YEAR_2026 + "off = [{on = 2026-01-02}]",
    YEAR_2026 + YEAR_2026.replace("years", "works"), YEAR_2026, YEAR_2026 + '[[hours]]\nopen = ["7-11"]',
    YEAR_2026 + '[[hours]]\nopen = "07:00-11:00"', YEAR_2026 + '[[hours]]\nopen = []',
    YEAR_2026 + '[[hours]]\nopen = ["07:00-11:00"]\nweekdays = ["lun"]',
    YEAR_2026 + '[[hours]]\nopen = ["07:00-11:00"]\nseason = "summer"',
    YEAR_2026 + "works = [{on = 2026-01-05, instead_of = 2026-01-02}]",
    YEAR_2026 + "works = [{on = 2025-01-05, instead_of = 2026-01-02}]",
    YEAR_2026.replace("]", ", {year = 2026, official = true}]"),
    YEAR_2026 + '[[hours]]\nopen = ["07:00-11:00"]\nfrm = 3', YEAR_2026 + HOURS + NAMED.replace("zh", "fr = 'x', zh"),
    YEAR_2026 + "works = [{on = 2026-01-03, instead_of = 2026-01-06}]\n" + HOURS,
    YEAR_2026 + "off = [{on = 2026-11-31, name = 'x'}]",
)  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_whatever_is_wrong_with_a_calendar_is_a_kind_with_a_sentence_of_its_own(text: str) -> None:
    with pytest.raises(CalendarFault) as refused:
        documents.read(text)

    refusal = documents.refused(refused.value, "text")
    sentence = wording.REASONS[refusal.code]._args[0]
    assert refusal.fields == {"text": refusal.code}
    assert "%(" not in sentence % refusal.details
    assert str(refused.value).startswith("calendar: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BROKEN[-4], f"calendar: [hours] knows no `frm` (only {KEYS}): open = ['07:00-11:00'], frm = 3"),
        (BROKEN[-3], "calendar: [names.x] knows no `fr` (only en, vi, zh): vi = x, en = x, fr = x, zh = x"),
        (BROKEN[-2], "calendar: 2026-01-03 works in place of 2026-01-06, which is no day off"),
        (BROKEN[-1], "calendar: line 2: there is no day 2026-11-31"),
        ("years = []\noff = [{on = 2026-13-01}]", "calendar: line 2: there is no day 2026-13-01"),
    ],
)  # fmt: skip
def test_what_is_written_in_vain_is_refused_by_page_and_command_alike(text: str, said: str) -> None:
    for read in (documents.read, Calendar.parse):
        with pytest.raises(CalendarFault) as refused:
            read(text)
        assert str(refused.value) == said


def test_a_day_off_with_a_make_up_day_goes_only_after_that() -> None:
    off = date(2027, 6, 18)
    document = editing.add_day_off(PACKAGED, on=off, name="swap", source="")
    document = editing.add_make_up_day(document, on=date(2027, 6, 26), instead_of=off, source="")

    with pytest.raises(Invalid, match=r"calendars\.is_made_up_for"):
        editing.remove(document, "off", off)
    documents.judged(editing.remove(editing.remove(document, "works", date(2027, 6, 26)), "off", off))


def test_every_kind_of_fault_has_words() -> None:
    assert set(wording.UNREADABLE) == set(Fault)


def test_a_document_written_as_a_file_is_the_same_document_again() -> None:
    wanted = editing.add_hours(
        documents.tidied(PACKAGED),
        agency="finance",
        spans=["08:00-12:00", "13:00-17:00"],
        source='Quyết định "giờ mùa hè" \\ 2026',
        weekdays=["mon", "fri"],
        season="04-16/10-15",
        since=date(2026, 4, 16),
        until=date(2027, 10, 15),
    )

    assert documents.read(documents.written(wanted)) == wanted


@pytest.mark.parametrize("year", range(2023, 2028))
def test_the_proposal_knows_the_days_of_the_packaged_years_but_for_swaps(year: int) -> None:
    proposed = proposal.for_year(year, names=PACKAGED["names"])

    ours = {row["on"]: row["name"] for row in PACKAGED["off"] if row["on"].startswith(str(year))}
    theirs = {row["on"]: row["name"] for row in proposed["off"]}
    assert set(ours) - set(theirs) <= {"2026-01-02"}  # missing in the package, see the file's head
    assert not proposed["years"][0]["official"]
    documents.judged(editing.replace_year(PACKAGED, year, proposed))


def test_a_line_that_was_taken_away_added_or_changed_is_one_difference() -> None:
    changed = editing.remove(PACKAGED, "off", date(2026, 11, 24))
    changed = editing.add_day_off(changed, on=date(2026, 6, 1), name="swap", source="1/VPCP")
    changed = editing.set_year(changed, year=2027, is_official=True, source="2/TB-BNV")

    found = comparing.lines(PACKAGED, changed)

    assert [(one.section, one.old is None, one.new is None) for one in found] == [
        ("years", False, False),
        ("off", True, False),
        ("off", False, True),
    ]
    assert comparing.lines(PACKAGED, documents.tidied(PACKAGED)) == []


def test_editing_leaves_the_old_document_alone_and_refuses_what_makes_no_sense() -> None:
    kept = documents.content_hash(PACKAGED, {})
    with pytest.raises(Invalid) as refused:
        editing.add_day_off(PACKAGED, on=date(2026, 4, 30), name="swap", source="")
    editing.add_day_off(PACKAGED, on=date(2026, 6, 1), name="swap", source="")

    assert refused.value.fields == {"on": "calendars.day_off_twice"}
    assert documents.content_hash(PACKAGED, {}) == kept


days = st.dates(FIRST, LAST)
limits = st.builds(
    Limit,
    amount=st.integers(1, 25),
    unit=st.sampled_from([Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.CALENDAR_DAY]),
    skips_holidays=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(
    off=st.sets(days, max_size=4),
    hours=st.none() | days,
    locked=st.booleans(),
    on=days,
    limit=limits,
    wait=st.integers(0, 12),
)
def test_a_date_moves_only_if_a_day_on_its_way_differs(
    off: set[date], hours: date | None, locked: bool, on: date, limit: Limit, wait: int
) -> None:
    old, new = editions.packaged(), editions.edition_of(_changed(off, hours, locked=locked), {})
    received = datetime(on.year, on.month, on.day, 9, tzinfo=VIETNAM)
    began = received + timedelta(days=1)
    pauses = [Pause(began_at=began, ended_at=began + timedelta(days=wait))] if wait else []

    before, after = (
        due(received_at=received, limit=limit, calendar=each.calendar, pauses=pauses) for each in (old, new)
    )

    touched = any(
        first <= office_day(before.due_at) and office_day(received) <= last
        for first, last in comparing.changed_days(old, new)
    )
    if not touched:
        assert (before.due_at, before.provisional) == (after.due_at, after.provisional)


def _changed(off: set[date], hours: date | None, *, locked: bool) -> Document:
    document = PACKAGED
    for day in off:
        if day.isoformat() not in {row["on"] for row in (*document["off"], *document["works"])}:
            document = editing.add_day_off(document, on=day, name="swap", source="")
    if hours is not None:
        document = editing.add_hours(
            document, spans=["08:00-12:00"], source="", since=hours, until=hours + timedelta(days=20)
        )
    return editing.set_year(document, year=2027, is_official=locked, source="1/TB-BNV")
