"""A small province, the counter of its service centre, and a second counter in a commune."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import World
from tests.fixtures.app import Browser

SignIn = Callable[[Person], Browser]


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


@pytest.fixture
def commune(session: Session, world: World) -> Agency:
    """A counter no procedure names: it takes dossiers for every office all the same."""
    return people.agency(session, "commune_counter", is_intake=True, name="Trung tâm hành chính công xã Đồng Đăng")


@pytest.fixture
def clerk_at_counter(session: Session, commune: Agency) -> Person:
    return people.officer(session, commune, Role.ONE_STOP, Role.CASHIER, name="Lý Văn Cường")


@pytest.fixture
def sign_in(app: Flask, session: Session) -> SignIn:
    """A browser in which this person is signed in."""

    def signed_in(who: Person) -> Browser:
        session.commit()
        browser = app.test_client()
        assert isinstance(browser, Browser)
        people.sign_in(browser, who)
        return browser

    return signed_in


@pytest.fixture
def officer(sign_in: SignIn, clerk_at_counter: Person) -> Browser:
    """The browser of the officer at the commune's counter."""
    return sign_in(clerk_at_counter)
