"""The administrator's front page leads to everything there is to look after, and the record of changes speaks."""

import re
from datetime import UTC, datetime

import pytest

from portal.accounts.actions import audit
from portal.administration.field_words import FIELDS
from portal.administration.wording import VERBS
from portal.foundation.database import new_id
from portal.foundation.settings import PROJECT
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.factories import people

NOW = datetime.now(UTC)
RECORDED = re.compile(r'record\(\s*session,\s*"([a-z]+\.[a-z_]+)"')
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


def test_the_record_speaks_of_things_and_values_in_words_not_in_stored_ones(office: Office) -> None:
    party = people.party(office.session, name="Công ty Hoa Hồi")
    rows = {
        "accounts.decide_registration": (f"party:{party.id}", {"status": "waiting"}, {"status": "approved"}),
        "team.set_skills": (f"person:{office.administrator.id}", {"skills": []}, {"skills": ["language:zh", "GIS"]}),
        "team.add_absence": (f"person:{office.administrator.id}", None, {"kind": "mission"}),
        "accounts.establish": (f"agency:{office.other.key}", None, {"town": "Lạng Sơn"}),
        "transparency.write_goal": (
            f"goal:{new_id()}",
            None,
            {"names": {"vi": "Hồ sơ đúng hạn", "en": "On time", "zh": "按时"}, "measure": "percent"},
        ),
    }
    for verb, (thing, before, after) in rows.items():
        audit.record(office.session, verb, thing, by=None, now=NOW, before=before, after=after)
    office.session.commit()

    def told(verb: str) -> str:
        text = (
            office.browser.get(f"/administration/audit?kind={verb}").text.split("<tbody", 1)[1].split("</table", 1)[0]
        )
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))

    decided = told("accounts.decide_registration")
    assert "Công ty Hoa Hồi" in decided
    assert "Đã duyệt" in decided
    assert "waiting" not in decided
    assert "approved" not in decided
    assert str(party.id) not in decided
    assert "tiếng Trung" in told("team.set_skills")
    assert "GIS" in told("team.set_skills")
    assert "Đi công tác" in told("team.add_absence")
    assert office.other.names["vi"] in told("accounts.establish")
    assert "Hồ sơ đúng hạn" in told("transparency.write_goal").split("Mục tiêu:")[1]
    assert "percent" not in told("transparency.write_goal")


def test_every_kind_of_change_the_code_records_has_words() -> None:
    sources = [each.read_text("utf-8") for each in (PROJECT / "portal").rglob("*.py")]
    written = {verb for each in sources for verb in RECORDED.findall(each)}

    assert len(written) > 50
    assert written - set(VERBS) == set()


def test_the_page_of_background_work_says_whether_every_part_is_well(office: Office) -> None:
    page = office.browser.get("/administration/background-work").text

    assert 'id="health"' in page
    assert page.count("govuk-summary-list__row") >= 6
