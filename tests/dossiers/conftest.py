"""A small province with a company, and a browser its filer is signed in with."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import World
from tests.fixtures.app import Browser


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


@pytest.fixture
def filer(world: World, client: Browser) -> Browser:
    """The browser of the company's owner."""
    assert world.filer is not None
    people.sign_in(client, world.filer)
    return client
