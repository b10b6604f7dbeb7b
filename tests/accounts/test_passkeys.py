"""Passkeys as a second factor: beside the app and the recovery codes, or alone."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import factor_resets
from portal.accounts.models import Passkey, Person, Proof, RecoveryCode, SignInAttempt
from portal.workflow.lifecycle import Role
from tests.accounts.authenticator import Authenticator
from tests.factories import people
from tests.fixtures.app import Browser

PAGE = "/accounts/passkeys"


def prove(client: Browser, person: Person) -> None:
    """Show again that it is the person."""
    if person.one_time_secret:
        client.post("/step-up", data={"code": people.next_code(person.email)})
    else:
        client.post("/step-up", data={"password": people.PASSWORD})


def with_passkey(client: Browser, person: Person, *, name: str = "Máy cơ quan") -> Authenticator:
    """The person signs in and makes a passkey."""
    people.sign_in(client, person)
    prove(client, person)
    key = Authenticator()
    made = client.post(PAGE, data={"name": name, "credential": key.make(client.get(PAGE).text)})
    assert made.status_code in {200, 303}, made.text
    return key


def at_the_door(client: Browser, person: Person) -> str:
    """The page that asks for the second factor."""
    client.post("/sign-out")
    answer = client.post("/sign-in", data={"email": person.email, "password": people.PASSWORD})
    assert answer.location == "/sign-in/code"
    return client.get("/sign-in/code").text


def test_a_passkey_alone_is_a_second_factor_and_comes_with_recovery_codes(client: Browser, session: Session) -> None:
    person = people.person(session)
    key = with_passkey(client, person)

    door = at_the_door(client, person)
    answer = client.post("/sign-in/passkey", data={"credential": key.show(door)})

    assert session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 10
    assert 'name="code"' not in door
    assert answer.status_code == 303
    assert client.get("/accounts").status_code == 200
    proofs = set(session.scalars(sa.select(SignInAttempt.proof).where(SignInAttempt.succeeded)))
    assert Proof.PASSKEY in proofs


def test_it_works_beside_the_app_and_the_recovery_codes(client: Browser, session: Session) -> None:
    person = people.person(session, second_factor=True)
    key = with_passkey(client, person)
    codes = session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode))

    door = at_the_door(client, person)
    by_app = client.post("/sign-in/code", data={"code": people.next_code(person.email)})
    door = at_the_door(client, person)
    by_key = client.post("/sign-in/passkey", data={"credential": key.show(door)})

    assert codes == 0
    assert 'name="code"' in door
    assert "/sign-in/recovery" in door
    assert [by_app.status_code, by_key.status_code] == [303, 303]
    assert client.get("/accounts").status_code == 200


def test_it_is_taken_before_a_decision(client: Browser, session: Session) -> None:
    person = people.person(session)
    key = with_passkey(client, person)
    session.execute(sa.text("UPDATE sign_ins SET stepped_up_at = NULL"))

    asked = client.get(PAGE)
    page = client.get(asked.location)
    answer = client.post("/step-up/passkey?next=" + PAGE, data={"credential": key.show(page.text)})

    assert asked.location.startswith("/step-up")
    assert 'name="password"' not in page.text
    assert answer.location == PAGE
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("wrong", ["site", "challenge", "key", "nonsense", "nothing"])
def test_a_wrong_answer_opens_nothing(client: Browser, session: Session, wrong: str) -> None:
    person = people.person(session)
    key = with_passkey(client, person)
    door = at_the_door(client, person)
    if wrong == "site":
        key.site = "https://evil.example"
    if wrong == "key":
        other = Authenticator()
        other.id = key.id
        key = other
    sent = {"nonsense": "{}", "nothing": ""}.get(wrong) or (key.show(door) if wrong != "nothing" else "")
    if wrong == "challenge":  # of a page that was used already
        client.post("/sign-in/passkey", data={"credential": "{}"})

    answer = client.post("/sign-in/passkey", data={"credential": sent})

    assert answer.location == "/sign-in/code"
    assert client.get("/accounts").status_code == 302
    assert "không được chấp nhận" in client.get("/sign-in/code").text


def test_an_answer_counts_once_and_a_copied_key_is_found_out(client: Browser, session: Session) -> None:
    person = people.person(session)
    key = with_passkey(client, person)
    client.post("/sign-in/passkey", data={"credential": key.show(at_the_door(client, person))})
    key.count = 0  # what a copy made earlier would say

    door = at_the_door(client, person)
    client.post("/sign-in/passkey", data={"credential": key.show(door)})

    assert client.get("/accounts").status_code == 302


def test_somebody_elses_passkey_opens_nothing(
    client: Browser, session: Session, new_client: Callable[[], Browser]
) -> None:
    person, other = people.person(session), people.person(session)
    with_passkey(client, person)
    theirs = with_passkey(new_client(), other)

    door = at_the_door(client, person)
    client.post("/sign-in/passkey", data={"credential": theirs.show(door)})

    assert client.get("/accounts").status_code == 302


def test_whoever_has_a_passkey_cannot_set_up_an_app_at_the_door_instead(client: Browser, session: Session) -> None:
    office = people.agency(session)
    officer = people.officer(session, office, Role.HEAD)
    with_passkey(client, officer)
    officer.one_time_secret = None
    session.flush()
    at_the_door(client, officer)

    assert client.get("/sign-in/set-up").location == "/sign-in"
    assert client.post("/sign-in/set-up", data={"code": "123456"}).location == "/sign-in"


def test_passkeys_are_named_renamed_and_removed(client: Browser, session: Session) -> None:
    person = people.person(session)
    with_passkey(client, person, name="Máy cũ")
    reference = session.scalars(sa.select(Passkey)).one().id.hex()

    client.post(f"{PAGE}/rename", data={"passkey": reference, "name": "Điện thoại"})
    renamed = client.get(PAGE).text
    client.post(f"{PAGE}/rename", data={"passkey": reference, "name": "  "})
    client.post(f"{PAGE}/remove", data={"passkey": reference})

    assert "Điện thoại" in renamed
    assert "Máy cũ" not in renamed
    assert session.scalars(sa.select(Passkey)).all() == []
    assert session.scalars(sa.select(RecoveryCode)).all() == []


def test_nobody_renames_or_removes_the_passkey_of_another(
    client: Browser, session: Session, new_client: Callable[[], Browser]
) -> None:
    owner, stranger = new_client(), client
    with_passkey(owner, people.person(session))
    reference = session.scalars(sa.select(Passkey)).one().id.hex()
    other = people.person(session)
    people.sign_in(stranger, other)
    prove(stranger, other)

    assert stranger.post(f"{PAGE}/rename", data={"passkey": reference, "name": "x"}).status_code == 404
    assert stranger.post(f"{PAGE}/remove", data={"passkey": reference}).status_code == 404
    assert stranger.post(f"{PAGE}/remove", data={"passkey": "zz"}).status_code == 404


def test_an_officer_keeps_the_only_second_factor(client: Browser, session: Session) -> None:
    officer = people.officer(session, people.agency(session), Role.HEAD)
    with_passkey(client, officer)
    officer.one_time_secret = None
    session.flush()
    reference = session.scalars(sa.select(Passkey)).one().id.hex()

    client.post(f"{PAGE}/remove", data={"passkey": reference})

    assert session.scalars(sa.select(Passkey)).one()


def test_a_passkey_without_a_name_is_not_kept(client: Browser, session: Session) -> None:
    person = people.person(session)
    people.sign_in(client, person)
    prove(client, person)
    credential = Authenticator().make(client.get(PAGE).text)

    refused = client.post(PAGE, data={"name": "", "credential": credential})
    kept = client.post(PAGE, data={"name": "Máy này", "credential": credential})

    assert refused.status_code == 422
    assert kept.status_code == 200
    assert len(session.scalars(sa.select(Passkey)).all()) == 1


def test_a_lost_passkey_is_taken_away_by_two_administrators(client: Browser, session: Session) -> None:
    person, now = people.person(session), datetime.now(UTC)
    with_passkey(client, person)
    first, second = people.person(session), people.person(session)

    factor_resets.ask(session, person.id, reason="Mất máy", by=first.id, now=now)
    factor_resets.confirm(session, person.id, by=second.id, now=now)

    assert session.scalars(sa.select(Passkey)).all() == []
    assert client.get("/accounts").status_code == 302


def test_making_one_is_for_whoever_shows_again_that_it_is_them(client: Browser, session: Session) -> None:
    people.sign_in(client, people.person(session))

    assert client.get(PAGE).location.startswith("/step-up")
    assert client.post(PAGE, data={"name": "x", "credential": "{}"}).location.startswith("/step-up")
