"""What a person sees of their own data, what they may ask for, and who answers."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import consents as giving
from portal.accounts.consents import WORDINGS, Purpose
from portal.accounts.models import Consent, Person
from portal.accounts.queries.consents import standing
from portal.attachments import actions as attachments
from portal.attachments.models import Attachment
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier, ResultWish
from portal.dossiers.receiving import Way
from portal.foundation.errors import Stale
from portal.foundation.outbox import Timer, TimerKind
from portal.hearing.actions import note_term_passed
from portal.hearing.models import Matter, MatterKind, MatterState
from portal.notices.models import Notice
from portal.personal import queries
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=("1.013225",))


@pytest.fixture
def filer(world: World, client: Browser) -> Browser:
    assert world.filer is not None
    people.sign_in(client, world.filer)
    return client


@pytest.fixture
def administrator(world: World, session: Session, new_client: Callable[[], Browser]) -> Browser:
    browser = new_client()
    people.sign_in(browser, people.officer(session, world.agencies["provincial_office"], Role.ADMINISTRATOR))
    return browser


def ask(browser: Browser, about: str = "correction", words: str = "Sửa số điện thoại của tôi.") -> None:
    answer = browser.post("/personal/requests/new", data={"about": about, "words": words})
    assert answer.status_code == 303, answer.text


def looked_at(world: World, session: Session, *, at: datetime = MONDAY) -> Attachment:
    """A paper of a filed dossier that a specialist of the construction department has opened."""
    dossier = world.file()
    paper = session.scalars(sa.select(Attachment).where(Attachment.dossier_id == dossier.id).limit(1)).one()
    post = world.posts["construction", Role.SPECIALIST]
    attachments.note_view(session, paper, by=post.person_id, agency_id=post.agency_id, now=at)
    session.flush()
    return paper


def test_the_account_page_leads_to_what_is_held(filer: Browser) -> None:
    assert 'href="/personal"' in filer.get("/accounts").text

    page = filer.get("/personal").text

    assert "Tệp bạn đã tải lên" in page
    assert "Chưa có ai xem" in page


def test_who_opened_a_file_is_named_by_office_and_role_for_the_dossier(
    world: World, session: Session, filer: Browser
) -> None:
    paper = looked_at(world, session)

    page = filer.get("/personal").text

    assert paper.filename in page
    assert world.agencies["construction"].names["vi"] in page
    assert "Chuyên viên" in page


def test_nobody_reads_who_looked_at_the_dossiers_of_others(
    world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    paper = looked_at(world, session)
    stranger = new_client()
    people.sign_in(stranger, people.filer(session))

    assert paper.filename not in stranger.get("/personal").text
    assert paper.filename not in stranger.get("/personal/looks").text


def test_looks_come_page_by_page_and_none_is_left_out(world: World, session: Session) -> None:
    paper = looked_at(world, session)
    post = world.posts["construction", Role.SPECIALIST]
    for minute in range(1, queries.PAGE + 5):
        attachments.note_view(
            session, paper, by=post.person_id, agency_id=post.agency_id, now=MONDAY + timedelta(minutes=minute)
        )
    session.flush()

    first = queries.looks(session, world.company_viewer)
    second = queries.looks(session, world.company_viewer, before=first[queries.PAGE - 1].at)

    assert len(first) == queries.PAGE + 1
    assert [look.at for look in first[: queries.PAGE]] == sorted((look.at for look in first[:-1]), reverse=True)
    assert len(second) == 5


def test_the_copy_is_given_to_whoever_shows_again_that_it_is_them(
    world: World, session: Session, filer: Browser
) -> None:
    paper = looked_at(world, session)
    dossier = session.scalars(sa.select(Dossier)).one()
    session.add(ResultWish(client_key=dossier.client_key, way=Way.COUNTER, salt=b"salt", chosen_at=MONDAY))
    session.commit()

    asked = filer.post("/personal/copy")
    filer.post("/step-up", data={"password": people.PASSWORD})
    copy = filer.post("/personal/copy")

    assert asked.status_code == 303
    assert asked.location.startswith("/step-up")
    held = json.loads(zipfile.ZipFile(io.BytesIO(copy.data)).read("data.json"))
    assert held["account"]["email"] == world.filer.email  # type: ignore[union-attr]
    assert paper.filename in {one["filename"] for one in held["files"]}
    assert held["dossiers"][0]["answers"]
    assert held["dossiers"][0]["receiving"]["way"] == "counter"
    assert held["looked_at_by"][0]["agency"] == world.agencies["construction"].names
    assert "password" not in json.dumps(held)


def test_the_copy_leaves_out_what_a_colleague_filed(
    world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    world.file()
    colleague = new_client()
    people.sign_in(colleague, people.filer(session, company=world.company))
    colleague.post("/step-up", data={"password": people.PASSWORD})

    held = json.loads(zipfile.ZipFile(io.BytesIO(colleague.post("/personal/copy").data)).read("data.json"))

    assert held["dossiers"] == []
    assert held["files"] == []


def test_a_request_is_due_two_working_days_after_the_day_it_came_in(
    world: World, session: Session, filer: Browser
) -> None:
    ask(filer)

    matter = session.scalars(sa.select(Matter)).one()

    assert matter.kind is MatterKind.OWN_DATA
    assert 2 <= (office_day(matter.due_at) - office_day(matter.raised_at)).days <= 12
    timer = session.scalars(sa.select(Timer).where(Timer.subject_id == matter.id)).one()
    assert timer.kind is TimerKind.MATTER_LIMIT


def test_a_request_without_words_is_answered_beside_the_field(world: World, filer: Browser) -> None:
    answer = filer.post("/personal/requests/new", data={"about": "erasure", "words": " "})

    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.text


def test_the_same_is_not_asked_twice_while_it_waits(world: World, session: Session, filer: Browser) -> None:
    ask(filer)
    again = filer.post("/personal/requests/new", data={"about": "correction", "words": "Lần nữa."})
    ask(filer, "erasure", "Xoá ảnh cũ.")

    assert again.status_code == 409
    assert "Lần nữa." in again.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Matter)) == 2


def test_administrators_answer_and_the_person_reads_it(
    world: World, session: Session, filer: Browser, administrator: Browser
) -> None:
    ask(filer)
    matter = session.scalars(sa.select(Matter)).one()
    address = f"/administration/data-requests/{matter.id}"
    told = session.scalars(sa.select(Notice).where(Notice.kind == "matter_raised")).all()

    assert {notice.params["link"] for notice in told} == {address}
    assert "Sửa số điện thoại của tôi." in administrator.get("/administration/data-requests").text
    assert administrator.post(address, data={"words": "", "act": "answer"}).status_code == 422
    assert administrator.post(address, data={"words": "Đã sửa.", "act": "answer"}).status_code == 303

    session.refresh(matter)
    assert matter.state is MatterState.SETTLED
    assert "Đã sửa." in filer.get(f"/matters/{matter.id}").text
    assert administrator.post(address, data={"words": "Lần nữa.", "act": "answer"}).status_code == 409


def test_the_person_replies_to_what_is_asked_and_the_administrator_sees_it(
    world: World, session: Session, filer: Browser, administrator: Browser
) -> None:
    ask(filer)
    matter = session.scalars(sa.select(Matter)).one()
    administrator.post(f"/administration/data-requests/{matter.id}", data={"words": "Số mới là gì?", "act": "ask"})
    filer.post(f"/matters/{matter.id}", data={"words": "0912 345 678"})

    assert "0912 345 678" in administrator.get(f"/administration/data-requests/{matter.id}").text


def test_heads_of_offices_neither_see_nor_answer_requests_about_own_data(
    world: World, session: Session, filer: Browser, new_client: Callable[[], Browser]
) -> None:
    ask(filer)
    matter = session.scalars(sa.select(Matter)).one()
    head = new_client()
    people.sign_in(head, people.officer(session, world.agencies["service_centre"], Role.HEAD))

    assert matter.agency_id == world.agencies["service_centre"].id
    assert "Sửa số điện thoại" not in head.get("/desk/matters").text
    assert head.post(f"/desk/matters/{matter.id}", data={"words": "Không", "act": "refuse"}).status_code == 404
    assert head.get("/administration/data-requests").status_code == 403


def test_a_term_that_passes_is_told_to_the_administrators_once_more(
    world: World, session: Session, filer: Browser, administrator: Browser
) -> None:
    ask(filer)
    matter = session.scalars(sa.select(Matter)).one()
    before = session.scalar(sa.select(sa.func.count()).select_from(Notice).where(Notice.kind == "matter_raised"))

    note_term_passed(session, matter.id, now=matter.due_at + timedelta(minutes=1))

    after = session.scalar(sa.select(sa.func.count()).select_from(Notice).where(Notice.kind == "matter_raised"))
    assert after == 2 * (before or 0)
    assert before


def test_no_box_is_ticked_beforehand_and_an_unticked_box_is_no_consent(
    world: World, session: Session, filer: Browser
) -> None:
    page = filer.get("/personal").text
    answer = filer.post("/personal/consents", data={"purpose": "sms", "wording": "1"})

    assert page.count('name="agree"') == len(Purpose)
    assert "checked" not in page
    assert answer.status_code == 303
    assert session.scalars(sa.select(Consent)).all() == []


def test_a_consent_is_kept_with_its_wording_and_taken_back_as_easily(
    world: World, session: Session, filer: Browser
) -> None:
    assert world.filer is not None
    filer.post("/personal/consents", data={"purpose": "sms", "wording": "1", "agree": "yes"})
    given = standing(session, world.filer.id)
    filer.post("/personal/consents/withdraw", data={"purpose": "sms"})

    session.expire_all()
    assert given[Purpose.SMS].wording == 1
    assert standing(session, world.filer.id) == {}
    assert session.scalars(sa.select(Consent)).one().withdrawn_at is not None


def test_a_consent_to_an_earlier_wording_counts_no_longer_and_is_asked_for_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, now = people.person(session), datetime.now(UTC)
    giving.give(session, person.id, Purpose.SMS, wording=1, now=now)
    monkeypatch.setitem(WORDINGS, Purpose.SMS, 2)

    assert standing(session, person.id) == {}
    with pytest.raises(Stale):
        giving.give(session, person.id, Purpose.SMS, wording=1, now=now)
    giving.give(session, person.id, Purpose.SMS, wording=2, now=now)

    rows = session.scalars(sa.select(Consent).order_by(Consent.wording)).all()
    assert [row.withdrawn_at is None for row in rows] == [False, True]
    assert list(standing(session, person.id)) == [Purpose.SMS]


def test_a_purpose_nobody_knows_is_refused(filer: Browser) -> None:
    assert filer.post("/personal/consents", data={"purpose": "ads", "wording": "1", "agree": "y"}).status_code == 422


def test_staff_see_their_own_data_too(world: World, session: Session, administrator: Browser) -> None:
    assert administrator.get("/personal").status_code == 200
    ask(administrator)
    matter = session.scalars(sa.select(Matter)).one()

    assert administrator.get(f"/matters/{matter.id}").status_code == 200
    assert (
        session.get_one(Person, matter.person_id).email
        in administrator.get(f"/administration/data-requests/{matter.id}").text
    )
