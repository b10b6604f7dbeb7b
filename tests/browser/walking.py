"""What people do with mouse and keyboard on the pages of a dossier."""

from collections.abc import Mapping, Sequence

from playwright.sync_api import Locator, Page

from tests.browser.window import Window
from tests.factories import people
from tests.journeys.filing import small_pdf
from tests.journeys.town import Town

Typed = Mapping[str, Sequence[str]]
GO_ON = "form[data-dossier-form] .govuk-button-group button:not([name])"
"""The button of a page of the form that saves it and goes on, whatever it is called."""


def sign_in(window: Window, town: Town, email: str) -> None:
    """Password, and the code where the account has one."""
    page = window.open("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    if "/sign-in/code" in page.url:
        page.fill("[name=code]", town.next_code(email))
        press(page, "main form button[type=submit]")
    assert "/sign-in" not in page.url, page.inner_text("main")


def press(page: Page, selector: str) -> None:
    """Click the last visible match and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator(selector).locator("visible=true").last.click()


def confirm_and_file(page: Page) -> None:
    """Whoever declares shows again who it is, then presses the button once more."""
    if "/step-up" not in page.url:
        return
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    assert page.is_checked("[name=declared]")
    press(page, "#file button[type=submit]")


def answer(page: Page, typed: Typed) -> None:
    """Answer every question that is asked, also those that come up while answering."""
    answered: set[str] = set()
    while fresh := [name for name in typed if name not in answered and _answer(page, name, typed[name])]:
        answered.update(fresh)


def fill_section(page: Page, typed: Typed) -> None:
    """Answer the whole page of the form, with as many rows as it takes, then go on."""
    answer(page, typed)
    while (row := _row_to_add(page, typed)) is not None:
        press(page, f"button[name=add][value={row}]")
        answer(page, typed)
    here = page.url.partition("?")[0]
    page.locator(GO_ON).locator("visible=true").last.click()
    page.wait_for_url(lambda address: address.partition("?")[0] != here)


def add_documents(page: Page) -> None:
    """Choose a file for every document that is still to do; it is sent by itself and the page comes back with it."""
    boxes = page.locator(".mc-document:has(.mc-tag--quiet) input[type=file]")
    for name in [str(box.get_attribute("id")) for box in boxes.all()]:
        key = name.removesuffix("-input")
        sheet = {"name": f"{key}.pdf", "mimeType": "application/pdf", "buffer": small_pdf(key)}
        page.locator(f'[id="{name}"]').set_input_files(sheet)  # type: ignore[arg-type]
        page.locator(f"#{key}-document .mc-files__item").wait_for()
        page.wait_for_load_state("load")


def _row_to_add(page: Page, typed: Typed) -> str | None:
    for button in page.locator("button[name=add]").locator("visible=true").all():
        code = str(button.get_attribute("value"))
        numbers = {name.split(".")[1] for name in typed if name.startswith(f"{code}.")}
        if any(not page.locator(f'[name^="{code}.{number}."]').count() for number in numbers):
            return code
    return None


def _answer(page: Page, name: str, values: Sequence[str]) -> bool:
    """Answer one question if it is on the page and asked; says whether it was."""
    if page.locator(f'[name="{name}.day"]').locator("visible=true").count():
        year, month, day = values[0].split("-")
        for part, text in (("day", day), ("month", month), ("year", year)):
            page.fill(f'[name="{name}.{part}"]', text)
        return True
    boxes = page.locator(f'[name="{name}"]')
    if not boxes.count() or not boxes.first.evaluate("box => !box.closest('[hidden]') && box.type !== 'hidden'"):
        return False
    _set(page, boxes, values)
    return True


def _set(page: Page, boxes: Locator, values: Sequence[str]) -> None:
    kind = boxes.first.evaluate("box => box.tagName === 'SELECT' ? 'select' : box.type")
    if kind in {"radio", "checkbox"}:
        for value in values:
            boxes.and_(page.locator(f'[value="{value}"]')).check()
    elif kind == "select" and not boxes.first.is_visible():  # a box to type into stands in its place
        text = boxes.first.evaluate(
            "(box, value) => [...box.options].find((one) => one.value === value).text", values[0]
        )
        entry = page.locator(f'[id="{str(boxes.first.get_attribute("id")).removesuffix("-select")}"]')
        entry.fill(text)
        page.get_by_role("option", name=text, exact=True).first.click()
    elif kind == "select":
        boxes.first.select_option(values[0])
    else:
        boxes.first.fill(values[0])
