"""Somebody without an account pays a company's fee by a link, in a demonstration with its sandbox bank."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.walking import press, sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.conftest import new_database
from tests.fixtures.workers import until
from tests.journeys import deciding, filing
from tests.journeys.town import Town
from tests.servers import Servers

Open = Callable[..., Window]
RECEIPTS = """
    SELECT l.id FROM letters l JOIN dossiers d ON d.id = l.dossier_id
    WHERE d.code = %s AND l.kind = 'fee_receipt' AND l.sealed_at IS NOT NULL"""


@pytest.fixture(scope="module")
def town(
    chromium: Browser,
    servers: Servers,
    worker_number: int,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    """A demonstration: only there a sandbox bank is at hand."""
    assert chromium
    folder = tmp_path_factory.mktemp("paying")
    with (
        new_database(servers, f"browser_paying_{worker_number}") as database_url,
        Town(database_url=database_url, redis_url=redis_url, folder=folder, mode="demo") as town,
    ):
        town.settle()
        town.relay()
        town.worker()
        town.web()
        yield town


def look(window: Window) -> None:
    for size in (PHONE, DESKTOP):
        window.resize(size)
        window.check()


@pytest.mark.parametrize(
    ("locale", "thanks"), [("vi-VN", "Cảm ơn bạn"), ("en-GB", "Thank you"), ("zh-CN", "谢谢")], ids=["vi", "en", "zh"]
)
def test_somebody_else_pays_by_a_link(town: Town, open_window: Open, locale: str, thanks: str) -> None:
    code = filing.file_dossier(town.company(), "1.013225", "works")
    deciding.accept(town, code)

    payer = open_window(locale=locale)
    page = payer.open(a_link(open_window(), town, code))
    look(payer)
    assert "Trung tâm" not in page.inner_text("main")  # the code and the amount, nothing else of the dossier
    page.fill("[name=payer_name]", "Trần Thị Bình")
    press(page, "main form button[type=submit]")
    look(payer)
    press(page, "button[value='24']")
    look(payer)
    page.locator("main .govuk-button").first.click()  # once turned back, straight to another try
    page.wait_for_url("**/pay/**")
    page.fill("[name=payer_name]", "Trần Thị Bình")
    press(page, "main form button[type=submit]")
    press(page, "button[value='00']")
    look(payer)
    assert thanks in page.inner_text("h1")

    until(lambda: len(town.rows(RECEIPTS, code)) == 1, why=town.said)
    page.locator("main .govuk-button").first.click()
    page.wait_for_url("**/pay/**")
    look(payer)
    with page.expect_download() as begun:
        page.locator("a[href$='/receipt']").click()
    assert begun.value.suggested_filename == f"{code}-receipt-{receipt_number(town, code)}.pdf"


def a_link(window: Window, town: Town, code: str) -> str:
    """The company makes the link; its page is looked at with it."""
    sign_in(window, town, town.company_email)
    page = window.open(f"/dossiers/{code}/payments")
    look(window)
    page.locator("details summary").last.click()
    press(page, "form[action$='/links'] button")
    look(window)
    return str(page.locator(".mc-paylink a").first.get_attribute("href"))


def receipt_number(town: Town, code: str) -> object:
    asked = """
        SELECT receipt_number FROM payments p JOIN bills b ON b.id = p.bill_id
        WHERE b.dossier_code = %s AND p.state = 'succeeded'"""
    (row,) = town.rows(asked, code)
    return row["receipt_number"]
