"""Every page somebody may read, looked at by axe at both widths, and read for words of another language.

The pages are made in this process (`rounds`), so that nothing has to be started and each of them has something on it.
In CI axe sees in Vietnamese each page that no journey beside this file comes to, the widths taking turns;
`MOTCUA_FULL=1` shows it every page in every state of what it is about, in three languages and both widths.
With `PAGE_PICTURES=<folder>` the pictures stay there to be looked at.
"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Route
from werkzeug.test import TestResponse

from portal.catalogue import registers
from portal.foundation import database
from portal.foundation.formats import Language
from portal.foundation.languages import LANGUAGES
from tests.abuse import matrix
from tests.abuse import town as abuse
from tests.abuse.conftest import founded
from tests.abuse.town import Town
from tests.browser.rounds import OK, Stop, answer_of, stops
from tests.browser.tongues import VIETNAMESE, Words, foreign, words
from tests.browser.window import DESKTOP, IS_FULL, PHONE, PICTURES, Window

ORIGIN = "http://every.test"
SEEN: tuple[Language, ...] = LANGUAGES if IS_FULL else ("vi",)
READ: tuple[Language, ...] = LANGUAGES if IS_FULL else ("vi", "zh")
ROOMS = sorted({endpoint.partition(".")[0] for endpoint in matrix.rows()})
LOOKED_AT_ELSEWHERE = {
    "authoring", "calendars", "catalogue", "counter", "desk", "dossiers", "figures", "forecast", "leading", "paying",
    "transparency",
}  # fmt: skip
"""Rooms whose pages the journeys beside this file look at in CI already, with more on them."""
Files = dict[str, TestResponse]

__all__ = ["founded"]


@pytest.fixture
def place(founded: Town) -> Town:
    database.bind(abuse.factory_on(founded.connection))
    return founded


@pytest.fixture
def window(chromium: Browser) -> Iterator[Window]:
    window = Window(chromium, ORIGIN)
    yield window
    window.close()


@pytest.fixture(scope="module")
def files() -> Files:
    """Style sheets, scripts and fonts, each read once."""
    return {}


@pytest.mark.parametrize("language", SEEN)
@pytest.mark.parametrize("room", [room for room in ROOMS if IS_FULL or room not in LOOKED_AT_ELSEWHERE])
def test_no_page_shuts_anybody_out(place: Town, window: Window, files: Files, room: str, language: Language) -> None:
    problems: list[str] = []
    for number, stop in enumerate(once_each(stops(place, room=room))):
        page = answer_of(place, stop, language)
        if not is_page(page):
            continue
        shown(window, place, stop, page, files)
        for size in (DESKTOP, PHONE) if IS_FULL else ((DESKTOP, PHONE)[number % 2],):
            window.resize(size)
            if PICTURES:
                window.picture(f"{stop.name}-{language}-{size['width']}")
            try:
                window.check()
            except AssertionError as problem:
                problems.append(f"{stop.name} {problem}")
    assert not problems, f"{len(problems)} pages:\n" + "\n\n".join(problems)


@pytest.mark.parametrize("language", READ)
def test_no_page_speaks_another_language_than_it_says(place: Town, language: Language) -> None:
    typed = told_by_people(place)
    wrong: dict[str, str] = {}
    for stop in once_each(stops(place)):
        page = answer_of(place, stop, language)
        if not is_page(page):
            continue
        for said in words(page.text):
            own = Words(said.language, without(said.text, typed), said.place)
            if (language != "en" or "Chinese" in foreign(own, language)) and (fault := foreign(own, language)):
                wrong.setdefault(said.text, f"{fault} on {stop.name}, {said.place}: {said.text}")
    assert not wrong, f"{len(wrong)} texts:\n" + "\n".join(wrong.values())


def is_page(answer: TestResponse) -> bool:
    """A whole page, neither a file nor a part that a page on the screen is sent later."""
    return answer.status_code == OK and answer.mimetype == "text/html" and "<html" in answer.text


def once_each(found: Iterator[Stop]) -> Iterator[Stop]:
    """Each page once for each reader it is made for; in full each state of what it is about."""
    seen: set[tuple[str, str]] = set()
    for stop in found:
        if IS_FULL or (stop.endpoint, stop.actor) not in seen:
            seen.add((stop.endpoint, stop.actor))
            yield stop


def shown(window: Window, place: Town, stop: Stop, page: TestResponse, files: Files) -> None:
    """The page in the window, with the files it asks for; nothing that is pressed leaves it."""

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if route.request.is_navigation_request():
            answer = page
        elif path.startswith("/static/"):
            answer = files.get(path) or files.setdefault(path, place.ask("anonymous", "GET", path))
        else:
            answer = place.ask(stop.actor, "GET", path)
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)

    window.page.unroute_all()
    window.page.route("**/*", serve)
    window.resize(DESKTOP)
    window.open(page.request.path)


def told_by_people(place: Town) -> list[str]:
    """Names of people, companies and places, and what was typed, longest first: nobody translates those."""
    rows = place.session.scalars(
        sa.text("""
            SELECT name FROM people UNION SELECT name FROM parties UNION SELECT address FROM parties
            UNION SELECT representative FROM parties UNION SELECT name FROM procedure_drafts
            UNION SELECT subject FROM dossiers
            UNION SELECT jsonb_path_query(answers, '$.** ? (@.type() == "string")') #>> '{}' FROM drafts""")
    ).all()
    places = registers.places()
    named = [one.name for one in places.provinces] + [one.full_name for one in places.communes]
    names = {*rows, *named, *PLACES, *OFFICERS}
    return sorted((name for name in names if name and VIETNAMESE.search(name)), key=len, reverse=True)


OFFICERS = ("Chưa rõ.", "Thiếu", "Đủ điều kiện.", "Phí")
"""What the town's officers wrote and what its bills are for."""
PLACES = ("Lạng Sơn", "Đồng Đăng", "Một Cửa", "Thôn Khơ Đa", "Số 5 đường Bà Triệu")


def without(text: str, typed: list[str]) -> str:
    for name in typed:
        text = text.replace(name, "…")
    return text
