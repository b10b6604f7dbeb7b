"""Every page of the room is whole HTML, in three languages, with nothing left in another."""

from typing import get_args

import html5lib
import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import PartyStatus
from portal.foundation.formats import Language
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser

OWN = ("/accounts", "/accounts/password", "/accounts/second-factor", "/step-up", "/accounts/companies/new")
PUBLIC = ("/sign-in", "/accounts/register")


@pytest.mark.parametrize("language", get_args(Language))
def test_pages_of_strangers_are_whole(client: Browser, session: Session, language: Language) -> None:
    for path in PUBLIC:
        _check(client.get(path, headers={"Accept-Language": language}).text, language)


@pytest.mark.parametrize("language", get_args(Language))
def test_pages_of_a_company_and_an_officer_are_whole(client: Browser, session: Session, language: Language) -> None:
    who = people.person(session, language=language, own_party=True)
    people.post(session, who, people.agency(session), Role.ONE_STOP)
    company = people.party(session, owner=who)
    people.mandate(session, company, people.party(session), fields=["trade"])
    people.mandate(session, people.party(session), company, accepted=False)
    waiting = people.party(session, owner=people.person(session), status=PartyStatus.WAITING)
    people.sign_in(client, who)
    of_company = [f"/accounts/companies/{company.tax_code}/{page}" for page in ("members", "mandates")]
    of_office = ["/accounts/registrations", f"/accounts/registrations/{waiting.tax_code}"]

    for path in (*OWN, *of_company, *of_office):
        answer = client.get(path)
        assert answer.status_code == 200, path
        _check(answer.text, language)


def _check(page: str, language: Language) -> None:
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(page)
    assert len(list(tree.iter("h1"))) == 1
    assert tree.get("lang") == {"vi": "vi", "en": "en", "zh": "zh-Hans"}[language]
    main = " ".join("".join(next(tree.iter("main")).itertext()).split())
    is_english = any(f" {word} " in main for word in ("the", "your", "of", "Your", "account", "Enter"))
    assert is_english is (language == "en"), main
