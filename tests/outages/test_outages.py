"""Outages told to everybody, and on the page of every dossier whose time they fell into; no date moves."""

from datetime import timedelta

import flask
import pytest
from sqlalchemy.orm import Session

from portal.foundation.formats import short_instant
from portal.outages import actions
from portal.outages.actions import Announcement
from portal.outages.board import Board
from portal.outages.models import Outage
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

WORDS = {"vi": "Bảo trì máy chủ.", "en": "Server maintenance.", "zh": "服务器维护。"}


@pytest.fixture(autouse=True)
def fresh_board(app: flask.Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The board of the process is read anew by every page, so that no test sees another's outages."""
    monkeypatch.setitem(app.extensions, "outage_board", Board(read_again_after_seconds=0))


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


def announce(world: World, *, hours: int, lasts: int = 2) -> Outage:
    by = people.officer(world.session, world.agencies["construction"], Role.ADMINISTRATOR)
    starts = MONDAY + timedelta(hours=hours)
    wanted = Announcement(starts_at=starts, ends_at=starts + timedelta(hours=lasts), shown_from=starts, words=WORDS)
    made = actions.announce(world.session, wanted, by=by.id, now=MONDAY)
    world.session.commit()
    return made


def test_the_public_list_has_them_in_every_language_and_without_the_withdrawn(client: Browser, world: World) -> None:
    assert "Chưa ghi nhận lần ngừng phục vụ nào" in client.get("/vi/outages").text
    outage = announce(world, hours=1)
    for language, words in WORDS.items():
        assert words in client.get(f"/{language}/outages").text
    assert outage.made_by is not None
    actions.withdraw(world.session, outage.id, version=1, by=outage.made_by, now=MONDAY)
    world.session.commit()
    assert WORDS["en"] not in client.get("/en/outages").text


def test_every_page_says_from_when_to_when(world: World) -> None:
    outage = announce(world, hours=1)
    board = Board(read_again_after_seconds=0)

    said = board.text(now=outage.starts_at, language="vi")

    assert said == f"{short_instant(outage.starts_at, 'vi')} – {short_instant(outage.ends_at, 'vi')}: Bảo trì máy chủ."


def test_a_dossier_says_which_fell_into_its_time_and_its_dates_stay(client: Browser, world: World) -> None:
    dossier = world.file("1.013225")
    due = dossier.acceptance_due_at
    world.session.commit()
    assert world.filer is not None
    people.sign_in(client, world.filer)
    before = client.get(f"/dossiers/{dossier.code}").text
    assert "Bảo trì máy chủ." not in before
    announce(world, hours=24)
    announce(world, hours=-48)
    page = client.get(f"/dossiers/{dossier.code}").text
    assert page.count("Bảo trì máy chủ.") == 1, "the one before it was filed has nothing to do with it"
    world.session.expire_all()
    assert dossier.acceptance_due_at == due


def test_the_officers_page_says_it_too(client: Browser, world: World) -> None:
    dossier = world.file("1.013225")
    announce(world, hours=24)
    officer = people.officer(world.session, world.agencies["service_centre"], Role.ONE_STOP)
    world.session.commit()
    people.sign_in(client, officer)
    answer = client.get(f"/desk/{dossier.code}")
    if answer.status_code == 404:
        with client.application.test_request_context():
            answer = client.get(flask.url_for("desk.review", code=dossier.code))
    assert "Bảo trì máy chủ." in answer.text
