"""A small province and its administrator."""

import pytest
from sqlalchemy.orm import Session

from portal.workflow.lifecycle import Role
from tests.calendars.desk import CalendarDesk
from tests.factories import people
from tests.factories import world as worlds


@pytest.fixture
def desk(session: Session) -> CalendarDesk:
    world = worlds.build(session, procedures=("1.013225", "1.004191"))
    administrator = people.person(session, name="Quản trị viên", second_factor=True)
    people.post(session, administrator, world.agencies["provincial_office"], Role.ADMINISTRATOR)
    session.commit()
    return CalendarDesk(session, world, administrator)
