"""The pictures of the README, taken from a running demonstration: `make run`, then UPDATE_SCREENSHOTS=1."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from portal.demonstration.cast import DOMAIN, PASSWORD, email_of
from portal.workflow.lifecycle import Role
from tests.browser.walking import press
from tests.browser.window import Window

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
LARGEST_BYTES = 250_000
COLOURS = 128
ADDRESS = os.environ.get("DEMONSTRATION", f"http://localhost:{os.environ.get('PORT', '8000')}/")

pytestmark = pytest.mark.skipif(
    not os.environ.get("UPDATE_SCREENSHOTS"),
    reason="pictures are only taken when asked for: make run, then UPDATE_SCREENSHOTS=1 make test ARGS=tests/browser",
)


@pytest.fixture
def window(chromium: Browser) -> Iterator[Window]:
    window = Window(chromium, ADDRESS)
    yield window
    window.close()


def take(window: Window, name: str) -> None:
    """What stands in the window, small enough for a README."""
    window.page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(window.page.screenshot())).convert("RGB")
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    assert file.stat().st_size < LARGEST_BYTES


def sign_in(window: Window, email: str) -> None:
    page = window.open("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    press(page, "main form button[type=submit]")
    if "/sign-in/code" in page.url:
        page.fill("[name=code]", page.inner_text("#demo-code"))
        press(page, "main form button[type=submit]")


def test_the_front_page_and_transparency(window: Window) -> None:
    window.open("/vi/")
    take(window, "front")
    window.open("/vi/transparency")
    take(window, "transparency")


def test_following_a_dossier(window: Window) -> None:
    sign_in(window, f"dongdang@{DOMAIN}")
    page = window.open("/dossiers?state=open")
    links = page.locator("main a[href*='/dossiers/H37']")
    for address in [str(link.get_attribute("href")) for link in links.all()]:
        page = window.open(address)
        if page.locator(".mc-turn__bar").count() and page.locator(".mc-timeline__item").count() > 5:
            break
    take(window, "dossier")


def test_an_officers_queue_and_review(window: Window) -> None:
    sign_in(window, email_of(Role.HEAD, "finance"))
    page = window.open("/desk?tab=unit")
    take(window, "queue")
    press(page, "main a[href*='/desk/H37']")
    page.wait_for_load_state("networkidle")
    take(window, "review")


def test_signing_and_a_list_to_be_signed_at_once(window: Window) -> None:
    sign_in(window, email_of(Role.LEADER, "construction"))
    page = window.open("/desk?tab=sign")
    if not page.locator("main td a[href*='/desk/H37']").count():
        pytest.skip("nothing waits for this leader's signature in the demonstration at the moment")
    press(page, "main td a[href*='/desk/H37']")
    press(page, "main a[href*='/sign/']")
    take(window, "signing")
    page = window.open("/desk?tab=sign")
    for box in page.locator("input[name=chosen]").all()[:4]:
        box.check()
    press(page, "button[name=act][value=sign]")
    take(window, "batch")
