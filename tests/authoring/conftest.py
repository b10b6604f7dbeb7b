"""A small province, its administrators, and what a browser sees of the editor."""

import pytest
from sqlalchemy.orm import Session

from portal.workflow.lifecycle import Role
from tests.authoring.desk import Desk
from tests.factories import people
from tests.factories import world as worlds


@pytest.fixture
def desk(session: Session) -> Desk:
    world = worlds.build(session, procedures=("1.013225", "1.004191"))
    administrators = []
    for name in ("Quản trị Một", "Quản trị Hai"):
        person = people.person(session, name=name, second_factor=True)
        people.post(session, person, world.agencies["provincial_office"], Role.ADMINISTRATOR)
        administrators.append(person)
    session.commit()
    return Desk(session, world, *administrators)
