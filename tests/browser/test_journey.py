"""A building permit from search to sealed result in a real browser, every page looked at on a desk and a phone."""

from collections.abc import Callable
from datetime import UTC, datetime

from portal.catalogue import registers
from portal.catalogue.examples import valid_answers
from portal.clock.zone import office_day
from portal.workflow.lifecycle import Role
from tests.browser.walking import add_documents, confirm_and_file, fill_section, press, sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.fixtures.workers import until
from tests.journeys import deciding, filing
from tests.journeys.town import ONE_STOP_AGENCY, Town

PROCEDURE, CASE = "1.013225", "works"
Open = Callable[..., Window]


def test_a_building_permit_in_a_browser(town: Town, open_window: Open) -> None:
    company = open_window()
    code = file_it(company, town)
    accept_it(open_window(), town, code)
    until(lambda: len(town.rows(SEALED, code)) == 2, why=town.said)
    follow_it(company, code)
    windows: dict[str, Window] = {}
    while deciding.state_of(town, code) != "settled":
        step = deciding.steps_in_hand(town, code)[0]
        email = town.officers[str(step["agency"]), Role(str(step["role"]))]
        if email not in windows:
            windows[email] = open_window()
            sign_in(windows[email], town, email)
        do_step(windows[email], town, code, str(step["node_key"]), email)
    fetch_and_check(company, open_window(), code)


SEALED = """
    SELECT l.id FROM letters l JOIN dossiers d ON d.id = l.dossier_id WHERE d.code = %s AND l.sealed_at IS NOT NULL"""


def look(window: Window) -> None:
    """The page as it is on a desk and on a small phone."""
    window.check()
    window.resize(PHONE)
    window.check()
    window.resize(DESKTOP)


def file_it(window: Window, town: Town) -> str:
    """Search without accents, sign in on the way, fill in, add documents, file; returns the code."""
    page = window.open("/vi/")
    look(window)
    page.fill("main [name=q]", "giay phep xay dung")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=giay*")
    look(window)
    press(page, f"main a[href$='/procedures/{PROCEDURE}']")
    look(window)
    sign_in(window, town, town.company_email)
    page = window.open(f"/vi/procedures/{PROCEDURE}")
    press(page, "main a[href*='/drafts/new']")
    look(window)
    page.check(f"[name=case][value={CASE}]")
    press(page, "main form button[type=submit]")
    look(window)
    definition = filing.definitions()[PROCEDURE]
    day = office_day(datetime.now(UTC))
    typed = valid_answers(definition, CASE, places=registers.places(), day=day, seed=3)
    press(page, f"a[href*='/sections/{definition.sections[0].code}']")
    while "/sections/" in page.url:
        look(window)
        fill_section(page, typed)
    look(window)
    add_documents(page)
    press(page, "main a[href$='/review']")
    look(window)
    page.check("[name=declared]")
    press(page, "#file button[type=submit]")
    confirm_and_file(page)
    look(window)
    return page.url.split("/dossiers/")[1].split("/")[0]


def accept_it(window: Window, town: Town, code: str) -> None:
    """The one-stop officer finds it due first and accepts it."""
    sign_in(window, town, town.officers[ONE_STOP_AGENCY, Role.ONE_STOP])
    page = window.open("/desk")
    look(window)
    press(page, f"a[href$='/desk/{code}']")
    look(window)
    press(page, "form[action$='/accept'] button")
    look(window)


def follow_it(window: Window, code: str) -> None:
    """The company sees who has it and the three dates."""
    page = window.open("/dossiers")
    look(window)
    press(page, f"a[href$='/dossiers/{code}']")
    look(window)


def do_step(window: Window, town: Town, code: str, node: str, email: str) -> None:
    """One step, by the button the review page offers for it."""
    page = window.open(f"/desk/{code}")
    look(window)
    panel = f"#do-{node}"
    if page.locator(f"{panel} a[href*='/sign/']").count():
        press(page, f"{panel} a[href*='/sign/']")
        if "/step-up" in page.url:
            page.fill("[name=code]", town.next_code(email))
            press(page, "main form button[type=submit]")
        look(window)
        page.check("[name=outcome][value=granted]")
        press(page, "form[action*='/sign/'] button:not([name])")
        return
    for choice in ("agree", "grant"):
        box = page.locator(f"{panel} [value={choice}]")
        if box.count():
            box.check()
    note = page.locator(f"{panel} form:not(details form) textarea")
    if note.count():
        note.first.fill("Đã đối chiếu hồ sơ, đủ điều kiện.")
    with page.expect_navigation():
        page.locator(f"{panel} > form button[type=submit]").first.click()


def fetch_and_check(company: Window, anybody: Window, code: str) -> None:
    """The company downloads the result; whoever scans its QR code sees that it is genuine."""
    page = company.open(f"/dossiers/{code}")
    look(company)
    with page.expect_download() as download:
        page.locator(".mc-documents__item--result a").click()
    result = download.value.path().read_bytes()
    page = anybody.open(filing.address_in(result))
    assert page.locator(".mc-verdict--good").count() == 1
    look(anybody)
