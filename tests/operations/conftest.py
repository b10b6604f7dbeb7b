"""An administrator who has signed in."""

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser


@pytest.fixture
def administrator(session: Session, client: Browser) -> Person:
    person = people.officer(session, people.agency(session), Role.ADMINISTRATOR)
    session.commit()
    people.sign_in(client, person)
    return person
