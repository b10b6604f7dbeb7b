"""A form that arrives after the sign-in has ended is not lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portal.accounts.actions import interruption
from portal.accounts.actions import sign_in as signing
from portal.accounts.models import InterruptedPost, Membership, Party, Person
from tests.factories import people
from tests.fixtures.app import Browser

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
COMPANY = {
    "name": "Công ty TNHH Hoa Hồi",
    "tax_code": "0100109106",
    "address": "Số 1 đường Hùng Vương\nphường Lương Văn Tri",
    "representative": "Trần “Văn” Bình <b>",
}


def send_too_late(client: Browser, session: Session, who: Person, path: str = "/accounts/companies/new") -> str:
    """Sign in, have the sign-in end elsewhere, send the form; returns where the browser was sent."""
    people.sign_in(client, who)
    signing.end_all(session, who.id, now=datetime.now(UTC))
    session.flush()
    answer = client.post(path, data=COMPANY)
    assert answer.status_code == 303
    return str(answer.location)


def test_the_same_person_signs_in_again_and_sends_what_was_typed(client: Browser, session: Session) -> None:
    hoa = people.person(session)

    sign_in_page = send_too_late(client, session, hoa)
    signed_in = client.post(sign_in_page, data={"email": hoa.email, "password": people.PASSWORD})
    page = client.get(signed_in.location).text
    client.post("/accounts/companies/new", data=_form_of(page))

    assert sign_in_page == "/sign-in?next=/accounts/companies/new"
    assert signed_in.location == "/accounts/continue"
    company = session.scalars(sa.select(Party).where(Party.tax_code == "0100109106")).one()
    assert (company.name, company.representative) == (COMPANY["name"], COMPANY["representative"])
    assert company.address is not None
    assert "phường Lương Văn Tri" in company.address
    assert session.scalars(sa.select(Membership.person_id).where(Membership.party_id == company.id)).all() == [hoa.id]


def test_nothing_is_sent_without_a_press_of_the_button(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    send_too_late(client, session, hoa)

    people.sign_in(client, hoa)
    client.get("/accounts/continue")

    assert session.scalars(sa.select(Party)).all() == []


def test_another_person_in_the_same_browser_sees_nothing_of_it(client: Browser, session: Session) -> None:
    hoa, binh = people.person(session), people.person(session)
    send_too_late(client, session, hoa)

    people.sign_in(client, binh)
    answer = client.get("/accounts/continue")

    assert answer.status_code == 303
    assert "Hoa Hồi" not in client.get("/accounts").text


def test_the_same_person_in_another_browser_sees_nothing_of_it(
    new_client: Callable[[], Browser], session: Session
) -> None:
    hoa = people.person(session)
    office, cafe = new_client(), new_client()
    send_too_late(office, session, hoa)

    people.sign_in(cafe, hoa)

    assert cafe.get("/accounts/continue").status_code == 303


def test_passwords_codes_and_tokens_are_never_kept(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    people.sign_in(client, hoa)
    signing.end_all(session, hoa.id, now=datetime.now(UTC))
    session.flush()

    client.post(
        "/accounts/password",
        data={"current_password": "one secret", "password": "another", "code": "123456", "note": "kept"},
    )

    assert session.scalars(sa.select(InterruptedPost.fields)).all() == [[["note", "kept"]]]


def test_a_form_is_kept_for_half_an_hour(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    with time_machine.travel(NOW, tick=False) as clock:
        send_too_late(client, session, hoa)
        people.sign_in(client, hoa)
        clock.shift(timedelta(minutes=29))
        in_time = client.get("/accounts/continue")
        clock.shift(timedelta(minutes=2))
        too_late = client.get("/accounts/continue")

    assert (in_time.status_code, too_late.status_code) == (200, 303)


def test_a_person_may_have_it_forgotten(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    send_too_late(client, session, hoa)
    people.sign_in(client, hoa)

    client.post("/accounts/continue/forget")

    assert session.scalars(sa.select(InterruptedPost)).all() == []
    assert client.get("/accounts/continue").status_code == 303


def test_a_stranger_cannot_fill_the_store(client: Browser, session: Session) -> None:
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "a key nobody ever had"

    client.post("/accounts/companies/new", data=COMPANY)

    assert session.scalars(sa.select(InterruptedPost)).all() == []


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ([("note", "x" * 10)], True),
        ([("note", " ")], False),
        ([("password", "secret words")], False),
        ([("note", "x" * (interruption.LARGEST_CHARACTERS + 1))], False),
    ],
)
def test_only_what_is_worth_it_is_kept(session: Session, fields: list[tuple[str, str]], kept: bool) -> None:
    hoa = people.person(session)
    key = signing.begin(session, hoa.id, browser="", second_factor_shown=False, replaces=None, now=NOW)
    session.flush()

    token = interruption.keep(session, key, path="/x", fields=fields, now=NOW)

    assert (token is not None) is kept


def test_a_form_of_another_tab_still_counts_after_signing_in_again(client: Browser, session: Session) -> None:
    """The sign-in ended, the person signed in again in one tab, and sends the form open in another."""
    hoa = people.person(session)
    people.sign_in(client, hoa)
    token_of_open_form = client.csrf_token()
    signing.end_all(session, hoa.id, now=datetime.now(UTC))
    session.flush()

    people.sign_in(client, hoa)
    answer = client.post("/accounts/companies/new", data={**COMPANY, "csrf_token": token_of_open_form})

    assert answer.status_code == 303
    assert session.scalars(sa.select(Party.tax_code)).all() == ["0100109106"]


def _form_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's first form that repeats what was typed."""
    import html5lib  # noqa: PLC0415

    tree = html5lib.parse(page, namespaceHTMLElements=False)
    form = next(form for form in tree.iter("form") if form.get("action") == "/accounts/companies/new")
    return {field.get("name"): field.get("value") for field in form.iter("input")}
