"""Somebody without an account comes to the counter: from their card to Form 01, in a real browser."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.examples import valid_answers
from portal.clock.zone import office_day
from portal.workflow.lifecycle import Role
from tests.browser.walking import add_documents, fill_section, press, sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.counter.walking import HOUSE, PROCEDURE
from tests.factories import people
from tests.journeys.town import ONE_STOP_AGENCY, Town

Open = Callable[..., Window]


def look(window: Window) -> None:
    """At both widths: nothing sticks out, nothing shuts anybody out."""
    for size in (PHONE, DESKTOP):
        window.resize(size)
        window.check()


def test_somebody_without_an_account_files_at_the_counter_and_follows_by_code(town: Town, open_window: Open) -> None:
    with Session(town.engine, expire_on_commit=False) as session:
        officer = people.officer(session, people.agency(session, ONE_STOP_AGENCY), Role.ONE_STOP, name="Lý Văn Quầy")
        session.commit()
    window = open_window()
    sign_in(window, town, officer.email)
    page = window.open("/counter/")
    look(window)
    press(page, "main a[href$='/counter/new']")
    look(window)
    number = people.tax_code(6543210)
    page.select_option("[name=procedure]", PROCEDURE)
    page.check("[name=kind][value=organisation]")
    page.fill("[name=number]", number)
    press(page, "main form button[type=submit]")
    look(window)
    page.check(f"[name=case][value={HOUSE}]")
    page.check("[name=standing][value=authorised]")
    told = {
        "party_name": "Công ty TNHH Nà Sầm", "party_address": "Số 3, xã Na Sầm", "party_representative": "Vi Văn Nà",
        "name": "Mông Thị Chín", "identity_number": "020190000123", "phone": "0912 000 111",
    }  # fmt: skip
    for name, words in told.items():
        page.fill(f"[name={name}]", words)
    press(page, "main form button[type=submit]")
    look(window)

    definition = next(
        registers.read_definition(path) for path in registers.definition_files() if path.stem == PROCEDURE
    )
    typed = valid_answers(definition, HOUSE, places=registers.places(), day=office_day(datetime.now(UTC)), seed=3)
    press(page, f"a[href*='/sections/{definition.sections[0].code}']")
    while "/sections/" in page.url:
        fill_section(page, typed)
    add_documents(page)
    press(page, "main a[href$='/review']")
    look(window)
    page.check("[name=declared]")
    press(page, "#file button[type=submit]")
    look(window)
    code = page.url.rsplit("/", 1)[1]
    assert "Mông Thị Chín" in page.inner_text("main")
    press(page, "main form[action$='/accept'] button")
    look(window)
    assert "Ngày hẹn trả" in page.inner_text("main")

    outside = open_window()
    page = outside.open(f"/vi/track?code={code}")
    page.fill("[name=fact]", number)
    press(page, "main form button[type=submit]")
    assert code in page.inner_text("main")
