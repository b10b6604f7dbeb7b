"""An office with two agencies and an administrator who has signed in."""

from dataclasses import dataclass

import flask
import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person
from portal.outages.board import Board
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser


@dataclass
class Office:
    session: Session
    agency: Agency
    other: Agency
    administrator: Person
    browser: Browser


@pytest.fixture
def office(session: Session, client: Browser, app: flask.Flask, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setitem(app.extensions, "outage_board", Board(read_again_after_seconds=float("inf")))
    agency, other = people.agency(session, is_intake=True), people.agency(session)
    administrator = people.officer(session, agency, Role.ADMINISTRATOR, name="Quản Trị Viên")
    session.commit()
    people.sign_in(client, administrator)
    return Office(session, agency, other, administrator, client)
