"""One person's browser window, watched: what its console complains about, and what is hard to use for somebody."""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser, ConsoleMessage, Page, Response

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
IS_FULL = bool(os.environ.get("MOTCUA_FULL"))
PICTURES = os.environ.get("PAGE_PICTURES")
"""A folder in which pictures of the pages stay to be looked at."""
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}
LOCALES = {"vi": "vi-VN", "en": "en-GB", "zh": "zh-CN"}
PATIENCE_MILLISECONDS = 45_000
SIDEWAYS = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
IN_PLACE = """async (options) => {
    const bars = [...document.querySelectorAll('body *')].filter(one => getComputedStyle(one).position === 'sticky');
    bars.forEach(one => { one.style.position = 'static'; });
    try { return (await axe.run(document, options)).violations; }
    finally { bars.forEach(one => { one.style.position = ''; }); }
}"""
"""What a bar at the edge of the window hides comes out with the next turn of the wheel; axe sees one moment only."""
BROKEN = 500
REFUSED = "the server responded with a status of 422"
"""What the browser notes when a form comes back with its mistakes, as it should."""
PDF_VIEWER = "Failed to execute 'postMessage' on 'DOMWindow'"
"""What Chromium's own viewer says of itself while a page that shows a PDF is left before the viewer is ready."""
NOT_OURS = (REFUSED, PDF_VIEWER)


@dataclass(frozen=True, slots=True)
class Way:
    """In which language and how wide somebody goes through a journey."""

    language: str
    size: dict[str, int]

    def __str__(self) -> str:
        return f"{self.language}-{self.size['width']}"


VIETNAMESE, ENGLISH_PHONE, CHINESE_PHONE = Way("vi", DESKTOP), Way("en", PHONE), Way("zh", PHONE)


def ways(in_ci: Way = VIETNAMESE) -> list[Way]:
    """How often a journey is gone: in full six times, in each language and width; in CI once.

    That is in Vietnamese, where each page is looked at in both widths, or as one of the few in another language.
    """
    return [Way(language, size) for language in LOCALES for size in (DESKTOP, PHONE)] if IS_FULL else [in_ci]


@lru_cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


class Window:
    """A window with cookies of its own. `complaints` collects console errors, violated policies and failed requests."""

    def __init__(
        self,
        browser: Browser,
        base_url: str,
        *,
        locale: str = "vi-VN",
        scripts: bool = True,
        way: Way | None = None,
    ) -> None:
        self.base_url = base_url
        self.way = way
        self.complaints: list[str] = []
        self.has_scripts = scripts
        self.context = browser.new_context(
            viewport=way.size if way else DESKTOP,  # type: ignore[arg-type]
            locale=LOCALES[way.language] if way else locale,
            timezone_id="Asia/Ho_Chi_Minh",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MILLISECONDS)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answered)
        if way and way.language != "vi":  # whoever read a page in a language goes on in it
            self.open(f"/{way.language}/")

    def open(self, address: str) -> Page:
        """Go to an address; relative ones are meant from the front page."""
        self.page.goto(urljoin(self.base_url, address))
        return self.page

    def resize(self, size: dict[str, int]) -> None:
        self.page.set_viewport_size(size)  # type: ignore[arg-type]

    def check(self) -> None:
        """Nobody is kept out of this page: no WCAG violation axe knows of, nothing to scroll sideways for.

        Where scripts are off axe is not asked: it waits for timers, which such a page never has.
        """
        self.page.wait_for_load_state("load")
        width = self.page.viewport_size
        if self.has_scripts:
            found = self._violations()
            assert not found, f"{self.page.url} {width}\n" + "\n".join(map(_told, found))
        assert self.page.evaluate(SIDEWAYS) <= 0, f"{self.page.url} is wider than the window {width}"

    def look(self) -> None:
        """The page as it is in both widths; on one of several ways in that way's own and in its language."""
        if self.way:
            told = str(self.page.locator("html").get_attribute("lang"))
            assert told.startswith(self.way.language), f"{self.page.url} is in {told}"
        if self.way and (IS_FULL or self.way != VIETNAMESE):
            self._look_once()
            return
        for size in (PHONE, DESKTOP):
            self.resize(size)
            self._look_once()

    def _look_once(self) -> None:
        if PICTURES:
            address = re.sub(r"\W+", "-", self.page.url.removeprefix(self.base_url)).strip("-")
            size = self.page.viewport_size or DESKTOP
            self.picture(f"{self.page.locator('html').get_attribute('lang')}-{size['width']}-{address}")
        self.check()

    def picture(self, name: str) -> None:
        """The whole page, kept under this name in the folder for pictures."""
        folder = Path(str(PICTURES))
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def glance(self) -> None:
        """As `look`, at a page that others look at in Vietnamese in CI already."""
        if IS_FULL or self.way != VIETNAMESE:
            self.look()

    def _violations(self) -> list[dict[str, Any]]:
        if not self.page.evaluate("() => 'axe' in window"):  # the same page at its other width has it already
            self.page.evaluate(axe())
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found: list[dict[str, Any]] = self.page.evaluate(IN_PLACE, options)
        return found

    def close(self) -> None:
        self.context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(own in message.text for own in NOT_OURS):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= BROKEN:
            self.complaints.append(f"{answer.status} {answer.url}")


def _told(violation: dict[str, Any]) -> str:
    nodes = "; ".join(f"{node['html'][:200]} ({node['failureSummary'][:300]})" for node in violation["nodes"][:4])
    return f"{violation['id']}: {violation['help']}: {nodes}"
