"""The calendar and the slip in a real browser: nobody is shut out, and what is saved moves a real dossier."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import office_day, office_time
from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier
from portal.routing.actions import route
from portal.workflow.lifecycle import Role
from tests.browser.walking import press
from tests.browser.window import DESKTOP, IS_FULL, LOCALES, PHONE, Window
from tests.factories import people, world
from tests.fixtures.workers import until
from tests.journeys.town import Town

Open = Callable[..., Window]
EVENTS = "SELECT e.kind FROM dossier_events e JOIN dossiers d ON d.id = e.dossier_id WHERE d.code = %s"


@pytest.fixture
def accepted(town: Town) -> Iterator[tuple[str, str, datetime]]:
    """An administrator's address, and a dossier of the moment with its statutory date."""
    now = datetime.now(UTC)
    with Session(town.engine, expire_on_commit=False) as session:
        made = world.build(session, procedures=(), now=now)
        made.versions = {row.code: row for row in session.scalars(sa.select(ProcedureVersion))}
        administrator = people.person(session, name="Quản trị viên", second_factor=True)
        office = session.scalars(sa.select(Agency).where(Agency.key == "provincial_office")).one()
        people.post(session, administrator, office, Role.ADMINISTRATOR)
        dossier = made.file(now=now - timedelta(minutes=1))
        session.commit()
        route(session, dossier.id, now=now)
        found = session.get_one(Dossier, dossier.id)
        intake.accept(session, found, viewer=made.viewer("service_centre", Role.ONE_STOP), now=now)
        session.commit()
        assert found.statutory_due_at is not None
        yield administrator.email, found.code, found.statutory_due_at


def open_year(window: Window, page: Page, year: int) -> None:
    """Open a locked year again: its days cannot change before."""
    window.open(f"/calendar/year?year={year}")
    page.check("[name=state][value=provisional]")
    page.fill("[name=source]", "Công văn 1/VPCP-KGVX")
    page.click("main form button[type=submit]")


def test_a_day_off_is_prepared_looked_at_saved_and_moves_the_dossier(
    town: Town, open_window: Open, accepted: tuple[str, str, datetime]
) -> None:
    email, code, due_at = accepted
    window = open_window(scripts=False)
    page = window.open("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", people.PASSWORD)
    page.click("main form button[type=submit]")
    page.fill("[name=code]", town.next_code(email))
    page.click("main form button[type=submit]")
    press(page, "nav a[href='/calendar']")
    day = office_day(due_at)
    open_year(window, page, day.year)
    press(page, "a[href='/calendar/day-off']")
    for box, part in zip(page.locator("input[name=on]").all(), (day.day, day.month, day.year), strict=True):
        box.fill(str(part))
    page.select_option("[name=name]", "swap")
    page.fill("[name=source]", "Công văn 1/VPCP-KGVX")
    page.click("main form button[type=submit]")
    page = window.open("/calendar/preview")
    assert code in page.inner_text("main")
    page.fill("[name=reason]", "Hoán đổi ngày làm việc")
    page.get_by_role("button", name="Áp dụng lịch này").click()

    until(lambda: "due_changed" in {str(row["kind"]) for row in town.rows(EVENTS, code)}, why=town.said)

    moved = town.rows("SELECT statutory_due_at FROM dossiers WHERE code = %s", code)[0]["statutory_due_at"]
    assert isinstance(moved, datetime)
    assert office_time(moved) > office_time(due_at)


@pytest.mark.parametrize(("language", "locale"), list(LOCALES.items()) if IS_FULL else [("vi", "vi-VN")])
def test_the_calendar_shuts_nobody_out(
    town: Town, open_window: Open, accepted: tuple[str, str, datetime], language: str, locale: str
) -> None:
    email, _code, due_at = accepted
    window = open_window(locale=locale)
    page = window.open("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", people.PASSWORD)
    page.click("main form button[type=submit]")
    page.fill("[name=code]", town.next_code(email))
    page.click("main form button[type=submit]")
    window.open("/calendar")
    if page.locator(f"header button[name=language][value={language}]").count():
        page.click(f"header button[name=language][value={language}]")
    prepared = office_day(due_at) + timedelta(days=1)
    open_year(window, page, prepared.year)
    page = window.open("/calendar/day-off")
    for box, part in zip(
        page.locator("input[name=on]").all(), (prepared.day, prepared.month, prepared.year), strict=True
    ):
        box.fill(str(part))
    page.select_option("[name=name]", "swap")
    page.fill("[name=source]", "1/VPCP")
    page.click("main form button[type=submit]")
    for size in (DESKTOP, PHONE):
        window.resize(size)
        for address in ("", "?year=2027", "/day-off", "/hours", "/import", "/year", "/preview"):
            window.open(f"/calendar{address}")
            assert page.locator("html").get_attribute("lang").startswith(language)  # type: ignore[union-attr]
            window.check()


def test_the_slip_shuts_nobody_out(town: Town, open_window: Open, accepted: tuple[str, str, datetime]) -> None:
    _email, code, _due_at = accepted
    filer = town.rows("SELECT p.email FROM people p JOIN dossiers d ON d.filer_id = p.id WHERE d.code = %s", code)
    window = open_window()
    page = window.open("/sign-in")
    page.fill("[name=email]", str(filer[0]["email"]))
    page.fill("[name=password]", people.PASSWORD)
    page.click("main form button[type=submit]")
    window.open(f"/dossiers/{code}")
    page.click("details.mc-why summary")
    window.check()
    press(page, f"a[href='/dossiers/{code}/slip']")
    for size in (DESKTOP, PHONE):
        window.resize(size)
        window.check()
