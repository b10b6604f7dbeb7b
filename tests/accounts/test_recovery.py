"""Recovery codes: shown once, good once, made anew only after the second factor; and secrets sealed at rest."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import queries, sealing
from portal.accounts.actions import recovery
from portal.accounts.models import AuditRow, Person, RecoveryCode
from portal.accounts.recovery_codes import HOW_MANY, hash_of_code, new_codes
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import SECRET_KEY, Browser

CODE = re.compile(r"<code>((?:[2-9a-z]{4}-){3}[2-9a-z]{4})</code>")


def shown(page: str) -> list[str]:
    return CODE.findall(page)


@pytest.fixture
def officer(session: Session) -> Person:
    return people.officer(session, people.agency(session), Role.ONE_STOP)


def halfway(client: Browser, person: Person) -> None:
    client.post("/sign-in", data={"email": person.email, "password": people.PASSWORD})


def test_ten_codes_that_nobody_mistakes_are_made_and_only_their_hashes_kept(session: Session, officer: Person) -> None:
    codes = recovery.renew(session, officer.id, now=officer.created_at)

    kept = set(session.scalars(sa.select(RecoveryCode.code_hash)))
    assert len(codes) == len(set(codes)) == HOW_MANY
    assert kept == {hash_of_code(officer.id, code) for code in codes}
    assert not set("".join(codes)) & set("01iloABC")
    assert not any(code.encode() in row for row in kept for code in codes)


def test_a_recovery_code_lets_in_once_however_it_is_typed(
    new_client: Callable[[], Browser], session: Session, officer: Person
) -> None:
    code = recovery.renew(session, officer.id, now=officer.created_at)[0]
    first, second = new_client(), new_client()
    for browser in (first, second):
        halfway(browser, officer)

    let_in = first.post("/sign-in/recovery", data={"code": f" {code.upper().replace('-', ' ')} "})
    again = second.post("/sign-in/recovery", data={"code": code})

    assert let_in.status_code == 303
    assert first.get("/accounts/registrations").status_code == 200
    assert again.status_code == 422
    assert queries.recovery_codes_left(session, officer.id) == HOW_MANY - 1
    assert "accounts.use_recovery_code" in set(session.scalars(sa.select(AuditRow.verb)))


def test_a_code_of_somebody_else_opens_nothing(client: Browser, session: Session, officer: Person) -> None:
    other = people.person(session)
    code = recovery.renew(session, other.id, now=officer.created_at)[0]
    halfway(client, officer)

    assert client.post("/sign-in/recovery", data={"code": code}).status_code == 422
    assert queries.recovery_codes_left(session, other.id) == HOW_MANY


def test_without_a_password_before_it_the_recovery_page_leads_to_the_sign_in_page(client: Browser) -> None:
    assert client.get("/sign-in/recovery").location.startswith("/sign-in")
    assert client.post("/sign-in/recovery", data={"code": new_codes()[0]}).location.startswith("/sign-in")


def test_guessing_recovery_codes_is_slowed_down_together_with_the_apps_codes(
    client: Browser, session: Session, officer: Person
) -> None:
    halfway(client, officer)
    guesses = [client.post("/sign-in/recovery", data={"code": code}).status_code for code in new_codes()[:6]]

    assert guesses == [422] * 5 + [429]
    assert client.post("/sign-in/code", data={"code": people.next_code(officer.email)}).status_code == 429


def test_new_codes_are_asked_for_only_after_the_second_factor_and_end_the_old_ones(
    client: Browser, session: Session, officer: Person
) -> None:
    old = recovery.renew(session, officer.id, now=officer.created_at)
    people.sign_in(client, officer)
    session.execute(sa.text("UPDATE sign_ins SET stepped_up_at = now() - interval '1 hour'"))

    asked = client.post("/accounts/recovery-codes")
    client.post("/step-up", data={"code": people.next_code(officer.email)})
    page = client.post("/accounts/recovery-codes").text

    assert asked.location.startswith("/step-up")
    fresh = shown(page)
    assert len(fresh) == HOW_MANY
    assert not set(fresh) & set(old)
    assert not recovery.use(session, officer.id, old[0], now=officer.created_at)
    assert not shown(client.get("/accounts/recovery-codes").text)


def test_setting_up_an_app_shows_the_codes_at_once(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    people.sign_in(client, hoa)
    key = client.get("/accounts/second-factor").text.split("<code>")[1].split("</code>")[0].replace(" ", "")

    answer = client.post(
        "/accounts/second-factor", data={"code": people.code_now(key), "current_password": people.PASSWORD}
    )

    assert len(shown(answer.text)) == HOW_MANY
    assert queries.recovery_codes_left(session, hoa.id) == HOW_MANY


def test_the_secret_of_an_app_does_not_lie_open_in_the_database(session: Session, officer: Person) -> None:
    kept = session.scalar(sa.text("SELECT one_time_secret FROM people WHERE id = :id"), {"id": officer.id})

    assert officer.one_time_secret
    assert officer.one_time_secret not in kept
    assert sealing.unseal(kept) == officer.one_time_secret


def test_another_key_opens_no_secret_and_breaks_no_page(client: Browser, session: Session, officer: Person) -> None:
    secret = officer.one_time_secret
    session.flush()
    sealing.use_key("another key, that never sealed anything here")
    try:
        session.expire_all()
        assert officer.one_time_secret not in {None, secret}
        assert officer.email
    finally:
        sealing.use_key(SECRET_KEY)
    session.expire_all()
    assert officer.one_time_secret == secret


@pytest.mark.parametrize("text", ["JBSWY3DPEHPK3PXP", "", "không dấu – 中文"])
def test_what_is_sealed_is_opened_again_and_never_sealed_alike_twice(text: str) -> None:
    one, other = sealing.seal(text), sealing.seal(text)

    assert one != other
    assert sealing.unseal(one) == sealing.unseal(other) == text


def test_what_was_never_sealed_is_not_taken_for_a_secret() -> None:
    assert sealing.unseal("JBSWY3DPEHPK3PXP") is None
    assert sealing.unseal(sealing.MARK + "nonsense") is None
