"""After signing in everybody stands where their work is."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser


@pytest.mark.parametrize(
    ("role", "page"),
    [(Role.ONE_STOP, "/desk"), (Role.ADMINISTRATOR, "/administration"), (Role.AUDITOR, "/figures")],
)
def test_each_kind_of_officer_is_led_to_their_work(
    new_client: Callable[[], Browser], session: Session, role: Role, page: str
) -> None:
    officer = people.officer(session, people.agency(session), role)
    browser = new_client()

    browser.post("/sign-in", data={"email": officer.email, "password": people.PASSWORD})
    answer = browser.post("/sign-in/code", data={"code": people.next_code(officer.email)})

    assert answer.location.rstrip("/") == page


def test_a_filer_is_led_to_their_dossiers(new_client: Callable[[], Browser], session: Session) -> None:
    filer = people.filer(session)

    answer = new_client().post("/sign-in", data={"email": filer.email, "password": people.PASSWORD})

    assert answer.location == "/dossiers"
