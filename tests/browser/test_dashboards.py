"""Every page of figures and of the administration in a real browser: nobody is shut out, pictures are drawn.

Each page is opened once, its language and the size of the window taking turns; `MOTCUA_FULL=1` opens each in three
languages and both sizes, those of the administration, too, which in CI only `test_every_page` looks at. With
`DASHBOARD_PICTURES=<folder>` the pictures stay there to be looked at.
"""

import io
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.clock.zone import office_day
from portal.facts.actions import upsert
from portal.transparency import counting, sheets
from portal.transparency.actions import snapshots
from portal.transparency.models import Snapshot
from portal.workflow.lifecycle import Role
from tests.browser.walking import sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.factories import people
from tests.factories.facts import many
from tests.journeys.town import Town

Open = Callable[..., Window]
IS_FULL = bool(os.environ.get("MOTCUA_FULL"))
PICTURES = os.environ.get("DASHBOARD_PICTURES")
LANGUAGES = ("vi", "en", "zh")
SIZES = (DESKTOP, PHONE)
LEAST_COLOURS = 12
"""A page that was drawn has more than these; an empty one has not."""

PAPER = {"width": 680, "height": 1000}
"""What is printable of an A4 sheet with the usual margins."""
CUT_OFF = """() => [...document.querySelectorAll('main table, main svg')]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(one => one.className.baseVal || one.className)"""
"""Tables and pictures that go beyond the sheet."""

PUBLIC = (
    "transparency", "transparency/goals", "transparency/forecast", "transparency/data", "transparency/how-computed",
    "transparency/corrections", "transparency/field/land", "transparency/field/trade", "outages",
)  # fmt: skip
CHARTED = ("transparency", "transparency/field/land")
LEADING = (
    "/figures", "/figures/goals", "/figures/index-766", "/figures/report", "/figures/leading",
    "/figures/leading/dossiers?which=overdue", "/figures/views",
)  # fmt: skip
ADMINISTRATION = (
    "/administration", "/administration/people", "/administration/people/new", "/administration/people/import",
    "/administration/agencies", "/administration/outages", "/administration/reasons", "/administration/texts",
    "/administration/audit", "/administration/sign-ins", "/administration/retention", "/administration/goals",
    "/administration/goals/new", "/administration/background-work", "/administration/data-requests", "/team",
    "/calendar",
)  # fmt: skip


@pytest.fixture(scope="module")
def counted(town: Town) -> Town:
    """More than a year of made-up facts, counted and published."""
    now = datetime.now(UTC)
    with Session(town.engine) as session:
        agencies = session.scalars(sa.select(Agency.id).order_by(Agency.key).limit(3)).all()
        for number, one in enumerate(many(300, seed=5, on=office_day(now) - timedelta(days=1))):
            one.agency_id = agencies[number % 3]
            upsert(session, one)
        session.flush()
        while counting.count(session):
            pass
        sheets.make(session, now=now)
        session.execute(sa.delete(Snapshot))  # the town has published its empty day as soon as it was open
        assert snapshots.publish_snapshot(session, office_day(now) - timedelta(days=1), now)
        session.commit()
    return town


def somebody(town: Town, role: Role) -> str:
    with Session(town.engine) as session:
        found = people.officer(session, people.agency(session, f"dashboards_{role.value}"), role)
        session.commit()
        return found.email


def speak(window: Window, language: str) -> None:
    """Choose the language where it is not in the path."""
    choice = window.page.locator(f".mc-languages button[value={language}]")
    if choice.count():
        with window.page.expect_navigation():
            choice.first.click()


def look(window: Window, name: str, size: dict[str, int], language: str) -> None:
    """Axe, nothing to scroll sideways for, and a picture that shows something in the right language."""
    window.resize(size)
    window.check()
    assert str(window.page.locator("html").get_attribute("lang")).startswith(language), window.page.url
    picture = window.page.screenshot(full_page=bool(PICTURES))
    colours = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(maxcolors=1 << 24) or []
    assert len(colours) > LEAST_COLOURS, window.page.url
    if PICTURES:
        file = Path(PICTURES) / f"{name.strip('/').replace('/', '_').replace('?', '_')}_{language}_{size['width']}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture)


def turns(pages: tuple[str, ...]) -> list[tuple[str, str, dict[str, int]]]:
    """(page, language, size): each page once, or in full all of them."""
    if IS_FULL:
        return [(page, language, size) for language, size, page in product(LANGUAGES, SIZES, pages)]
    return [(page, LANGUAGES[place % 3], SIZES[place % 2]) for place, page in enumerate(pages)]


def test_the_public_figures_shut_nobody_out(counted: Town, open_window: Open) -> None:
    window = open_window()
    for page, language, size in turns(PUBLIC):
        window.open(f"/{language}/{page}")
        look(window, page, size, language)
        if page in CHARTED:
            assert window.page.locator(".mc-chart--months .mc-chart__bar").count() > 1, window.page.url


@pytest.mark.parametrize(
    ("role", "pages"), [(Role.LEADER, LEADING), *([(Role.ADMINISTRATOR, ADMINISTRATION)] if IS_FULL else [])]
)
def test_the_figures_of_those_who_lead_and_the_administration_shut_nobody_out(
    counted: Town, open_window: Open, role: Role, pages: tuple[str, ...]
) -> None:
    window = open_window()
    sign_in(window, counted, somebody(counted, role))
    for page, language, size in sorted(turns(pages), key=lambda turn: turn[1]):
        window.open(page)
        if not str(window.page.locator("html").get_attribute("lang")).startswith(language):
            speak(window, language)
            window.open(page)
        look(window, page, size, language)


def test_on_paper_no_column_is_cut_off(counted: Town, open_window: Open) -> None:
    window = open_window()
    window.resize(PAPER)
    window.page.emulate_media(media="print")
    for page in ("transparency", "transparency/goals", "transparency/forecast", "transparency/field/land"):
        window.open(f"/vi/{page}")
        assert window.page.evaluate(CUT_OFF) == [], page
        assert not window.page.locator(".mc-figure-nav").is_visible(), page
