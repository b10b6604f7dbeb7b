"""A small province with results that wait to be received."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.dossiers.actions import decision, steps
from portal.dossiers.models import Dossier
from portal.foundation.settings import Settings
from portal.foundation.storage import Storage, storage_at
from portal.letters.authority import DemoAuthority
from portal.letters.printing import PrintingOffice
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role
from tests.dossiers.test_life import accepted, worked
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

CODE = "1.013225"
ISSUED = MONDAY + timedelta(hours=2)


def printing_office(folder: Path, storage: Storage) -> PrintingOffice:
    return PrintingOffice(public_url="http://localhost", is_demo=True, storage=storage, authority=DemoAuthority(folder))


def settle(world: World, session: Session, office: PrintingOffice, dossier: Dossier | None = None) -> Dossier:
    """A dossier whose result is issued, at 11 o'clock of the Monday."""
    dossier = dossier or accepted(world, session, CODE)
    node = worked(world, session, dossier, until=Act.SIGN)
    leader = replace(world.holder(steps.open_step(session, dossier, node).agency_id, Role.LEADER), stepped_up_at=ISSUED)
    decision.sign(session, dossier, node, outcome=Outcome.GRANTED, viewer=leader, office=office, now=ISSUED)
    for act, verb in ((Act.NUMBER, decision.number), (Act.ISSUE, partial(decision.issue, office=office))):
        node = worked(world, session, dossier, until=act)
        step = steps.open_step(session, dossier, node)
        verb(session, dossier, node, viewer=world.holder(step.agency_id, step.role), now=ISSUED)
    session.commit()
    return dossier


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=(CODE,))


@pytest.fixture(scope="session")
def office(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return printing_office(tmp_path_factory.mktemp("authority"), storage_at(settings.storage_url))


@pytest.fixture
def dossier(world: World, session: Session, office: PrintingOffice) -> Dossier:
    return settle(world, session, office)


@pytest.fixture
def filer(world: World, client: Browser) -> Browser:
    assert world.filer is not None
    people.sign_in(client, world.filer)
    return client


@pytest.fixture
def server(world: World, dossier: Dossier, session: Session, new_client: Callable[[], Browser]) -> Browser:
    """The officer of the counter that took the dossier in."""
    browser = new_client()
    key = next(key for key, agency in world.agencies.items() if agency.id == dossier.intake_agency_id)
    people.sign_in(browser, session.get_one(Person, world.posts[key, Role.ONE_STOP].person_id))
    return browser
