"""The door: who gets in, who does not, and what the door tells strangers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.actions import people as people_actions
from portal.accounts.actions import sign_in as signing
from portal.accounts.models import SignIn
from portal.foundation.formats import Language
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser

WRONG = "Địa chỉ thư điện tử hoặc mật khẩu không đúng"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_the_right_password_opens_the_door(client: Browser, session: Session) -> None:
    hoa = people.person(session, name="Nguyễn Thị Hoa")
    people.person(session, name="Somebody Else")

    people.sign_in(client, hoa)

    assert "Nguyễn Thị Hoa" in client.get("/accounts").text


def test_the_address_is_found_whatever_its_capitals_and_blanks(client: Browser, session: Session) -> None:
    people.person(session, email="hoa@example.vn")

    answer = client.post("/sign-in", data={"email": " Hoa@Example.VN ", "password": people.PASSWORD})

    assert answer.status_code == 303


def test_wrong_password_unknown_address_and_disabled_account_read_the_same(
    new_client: Callable[[], Browser], session: Session
) -> None:
    known = people.person(session)
    disabled = people.person(session)
    people_actions.disable(session, disabled.id, by=None, now=NOW)

    answers = [
        new_client().post("/sign-in", data={"email": email, "password": password})
        for email, password in (
            (known.email, "not the password of hers"),
            ("nobody@example.vn", people.PASSWORD),
            (disabled.email, people.PASSWORD),
        )
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all(WRONG in answer.text for answer in answers)


def test_a_refused_sign_in_keeps_the_address_but_not_the_password(client: Browser, session: Session) -> None:
    answer = client.post("/sign-in", data={"email": "hoa@example.vn", "password": "guess guess guess"})

    assert "hoa@example.vn" in answer.text
    assert "guess guess guess" not in answer.text


def test_a_sign_in_form_without_its_token_is_refused(client: Browser, session: Session) -> None:
    hoa = people.person(session)

    answer = client.post("/sign-in", data={"email": hoa.email, "password": people.PASSWORD}, csrf=False)

    assert answer.status_code == 400
    assert client.get("/accounts").status_code == 302


def test_after_signing_out_the_old_cookie_opens_nothing(client: Browser, session: Session) -> None:
    people.sign_in(client, people.person(session))
    cookie = client.get_cookie("motcua_test_session")
    assert cookie is not None

    client.post("/sign-out")
    client.set_cookie("motcua_test_session", cookie.value)

    assert client.get("/accounts").status_code == 302


def test_signing_in_makes_a_new_key_and_ends_the_one_before(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    people.sign_in(client, hoa)
    before = _key(client)
    client.post("/sign-out")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "a key a stranger put there"
        cookie["csrf_token"] = "a token a stranger put there"

    people.sign_in(client, hoa)

    assert _key(client) not in {before, "a key a stranger put there"}
    with client.session_transaction() as cookie:
        assert cookie.get("csrf_token") != "a token a stranger put there"


def test_another_person_signing_in_in_the_same_browser_ends_the_first_sign_in(
    client: Browser, session: Session
) -> None:
    hoa, binh = people.person(session), people.person(session)
    people.sign_in(client, hoa)
    first = _key(client)

    people.sign_in(client, binh)

    session.expire_all()
    assert queries.viewer(session, first, now=datetime.now(UTC)) is None


def test_a_disabled_person_is_out_with_the_next_request(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    people.sign_in(client, hoa)

    people_actions.disable(session, hoa.id, by=None, now=NOW)
    session.flush()

    assert client.get("/accounts").status_code == 302


def test_a_person_sees_their_browsers_and_signs_one_out(new_client: Callable[[], Browser], session: Session) -> None:
    hoa = people.person(session)
    office, cafe = new_client(), new_client()
    people.sign_in(office, hoa)
    people.sign_in(cafe, hoa)
    lines = session.scalars(sa.select(SignIn).where(SignIn.person_id == hoa.id).order_by(SignIn.created_at)).all()

    office.post("/accounts/sign-ins/end", data={"reference": queries.reference_of(lines[1])})

    assert cafe.get("/accounts").status_code == 302
    assert office.get("/accounts").status_code == 200


def test_nobody_ends_somebody_elses_sign_in(new_client: Callable[[], Browser], session: Session) -> None:
    hoa, stranger = people.person(session), people.person(session)
    hers, his = new_client(), new_client()
    people.sign_in(hers, hoa)
    people.sign_in(his, stranger)
    line = session.scalars(sa.select(SignIn).where(SignIn.person_id == hoa.id)).one()

    his.post("/accounts/sign-ins/end", data={"reference": queries.reference_of(line)})

    assert hers.get("/accounts").status_code == 200


def test_signing_out_everywhere_keeps_this_browser(new_client: Callable[[], Browser], session: Session) -> None:
    hoa = people.person(session)
    office, cafe = new_client(), new_client()
    people.sign_in(office, hoa)
    people.sign_in(cafe, hoa)

    office.post("/accounts/sign-ins/end")

    assert office.get("/accounts").status_code == 200
    assert cafe.get("/accounts").status_code == 302


def test_a_new_password_counts_at_once_and_ends_other_sign_ins(
    new_client: Callable[[], Browser], session: Session
) -> None:
    hoa = people.person(session)
    office, cafe = new_client(), new_client()
    people.sign_in(office, hoa)
    people.sign_in(cafe, hoa)
    new = "con đường cũ qua đèo Sài Hồ"

    answer = office.post("/accounts/password", data={"current_password": people.PASSWORD, "password": new})

    assert answer.status_code == 303
    assert office.get("/accounts").status_code == 200
    assert cafe.get("/accounts").status_code == 302
    people.sign_in(cafe, hoa, password=new)


@pytest.mark.parametrize("current", ["", "not the password of hers"])
def test_changing_the_password_needs_the_current_one(client: Browser, session: Session, current: str) -> None:
    people.sign_in(client, people.person(session))

    answer = client.post("/accounts/password", data={"current_password": current, "password": "con đường cũ qua đèo"})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "next_page", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(client: Browser, session: Session, next_page: str) -> None:
    hoa = people.person(session)

    answer = client.post(
        "/sign-in", query_string={"next": next_page}, data={"email": hoa.email, "password": people.PASSWORD}
    )

    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert "evil" not in answer.location


def test_signing_in_leads_back_to_the_page_that_was_wanted(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    sent_away = client.get("/accounts/password?from=mail")

    answer = client.post(sent_away.location, data={"email": hoa.email, "password": people.PASSWORD})

    assert answer.location == "/accounts/password?from=mail"


@pytest.mark.parametrize(
    ("is_staff", "minutes", "expected"), [(True, 59, True), (True, 61, False), (False, 61, True), (False, 1441, False)]
)
def test_a_browser_left_alone_is_signed_out(session: Session, is_staff: bool, minutes: int, expected: bool) -> None:
    hoa = people.person(session)
    if is_staff:
        people.post(session, hoa, people.agency(session), Role.CLERK)
    key = signing.begin(session, hoa.id, browser="", second_factor_shown=True, replaces=None, now=NOW)

    found = queries.viewer(session, key, now=NOW + timedelta(minutes=minutes))

    assert (found is not None) is expected


@pytest.mark.parametrize(("is_staff", "hours"), [(True, 12), (False, 7 * 24)])
def test_a_sign_in_ends_however_busy_the_person_is(session: Session, is_staff: bool, hours: int) -> None:
    hoa = people.person(session)
    if is_staff:
        people.post(session, hoa, people.agency(session), Role.CLERK)
    key = signing.begin(session, hoa.id, browser="", second_factor_shown=True, replaces=None, now=NOW)
    end = NOW + timedelta(hours=hours)
    signing.note_presence(session, key, now=end - timedelta(minutes=1))

    assert queries.viewer(session, key, now=end - timedelta(seconds=1)) is not None
    assert queries.viewer(session, key, now=end) is None


def test_presence_is_written_every_few_minutes_only(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    with time_machine.travel(NOW, tick=False) as clock:
        people.sign_in(client, hoa)
        seen = []
        for minutes in (1, 6, 1):
            clock.shift(timedelta(minutes=minutes))
            client.get("/accounts")
            session.expire_all()
            seen.append(session.scalars(sa.select(SignIn.seen_at).where(SignIn.person_id == hoa.id)).one())

    assert seen == [NOW, NOW + timedelta(minutes=7), NOW + timedelta(minutes=7)]


@pytest.mark.parametrize("language", get_args(Language))
def test_the_portal_speaks_the_accounts_language(client: Browser, session: Session, language: Language) -> None:
    people.sign_in(client, people.person(session, language=language))

    page = client.get("/accounts").text

    assert {"vi": "Tài khoản của bạn", "en": "Your account", "zh": "您的账户"}[language] in page


def test_a_language_chosen_is_remembered_in_the_account(new_client: Callable[[], Browser], session: Session) -> None:
    hoa = people.person(session)
    first, second = new_client(), new_client()
    people.sign_in(first, hoa)

    first.post("/accounts/language", data={"language": "zh"})
    people.sign_in(second, hoa)

    assert "您的账户" in first.get("/accounts").text
    assert "您的账户" in second.get("/accounts").text


def _key(client: Browser) -> str:
    with client.session_transaction() as cookie:
        return str(cookie["_user_id"])
