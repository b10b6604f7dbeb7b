"""Public pages in three languages, on a desk and on a phone, and the way of those who have no JavaScript."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pikepdf
import pytest
from playwright.sync_api import Route
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.examples import valid_answers
from portal.clock.zone import office_day
from portal.workflow.lifecycle import Role
from tests.browser.walking import answer, sign_in
from tests.browser.window import DESKTOP, IS_FULL, LOCALES, PHONE, Window
from tests.factories import people
from tests.journeys.filing import definitions, small_pdf
from tests.journeys.town import Town

PAGES = ("", "procedures", "procedures/1.013225", "procedures/1.009645", "track", "transparency", "transparency/data")
SIZES = (DESKTOP, PHONE)
Open = Callable[..., Window]


@pytest.mark.parametrize(("language", "locale"), list(LOCALES.items()))
def test_public_pages_shut_nobody_out(open_window: Open, language: str, locale: str) -> None:
    window = open_window(locale=locale)
    for number, page in enumerate(PAGES):
        window.open(f"/{language}/{page}")
        for size in SIZES if IS_FULL or language == "vi" else (SIZES[number % 2],):
            window.resize(size)
            window.check()
        assert str(window.page.locator("html").get_attribute("lang")).startswith(language)


def test_the_many_places_of_an_officer_fold_into_a_menu_on_a_phone(town: Town, open_window: Open) -> None:
    with Session(town.engine, expire_on_commit=False) as session:
        office = people.agency(session, "menu", name="Cơ quan thử trình đơn")
        administrator = people.officer(session, office, Role.ADMINISTRATOR)
        session.commit()
    window = open_window()
    sign_in(window, town, administrator.email)
    page = window.open("/figures")
    places, button = page.locator("#main-menu"), page.locator(".mc-navigation__menu")
    assert places.is_visible()
    assert not button.is_visible()
    window.resize(PHONE)
    assert not places.is_visible()
    assert "Số liệu" in button.inner_text()
    button.click()
    assert places.is_visible()
    window.check()
    page.keyboard.press("Escape")
    assert not places.is_visible()
    button.click()
    places.get_by_role("link", name="Lịch làm việc").click()
    page.wait_for_url("**/calendar*")


def test_who_waits_for_the_receipt_of_a_dossier_that_has_gone_on_is_told_to_look_again(open_window: Open) -> None:
    """The page leads on to the dossier by then; whoever has it open is neither moved away nor left waiting."""
    window = open_window()
    waiting = "<div id=receipt data-waiting><a href='' data-look-again>Xem lại</a></div>"
    script = "<script type=module src=/static/js/receipt.js></script>"

    def answer(route: Route) -> None:
        if route.request.resource_type == "document":
            route.fulfill(content_type="text/html", body=f"<!DOCTYPE html><title>-</title>{waiting}{script}")
        else:
            route.fulfill(status=303, headers={"location": "/vi/"})

    window.page.route("**/filed", answer)
    page = window.open("/dossiers/H37/filed")
    again = page.locator("[data-look-again]")
    again.wait_for(state="hidden")
    again.wait_for(state="visible")
    assert page.url.endswith("/filed")


def test_a_procedure_on_paper_is_a_few_sheets_without_half_addresses(open_window: Open) -> None:
    window = open_window()
    window.page.emulate_media(media="print")
    for code, sheets in (("1.013225", 5), ("1.009645", 4)):
        page = window.open(f"/vi/procedures/{code}")
        printed = page.pdf(prefer_css_page_size=True)
        with pikepdf.open(io.BytesIO(printed)) as paper:
            assert len(paper.pages) <= sheets, code
        after = "links => links.map(one => getComputedStyle(one, '::after').content)"
        assert set(page.locator("main .govuk-link").evaluate_all(after)) <= {"none", '""'}


def test_a_page_of_the_form_and_a_document_need_no_script(town: Town, open_window: Open) -> None:
    window = open_window(scripts=False)
    page = window.open("/sign-in")
    page.fill("[name=email]", town.company_email)
    page.fill("[name=password]", people.PASSWORD)
    page.click("main form button[type=submit]")
    page = window.open("/drafts/new?procedure=1.013225")
    page.check("[name=case][value=works]")
    page.click("main form button[type=submit]")
    draft = page.url

    definition = definitions()["1.013225"]
    typed = valid_answers(definition, "works", places=registers.places(), day=office_day(datetime.now(UTC)))
    section = definition.sections[0]
    page = window.open(f"{draft}/sections/{section.code}")
    here = page.url
    for _ in range(len(section.fields) + 1):  # what an answer brings up is asked when the page comes back
        answer(page, typed)
        page.get_by_role("button", name="Lưu và tiếp tục").last.click()
        if page.url.partition("?")[0] != here:
            break
    assert f"/sections/{section.code}" not in page.url, page.inner_text("main")

    page = window.open(f"{draft}/documents")
    paper = page.locator("form[data-upload]").first
    paper.locator("input[type=file]").set_input_files(
        {"name": "ban-ve.pdf", "mimeType": "application/pdf", "buffer": small_pdf("bản vẽ")}
    )
    paper.locator("button[type=submit]").click()
    assert "ban-ve.pdf" in page.inner_text("main")
