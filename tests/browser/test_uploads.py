"""A large scan over a bad line: it goes on where it broke off; then it is looked at and turned."""

import io
import os
from collections.abc import Callable

import pikepdf
from playwright.sync_api import Route

from tests.browser.walking import press, sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.journeys.town import Town

Open = Callable[..., Window]
MEGABYTE = 1024 * 1024


def scan(megabytes: int) -> bytes:
    """A real PDF of about this size."""
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(842, 595))
    pdf.Root.PieceInfo = pdf.make_stream(os.urandom(megabytes * MEGABYTE))
    pdf.save(out)
    return out.getvalue()


def test_a_large_file_goes_on_where_the_connection_broke_off(town: Town, open_window: Open) -> None:
    window = open_window()
    sign_in(window, town, town.company_email)
    page = window.open("/drafts/new?procedure=1.013225")
    page.check("[name=case][value=works]")
    press(page, "main form button[type=submit]")
    draft = page.url
    page = window.open(f"{draft}/documents")

    parts: list[str] = []

    def line(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        parts.append(route.request.headers["x-part-start"])
        route.abort("connectionreset") if len(parts) in {2, 3} else route.continue_()

    page.route("**/uploads/*", line)
    file = {"name": "ban-ve-lon.pdf", "mimeType": "application/pdf", "buffer": scan(4)}
    page.locator("form[data-upload] input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]
    page.locator(".mc-files__item").wait_for()

    assert "ban-ve-lon.pdf" in page.inner_text("main")
    assert [int(start) // MEGABYTE for start in parts] == [0, 1, 1, 1, 2, 3, 4]
    window.complaints[:] = [said for said in window.complaints if "ERR_CONNECTION_RESET" not in said]

    page.wait_for_load_state("load")
    page.locator(".mc-files__look").click()
    page.wait_for_url("**/look")
    look(window)
    press(page, "button[name=turn][value=right]")
    look(window)
    assert "ban-ve-lon.pdf" in page.inner_text("h1")


def look(window: Window) -> None:
    for size in (PHONE, DESKTOP):
        window.resize(size)
        window.check()
