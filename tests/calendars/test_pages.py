"""The administrator's calendar in the browser, without scripts."""

import html
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import AuditRow, SignIn
from portal.calendars import documents, queries
from portal.calendars.models import CalendarDraft, CalendarEdition
from portal.foundation.outbox import Job, OutboxRow
from portal.workflow.lifecycle import Role
from tests.calendars.desk import IN_THE_WAY, CalendarDesk
from tests.factories import people
from tests.fixtures.app import Browser

DAY_OFF = {"on": ["24", "3", "2027"], "name": "swap", "source": "Công văn 1/VPCP"}
OPENED = {"year": "2026", "state": "provisional", "source": "Công văn 1/VPCP"}
"""Opens the year 2026 again, which is locked as officially decided."""

MAKE_UP = {"on": ["28", "3", "2026"], "instead_of": ["30", "4", "2026"], "source": "Công văn 9"}


@pytest.fixture
def administrator(client: Browser, desk: CalendarDesk) -> Browser:
    people.sign_in(client, desk.administrator)
    return client


def stepped_up(session: Session, at: datetime) -> None:
    """When whoever is signed in last showed the second factor."""
    session.execute(sa.update(SignIn).values(stepped_up_at=at))
    session.commit()


def editions(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(CalendarEdition)) or 0


@pytest.mark.parametrize("year", [2023, 2026, 2027])
def test_a_year_shows_every_day_off_by_name_with_its_document(administrator: Browser, year: int) -> None:
    page = administrator.get(f"/calendar?year={year}")

    assert page.status_code == 200
    calendar = queries.edition(None).calendar
    for on, off in calendar.pages.days_off.items():
        if on.year == year:
            assert off.name.vi in page.text
    assert ("Tạm tính" in page.text) is (year == 2027)


def test_a_change_is_kept_and_moves_nothing_before_it_is_saved(
    administrator: Browser, desk: CalendarDesk, session: Session
) -> None:
    dossier = desk.accepted()
    administrator.post("/calendar/year", data=OPENED)
    answer = administrator.post("/calendar/day-off", data=DAY_OFF | {"on": ["23", "3", "2026"]})
    assert answer.status_code == 303

    preview = administrator.get("/calendar/preview").text
    assert editions(session) == 1
    assert dossier.code in preview
    assert "24/03/2026" in preview
    assert "Công văn 1/VPCP" in preview


def test_saving_needs_a_reason_and_the_second_factor_and_is_one_audit_row(
    administrator: Browser, desk: CalendarDesk, session: Session
) -> None:
    administrator.post("/calendar/day-off", data=DAY_OFF)
    missing = administrator.post("/calendar/preview", data={"based_on": "1", "reason": " "})
    assert missing.status_code == 422
    stepped_up(session, datetime.now(UTC) - timedelta(hours=1))
    led = administrator.post("/calendar/preview", data={"based_on": "1", "reason": "Hoán đổi ngày nghỉ"})
    assert (led.status_code, led.location.startswith("/step-up")) == (303, True)
    assert "Hoán đổi ngày nghỉ" in administrator.get("/calendar/preview").text
    stepped_up(session, datetime.now(UTC))

    saved = administrator.post("/calendar/preview", data={"based_on": "1", "reason": "Hoán đổi ngày nghỉ"})

    assert saved.status_code == 303
    session.expire_all()
    made = queries.newest(session)
    assert (made.number, made.reason, made.made_by) == (2, "Hoán đổi ngày nghỉ", desk.administrator.id)
    (row,) = session.scalars(sa.select(AuditRow).where(AuditRow.verb == "calendars.publish")).all()
    assert row.before is not None
    assert row.after is not None
    assert (row.before["number"], row.before["lines"]) == (1, [])
    assert [line["on"] for line in row.after["lines"]] == ["2027-03-24"]
    assert session.scalars(sa.select(OutboxRow.kind)).all() == [Job.APPLY_CALENDAR.value]
    assert session.scalars(sa.select(CalendarDraft)).all() == []


def test_what_another_administrator_saved_meanwhile_is_not_overwritten_unseen(
    administrator: Browser, desk: CalendarDesk, session: Session
) -> None:
    administrator.post("/calendar/day-off", data=DAY_OFF)
    other = people.person(session, name="Quản trị viên khác", second_factor=True)
    people.post(session, other, desk.world.agencies["provincial_office"], Role.ADMINISTRATOR)
    CalendarDesk(session, desk.world, other).publish(desk.with_day_off(date(2026, 6, 1)))

    refused = administrator.post("/calendar/preview", data={"based_on": "1", "reason": "Hoán đổi"})
    assert refused.status_code == 409
    assert "01/06/2026" in refused.text
    assert editions(session) == 2

    again = administrator.post("/calendar/preview", data={"based_on": "2", "reason": "Hoán đổi"})
    assert again.status_code == 303
    session.expire_all()
    assert queries.newest(session).number == 3


@pytest.mark.parametrize(
    ("address", "typed", "said"),
    [
        ("day-off", DAY_OFF | {"on": ["31", "2", "2026"]}, "Lịch không có ngày này"),
        ("day-off", DAY_OFF | {"on": ["30", "4", "2026"]}, "đã là ngày nghỉ"),
        ("day-off", DAY_OFF | {"on": ["2", "1", "2031"]}, "chưa có năm này"),
        ("day-off", DAY_OFF | {"source": ""}, "văn bản nào"),
        ("day-off", DAY_OFF | {"name": "*new", "new_vi": "Ngày hội xứ Lạng"}, "ngôn ngữ này"),
        ("make-up-day", MAKE_UP | {"on": ["25", "3", "2026"]}, "thứ Bảy"),
        ("make-up-day", MAKE_UP | {"instead_of": ["25", "3", "2026"]}, "không phải ngày nghỉ"),
        ("year", {"year": "26", "state": "official", "source": "Công văn 9"}, "bốn chữ số"),
        ("hours", {"agency": "", "open": "7h-11h30", "source": "Công văn 9"}, "07:00-11:30"),
        ("hours", {"agency": "", "open": "13:00-17:00\n07:00-11:00", "source": "Công văn 9"}, "không chồng lên nhau"),
        ("import", {"text": "years = 3"}, "Mục “years” phải là một danh sách"),
        ("import", {"text": "names = 3\nyears = ]"}, "không đọc được ở dòng 2, cột 9"),
        ("import", {"text": "years = ["}, "đứt giữa chừng"),
        ("import", {"text": ""}, "Chọn tệp"),
        ("import", {"text": "years = []\noff = [{on = 2026-11-31}]"}, "Dòng 2: không có ngày 2026-11-31"),
        ("day-off", DAY_OFF | {"on": ["15", "6", "2026"]}, "Trước hết mở lại năm 2026"),
        ("make-up-day", MAKE_UP, "Trước hết mở lại năm 2026"),
    ],
)  # fmt: skip
def test_bad_input_is_said_beside_it_and_nothing_typed_is_lost(
    administrator: Browser, session: Session, address: str, typed: dict[str, Any], said: str
) -> None:
    answer = administrator.post(f"/calendar/{address}", data=typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert "govuk-error-message" in answer.text
    assert "govuk-error-summary" in answer.text
    for value in (text for each in typed.values() for text in ([each] if isinstance(each, str) else each)):
        first = value.splitlines()[0] if value else ""
        assert first in answer.text or f'value="{first}"' in answer.text
    assert session.scalars(sa.select(CalendarDraft)).all() == []


MANY_LINES = "x=1\n" * 100_001  # more than may be read, less than what is spooled to a file
COLUMNS = 'years = [{ year = 2026, official = true }]\noff = [{ date = "02/01/2026", holiday = "Tết" }]\n'
TWICE = (
    "years = [{ year = 2026, official = true }]\n"
    'off = [{ on = 2026-01-02, name = "x" }, { on = 2026-01-02, name = "x" }]\n'
    '[[hours]]\nopen = ["07:00-11:30"]\n[names]\nx = { vi = "x", en = "x", zh = "x" }\n'
)
VIETNAMESE = 'title = "Ngày nghỉ"\n'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (MANY_LINES.encode(), "dài quá 400 kB"),
        (bytes(range(256)) * 40, "không phải văn bản UTF-8"),
        (VIETNAMESE.encode("utf-16"), "không phải văn bản UTF-8"),
        (b"PK\x03\x04\x14\x00\xff\xfe xlsx", "không phải văn bản UTF-8"),
        (VIETNAMESE.encode("cp1258", errors="replace"), "không phải văn bản UTF-8"),
        (COLUMNS.encode(), "Thiếu “name”"),
        (TWICE.encode(), "bị lặp trong mục “off”"),
        (b"date,holiday\n2026-01-02,Tet\n", "dòng 1"),
        (b"a = " + b"[" * 5000, "lồng nhau quá sâu"),
        (b"", "Chọn tệp"),
    ],
    ids=["100 000 lines", "binary", "utf-16", "xlsx", "cp1258", "other columns", "twice", "csv", "deep", "empty"],
)
def test_a_file_that_is_no_calendar_is_refused_beside_its_box(
    administrator: Browser, session: Session, content: bytes, said: str
) -> None:
    file = (io.BytesIO(content), "lich.toml")

    answer = administrator.post("/calendar/import", data={"file": file}, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert "govuk-error-summary" in answer.text
    assert len(answer.text) < 500_000
    assert session.scalars(sa.select(CalendarDraft)).all() == []


def test_a_byte_order_mark_is_no_part_of_the_file(administrator: Browser, session: Session) -> None:
    text = administrator.get("/calendar/file").text.replace("2027-04-30", "2027-04-29", 1)
    file = (io.BytesIO(b"\xef\xbb\xbf" + text.encode()), "lich.toml")

    answer = administrator.post("/calendar/import", data={"file": file}, content_type="multipart/form-data")

    assert answer.status_code == 303
    assert session.scalars(sa.select(CalendarDraft)).one()


def test_a_file_that_was_downloaded_can_be_changed_and_imported(
    administrator: Browser, desk: CalendarDesk, session: Session
) -> None:
    text = administrator.get("/calendar/file").text
    assert documents.read(text) == documents.tidied(desk.document)
    changed = text.replace("2027-04-30", "2027-04-29", 1)

    answer = administrator.post(
        "/calendar/import",
        data={"file": (io.BytesIO(changed.encode()), "lich.toml")},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 303
    draft = session.scalars(sa.select(CalendarDraft)).one()
    assert {"2027-04-29"} <= {row["on"] for row in draft.document["off"]}
    assert "2027-04-30" not in {row["on"] for row in draft.document["off"]}


def test_a_locked_year_keeps_its_days_whatever_way_they_are_sent_and_says_how_to_open_it(
    administrator: Browser, session: Session
) -> None:
    text = administrator.get("/calendar/file").text.replace("2026-04-30", "2026-04-29", 1)
    imported = administrator.post("/calendar/import", data={"text": text})
    removed = administrator.post("/calendar/remove", data={"section": "off", "line": "2026-11-24"})
    proposed = administrator.post("/calendar/proposal", data={"year": "2026"})

    assert (imported.status_code, removed.status_code, proposed.status_code) == (422, 422, 422)
    assert all("Trước hết mở lại năm 2026" in answer.text for answer in (imported, removed, proposed))
    assert session.scalars(sa.select(CalendarDraft)).all() == []
    assert (
        "/calendar/remove"
        not in administrator.get("/calendar?year=2026").text.split('id="more-years"')[0].split("mc-year__hours")[0]
    )

    administrator.post("/calendar/year", data=OPENED)
    assert administrator.post("/calendar/day-off", data=DAY_OFF | {"on": ["15", "6", "2026"]}).status_code == 303


def test_a_day_that_has_passed_is_changed_with_a_warning(administrator: Browser) -> None:
    administrator.post("/calendar/year", data=OPENED | {"year": "2024"})
    answer = administrator.post("/calendar/day-off", data=DAY_OFF | {"on": ["4", "3", "2024"]}, follow_redirects=True)
    warning = "Hồ sơ đã kết thúc giữ nguyên hạn, chỉ hồ sơ đang mở được tính lại."

    assert "liên quan đến một ngày đã qua" in answer.text
    preview = administrator.get("/calendar/preview").text
    assert "1 ngày đã qua thay đổi, sớm nhất là 04/03/2024." in preview
    assert warning in preview


@pytest.mark.parametrize("address", ["/calendar", "/vi/calendar"])
def test_a_year_that_is_not_loaded_is_said_to_be_missing(administrator: Browser, address: str) -> None:
    assert "Lịch chưa có năm 2022. Dưới đây là năm 2023." in administrator.get(f"{address}?year=2022").text
    assert "Lịch chưa có năm" not in administrator.get(f"{address}?year=2023").text


def test_a_year_can_be_proposed_and_stays_provisional_until_it_is_locked(
    administrator: Browser, session: Session
) -> None:
    administrator.post("/calendar/proposal", data={"year": "2028"})
    administrator.post("/calendar/year", data={"year": "2028", "state": "official", "source": "Thông báo 7/TB-BNV"})

    draft = session.scalars(sa.select(CalendarDraft)).one()
    calendar = documents.judged(draft.document)
    assert calendar.is_official(2028)
    assert calendar.day_off(date(2028, 1, 26)) is not None
    assert calendar.pages.days_off[date(2028, 1, 26)].name.zh == "春节（正月初一）"


def test_lines_can_be_taken_away_and_the_whole_draft_thrown_away(administrator: Browser, session: Session) -> None:
    administrator.post("/calendar/remove", data={"section": "off", "line": "2027-11-24"})
    administrator.post(
        "/calendar/hours",
        data={"agency": "finance", "open": "08:00-12:00\n13:00-17:00", "season": "04-16/10-15", "source": "QĐ 1"},
    )
    draft = session.scalars(sa.select(CalendarDraft)).one()
    assert "2027-11-24" not in {row["on"] for row in draft.document["off"]}
    assert draft.document["hours"][-1]["agency"] == "finance"
    administrator.post("/calendar/remove", data={"section": "hours", "line": "1"})
    session.expire_all()
    assert len(session.scalars(sa.select(CalendarDraft)).one().document["hours"]) == 1

    administrator.post("/calendar/discard")

    session.expire_all()
    assert session.scalars(sa.select(CalendarDraft)).all() == []


def test_others_may_not_enter_and_an_auditor_may_only_look(
    new_client: Callable[[], Browser], desk: CalendarDesk, session: Session
) -> None:
    auditor = people.person(session, name="Thanh tra", second_factor=True)
    people.post(session, auditor, desk.world.agencies["provincial_office"], Role.AUDITOR)
    looking, specialist = new_client(), new_client()
    people.sign_in(looking, auditor)
    officer = people.person(session, name="Chuyên viên", second_factor=True)
    people.post(session, officer, desk.world.agencies["construction"], Role.SPECIALIST)
    people.sign_in(specialist, officer)

    shown = looking.get("/calendar")
    assert shown.status_code == 200
    assert "/calendar/day-off" not in shown.text
    assert looking.get("/calendar/preview").status_code == 403
    assert specialist.get("/calendar").status_code == 403


def test_the_preview_lists_page_by_page(administrator: Browser, desk: CalendarDesk) -> None:
    codes = [desk.accepted(seed=seed).code for seed in (1, 2)]
    administrator.post("/calendar/year", data=OPENED)
    administrator.post("/calendar/day-off", data=DAY_OFF | {"on": [str(IN_THE_WAY.day), "3", "2026"]})

    page = administrator.get("/calendar/preview").text

    assert all(code in page for code in codes)


@pytest.mark.parametrize(
    ("language", "month", "document", "mark"),
    [
        ("vi", "Tháng 1", "Công văn 12729/VPCP-KGVX của Văn phòng Chính phủ, ngày 25/12/2025", "chưa đối chiếu"),
        ("en", "January", "Official letter 12729/VPCP-KGVX of the Government Office, 25/12/2025", "not yet compared"),
        ("zh", "一月", "政府办公厅12729/VPCP-KGVX号公函，2025年12月25日", "尚未与原文核对"),
    ],
)
def test_everybody_reads_the_days_with_their_documents_and_no_remark_of_the_office(
    client: Browser, desk: CalendarDesk, language: str, month: str, document: str, mark: str
) -> None:
    page = client.get(f"/{language}/calendar?year=2026")

    assert page.status_code == 200
    for said in (f">{month}</h2>", document, mark):
        assert said in page.text
    for remark in ("not seen", "press", "holidays", "cited by"):
        assert remark not in page.text


@pytest.mark.parametrize("year", ["1", "x", "99999", "2019", "-1", ""])
def test_a_year_the_calendar_does_not_have_shows_one_it_has(client: Browser, desk: CalendarDesk, year: str) -> None:
    assert client.get(f"/vi/calendar?year={year}").status_code == 200
