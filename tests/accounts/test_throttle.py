"""Guessing gets slower and slower; the owner of the account does not notice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts import throttle
from portal.accounts.actions import sign_in as signing
from portal.accounts.actions.sign_in import Origin
from portal.accounts.keys import account_hash, network_of
from portal.foundation.errors import TooMany
from tests.factories import people
from tests.fixtures.app import Browser

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOA, BINH = account_hash("hoa@example.vn"), account_hash("binh@example.vn")
UNREADABLE = "0.0.0.0"  # noqa: S104 - counted as one network, not listened on
HERE, THERE = Origin(network="192.0.2.1"), Origin(network="198.51.100.7")


def failures(session: Session, account: bytes, origin: Origin, count: int) -> None:
    for _ in range(count):
        signing.attempt(session, account, origin, now=NOW)


def test_five_tries_are_free_then_one_waits(session: Session) -> None:
    failures(session, HOA, HERE, 5)

    with pytest.raises(TooMany) as refused:
        signing.attempt(session, HOA, HERE, now=NOW)

    assert refused.value.retry_after_seconds == 15


def test_after_the_wait_one_more_try_is_taken_and_the_next_wait_is_longer(session: Session) -> None:
    failures(session, HOA, HERE, 5)
    later = NOW + timedelta(seconds=15)

    signing.attempt(session, HOA, HERE, now=later)
    with pytest.raises(TooMany) as refused:
        signing.attempt(session, HOA, HERE, now=later)

    assert refused.value.retry_after_seconds == 30


def test_strangers_elsewhere_do_not_make_the_owner_wait(session: Session) -> None:
    failures(session, HOA, THERE, 5)

    assert signing.attempt(session, HOA, HERE, now=NOW)


def test_strangers_in_the_same_network_do_not_make_a_known_browser_wait(session: Session) -> None:
    failures(session, HOA, HERE, 5)
    known = Origin(network=HERE.network, browser_key="the browser she signed in with before")

    assert signing.attempt(session, HOA, known, now=NOW)


def test_a_known_browser_that_guesses_waits_as_well(session: Session) -> None:
    known = Origin(network=HERE.network, browser_key="stolen")
    failures(session, HOA, known, 5)

    with pytest.raises(TooMany):
        signing.attempt(session, HOA, known, now=NOW)


def test_one_account_does_not_wait_for_another(session: Session) -> None:
    failures(session, HOA, HERE, 5)

    assert signing.attempt(session, BINH, HERE, now=NOW)


def test_trying_many_accounts_from_one_network_is_slowed_down(session: Session) -> None:
    for number in range(throttle.FREE_TRIES_OF_NETWORK):
        signing.attempt(session, account_hash(f"{number}@example.vn"), HERE, now=NOW)

    with pytest.raises(TooMany):
        signing.attempt(session, BINH, HERE, now=NOW)
    assert signing.attempt(session, BINH, THERE, now=NOW)


def test_while_an_account_is_attacked_each_new_network_has_fewer_tries_but_some(session: Session) -> None:
    for number in range(throttle.ATTACK_FAILURES):
        signing.attempt(session, HOA, Origin(network=f"203.0.113.{number}"), now=NOW)

    failures(session, HOA, HERE, throttle.FREE_TRIES_UNDER_ATTACK)
    with pytest.raises(TooMany):
        signing.attempt(session, HOA, HERE, now=NOW)


def test_a_success_forgives_the_failures_before_it(session: Session) -> None:
    failures(session, HOA, HERE, 4)
    signing.succeed(session, signing.attempt(session, HOA, HERE, now=NOW))

    failures(session, HOA, HERE, 5)


def test_failures_are_forgotten_after_an_hour(session: Session) -> None:
    failures(session, HOA, HERE, 5)

    assert signing.attempt(session, HOA, HERE, now=NOW + timedelta(hours=1))


@given(count=st.integers(0, 10_000), free=st.integers(0, 50), seconds=st.integers(0, 4000))
def test_nobody_ever_waits_longer_than_a_quarter_of_an_hour(count: int, free: int, seconds: int) -> None:
    found = throttle.Failures(count=count, last_at=NOW)

    wait = found.wait_seconds(free_tries=free, now=NOW + timedelta(seconds=seconds))

    assert 0 <= wait <= max(0, throttle.LONGEST_WAIT_SECONDS - seconds)
    if count < free:
        assert wait == 0


def test_the_page_says_how_long_to_wait_and_a_browser_known_from_before_gets_in(
    new_client: Callable[[], Browser], session: Session
) -> None:
    hoa = people.person(session)
    own, stranger = new_client(), new_client()
    with time_machine.travel(NOW, tick=False):
        people.sign_in(own, hoa)
        own.post("/sign-out")
        for _ in range(5):
            stranger.post("/sign-in", data={"email": hoa.email, "password": "guess guess guess"})
        refused = stranger.post("/sign-in", data={"email": hoa.email, "password": people.PASSWORD})
        people.sign_in(own, hoa)

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "15"
    assert "15 giây" in refused.text


def test_one_time_codes_cannot_be_guessed_by_whoever_has_the_password(
    new_client: Callable[[], Browser], session: Session
) -> None:
    hoa = people.person(session, second_factor=True)
    thief = new_client()
    with time_machine.travel(NOW, tick=False):
        thief.post("/sign-in", data={"email": hoa.email, "password": people.PASSWORD})
        statuses = [thief.post("/sign-in/code", data={"code": f"{n:06d}"}).status_code for n in range(7)]

    assert statuses[-1] == 429
    assert statuses.count(422) <= 5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.44", "192.0.2.44"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.44", "192.0.2.44"),
        ("", UNREADABLE),
        (None, UNREADABLE),
    ],
)
def test_a_network_is_an_ipv4_address_or_the_first_half_of_an_ipv6_one(address: str | None, network: str) -> None:
    assert network_of(address) == network
