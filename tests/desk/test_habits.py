"""The officer's own way of looking at the queue: named filters, columns, what presses, the border lane."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.clock.calendar import Calendar
from portal.clock.zone import VIETNAM
from portal.desk.actions import habits
from portal.desk.consignments import consignment_of, slack_minutes
from portal.dossiers.models import Dossier, DossierAnswers, DossierStep
from portal.foundation.packaged import office_calendar
from portal.workflow.lifecycle import Role
from tests.desk.conftest import Office
from tests.fixtures.app import Browser

ORIGIN = "LS-CO-E"


@pytest.fixture
def counter(office: Office) -> Browser:
    return office.browser("service_centre", Role.ONE_STOP)


def headings(text: str) -> int:
    return len(re.findall(r"<th scope", text))


def test_an_officer_keeps_a_filter_under_a_name_and_removes_it(office: Office, counter: Browser) -> None:
    office.file()
    place = {"tab": "intake", "field": "construction", "q": "hoa"}

    assert counter.post("/desk/queue/views", data={"name": "  Nhà   ở ", **place}).status_code == 303
    page = counter.get("/desk").text
    assert re.search(r'href="/desk\?[^"]*field=construction[^"]*">Nhà ở</a>', page)
    assert counter.post("/desk/queue/views/drop", data={"name": "Nhà ở"}).status_code == 303
    assert "Nhà ở</a>" not in counter.get("/desk").text


def test_the_same_name_again_replaces_and_there_is_an_end_to_them(office: Office, counter: Browser) -> None:
    for number in range(habits.MOST_VIEWS):
        counter.post("/desk/queue/views", data={"name": f"Bộ lọc {number}", "tab": "intake"})
    counter.post("/desk/queue/views", data={"name": "bộ LỌC 3", "tab": "waiting"})
    too_many = counter.post("/desk/queue/views", data={"name": "Một cái nữa", "tab": "intake"})

    page = counter.get(too_many.location).text
    assert "mc-message--error" in page
    assert page.count("mc-views__item") == habits.MOST_VIEWS
    assert "bộ LỌC 3</a>" in page
    assert "Bộ lọc 3</a>" not in page


def test_a_filter_without_a_name_is_answered_on_the_list(counter: Browser) -> None:
    answer = counter.post("/desk/queue/views", data={"name": " ", "tab": "intake"})

    assert answer.status_code == 303
    assert "mc-message--error" in counter.get(answer.location).text


def test_the_list_shows_the_columns_the_officer_chose(office: Office, counter: Browser) -> None:
    office.file()
    usual = headings(counter.get("/desk").text)
    counter.post("/desk/queue/columns", data={"column": ["filed", "nonsense"]})
    few = headings(counter.get("/desk").text)
    counter.post("/desk/queue/columns", data={})

    assert (usual, few) == (5, 3)
    assert headings(counter.get("/desk").text) == 2


def test_what_presses_stands_in_a_tab_of_its_own(office: Office, session: Session) -> None:
    dossiers = [office.accepted(seed=1) for _ in range(3)]
    now = datetime.now(UTC)
    for dossier, left in zip(dossiers, (timedelta(days=-1), timedelta(minutes=20), timedelta(days=30)), strict=True):
        open_step = sa.and_(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
        session.execute(sa.update(DossierStep).where(open_step).values(due_at=now + left))
    session.commit()
    head = office.at(dossiers[0], Role.HEAD)

    late, soon = head.get("/desk?tab=overdue").text, head.get("/desk?tab=due_soon").text
    assert [one.code in late for one in dossiers] == [True, False, False]
    assert [one.code in soon for one in dossiers] == [False, True, False]


def test_at_the_counter_what_is_to_be_accepted_presses(office: Office, session: Session, counter: Browser) -> None:
    dossier, calm = office.file(seed=1), office.file(seed=2)
    session.execute(
        sa.update(Dossier)
        .where(Dossier.id == dossier.id)
        .values(acceptance_due_at=datetime.now(UTC) - timedelta(hours=1))
    )
    session.commit()

    page = counter.get("/desk?tab=overdue").text
    assert dossier.code in page
    assert "8 giờ làm việc mà chưa tiếp nhận" in page
    assert calm.code not in page


@pytest.fixture
def border(office: Office, session: Session) -> Office:
    path = next(one for one in registers.definition_files(registers.PROCEDURES) if one.stem == ORIGIN)
    published = publish(session, registers.read_definition(path), now=datetime.now(UTC), origin=path.name)
    assert published is not None
    office.world.versions[ORIGIN] = published
    session.commit()
    return office


def consigned(office: Office, session: Session, *, days: int, seed: int) -> Dossier:
    """A dossier whose truck arrives so many days from now."""
    dossier = office.file(ORIGIN, seed=seed)
    row = session.scalars(sa.select(DossierAnswers).where(DossierAnswers.dossier_id == dossier.id)).one()
    day = (datetime.now(VIETNAM) + timedelta(days=days)).date()
    row.answers = {
        **row.answers, "expected_arrival": day.isoformat(), "expected_arrival_window": "afternoon",
        "vehicle_plate": f"12C-{seed:03}.45", "border_gate": "tan_thanh",
    }  # fmt: skip
    session.commit()
    return dossier


def test_the_border_lane_orders_consignments_by_slack(border: Office, session: Session) -> None:
    later, sooner = consigned(border, session, days=30, seed=1), consigned(border, session, days=0, seed=2)
    border.file("1.013225")
    counter = border.browser("service_centre", Role.ONE_STOP)

    page = counter.get("/desk/border").text
    assert re.findall(r'mc-queue__strong" href="/desk/([^"]+)"', page) == [sooner.code, later.code]
    assert "12C-002.45" in page
    assert "Tân Thanh" in page
    assert 'href="/desk/border"' in counter.get("/desk").text


def test_the_lane_is_shown_to_agencies_it_concerns_only(border: Office, session: Session) -> None:
    dossier = consigned(border, session, days=1, seed=1)

    assert 'href="/desk/border"' in border.browser("industry_trade", Role.HEAD).get("/desk").text
    stranger = border.browser("construction", Role.HEAD)
    assert 'href="/desk/border"' not in stranger.get("/desk").text
    assert dossier.code not in stranger.get("/desk/border").text


def test_the_lane_appears_with_the_first_procedure_that_asks_for_a_consignment(
    office: Office, session: Session, counter: Browser
) -> None:
    for _ in range(2):  # the second page knows what the first has read
        assert 'href="/desk/border"' not in counter.get("/desk").text
    path = next(one for one in registers.definition_files(registers.PROCEDURES) if one.stem == ORIGIN)
    publish(session, registers.read_definition(path), now=datetime.now(UTC), origin=path.name)
    session.commit()

    for _ in range(2):
        assert 'href="/desk/border"' in counter.get("/desk").text


@pytest.mark.parametrize("answers", [None, {}, {"expected_arrival": "mai"}, {"expected_arrival": ["2026-03-02"]}])
def test_answers_without_a_day_are_no_consignment(answers: dict[str, Any] | None) -> None:
    assert consignment_of(answers) is None


@pytest.mark.parametrize(
    ("window", "hour"), [("before_nine", 7), ("morning", 9), ("afternoon", 12), ("evening", 17), ("", 7)]
)
def test_a_truck_is_reckoned_with_from_the_beginning_of_its_hours(window: str, hour: int) -> None:
    found = consignment_of({"expected_arrival": "2026-03-02", "expected_arrival_window": window})

    assert found is not None
    assert found.arrives_at == datetime(2026, 3, 2, hour, tzinfo=VIETNAM)


def test_slack_is_working_time_and_negative_where_the_truck_is_first() -> None:
    calendar: Calendar = office_calendar()
    friday, monday = datetime(2026, 3, 6, 16, 0, tzinfo=VIETNAM), datetime(2026, 3, 9, 9, 0, tzinfo=VIETNAM)

    slack = slack_minutes(friday, monday, calendar)
    assert 0 < slack < 4 * 60
    assert slack_minutes(monday, friday, calendar) == -slack
    assert slack_minutes(friday, friday, calendar) == 0
