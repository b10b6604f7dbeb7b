"""Numbers of identity cards and passports are whole for those who need them, and end in four signs for the others."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier, DossierAnswers
from portal.foundation.formats import discreet, masked
from portal.routing.actions import route
from portal.workflow.lifecycle import CompanyRole, Role
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

CARD = "020195004321"


@pytest.fixture
def dossier(world: World, session: Session) -> Dossier:
    """Somebody's own house: the number of their card is an answer."""
    filed = world.file("1.013225")
    route(session, filed.id, now=MONDAY)
    intake.note_opened(session, filed, viewer=world.viewer("service_centre", Role.ONE_STOP), now=MONDAY)
    given_answers = session.get_one(DossierAnswers, (filed.id, 0))
    given_answers.answers = {**given_answers.answers, "owner_kind": "person", "owner_id": CARD}
    session.commit()
    return filed


@pytest.mark.parametrize(
    ("role", "is_whole"),
    [
        (CompanyRole.OWNER, True),
        (CompanyRole.FILER, True),
        (CompanyRole.PAYER, False),
        (CompanyRole.VIEWER, False),
    ],
)
def test_in_the_company_filers_read_the_number_and_payers_and_viewers_its_end(
    client: Browser, dossier: Dossier, world: World, session: Session, role: CompanyRole, is_whole: bool
) -> None:
    reader = people.filer(session, company=world.company, role=role)
    session.commit()
    people.sign_in(client, reader)

    page = client.get(f"/dossiers/{dossier.code}")

    assert page.status_code == 200
    assert (CARD in page.text) is is_whole
    assert ("••••4321" in page.text) is not is_whole
    assert ("chỉ thấy các ký tự cuối" in pages.words(page)) is not is_whole


@pytest.mark.parametrize(("role", "is_whole"), [(Role.SPECIALIST, True), (Role.CLERK, False), (Role.CASHIER, False)])
def test_at_the_desk_who_appraises_reads_it_and_who_numbers_or_takes_money_its_end(
    new_client: Callable[[], Browser], dossier: Dossier, session: Session, role: Role, is_whole: bool
) -> None:
    office = session.get_one(Agency, dossier.agency_id)
    officer = people.officer(session, office, role, name="Bế Thị Na")
    session.commit()
    browser = new_client()
    people.sign_in(browser, officer)

    page = browser.get(f"/desk/{dossier.code}")

    assert page.status_code == 200
    assert (CARD in page.text) is is_whole
    assert ("••••4321" in page.text) is not is_whole


@given(st.from_regex(r"[A-Z0-9]{0,20}", fullmatch=True))
def test_no_more_than_four_signs_are_ever_shown(number: str) -> None:
    shown = masked(number)

    assert shown.startswith("••••")
    assert len(shown.removeprefix("••••")) <= 4
    assert len(number) < 8 or number.endswith(shown.removeprefix("••••"))
    assert len(number) >= 8 or shown == "••••", "of a short one four signs would be most of it"


def test_in_lists_companies_codes_are_whole_and_persons_numbers_are_not() -> None:
    assert discreet("4900765432") == "4900765432"
    assert discreet("4900765432-001") == "4900765432-001"
    assert discreet(CARD) == "••••4321"
    assert discreet(None) == ""
