"""The town of the access matrix. It lives in an open transaction: no test beside it may write through `session`."""

from collections.abc import Iterator

import flask
import pytest
import sqlalchemy as sa

from portal.foundation import database
from portal.foundation.settings import Settings
from tests.abuse import town
from tests.abuse.town import Town


@pytest.fixture(scope="module")
def founded(_application: flask.Flask, engine: sa.Engine, settings: Settings) -> Iterator[Town]:
    with engine.connect() as connection:
        transaction = connection.begin()
        database.bind(town.factory_on(connection))
        yield town.build(_application, connection, settings)
        transaction.rollback()


@pytest.fixture
def place(founded: Town) -> Town:
    """The town, with the application looking at it."""
    database.bind(town.factory_on(founded.connection))
    return founded
