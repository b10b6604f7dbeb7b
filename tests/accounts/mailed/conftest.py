"""An installation that sends letters, and a visitor of it."""

from dataclasses import replace

import flask
import pytest
from sqlalchemy.orm import Session

from portal.foundation.settings import Settings
from tests.accounts.mailed.mailing import NOWHERE, browser
from tests.fixtures.app import Browser, make_app


@pytest.fixture(scope="package")
def mailing(settings: Settings) -> flask.Flask:
    return make_app(replace(settings, smtp_url=NOWHERE))


@pytest.fixture
def app(mailing: flask.Flask, session: Session) -> flask.Flask:
    return mailing


@pytest.fixture
def without_mail(settings: Settings, session: Session) -> flask.Flask:
    """An installation that sends no letters."""
    return make_app(settings)


@pytest.fixture
def visitor(app: flask.Flask) -> Browser:
    return browser(app)
