"""Another promised day (Form 04) in a real browser: the head proposes, the leader decides, nobody is shut out."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import office_day
from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier
from portal.foundation.packaged import office_calendar
from portal.routing.actions import route
from portal.workflow.lifecycle import Role
from tests.browser.walking import sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.factories import world
from tests.journeys.town import Town

Open = Callable[..., Window]
WHY = "Chờ kết quả đo đạc lại ranh giới thửa đất."
DATES = "SELECT promised_due_at, statutory_due_at FROM dossiers WHERE code = %s"


@pytest.fixture
def dossier(town: Town) -> Iterator[tuple[str, str, str, date]]:
    """An accepted dossier's code, the addresses of the agency's head and leader, and a later working day."""
    now = datetime.now(UTC)
    with Session(town.engine, expire_on_commit=False) as session:
        made = world.build(session, procedures=(), now=now)
        made.versions = {row.code: row for row in session.scalars(sa.select(ProcedureVersion))}
        filed = made.file(now=now - timedelta(minutes=1))
        session.commit()
        route(session, filed.id, now=now)
        found = session.get_one(Dossier, filed.id)
        intake.accept(session, found, viewer=made.viewer("service_centre", Role.ONE_STOP), now=now)
        session.commit()
        key = next(key for key, agency in made.agencies.items() if agency.id == found.agency_id)
        emails = [session.get_one(Person, made.posts[key, role].person_id).email for role in (Role.HEAD, Role.LEADER)]
        assert found.promised_due_at is not None
        day = office_calendar().add_working_days(office_day(found.promised_due_at), 3)
        yield found.code, emails[0], emails[1], day


def panel(window: Window, code: str) -> Page:
    """The page of the dossier with the panel of Form 04 unfolded."""
    page = window.open(f"/desk/{code}")
    if not page.locator("#apology[open]").count():
        page.click("#apology summary")
    return page


def test_the_head_proposes_another_day_and_the_leader_decides(
    town: Town, open_window: Open, dossier: tuple[str, str, str, date]
) -> None:
    code, head, leader, day = dossier
    before = town.rows(DATES, code)[0]
    window = open_window(scripts=False)
    sign_in(window, town, head)
    page = panel(window, code)
    assert "Lãnh đạo quyết định" in page.inner_text("#apology")
    boxes = page.locator("#apology input[name$=new_day]").all()
    for box, part in zip(boxes, (day.day, day.month, day.year), strict=True):
        box.fill(str(part))
    page.fill("#apology textarea", WHY)
    page.click("#apology button[type=submit]")
    assert town.rows(DATES, code)[0] == before

    window = open_window()
    sign_in(window, town, leader)
    for size in (DESKTOP, PHONE):
        window.resize(size)
        page = panel(window, code)
        assert page.input_value("#apology textarea") == WHY
        window.check()
    page.click("#apology button[type=submit]")

    after = town.rows(DATES, code)[0]
    assert isinstance(after["promised_due_at"], datetime)
    assert office_day(after["promised_due_at"]) == day
    assert after["statutory_due_at"] == before["statutory_due_at"]
