"""A real Chromium and a whole installation for it. Without Chromium these tests are skipped, and say so."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.window import Way, Window, ways
from tests.conftest import new_database
from tests.journeys.town import Town, open_town
from tests.servers import Servers

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a screen."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is not installed here, so the browser tests did not run (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, headless=True, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def town(
    chromium: Browser,
    servers: Servers,
    worker_number: int,
    redis_url: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    """A town of this file's own; not even begun where there is no browser to look at it."""
    name = f"browser_{worker_number}_{abs(hash(request.node.nodeid)):x}"
    with (
        new_database(servers, name) as database_url,
        open_town(database_url=database_url, redis_url=redis_url, folder=tmp_path_factory.mktemp("town")) as town,
    ):
        yield town


@pytest.fixture
def open_window(chromium: Browser, town: Town) -> Iterator[Callable[..., Window]]:
    """Opens windows on the town that share nothing; what any of them complained about fails the test."""
    windows: list[Window] = []

    def open_one(*, locale: str = "vi-VN", scripts: bool = True, way: Way | None = None) -> Window:
        window = Window(chromium, town.url, locale=locale, scripts=scripts, way=way)
        windows.append(window)
        return window

    yield open_one
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        window.close()
    assert not complaints


@pytest.fixture(params=ways(), ids=str)
def walk(request: pytest.FixtureRequest, open_window: Callable[..., Window]) -> Callable[..., Window]:
    """Opens windows for a journey that is gone in one language and width, in full in every one.

    Another way in CI: `@pytest.mark.parametrize("walk", ways(CHINESE_PHONE), indirect=True, ids=str)`.
    """
    return partial(open_window, way=request.param)
