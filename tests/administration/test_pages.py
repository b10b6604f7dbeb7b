"""The administrator's pages in the browser, without scripts."""

import io
from datetime import UTC, datetime

import pytest
from werkzeug.test import TestResponse

from portal.accounts.actions import audit, new_passwords
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.factories import people

PAGES = (
    "", "/people", "/people?state=everybody&q=quan+tri", "/people?role=head&agency=x", "/people/new", "/people/import",
    "/agencies", "/agencies/new", "/audit", "/audit?who=quan&since=1&since=1&since=2026&thing=person%3A", "/sign-ins",
    "/sign-ins?outcome=failed&who=nobody&thing=127", "/reasons", "/reasons/new", "/texts", "/outages", "/outages/new",
    "/retention", "/retention/drafts",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens(office: Office, path: str) -> None:
    answer = office.browser.get(f"/administration{path}")

    assert answer.status_code == 200, answer.text
    assert "<h1" in answer.text


def test_the_pages_of_one_thing_open(office: Office) -> None:
    clerk = people.officer(office.session, office.other, Role.CLERK)
    office.session.commit()
    for path in (
        f"/people/{clerk.id}", f"/people/{clerk.id}/name", f"/people/{clerk.id}/leave", f"/people/{clerk.id}/disable",
        f"/people/{clerk.id}/factor", f"/agencies/{office.other.key}", f"/agencies/{office.other.key}/close",
    ):  # fmt: skip
        assert office.browser.get(f"/administration{path}").status_code == 200, path


@pytest.mark.parametrize("path", ["/people/none", "/people/00000000-0000-7000-8000-000000000000", "/agencies/none",
                                  "/reasons/x", "/outages/x", "/retention/none"])  # fmt: skip
def test_what_is_not_there_is_not_found(office: Office, path: str) -> None:
    assert office.browser.get(f"/administration{path}").status_code == 404


def test_an_administrator_alone_is_warned(office: Office) -> None:
    told = "Chỉ có một quản trị viên"
    assert told in office.browser.get("/administration").text

    other = people.officer(office.session, office.agency, Role.ADMINISTRATOR)
    password, other.password_hash = other.password_hash, new_passwords.NO_PASSWORD
    office.session.commit()
    assert told in office.browser.get("/administration").text  # invited, and not here yet

    other.password_hash = password
    office.session.commit()

    assert told not in office.browser.get("/administration").text


def test_a_list_of_people_costs_the_same_however_many_there_are(office: Office, statements: object) -> None:
    counts = []
    for more in (3, 30):
        for number in range(more):
            people.officer(office.session, office.other, Role.HEAD, name=f"Người {number}")
        office.session.commit()
        with statements() as seen:  # type: ignore[operator]
            office.browser.get("/administration/people")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6


def test_people_are_found_without_marks_and_listed_page_by_page(office: Office) -> None:
    for number in range(55):
        people.officer(office.session, office.other, Role.SPECIALIST, name=f"Đặng Thị Hường {number:02}")
    people.officer(office.session, office.other, Role.SPECIALIST, name="Someone Else")
    office.session.commit()
    first = office.browser.get("/administration/people?q=dang+huong").text
    assert "Đặng Thị Hường 49" in first
    assert "Đặng Thị Hường 50" not in first
    assert "Someone Else" not in first
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Đặng Thị Hường 54" in office.browser.get(link).text


def test_an_invitation_lets_a_person_choose_a_password_once(office: Office) -> None:
    data = {"name": "Lò Thị Mai", "email": "Mai@langson.example", "language": "vi", "agency": office.other.key,
            "role": "clerk", "until": ["", "", ""]}  # fmt: skip
    answer = office.browser.post("/administration/people/new", data=data)
    assert answer.status_code == 303, answer.text
    page = office.browser.get(answer.location).text
    link = "/invitations/" + page.split("/invitations/")[1].split("<")[0].strip()
    guest = office.browser.application.test_client()
    assert "Lò Thị Mai" in guest.get(link).text
    assert guest.post(link, data={"password": "short"}).status_code == 422
    assert guest.post(link, data={"password": "một câu dài hơn"}).location == "/sign-in"
    assert guest.get(link).status_code == 404
    signed = guest.post("/sign-in", data={"email": "mai@langson.example", "password": "một câu dài hơn"})
    assert signed.location.startswith("/sign-in/set-up")
    assert office.browser.post("/administration/people/new", data=data).status_code == 422


def test_a_forged_invitation_is_not_found(office: Office) -> None:
    assert office.browser.get(f"/invitations/{office.administrator.id.hex}-forged").status_code == 404
    assert new_passwords.NO_PASSWORD not in office.browser.get("/administration/people").text


def test_the_record_tells_moments_by_the_office_clock_and_folds_what_is_long(office: Office) -> None:
    at = datetime(2026, 12, 4, 3, 0, tzinfo=UTC)
    held: dict[str, object] = {"promised_due_at": "2026-12-03T10:00:00+00:00", "newer_key": "x"}
    steps = [{"step": {"vi": "Thẩm định", "en": "Appraisal", "zh": "审查"}, "due_at": "2026-12-03T04:30:00+00:00"}]
    moved = {"promised_due_at": "2026-12-04T10:00:00+00:00", "steps": steps, "because": "2026-12-01", "edition": 2}
    audit.record(office.session, "calendars.move_dossier", "dossier:H37", by=None, now=at, before=held, after=moved)
    office.session.commit()

    text = office.browser.get("/administration/audit?thing=dossier:H37").text
    cells = text.split("<tbody", 1)[1]

    assert "Tính lại hạn theo lịch mới" in cells
    assert "17:00 03/12/2026" in cells
    assert "11:30 03/12/2026" in cells
    assert "01/12/2026" in cells
    assert "Thẩm định" in cells
    assert "Appraisal" not in cells
    assert '<code class="mc-changes__code">newer_key</code>' in cells
    assert "2026-12-0" not in cells
    assert "promised_due_at" not in cells
    before, after = cells.split('data-label="Sau"')
    assert "<details" not in before
    assert "<details" in after


PEOPLE_FILE = "name\temail\tagency\trole\nNông Văn Tư\ttu@langson.example\t{agency}\tclerk\n"


def test_a_spreadsheets_utf_16_is_read_and_another_writing_is_refused_rather_than_guessed(office: Office) -> None:
    text = PEOPLE_FILE.format(agency=office.other.key)

    def send(raw: bytes) -> TestResponse:
        data = {"file": (io.BytesIO(raw), "people.csv"), "text": ""}
        return office.browser.post("/administration/people/import", data=data)

    read = send(text.encode("utf-16"))
    assert read.status_code == 200
    assert "Nông Văn Tư" in read.text
    assert office.other.names["vi"] in read.text.split("<table")[1]
    refused = send(text.replace("Nông Văn Tư", "Nông Tu").encode("cp1252"))
    assert refused.status_code == 422
    assert "CSV UTF-8" in refused.text
    assert "\ufffd" not in refused.text
