"""The door: the language one reads there, what it says when something is wrong, and word of a new browser."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.foundation.outbox import Job, OutboxRow
from portal.foundation.settings import Settings
from portal.notices.models import Notice
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser
from tests.fixtures.workers import drain

ENGLISH = {"Accept-Language": "en-GB,en;q=0.8"}


def sign_in(client: Browser, person: Person, **headers: str) -> None:
    data = {"email": person.email, "password": people.PASSWORD}
    client.post("/sign-in", data=data, headers=headers)
    if person.one_time_secret:
        client.post("/sign-in/code", data={"code": people.next_code(person.email)}, headers=headers)


@pytest.mark.parametrize("is_officer", [False, True])
def test_who_reads_english_at_the_door_goes_on_in_english_and_the_account_keeps_it(
    client: Browser, session: Session, is_officer: bool
) -> None:
    hoa = people.officer(session, people.agency(session), Role.ONE_STOP) if is_officer else people.person(session)

    sign_in(client, hoa, **ENGLISH)

    session.expire_all()
    assert hoa.language == "en"
    assert "Your account" in client.get("/accounts").text  # also where the browser asks for nothing any more


def test_a_language_chosen_on_a_public_page_is_taken_along(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    client.get("/zh/track", headers=ENGLISH)

    sign_in(client, hoa, **ENGLISH)

    session.expire_all()
    assert hoa.language == "zh"
    assert "您的账户" in client.get("/accounts", headers=ENGLISH).text


def test_a_browser_that_asks_for_none_of_our_languages_leaves_the_saved_one(client: Browser, session: Session) -> None:
    li = people.person(session, language="zh")

    sign_in(client, li, **{"Accept-Language": "ja"})

    session.expire_all()
    assert li.language == "zh"
    assert "您的账户" in client.get("/accounts", headers={"Accept-Language": "ja"}).text


def test_a_wrong_password_and_an_unknown_address_get_the_same_plain_sentence(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    pages = [
        client.post("/sign-in", data={"email": email, "password": "wrong"}, headers=ENGLISH)
        for email in (hoa.email, "nobody@example.vn")
    ]

    for page in pages:
        assert page.status_code == 422
        summary = page.text.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
        assert '<a href="#email">The e-mail address or the password is not right.' in summary
        assert "Password:" not in summary
        assert "govuk-input--error" not in page.text
        assert "1 error" in page.text.partition("<title>")[2].partition("</title>")[0]


def test_a_sign_in_from_a_new_browser_is_told_once_and_leads_to_the_account(
    new_client: Callable[[], Browser], session: Session, settings: Settings
) -> None:
    hoa = people.person(session)
    first, second = new_client(), new_client()
    sign_in(first, hoa)
    assert _asked(session) == 0  # the very first sign-in is nothing new

    sign_in(second, hoa, **{"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    second.post("/sign-out")
    sign_in(second, hoa)
    drain(session, settings=settings)

    assert _asked(session) == 1
    notice = session.scalars(sa.select(Notice).where(Notice.person_id == hoa.id)).one()
    page = first.get("/notices").text
    assert (notice.kind, notice.dossier_id) == ("new_sign_in", None)
    assert "Firefox · Windows" in page
    assert 'href="/accounts"' in page


def _asked(session: Session) -> int:
    about_person = OutboxRow.payload.has_key("person_id")
    wanted = sa.select(sa.func.count()).where(OutboxRow.kind == Job.SEND_NOTICE.value, about_person)
    return session.scalar(wanted) or 0
