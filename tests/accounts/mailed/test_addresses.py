"""The e-mail address of an account: confirmed before filing, changed only by a letter to the new one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import flask
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import links
from portal.accounts.actions import addresses, parties
from portal.accounts.actions import people as accounts
from portal.accounts.models import LinkPurpose, Party, Person
from portal.dossiers.actions import filing
from portal.dossiers.models import Dossier
from portal.foundation.errors import Invalid, Refused
from portal.foundation.search import search_key
from portal.foundation.settings import Settings
from portal.workflow.lifecycle import CompanyRole
from tests.accounts.mailed.mailing import browser, link_in, post, text_of
from tests.factories import people
from tests.factories import world as worlds
from tests.fixtures.app import Browser

GOOD = "ba con vịt bơi qua sông"
BANNER = 'action="/accounts/address/letter"'


def registered(visitor: Browser, session: Session, email: str = "mai@example.vn") -> Person:
    """Made through the page, and signed in; the letter waits."""
    answer = visitor.post("/accounts/register", data={"name": "Hoàng Thị Mai", "email": email, "password": GOOD})
    assert answer.status_code == 303, answer.text
    person = session.scalars(sa.select(Person).where(Person.email == email)).one()
    people.sign_in(visitor, person, password=GOOD)
    return person


def verified(session: Session, person: Person) -> bool:
    session.refresh(person)
    return person.email_verified_at is not None


def test_a_new_account_confirms_its_address_with_the_link_in_a_letter(
    visitor: Browser, session: Session, settings: Settings
) -> None:
    mai = registered(visitor, session)
    before = visitor.get("/accounts").text

    letter = post(session, settings)[0]
    link = link_in(letter)
    looked = visitor.get(link)
    after_looking = verified(session, mai)
    answer = visitor.post(link)

    assert letter.recipients == ["mai@example.vn"]
    assert BANNER in before
    assert (looked.status_code, after_looking) == (200, False)
    assert (answer.status_code, verified(session, mai)) == (303, True)
    assert BANNER not in visitor.get("/accounts").text
    assert visitor.post(link).status_code == 404


def test_the_link_leads_through_signing_in_and_a_strangers_click_confirms_nothing(
    app: flask.Flask, visitor: Browser, session: Session, settings: Settings
) -> None:
    mai = registered(visitor, session)
    link = link_in(post(session, settings)[0])
    nobody, other = browser(app), browser(app)
    people.sign_in(other, people.person(session))

    sent_away = nobody.get(link)
    refused = other.post(link)

    assert sent_away.location == f"/sign-in?next={link}"
    assert refused.status_code == 404
    assert 'href="/accounts"' in refused.text
    assert not verified(session, mai)


def test_whoever_has_not_confirmed_may_draft_and_not_file(session: Session) -> None:
    world = worlds.build(session)
    draft = world.draft("1.013225")
    unconfirmed = session.get_one(Person, world.company_viewer.person_id)
    unconfirmed.email_verified_at = None

    with pytest.raises(Refused) as refused:
        filing.file(
            session, draft, viewer=replace(world.company_viewer, email_is_verified=False), language="vi",
            now=worlds.MONDAY,
        )  # fmt: skip

    assert refused.value.code == "accounts.address_unconfirmed"
    assert session.scalar(sa.select(sa.func.count()).select_from(Dossier)) == 0


def test_the_letter_can_be_sent_again_some_times_and_the_one_before_is_dead(
    visitor: Browser, session: Session, settings: Settings
) -> None:
    registered(visitor, session)
    first = link_in(post(session, settings)[0])

    answer = visitor.post("/accounts/address/letter", data={"next": "/accounts/password"})
    second = link_in(post(session, settings)[0])
    for _ in range(5):
        visitor.post("/accounts/address/letter")

    assert answer.location == "/accounts/password"
    assert [visitor.get(link).status_code for link in (first, second)] == [404, 404]
    assert len(post(session, settings)) <= 1  # three in an hour to one address, and then none
    assert visitor.post("/accounts/address/letter", data={"next": "//evil.example"}).location == "/"


def test_registering_with_an_address_that_has_an_account_looks_the_same_and_tells_its_owner(
    visitor: Browser, session: Session, settings: Settings
) -> None:
    hoa = people.person(session)
    form = {"name": "Another", "password": GOOD}

    taken = visitor.post("/accounts/register", data={**form, "email": hoa.email})
    free = visitor.post("/accounts/register", data={**form, "email": "free@example.vn"})

    assert (taken.status_code, taken.location) == (free.status_code, free.location)
    subjects = {letter.recipients[0]: letter.message["Subject"] for letter in post(session, settings)}
    assert subjects == {hoa.email: "Bạn đã có tài khoản", "free@example.vn": "Xác nhận địa chỉ thư điện tử"}
    assert session.scalar(sa.select(sa.func.count()).select_from(Person).where(Person.name == "Another")) == 1


def test_an_address_changes_when_the_letter_to_the_new_one_is_opened_and_the_old_one_is_told(
    visitor: Browser, session: Session, settings: Settings
) -> None:
    hoa = people.person(session, own_party=True)
    old = hoa.email
    people.sign_in(visitor, hoa)
    data = {"email": "Moi@example.vn", "current_password": people.PASSWORD}

    assert visitor.post("/accounts/address", data=data).status_code == 303
    waiting = visitor.get("/accounts").text
    asked = post(session, settings)
    session.refresh(hoa)
    unchanged = hoa.email
    answer = visitor.post(link_in(asked[-1]))

    told = post(session, settings)
    session.refresh(hoa)
    assert asked[-1].recipients == ["moi@example.vn"]
    assert "moi@example.vn" in waiting
    assert unchanged == old
    assert (answer.status_code, hoa.email, hoa.found_by) == (
        303,
        "moi@example.vn",
        search_key(hoa.name, "moi@example.vn"),
    )
    assert [(letter.recipients, letter.message["Subject"]) for letter in told] == [
        ([old], "Địa chỉ tài khoản của bạn đã đổi")
    ]
    assert "moi@example.vn" not in text_of(told[0])
    assert session.scalars(sa.select(Party.email).where(Party.name == hoa.name)).one() == "moi@example.vn"


def test_a_change_can_be_dropped(visitor: Browser, session: Session, settings: Settings) -> None:
    hoa = people.person(session)
    people.sign_in(visitor, hoa)
    visitor.post("/accounts/address", data={"email": "moi@example.vn", "current_password": people.PASSWORD})
    link = link_in(post(session, settings)[-1])

    assert visitor.post("/accounts/address/drop").status_code == 303

    assert visitor.get(link).status_code == 404
    assert "moi@example.vn" not in visitor.get("/accounts").text


def test_another_persons_address_looks_the_same_to_who_asks_and_is_never_taken_over(
    visitor: Browser, session: Session, settings: Settings
) -> None:
    hoa, lan = people.person(session), people.person(session)
    people.sign_in(visitor, hoa)

    answer = visitor.post("/accounts/address", data={"email": lan.email, "current_password": people.PASSWORD})

    assert answer.status_code == 303
    mailed = post(session, settings)
    assert [(letter.recipients, letter.message["Subject"]) for letter in mailed] == [
        ([lan.email], "Bạn đã có tài khoản")
    ]
    waiting = addresses.waiting(session, hoa.id, now=datetime.now(UTC))
    assert waiting is not None
    forced = visitor.post(links.path_of(LinkPurpose.ADDRESS_CHECK, waiting.id))
    assert forced.status_code == 409
    session.refresh(hoa)
    assert hoa.email != lan.email


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", ""), ("email", "no address"), ("current_password", ""), ("current_password", "wrong")],
)
def test_what_is_wrong_with_a_change_is_said_beside_the_field(
    visitor: Browser, session: Session, field: str, value: str
) -> None:
    people.sign_in(visitor, people.person(session))
    data = {"email": "moi@example.vn", "current_password": people.PASSWORD, field: value}

    answer = visitor.post("/accounts/address", data=data)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_ones_own_address_is_no_change(visitor: Browser, session: Session) -> None:
    hoa = people.person(session)
    people.sign_in(visitor, hoa)

    answer = visitor.post("/accounts/address", data={"email": hoa.email, "current_password": people.PASSWORD})

    assert (answer.status_code, 'id="email-error"' in answer.text) == (422, True)


def test_who_has_a_second_factor_shows_it_before_changing_the_address(visitor: Browser, session: Session) -> None:
    officer = people.person(session, second_factor=True)
    people.sign_in(visitor, officer)
    session.execute(sa.text("UPDATE sign_ins SET stepped_up_at = stepped_up_at - interval '1 hour'"))

    answer = visitor.post("/accounts/address", data={"email": "moi@example.vn", "current_password": people.PASSWORD})

    assert answer.location.startswith("/step-up")


def test_a_person_is_added_to_a_company_only_once_the_address_is_confirmed(session: Session) -> None:
    """Whoever made the account may not be who the address names."""
    owner, now = people.person(session), datetime.now(UTC)
    company = people.party(session, owner=owner)
    accounts.add(
        session, name="X", email="x@example.vn", password_hash=people.password_hash(), language="vi",
        is_verified=False, now=now,
    )  # fmt: skip

    with pytest.raises(Invalid) as refused:
        parties.add_member(session, company.id, email="x@example.vn", role=CompanyRole.OWNER, by=owner.id, now=now)

    assert refused.value.fields == {"email": "accounts.person_unconfirmed"}


def test_a_check_is_good_for_three_days(visitor: Browser, session: Session) -> None:
    mai = registered(visitor, session)
    made = addresses.waiting(session, mai.id, now=datetime.now(UTC))
    assert made is not None

    assert addresses.waiting(session, mai.id, now=made.made_at + timedelta(days=3, seconds=1)) is None
    assert made.expires_at - made.made_at == timedelta(days=3)


def test_where_no_mail_goes_out_nobody_is_asked_to_confirm(without_mail: flask.Flask, session: Session) -> None:
    client = browser(without_mail)
    client.post("/accounts/register", data={"name": "Mai", "email": "mai@example.vn", "password": GOOD})
    mai = session.scalars(sa.select(Person).where(Person.email == "mai@example.vn")).one()
    people.sign_in(client, mai, password=GOOD)

    assert mai.email_verified_at is not None
    assert BANNER not in client.get("/accounts").text
