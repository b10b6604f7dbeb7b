"""The second factor: staff must show one, a code counts once, and before deciding it is asked again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import flask
import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts import one_time
from portal.accounts.actions import posts
from portal.accounts.entrance import require_step_up
from portal.accounts.models import SignIn
from portal.foundation.guards import Audience, open_to
from portal.foundation.settings import Settings
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser, make_app

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_password_alone_opens_no_staff_door(client: Browser, session: Session) -> None:
    officer = people.officer(session, people.agency(session), Role.ONE_STOP)

    answer = client.post("/sign-in", data={"email": officer.email, "password": people.PASSWORD})

    assert answer.location.startswith("/sign-in/code")
    assert client.get("/accounts/registrations").status_code == 302


def test_a_wrong_code_opens_nothing(client: Browser, session: Session) -> None:
    officer = people.officer(session, people.agency(session), Role.ONE_STOP)
    client.post("/sign-in", data={"email": officer.email, "password": people.PASSWORD})
    right = people.next_code(officer.email)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"

    answer = client.post("/sign-in/code", data={"code": wrong})

    assert answer.status_code == 422
    assert client.get("/accounts").status_code == 302


def test_the_code_page_without_a_password_before_leads_to_the_sign_in_page(client: Browser, session: Session) -> None:
    assert client.get("/sign-in/code").location.startswith("/sign-in")
    assert client.post("/sign-in/code", data={"code": "123456"}).location.startswith("/sign-in")


def test_a_code_counts_once(new_client: Callable[[], Browser], session: Session) -> None:
    officer = people.officer(session, people.agency(session), Role.ONE_STOP)
    hers, thief = new_client(), new_client()
    for browser in (hers, thief):
        browser.post("/sign-in", data={"email": officer.email, "password": people.PASSWORD})
    code = people.next_code(officer.email)

    assert hers.post("/sign-in/code", data={"code": code}).status_code == 303
    assert thief.post("/sign-in/code", data={"code": code}).status_code == 422


@given(st.integers(min_value=10**9, max_value=2**33), st.integers(min_value=-3, max_value=3))
def test_a_code_is_good_in_its_own_half_minute_and_the_two_beside_it(second: int, steps_off: int) -> None:
    now = datetime.fromtimestamp(second, tz=UTC)
    step = one_time.step_at(now) + steps_off
    code = one_time.code_of(SECRET, step)

    accepted = one_time.accepted_step(SECRET, code, last_step=None, now=now)

    others = {one_time.code_of(SECRET, one_time.step_at(now) + off) for off in (-1, 0, 1)}
    assert (accepted is not None) is (code in others)
    assert abs(steps_off) > 1 or accepted is not None


@given(st.integers(min_value=10**9, max_value=2**33), st.integers(min_value=-1, max_value=1))
def test_no_code_of_a_used_half_minute_or_an_earlier_one_is_accepted(second: int, used: int) -> None:
    now = datetime.fromtimestamp(second, tz=UTC)
    last_step = one_time.step_at(now) + used
    usable = {one_time.code_of(SECRET, step) for step in range(last_step + 1, one_time.step_at(now) + 2)}

    for step in range(last_step - 2, last_step + 1):
        code = one_time.code_of(SECRET, step)
        if code not in usable:
            assert one_time.accepted_step(SECRET, code, last_step=last_step, now=now) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34"])
def test_what_is_not_six_digits_is_explained(client: Browser, session: Session, typed: str) -> None:
    officer = people.officer(session, people.agency(session), Role.ONE_STOP)
    client.post("/sign-in", data={"email": officer.email, "password": people.PASSWORD})

    assert client.post("/sign-in/code", data={"code": typed}).status_code == 422


def test_staff_without_a_second_factor_set_one_up_before_anything_else(client: Browser, session: Session) -> None:
    newcomer = people.person(session)
    posts.appoint(session, newcomer.id, people.agency(session).id, Role.CLERK, by=None, now=NOW)

    answer = client.post("/sign-in", data={"email": newcomer.email, "password": people.PASSWORD})
    page = client.get(answer.location).text
    key = page.split("<code>")[1].split("</code>")[0].replace(" ", "")
    done = client.post(answer.location, data={"code": one_time.code_of(key, one_time.step_at(datetime.now(UTC)))})

    assert answer.location.startswith("/sign-in/set-up")
    assert done.status_code == 200
    assert "mã dự phòng" in done.text.lower()
    assert client.get("/accounts").status_code == 200
    session.expire_all()
    assert newcomer.one_time_secret == key


def test_somebody_appointed_while_signed_in_owes_the_second_factor_first(client: Browser, session: Session) -> None:
    hoa = people.person(session)
    people.sign_in(client, hoa)

    posts.appoint(session, hoa.id, people.agency(session).id, Role.ONE_STOP, by=None, now=NOW)

    answer = client.get("/accounts/registrations")
    assert answer.status_code == 302
    assert answer.location.startswith("/accounts/second-factor")


def test_codes_are_shown_in_the_demo_only(client: Browser, demo_app: flask.Flask, session: Session) -> None:
    officer = people.officer(session, people.agency(session), Role.ONE_STOP)
    demo = demo_app.test_client()
    assert isinstance(demo, Browser)
    for browser in (client, demo):
        browser.post("/sign-in", data={"email": officer.email, "password": people.PASSWORD})

    shown = demo.get("/sign-in/code").text
    code = shown.split('id="demo-code">')[1].split("<")[0]

    assert 'id="demo-code"' not in client.get("/sign-in/code").text
    assert demo.post("/sign-in/code", data={"code": code}).status_code == 303


def test_an_act_that_needs_it_asks_for_the_second_factor_again_after_ten_minutes(
    settings: Settings, session: Session
) -> None:
    app = make_app(settings)

    @open_to(Audience.CLERK)
    def number() -> object:
        return require_step_up("/numbering") or "done"

    app.add_url_rule("/numbering", "numbering", number, methods=["GET", "POST"])
    client = app.test_client()
    assert isinstance(client, Browser)
    clerk = people.officer(session, people.agency(session), Role.CLERK)
    with time_machine.travel(NOW, tick=False) as clock:
        people.sign_in(client, clerk)
        at_once = client.post("/numbering")
        clock.shift(timedelta(minutes=11))
        later = client.post("/numbering")
        proven = client.post(later.location, data={"code": people.next_code(clerk.email)})
        again = client.post("/numbering")

    assert at_once.text == "done"
    assert later.location.startswith("/step-up?next=")
    assert proven.location == "/numbering"
    assert again.text == "done"


def test_a_wrong_code_is_no_step_up(client: Browser, session: Session) -> None:
    clerk = people.officer(session, people.agency(session), Role.CLERK)
    with time_machine.travel(NOW, tick=False) as clock:
        people.sign_in(client, clerk)
        clock.shift(timedelta(minutes=11))
        answer = client.post("/step-up", data={"code": "000000"})
        session.expire_all()
        stepped_up_at = session.scalars(sa.select(SignIn.stepped_up_at).where(SignIn.person_id == clerk.id)).one()

    assert answer.status_code == 422
    assert stepped_up_at == NOW


def test_replacing_the_second_factor_needs_the_one_before(client: Browser, session: Session) -> None:
    clerk = people.officer(session, people.agency(session), Role.CLERK)
    with time_machine.travel(NOW, tick=False) as clock:
        people.sign_in(client, clerk)
        clock.shift(timedelta(minutes=11))
        answer = client.get("/accounts/second-factor")

    assert answer.location.startswith("/step-up")
