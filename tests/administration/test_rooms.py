"""The administrator's front page leads to everything there is to look after, and the record of changes speaks."""

import re
from datetime import UTC, datetime

import pytest

from portal.accounts.actions import audit
from portal.administration.field_words import FIELDS
from portal.foundation.database import new_id
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.factories import people

NOW = datetime.now(UTC)
ROOMS = {
    "people, posts and roles": "/administration/people",
    "skills, absences, standing in": "/team",
    "agencies": "/administration/agencies",
    "calendar": "/calendar",
    "outages": "/administration/outages",
    "reasons": "/administration/reasons",
    "texts of letters and notices": "/administration/texts",
    "goals": "/administration/goals",
    "figures": "/figures",
    "dead letters, lag and health": "/administration/background-work",
    "record of changes": "/administration/audit",
    "log of sign-ins": "/administration/sign-ins",
    "requests about own data": "/administration/data-requests",
    "retention": "/administration/retention",
}


@pytest.fixture
def links(office: Office) -> set[str]:
    return set(re.findall(r'mc-rooms__name" href="([^"?#]+)', office.browser.get("/administration").text))


@pytest.mark.parametrize("what", ROOMS)
def test_it_is_one_press_away_from_the_front_page(office: Office, links: set[str], what: str) -> None:
    assert ROOMS[what] in links
    assert office.browser.get(ROOMS[what]).status_code == 200


def test_nothing_on_the_front_page_leads_nowhere(office: Office, links: set[str]) -> None:
    assert {address: office.browser.get(address).status_code for address in links} == dict.fromkeys(links, 200)


def test_people_are_imported_from_the_page_of_people(office: Office) -> None:
    assert 'href="/administration/people/import"' in office.browser.get("/administration/people").text


def test_the_record_names_whom_and_what_its_rows_mean(office: Office) -> None:
    clerk = people.officer(office.session, office.other, Role.CLERK, name="Nông Văn Tài")
    unknown = str(new_id())
    after = {"agency": str(office.other.id), "substitute": str(clerk.id), "role": "clerk", "somebody": unknown}
    audit.record(
        office.session, "team.add_substitution", "post:x", by=office.administrator.id, now=NOW, after=after, before=None
    )
    office.session.commit()

    page = office.browser.get("/administration/audit?kind=team.add_substitution").text

    assert office.other.names["vi"] in page
    assert "Nông Văn Tài" in page
    assert str(clerk.id) not in page
    assert str(office.other.id) not in page
    assert unknown in page  # nothing is known of it, so it stands as it is
    assert str(FIELDS["substitute"]) == "Who stands in"


def test_the_page_of_background_work_says_whether_every_part_is_well(office: Office) -> None:
    page = office.browser.get("/administration/background-work").text

    assert 'id="health"' in page
    assert page.count("govuk-summary-list__row") >= 6
