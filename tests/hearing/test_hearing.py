"""What people say to an office, and by when it answers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.catalogue.steps import Result
from portal.catalogue.text import Text
from portal.clock.zone import office_day
from portal.dossiers.actions import decision, withdrawal
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.results import last_day_of
from portal.foundation.errors import Forbidden, Refused
from portal.foundation.outbox import Timer, TimerKind
from portal.foundation.packaged import office_calendar
from portal.hearing import actions
from portal.hearing.models import Matter, MatterKind, MatterState, Rating
from portal.hearing.terms import limits_of, publish_by
from portal.letters.models import Letter
from portal.notices.models import Notice
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role
from tests.dossiers import pages
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

CALENDAR = office_calendar()
MENDING = {"about": "correction", "words": "Sai tên công ty"}


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=("1.013225",))


@pytest.fixture
def filer(world: World, client: Browser) -> Browser:
    assert world.filer is not None
    people.sign_in(client, world.filer)
    return client


@pytest.fixture
def head(world: World, session: Session, new_client: Callable[[], Browser]) -> Browser:
    """The head of the Department of Construction."""
    browser = new_client()
    people.sign_in(browser, session.get_one(Person, world.posts["construction", Role.HEAD].person_id))
    return browser


def taken_back(world: World, session: Session) -> Dossier:
    """A dossier its filer has taken back."""
    dossier = world.file()
    withdrawal.withdraw(session, dossier, viewer=world.company_viewer, reason="Nhầm", now=MONDAY)
    session.flush()
    return dossier


def test_the_terms_of_feedback_are_two_five_fifteen_and_two_working_days() -> None:
    limits = limits_of(MatterKind.FEEDBACK, MONDAY, CALENDAR)

    assert limits.screen_by is not None
    assert limits.ask_by is not None
    days = [office_day(one) for one in (limits.screen_by, limits.ask_by, limits.due_at)]
    assert days == [date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 23)]
    assert office_day(publish_by(limits.due_at, CALENDAR)) == date(2026, 3, 25)
    assert office_day(limits_of(MatterKind.OWN_DATA, MONDAY, CALENDAR).due_at) == date(2026, 3, 4)


def test_feedback_is_taken_on_asked_about_answered_and_published_without_a_name(
    filer: Browser, head: Browser, world: World, session: Session, client: Browser
) -> None:
    office = world.agencies["construction"]
    sent = {"about": "conduct", "agency": str(office.id), "words": "Phải chờ lâu ở quầy số 3."}
    assert filer.post("/matters/new", data={**sent, "words": ""}).status_code == 422
    assert filer.post("/matters/new", data=sent).status_code == 303
    matter = session.scalars(sa.select(Matter)).one()
    kinds = set(session.scalars(sa.select(Timer.kind).where(Timer.subject_id == matter.id)))
    assert kinds == {TimerKind.MATTER_SCREENING, TimerKind.MATTER_LIMIT}
    address = f"/desk/matters/{matter.id}"
    assert "Phải chờ lâu" in head.get("/desk/matters").text

    assert head.post(address, data={"act": "take_on"}).status_code == 303
    assert head.post(address, data={"act": "ask", "words": "Ngày nào?"}).status_code == 303
    assert head.post(address, data={"act": "publish"}).status_code == 409
    assert filer.post(f"/matters/{matter.id}", data={"words": "Thứ Hai."}).status_code == 303
    assert head.post(address, data={"act": "answer", "words": "Đã thêm người."}).status_code == 303
    assert head.post(address, data={"act": "answer", "words": "Lần nữa."}).status_code == 409
    assert "Đã thêm người." not in client.get("/vi/feedback").text
    assert head.post(address, data={"act": "publish"}).status_code == 303

    page = client.get("/vi/feedback").text
    assert "Đã thêm người." in page
    assert world.filer is not None
    session.expire_all()
    assert session.get_one(Matter, matter.id).publish_by is not None
    told = session.scalars(sa.select(Notice.kind).where(Notice.person_id == world.filer.id)).all()
    assert told.count("matter_answered") == 2


def test_a_term_that_passes_is_told_to_the_office_once_it_is_owed(world: World, session: Session) -> None:
    office = world.agencies["construction"]
    matter = actions.raise_matter(
        session, MatterKind.FEEDBACK, "Chậm.", viewer=world.company_viewer, now=MONDAY, agency_id=office.id
    )
    told = sa.select(sa.func.count()).select_from(Notice)
    before = session.scalar(told)

    actions.note_term_passed(session, matter.id, now=MONDAY + timedelta(hours=1))
    assert session.scalar(told) == before
    actions.note_term_passed(session, matter.id, now=MONDAY + timedelta(days=4))

    assert session.scalar(told) == 2 * (before or 0)
    session.refresh(matter)
    assert matter.overdue_noted_at == MONDAY + timedelta(days=4)


def test_more_is_asked_within_five_working_days_or_not_at_all(world: World, session: Session) -> None:
    office, head = world.agencies["construction"], world.viewer("construction", Role.HEAD)
    kind, by = MatterKind.FEEDBACK, world.company_viewer
    early, late = (
        actions.raise_matter(session, kind, "Chậm.", viewer=by, now=MONDAY, agency_id=office.id) for _ in "ab"
    )
    assert late.ask_by is not None
    assert office_day(late.ask_by) == date(2026, 3, 9)
    rounds = session.scalars(sa.select(Timer.subject_round).where(Timer.kind == TimerKind.MATTER_SCREENING))
    assert sorted(rounds) == [1, 1, 2, 2]

    actions.take_on(session, late, viewer=head, now=MONDAY)
    actions.ask(session, early, "Cửa số mấy?", viewer=head, now=late.ask_by - timedelta(minutes=1))
    with pytest.raises(Refused, match="asking_is_over"):
        actions.ask(session, late, "Cửa số mấy?", viewer=head, now=late.ask_by)


def test_that_nothing_more_can_be_asked_is_told_and_is_no_lateness(world: World, session: Session) -> None:
    office, head = world.agencies["construction"], world.viewer("construction", Role.HEAD)
    kind, by = MatterKind.FEEDBACK, world.company_viewer
    matter = actions.raise_matter(session, kind, "Chậm.", viewer=by, now=MONDAY, agency_id=office.id)
    actions.take_on(session, matter, viewer=head, now=MONDAY)
    assert matter.ask_by is not None

    actions.note_term_passed(session, matter.id, now=matter.ask_by + timedelta(minutes=1))

    told = session.scalars(sa.select(Notice.params["matter"].astext).where(Notice.person_id == head.person_id)).all()
    assert sorted(told) == ["asking_over", "feedback"]
    assert matter.overdue_noted_at is None


def test_the_head_finds_what_is_owed_in_the_menu_and_everybody_the_answers_in_the_foot(
    head: Browser, new_client: Callable[[], Browser]
) -> None:
    assert 'href="/desk/matters"' in head.get("/desk").text
    assert 'aria-current="page"' in head.get("/desk/matters").text
    front = new_client().get("/zh/").text
    assert 'href="/zh/feedback"' in front


def test_a_wrong_result_is_asked_to_be_corrected_and_answered(
    filer: Browser,
    world: World,
    session: Session,
    settled: tuple[Dossier, Letter],
    new_client: Callable[[], Browser],
) -> None:
    dossier, undecided = settled[0], world.file(seed=2)
    head = new_client()
    people.sign_in(head, session.get_one(Person, world.holder(dossier.agency_id, Role.HEAD).person_id))
    assert filer.post(f"/dossiers/{undecided.code}/mending", data=MENDING).status_code == 409
    page = filer.get(f"/dossiers/{dossier.code}")
    assert f"/dossiers/{dossier.code}/mending" in page.text
    asking = filer.get(f"/dossiers/{dossier.code}/mending").text
    assert "Gửi đến cơ quan" in asking
    assert "Gửi yêu cầu bổ sung" not in asking
    assert filer.post(f"/dossiers/{dossier.code}/mending", data={"words": "Sai tên"}).status_code == 422
    assert filer.post(f"/dossiers/{dossier.code}/mending", data=MENDING).status_code == 303
    assert filer.post(f"/dossiers/{dossier.code}/mending", data=MENDING).status_code == 409

    matter = session.scalars(sa.select(Matter)).one()
    assert str(matter.id) in head.get("/desk/matters").text
    head.post(f"/desk/matters/{matter.id}", data={"act": "answer", "words": "Đã cấp lại."})
    assert "Đã cấp lại." in filer.get(f"/matters/{matter.id}").text
    assert str(matter.id) not in head.get("/desk/matters").text


def test_the_filer_rates_how_they_were_served_once(
    filer: Browser, session: Session, settled: tuple[Dossier, Letter]
) -> None:
    dossier = settled[0]
    address = f"/dossiers/{dossier.code}/rating"
    assert address in filer.get(f"/dossiers/{dossier.code}").text

    assert filer.post(address, data={"words": "x"}).status_code == 422
    assert filer.post(address, data={"score": "6"}).status_code == 422
    assert filer.post(address, data={"score": "4", "words": "Nhanh."}).status_code == 303
    assert filer.post(address, data={"score": "1"}).status_code == 409

    rating = session.scalars(sa.select(Rating)).one()
    assert (rating.score, rating.words) == (4, "Nhanh.")
    events = session.scalars(sa.select(DossierEvent.kind).where(DossierEvent.dossier_id == dossier.id)).all()
    assert events.count(EventKind.RATED) == 1
    assert 'name="score"' not in filer.get(address).text


def test_a_complaint_is_recorded_in_the_dossier_and_only_one_waits(
    filer: Browser, world: World, session: Session
) -> None:
    open_one, stopped = world.file(seed=2), taken_back(world, session)
    page = filer.get(f"/dossiers/{stopped.code}/complaint")
    assert "khiếu nại" in pages.words(page)

    assert filer.post(f"/dossiers/{open_one.code}/complaint", data={"words": "Sai."}).status_code == 409
    assert filer.post(f"/dossiers/{stopped.code}/complaint", data={"words": "Sai."}).status_code == 303
    assert filer.post(f"/dossiers/{stopped.code}/complaint", data={"words": "Sai nữa."}).status_code == 409

    matter = session.scalars(sa.select(Matter)).one()
    event = session.scalars(sa.select(DossierEvent).where(DossierEvent.kind == EventKind.APPEALED)).one()
    assert event.params["matter"] == str(matter.id)
    assert "Sai" not in str(event.params)


def test_a_rating_is_given_once_and_only_after_a_result(world: World, session: Session) -> None:
    dossier = world.file()
    viewer = world.company_viewer

    with pytest.raises(Refused, match="no_result_yet"):
        actions.rate(session, dossier, score=5, words="", viewer=viewer, now=MONDAY)
    with pytest.raises(Forbidden):
        actions.rate(session, dossier, score=5, words="", viewer=world.viewer("construction", Role.HEAD), now=MONDAY)
    assert session.scalars(sa.select(Rating)).all() == []


def test_nobody_else_reads_or_answers_a_matter(
    filer: Browser, head: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    office = world.agencies["land_registry"]
    matter = actions.raise_matter(
        session, MatterKind.FEEDBACK, "Riêng.", viewer=world.company_viewer, now=MONDAY, agency_id=office.id
    )
    session.flush()
    stranger = new_client()
    people.sign_in(stranger, people.filer(session))

    assert filer.get(f"/matters/{matter.id}").status_code == 200
    assert stranger.get(f"/matters/{matter.id}").status_code == 404
    assert head.get(f"/desk/matters/{matter.id}").status_code == 404
    assert head.post(f"/desk/matters/{matter.id}", data={"act": "answer", "words": "x"}).status_code == 404
    assert matter.state is MatterState.RAISED


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2026, 3, 2), None, None),
    ],
)
def test_the_last_day_of_a_result_is_counted_in_months(issued: date, months: int | None, last: date | None) -> None:
    result = Result.model_construct(
        code="r", name=Text(vi="Giấy phép"), kind="permit", number="1", validity_months=months
    )

    assert last_day_of(result, issued) == last


def test_a_result_that_runs_out_is_told_to_its_holder_thirty_days_before(world: World, session: Session) -> None:
    dossier = world.file()
    decision.remind_before(session, dossier, date(2027, 3, 2))
    due = session.scalars(sa.select(Timer.due_at).where(Timer.kind == TimerKind.RESULT_RENEWAL)).one()
    assert office_day(due) == date(2027, 1, 31)

    actions.remind_of_renewal(session, dossier.id, expires_on=date(2027, 3, 2), now=datetime.now(UTC))
    assert session.scalars(sa.select(Notice).where(Notice.kind == "result_expires")).all() == []  # nothing was granted
