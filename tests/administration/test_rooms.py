"""The administrator's front page leads to everything there is to look after, and the record of changes speaks."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from portal.accounts.actions import audit
from portal.accounts.models import AuditRow
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


def test_the_record_is_searched_by_companies_agencies_posts_and_codes(office: Office) -> None:
    company = people.party(office.session, name="Công ty Hoa Hồi Đồng Đăng")
    other = people.party(office.session, name="Công ty Hoa Quả")
    clerk = people.post(office.session, people.person(office.session, name="Nông Văn Tài"), office.other, Role.CLERK)
    mandate = people.mandate(office.session, company, other)
    things = {
        "company": f"party:{company.id}",
        "other": f"party:{other.id}",
        "mandate": f"mandate:{mandate.id}",
        "agency": f"agency:{office.other.key}",
        "post": f"post:{clerk.id}",
        "dossier": "dossier:H37.12-261101-0001",
    }
    for verb, thing in things.items():
        audit.record(office.session, verb, thing, by=None, now=NOW, after={"x": 1})
    office.session.commit()

    def found(text: str) -> set[str]:
        page = office.browser.get("/administration/audit", query_string={"thing": text}).text
        return {verb for verb, thing in things.items() if f'title="{thing}"' in page}

    assert found("hoa hoi dong") == {"company", "mandate"}
    assert found("Công ty Hoa") == {"company", "other", "mandate"}
    assert found(company.tax_code or "") == {"company", "mandate"}
    assert found("nong van tai") == {"post"}
    assert found(office.other.names["vi"]) == {"agency"}
    assert found("H37.12-261101-0001") == {"dossier"}
    assert found("%") == found("không ai") == set()


def test_the_source_of_a_rule_is_in_the_readers_language_and_stays_as_stored(office: Office) -> None:
    office.browser.set_cookie("motcua_test_language", "zh")
    page = office.browser.get("/administration/retention/sign_in_log").text
    assert "decided by the house" not in page
    (source,) = re.findall(r'name="source"[^>]*value="([^"]*)"', page)

    sent = {"keep_days": "400", "source": source, "version": "1"}
    assert office.browser.post("/administration/retention/sign_in_log", data=sent).status_code == 303

    row = office.session.scalars(sa.select(AuditRow).where(AuditRow.verb == "administration.retention")).one()
    assert row.before is not None
    assert row.after is not None
    assert row.after["source"] == row.before["source"]
    assert "decided by the house" not in office.browser.get("/administration/audit").text
