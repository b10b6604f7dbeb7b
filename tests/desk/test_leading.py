"""What those who lead do, through the pages: another promised day (Form 04), and a decision taken back."""

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import flask
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.clock.zone import office_day
from portal.dossiers.actions import letters
from portal.dossiers.models import Dossier
from portal.foundation.packaged import office_calendar
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.routing.models import Apology, ApologyState
from portal.workflow.lifecycle import Role, State
from tests.desk.conftest import Office
from tests.factories import people
from tests.fixtures.app import Browser
from tests.letters.test_pdf import text_of

WHY = "Chờ kết quả đo đạc lại ranh giới thửa đất."
GROUND = "Điều 42 Luật Ban hành"


def fresh(session: Session, dossier: Dossier) -> Dossier:
    session.expire_all()
    return session.get_one(Dossier, dossier.id)


def a_later_day(session: Session, dossier: Dossier, working_days: int = 3) -> date:
    promised = fresh(session, dossier).promised_due_at
    assert promised is not None
    return office_calendar().add_working_days(office_day(promised), working_days)


def apology(day: date | str, reason: str = WHY) -> dict[str, str]:
    written = f"{day:%d/%m/%Y}" if isinstance(day, date) else day
    return {"apology-new_day": written, "apology-reason": reason}


def words_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


@pytest.fixture
def filer(office: Office, new_client: Callable[[], Browser]) -> Browser:
    browser = new_client()
    people.sign_in(browser, office.session.get_one(Person, office.world.company_viewer.person_id))
    return browser


def letter(session: Session, dossier: Dossier, kind: LetterKind) -> Letter:
    rows = sa.select(Letter).where(Letter.dossier_id == dossier.id, Letter.kind == kind.value)
    return session.scalars(rows.order_by(Letter.event_version)).all()[-1]


def written(app: flask.Flask, session: Session, dossier: Dossier, kind: LetterKind, version: int) -> Letter:
    """The letter as the worker writes it after the act."""
    letters.write(
        session,
        dossier_id=dossier.id,
        kind=kind,
        event_version=version,
        office=PrintingOffice.of(app.extensions["settings"]),
        now=datetime.now(UTC),
    )
    session.commit()
    return letter(session, dossier, kind)


def test_the_head_proposes_another_day_the_leader_decides_and_only_then_does_the_company_hear_of_it(
    app: flask.Flask, office: Office, session: Session, filer: Browser
) -> None:
    dossier = office.accepted()
    promised, statutory = dossier.promised_due_at, dossier.statutory_due_at
    day = a_later_day(session, dossier)
    head, leader = office.at(dossier, Role.HEAD), office.at(dossier, Role.LEADER)
    page = words_of(head.get(f"/desk/{dossier.code}").text)
    assert "Đề xuất hẹn lại ngày trả (Mẫu số 04)" in page
    assert "Trình lãnh đạo" in page
    assert "gửi Mẫu số 04" not in page

    assert office.do(head, dossier, "apology", **apology(day)).status_code == 303

    assert fresh(session, dossier).promised_due_at == promised
    assert session.get_one(Apology, dossier.id).state is ApologyState.DRAFTED
    assert "đang chờ lãnh đạo" in words_of(head.get(f"/desk/{dossier.code}").text)
    assert WHY not in filer.get(f"/dossiers/{dossier.code}").text
    offered = leader.get(f"/desk/{dossier.code}").text
    assert "Ngày hẹn mới chờ anh, chị duyệt" in offered
    assert WHY in html.unescape(offered)
    boxes = re.findall(r'name="apology-new_day"[^>]*value="(\d+)"', offered)
    assert [int(box) for box in boxes] == [day.day, day.month, day.year]

    assert office.do(leader, dossier, "apology", **apology(day)).status_code == 303

    now = fresh(session, dossier)
    assert now.promised_due_at is not None
    assert office_day(now.promised_due_at) == day
    assert now.statutory_due_at == statutory
    form = written(app, session, dossier, LetterKind.APOLOGY, now.version)
    seen = filer.get(f"/dossiers/{dossier.code}").text
    assert f"/dossiers/{dossier.code}/letters/{form.id}" in seen
    assert WHY in html.unescape(seen)
    assert f"{day:%d/%m/%Y}" in seen
    printed = filer.get(f"/dossiers/{dossier.code}/letters/{form.id}")
    assert printed.mimetype == "application/pdf"
    said = " ".join(text_of(printed.data).split())
    assert f"{day:%d/%m/%Y}" in said
    assert WHY in said


def test_the_page_of_the_agencys_people_says_who_decides(office: Office, session: Session) -> None:
    dossier = office.accepted()
    head, leader = office.at(dossier, Role.HEAD), office.at(dossier, Role.LEADER)
    office.do(head, dossier, "apology", **apology(a_later_day(session, dossier)))

    of_head, of_leader = (words_of(browser.get("/team").text) for browser in (head, leader))

    assert "Có văn bản xin lỗi đang chờ lãnh đạo" in of_head
    assert "Sửa đề xuất trình lãnh đạo" in of_head
    assert "Xin lỗi và gửi" not in of_head
    assert "Trưởng phòng đã đề xuất ngày và lý do này" in of_leader
    assert "Xin lỗi và gửi" in of_leader


@pytest.mark.parametrize(
    ("day", "reason", "said"),
    [
        ("02/01/2020", WHY, "sau ngày"),
        ("", WHY, "Nhập ngày"),
        ("next week", WHY, "Hãy nhập đủ ngày, tháng và năm."),
        (None, "", "không giữ được"),
    ],
)
def test_a_day_that_is_no_promise_and_a_missing_reason_are_said_beside_the_field(
    office: Office, session: Session, day: str | None, reason: str, said: str
) -> None:
    dossier = office.accepted()
    leader, before = office.at(dossier, Role.LEADER), dossier.promised_due_at

    refused = office.do(
        leader, dossier, "apology", **apology(a_later_day(session, dossier) if day is None else day, reason)
    )

    assert refused.status_code == 422
    assert "govuk-error-message" in refused.text
    panel = refused.text.split('id="apology"', 1)[1].split("</details>", 1)[0]
    assert "govuk-error-message" in panel
    assert said in words_of(panel)
    assert fresh(session, dossier).promised_due_at == before


def test_a_second_apology_is_refused(office: Office, session: Session) -> None:
    dossier = office.accepted()
    leader, day = office.at(dossier, Role.LEADER), a_later_day(session, dossier)
    assert office.do(leader, dossier, "apology", **apology(day)).status_code == 303

    again = office.do(leader, dossier, "apology", **apology(a_later_day(session, dossier)))

    assert again.status_code in {403, 409}
    promised = fresh(session, dossier).promised_due_at
    assert promised is not None
    assert office_day(promised) == day


def test_a_leader_takes_a_decision_back_and_every_page_tells_the_truth(
    office: Office, session: Session, filer: Browser, client: Browser
) -> None:
    dossier = office.accepted()
    office.settle(dossier)
    first = letter(session, dossier, LetterKind.DECISION)
    check = f"/vi/verify/{first.token}"
    assert "Văn bản thật, chưa bị sửa" in words_of(client.get(check).text) or "nguyên vẹn" in client.get(check).text
    leader = office.at(dossier, Role.LEADER)
    assert 'id="reopen"' in leader.get(f"/desk/{dossier.code}").text
    assert 'id="reopen"' not in office.at(dossier, Role.HEAD).get(f"/desk/{dossier.code}").text
    options = re.findall(r'<option value="([^"]+)"', leader.get(f"/desk/{dossier.code}").text.split('id="reopen"')[1])

    answer = office.do(
        leader,
        dossier,
        "reopen",
        **{"reopen-to": options[-1], "reopen-reason": WHY, "reopen-legal_ground": GROUND},
    )

    assert answer.status_code == 303
    assert fresh(session, dossier).state is State.IN_PROGRESS
    proof = words_of(client.get(check).text)
    assert "Văn bản thật, nhưng không còn hiệu lực" in proof
    assert "Chưa có quyết định mới." in proof
    assert WHY not in proof
    for page in (filer.get(f"/dossiers/{dossier.code}"), leader.get(f"/desk/{dossier.code}")):
        assert "không còn hiệu lực" in page.text
        assert WHY in html.unescape(page.text)
    filer.get(f"/dossiers/{dossier.code}/letters/{first.id}")
    assert fresh(session, dossier).state is State.IN_PROGRESS

    office.settle(dossier)

    second = letter(session, dossier, LetterKind.DECISION)
    assert second.id != first.id
    proof = words_of(client.get(check).text)
    assert "Văn bản thật, nhưng không còn hiệu lực" in proof
    assert "Thay vào đó, cơ quan đã ban hành văn bản số 2/" in proof
    assert second.token not in client.get(check).text
    assert "không còn hiệu lực" not in words_of(client.get(f"/vi/verify/{second.token}").text)
    assert filer.get(f"/dossiers/{dossier.code}").text.count("không còn hiệu lực") == 1


def test_reopening_without_a_reason_is_said_beside_the_field(office: Office, session: Session) -> None:
    dossier = office.accepted()
    office.settle(dossier)
    leader = office.at(dossier, Role.LEADER)

    refused = office.do(leader, dossier, "reopen", **{"reopen-to": "sign", "reopen-reason": "  "})

    assert refused.status_code == 422
    panel = refused.text.split('id="reopen"', 1)[1].split("</details>", 1)[0]
    assert "govuk-error-message" in panel
    assert fresh(session, dossier).state is State.SETTLED
