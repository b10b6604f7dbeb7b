"""The pages of whoever leads: counts for all of them, dossiers by the policy, views that are mailed until stopped."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person, Post
from portal.clock.zone import VIETNAM, office_day
from portal.facts.actions import upsert
from portal.facts.models import DossierFact
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.settings import Settings
from portal.notices.delivery import deliver_one
from portal.notices.models import Notice
from portal.transparency import counting, leading, mailing, sheets
from portal.transparency.models import FigureSheet, FigureView, Rhythm
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.facts import evening, fact
from tests.fixtures.app import Browser
from tests.notices.smtp import MailServer

NOW = datetime.now(UTC)
TODAY = office_day(NOW)
MONDAY_MORNING = datetime(2026, 11, 23, 7, tzinfo=VIETNAM)


@pytest.fixture
def office(session: Session) -> Agency:
    return people.agency(session, "construction")


def at_risk(session: Session, office: Agency) -> None:
    """Two overdue, three due within the week, one of them the filer's turn, one with a month to go."""
    for days, stopped in ((-3, False), (-1, False), (0, False), (5, False), (6, True), (30, False)):
        due = evening(TODAY + timedelta(days=days))
        changes = {"clock_stopped_at": NOW - timedelta(days=1)} if stopped else {}
        upsert(
            session, fact(agency_id=office.id, statutory_due_at=due, accepted_on=TODAY - timedelta(days=9), **changes)
        )
    session.flush()


def leader(session: Session, office: Agency, role: Role = Role.LEADER) -> Person:
    return people.officer(session, office, role)


def view(session: Session, person: Person, *, rhythm: Rhythm = Rhythm.DAILY, name: str = "Toàn tỉnh") -> FigureView:
    sheets.make(session, now=NOW)
    return mailing.keep(session, person_id=person.id, name=name, scope=sheets.PROVINCE, key="", rhythm=rhythm, now=NOW)


# --- what is at risk


def test_overdue_due_and_waiting_are_told_apart(session: Session, office: Agency) -> None:
    at_risk(session, office)
    assert leading.totals(leading.at_risk(session, on=TODAY)) == {"overdue": 2, "week": 2, "waiting": 1}


def test_the_sheets_of_province_and_agency_keep_what_was_counted(session: Session, office: Agency) -> None:
    at_risk(session, office)
    upsert(session, fact(agency_id=UUID(int=7), statutory_due_at=evening(TODAY - timedelta(days=1)), accepted_on=TODAY))
    sheets.make(session, now=NOW)
    for scope, key, overdue in ((sheets.PROVINCE, "", 3), (sheets.AGENCY, str(office.id), 2)):
        sheet = sheets.of(session, scope, key)
        assert sheet is not None
        risks = leading.risks_in(sheet.figures)
        assert leading.totals(risks)["overdue"] == overdue
        assert risks == [one for one in leading.at_risk(session, on=TODAY) if not key or one.agency_id == office.id]
        assert leading.loads_in(sheet.figures) == leading.load(session, now=NOW)


def test_before_the_first_count_nobody_is_told_that_all_is_well(
    client: Browser, session: Session, office: Agency
) -> None:
    at_risk(session, office)
    people.sign_in(client, leader(session, office))
    session.execute(sa.delete(FigureSheet))
    session.commit()
    nothing = client.get("/figures/leading").text
    sheets.make(session, now=NOW)
    session.execute(sa.update(FigureSheet).values(figures=FigureSheet.figures.op("-")("risks").op("-")("loads")))
    session.commit()
    by_an_older_release = client.get("/figures/leading").text
    for page in (nothing, by_an_older_release):
        assert "Chưa có số liệu nào được tính" in page
        assert 'id="risk"' not in page


def test_the_page_shows_counts_and_leads_to_the_dossiers(client: Browser, session: Session, office: Agency) -> None:
    at_risk(session, office)
    sheets.make(session, now=datetime.now(UTC))
    people.sign_in(client, leader(session, office))
    session.commit()
    page = client.get("/figures/leading")
    assert page.status_code == 200
    assert f"which=overdue&amp;agency={office.id}&amp;procedure=1.013225" in page.text
    assert client.get("/figures/leading?agency=nonsense").status_code == 404
    assert client.get("/figures/leading/dossiers?which=nothing").status_code == 404


def test_a_busy_province_is_shown_by_its_most_urgent_rows_until_all_are_asked_for(
    client: Browser, session: Session, office: Agency
) -> None:
    late = evening(TODAY - timedelta(days=2))
    for number in range(12):
        code = f"1.0000{number:02}"
        for _ in range(13 - number):  # the last is the least urgent
            upsert(session, fact(agency_id=office.id, procedure_code=code, statutory_due_at=late, accepted_on=TODAY))
    sheets.make(session, now=NOW)
    people.sign_in(client, leader(session, office))
    session.commit()
    page, whole = client.get("/figures/leading").text, client.get("/figures/leading?every=1").text
    assert "1.000009" in page
    assert "1.000010" not in page
    assert "10 dòng đầu trong 12." in page
    assert "1.000011" in whole
    assert "dòng đầu trong" not in whole
    assert "90" in page, "the totals count every row"


def test_the_load_of_a_team_counts_steps_hands_and_what_is_late(session: Session) -> None:
    world = worlds.build(session)
    dossier = world.file("1.013225")
    loads = [one for one in leading.load(session, now=worlds.MONDAY) if one.agency_id == dossier.intake_agency_id]
    for one in loads:
        assert one.open >= one.unassigned
        assert one.most <= one.open
        assert one.each is None or one.people > 0


def test_the_dossiers_behind_a_count_are_those_one_may_know_of(client: Browser, session: Session) -> None:
    world = worlds.build(session)
    dossier = world.file("1.013225")
    agency = world.agencies["construction"]
    dossier.agency_id = agency.id
    known = session.get(DossierFact, dossier.id)
    assert known is not None
    known.agency_id, known.accepted_on = agency.id, TODAY - timedelta(days=30)
    known.statutory_due_at, known.ended_on = evening(TODAY - timedelta(days=3)), None
    head, stranger = leader(session, agency, Role.HEAD), leader(session, world.agencies["land_registry"])
    administrator = leader(session, world.agencies["land_registry"], Role.ADMINISTRATOR)
    session.commit()
    for person, sees in ((head, True), (stranger, False), (administrator, False)):
        browser = client.application.test_client()
        people.sign_in(browser, person)
        page = browser.get("/figures/leading/dossiers?which=overdue")
        assert page.status_code == 200
        assert (dossier.code in page.text) is sees, person.name
        assert "1" in page.text


def test_who_does_not_lead_has_no_such_pages(client: Browser, session: Session, office: Agency) -> None:
    people.sign_in(client, leader(session, office, Role.SPECIALIST))
    session.commit()
    for address in ("/figures/leading", "/figures/leading/dossiers", "/figures/views"):
        assert client.get(address).status_code == 403
    assert "/figures/leading" not in client.get("/figures").text


# --- views and their mails


def test_a_view_is_kept_mailed_and_dropped_by_its_owner_alone(
    client: Browser, session: Session, office: Agency
) -> None:
    at_risk(session, office)
    owner, other = leader(session, office), leader(session, office, Role.HEAD)
    sheets.make(session, now=NOW)
    session.commit()
    people.sign_in(client, owner)
    typed = {"name": "Sở tôi", "rhythm": "weekly", "scope": "agency", "key": str(office.id)}
    assert client.post("/figures/views", data=typed).status_code == 303
    assert "Sở tôi" in client.get("/figures/views").text
    again = client.post("/figures/views", data=typed)
    assert again.status_code == 422
    assert "Bạn đã lưu một góc nhìn có tên này." in again.text
    assert client.post("/figures/views", data=typed | {"name": " "}).status_code == 422
    kept = session.scalars(sa.select(FigureView)).one()
    assert (kept.rhythm, kept.key) == (Rhythm.WEEKLY, str(office.id))
    stranger = client.application.test_client()
    people.sign_in(stranger, other)
    assert stranger.post(f"/figures/views/{kept.id}", data={"rhythm": "never"}).status_code == 404
    assert stranger.post(f"/figures/views/{kept.id}/drop").status_code == 404
    assert client.post(f"/figures/views/{kept.id}", data={"rhythm": "hourly"}).status_code == 422
    assert client.post(f"/figures/views/{kept.id}", data={"rhythm": "daily"}).status_code == 303
    assert client.post(f"/figures/views/{kept.id}/drop").status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(FigureView)).all() == []


def test_only_figures_that_exist_can_be_kept_and_not_without_end(session: Session, office: Agency) -> None:
    person = leader(session, office)
    view(session, person)
    with pytest.raises(NotFound):
        mailing.keep(session, person_id=person.id, name="?", scope="agency", key="none", rhythm=Rhythm.NEVER, now=NOW)
    for number in range(mailing.MOST_KEPT - 1):
        view(session, person, name=f"Góc nhìn {number}")
    with pytest.raises(Invalid):
        view(session, person, name="Thêm một")


def test_daily_views_go_daily_and_weekly_ones_on_mondays_once_a_day(session: Session, office: Agency) -> None:
    at_risk(session, office)
    person = leader(session, office)
    view(session, person, rhythm=Rhythm.DAILY, name="Hằng ngày")
    view(session, person, rhythm=Rhythm.WEEKLY, name="Hằng tuần")
    view(session, person, rhythm=Rhythm.NEVER, name="Không gửi")
    assert mailing.send_due(session, now=MONDAY_MORNING - timedelta(days=1)) == 1
    assert mailing.send_due(session, now=MONDAY_MORNING) == 2
    assert mailing.send_due(session, now=MONDAY_MORNING + timedelta(hours=1)) == 0


def test_who_has_lost_the_post_gets_no_figures(session: Session, office: Agency) -> None:
    person = leader(session, office)
    view(session, person)
    session.execute(sa.update(Post).where(Post.person_id == person.id).values(ended_at=NOW))
    assert mailing.send_due(session, now=NOW) == 0


def test_the_mail_arrives_with_counts_and_its_link_stops_it(
    client: Browser, session: Session, settings: Settings, office: Agency
) -> None:
    at_risk(session, office)
    person = leader(session, office)
    person.language = "en"
    while counting.count(session):
        pass
    view(session, person, name="My province")
    assert mailing.send_due(session, now=NOW) == 1
    session.commit()
    notice = session.scalars(sa.select(Notice).where(Notice.kind == "figures_mail")).one()
    with MailServer() as server:
        mailing_settings = replace(settings, smtp_url=server.url, public_url="https://motcua.example.vn")
        assert deliver_one(mailing_settings, notice.id) == 1
        message = server.letters[0].message
    assert server.letters[0].recipients == [person.email]
    assert message["Subject"] == "Figures: My province, 2 overdue"
    text = message.get_body(("plain",))
    assert text is not None
    said = text.get_content()
    assert "Open: 6, of these past the statutory day: 2." in said
    assert "Due within seven days: 2." in said
    assert "https://motcua.example.vn/figures" in said
    stop = str(message["List-Unsubscribe"]).strip("<>")
    assert stop in said
    path = stop.removeprefix("https://motcua.example.vn")
    anybody = client.application.test_client()
    assert anybody.get(path).status_code == 200
    assert session.scalars(sa.select(FigureView.rhythm)).one() is Rhythm.DAILY, "looking stops nothing"
    assert anybody.post(path).status_code == 200
    session.expire_all()
    assert session.scalars(sa.select(FigureView.rhythm)).one() is Rhythm.NEVER
    assert mailing.send_due(session, now=NOW + timedelta(days=1)) == 0


@pytest.mark.parametrize("token", ["", "x", "0" * 32 + "-wrong", "é" * 9])
def test_a_made_up_link_stops_nothing(client: Browser, session: Session, office: Agency, token: str) -> None:
    view(session, leader(session, office))
    session.commit()
    assert mailing.view_of(session, token) is None
    if token:
        assert client.get(f"/vi/figures-mail/{token}").status_code == 404
