"""Signing in by a service outside, against the certified provider of the package `oidc-provider`, run by node."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from socket import create_server
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import flask
import pytest
import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import OutsideIdentity, Person, Proof, SignIn, SignInAttempt
from portal.foundation.settings import Settings, SettingsError, SignInService, is_safe_address
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser, make_app

SERVICE = Path(__file__).with_name("oidc")
CLIENT, SECRET = "motcua", "a secret shared with the service of the tests"
COME_BACK_TO = "http://localhost/sign-in/outside/return"
FORM = re.compile(r'<form[^>]*action="([^"]+)"')
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as socket:
        return int(socket.getsockname()[1])


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The provider's address. Skipped where node or the package cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed: the sign-in service cannot be run")
    folder = tmp_path_factory.mktemp("oidc")
    for file in SERVICE.iterdir():
        shutil.copy(file, folder)
    fetched = subprocess.run(
        [npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder, capture_output=True, timeout=180, check=False,
    )  # fmt: skip
    if fetched.returncode:
        pytest.skip("the package oidc-provider cannot be had")
    port = free_port()
    running = subprocess.Popen(
        [node, "provider.mjs", str(port), CLIENT, SECRET, COME_BACK_TO],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert running.stdout is not None
        while b"ready" not in (line := running.stdout.readline()):
            assert line, "the provider did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=20)
        running.stdout.close()


def with_service(settings: Settings, issuer: str, **values: Any) -> flask.Flask:
    service = SignInService(
        **{"issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, "name": "VNeID", **values}
    )
    return make_app(replace(settings, sign_in_service=service))


@pytest.fixture
def browser(settings: Settings, session: Session, issuer: str) -> Browser:
    """A browser at a portal that knows the service."""
    client = with_service(settings, issuer).test_client()
    assert isinstance(client, Browser)
    return client


class Abroad:
    """The same browser at the service's own pages."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def close(self) -> None:
        self.session.close()

    def show_who(self, address: str, login: str) -> str:
        """Sign in there as `login`, let it tell the portal, and return the address it leads back to."""
        page = self.visit(address)
        for _step in range(4):
            if page.startswith(COME_BACK_TO):
                return page
            shown = self.session.get(page, timeout=10)
            form = FORM.search(shown.text)
            assert form, shown.text[:2000]
            sent = {name: unescape(value) for name, value in FIELD.findall(shown.text)}
            if sent.get("prompt") == "login":
                sent |= {"login": login, "password": "any"}
            answer = self.session.post(urljoin(page, unescape(form[1])), data=sent, timeout=10, allow_redirects=False)
            page = self.visit(answer.headers["Location"])
        raise AssertionError("never came back")

    def decline(self, address: str) -> str:
        page = self.visit(address)
        return self.visit(f"{page}/abort")

    def visit(self, address: str) -> str:
        """Follow redirects until a page that can be shown, or the way back."""
        while not address.startswith(COME_BACK_TO):
            answer = self.session.get(address, timeout=10, allow_redirects=False)
            if not answer.is_redirect:
                return address
            address = urljoin(address, answer.headers["Location"])
        return address


@pytest.fixture
def abroad() -> Iterator[Abroad]:
    made = Abroad()
    yield made
    made.close()


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def leave(browser: Browser, onward: str = "") -> str:
    answer = browser.get("/sign-in/outside" + ("?" + urlencode({"next": onward}) if onward else ""))
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def come_back(browser: Browser, abroad: Abroad, login: str, onward: str = "") -> Any:
    return browser.get(path_of(abroad.show_who(leave(browser, onward), login)))


def link(session: Session, person: Person, issuer: str, subject: str) -> None:
    session.add(
        OutsideIdentity(
            person_id=person.id,
            issuer=issuer,
            subject=subject,
            known_as=f"{subject}@example.vn",
            linked_at=sa.func.now(),
        )
    )
    session.flush()


def test_the_button_is_there_only_where_a_service_is_set_up(
    browser: Browser, client: Browser, session: Session
) -> None:
    assert "/sign-in/outside" in browser.get("/sign-in").text
    assert "/sign-in/outside" not in client.get("/sign-in").text
    assert client.get("/sign-in/outside").status_code == 404


def test_the_way_there_carries_state_nonce_and_a_proof_key(browser: Browser, issuer: str) -> None:
    asked = parse_qs(urlsplit(leave(browser)).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert len(asked["state"][0]) >= 20
    assert len(asked["nonce"][0]) >= 20
    assert asked["redirect_uri"] == [COME_BACK_TO]


def test_a_first_visitor_makes_an_account_and_comes_in(browser: Browser, session: Session, abroad: Abroad) -> None:
    answer = come_back(browser, abroad, "lan", "/notices")
    page = browser.get(answer.location)
    made = browser.post(
        answer.location, data={"name": "Trần Thị Lan", "email": "lan@example.vn", "password": people.PASSWORD}
    )

    assert answer.location.startswith("/sign-in/outside/new")
    assert "lan@example.vn" in page.text
    assert "Khách lan" in page.text
    assert made.status_code == 303
    assert made.location == "/notices"
    assert "lan@example.vn" in browser.get("/accounts").text
    assert session.scalars(sa.select(OutsideIdentity)).one().subject == "lan"


def test_whoever_is_linked_is_signed_in_and_the_log_says_how(
    browser: Browser, session: Session, abroad: Abroad, issuer: str
) -> None:
    person = people.person(session)
    link(session, person, issuer, "hoa")

    answer = come_back(browser, abroad, "hoa", "/notices")

    assert answer.location == "/notices"
    assert person.email in browser.get("/accounts").text
    attempt = session.scalars(sa.select(SignInAttempt)).one()
    assert (attempt.proof, attempt.succeeded, attempt.person_id) == (Proof.OUTSIDE, True, person.id)


def test_the_second_factor_is_asked_for_all_the_same(
    browser: Browser, session: Session, abroad: Abroad, issuer: str
) -> None:
    person = people.person(session, second_factor=True)
    officer = people.officer(session, people.agency(session), Role.HEAD)
    link(session, person, issuer, "thu")
    link(session, officer, issuer, "cuong")

    answer = come_back(browser, abroad, "thu", "/notices")
    assert answer.location == "/sign-in/code?next=/notices"
    assert browser.get("/accounts").status_code == 302
    browser.post(answer.location, data={"code": people.next_code(person.email)})
    assert person.email in browser.get("/accounts").text
    browser.post("/sign-out")
    abroad.session.cookies.clear()
    assert come_back(browser, abroad, "cuong").location == "/sign-in/code"


def test_an_address_of_somebody_elses_account_opens_nothing_without_its_password(
    browser: Browser, session: Session, abroad: Abroad, issuer: str
) -> None:
    person = people.person(session, email="an@example.vn")

    answer = come_back(browser, abroad, "an")
    told = browser.get(answer.location).text
    taken = browser.post(
        "/sign-in/outside/new", data={"name": "Ai đó", "email": "an@example.vn", "password": people.PASSWORD}
    )

    assert "an@example.vn" in told
    assert "Đã có tài khoản" in told
    assert taken.status_code == 422
    assert browser.get("/accounts").status_code == 302
    assert session.scalars(sa.select(OutsideIdentity)).all() == []
    assert session.scalars(sa.select(SignIn).where(SignIn.person_id == person.id)).all() == []


def test_an_address_the_service_does_not_vouch_for_tells_nothing_of_accounts(
    browser: Browser, session: Session, abroad: Abroad
) -> None:
    people.person(session, email="unverified-an@example.vn")

    answer = come_back(browser, abroad, "unverified-an")

    assert "Đã có tài khoản" not in browser.get(answer.location).text


def test_the_owner_of_an_account_signs_in_once_and_links_the_two(
    browser: Browser, session: Session, abroad: Abroad
) -> None:
    person = people.person(session)
    come_back(browser, abroad, "minh")

    there = browser.post(
        "/sign-in?next=/accounts/outside", data={"email": person.email, "password": people.PASSWORD}
    ).location
    page = browser.get(there).text
    unproven = browser.post("/accounts/outside/link")
    browser.post("/step-up", data={"password": people.PASSWORD})
    linked = browser.post("/accounts/outside/link")

    assert there == "/accounts/outside"
    assert "minh@example.vn" in page
    assert unproven.location.startswith("/step-up")
    assert linked.location == "/accounts"
    assert session.scalars(sa.select(OutsideIdentity)).one().person_id == person.id
    assert "minh@example.vn" in browser.get("/accounts/outside").text

    browser.post("/accounts/outside/unlink")
    assert session.scalars(sa.select(OutsideIdentity)).all() == []


def test_an_identity_stays_with_whom_it_is_linked(
    browser: Browser, session: Session, abroad: Abroad, issuer: str
) -> None:
    owner, other = people.person(session), people.person(session)
    link(session, owner, issuer, "son")
    people.sign_in(browser, other)
    browser.post("/step-up", data={"password": people.PASSWORD})

    answer = come_back(browser, abroad, "son", "/accounts/outside")
    refused = browser.post("/accounts/outside/link")

    assert answer.location == "/accounts/outside"
    assert refused.status_code == 409
    assert session.scalars(sa.select(OutsideIdentity)).one().person_id == owner.id


def test_an_identity_left_in_the_browser_is_not_linked_to_whoever_signs_in_next(
    browser: Browser, session: Session, abroad: Abroad
) -> None:
    come_back(browser, abroad, "vinh")
    people.sign_in(browser, people.person(session))

    assert "vinh@example.vn" not in browser.get("/accounts/outside").text


def test_a_closed_account_stays_closed(browser: Browser, session: Session, abroad: Abroad, issuer: str) -> None:
    person = people.person(session)
    link(session, person, issuer, "dong")
    person.disabled_at = sa.func.now()
    session.flush()

    answer = come_back(browser, abroad, "dong")

    assert answer.status_code == 422
    assert browser.get("/accounts").status_code == 302


def test_declining_there_is_said_here_and_the_other_ways_stay(
    browser: Browser, session: Session, abroad: Abroad
) -> None:
    answer = browser.get(path_of(abroad.decline(leave(browser))))

    assert answer.status_code == 422
    assert "Bạn đã không cho phép" in answer.text
    assert 'href="/sign-in"' in answer.text


@pytest.mark.parametrize("change", ["state", "code", "iss"])
def test_an_answer_that_was_changed_on_the_way_is_refused(
    browser: Browser, session: Session, abroad: Abroad, change: str
) -> None:
    back = urlsplit(abroad.show_who(leave(browser), "hoa"))
    sent = {name: values[0] for name, values in parse_qs(back.query).items()} | {change: "https://evil.example"}

    answer = browser.get(f"{back.path}?{urlencode(sent)}")

    assert answer.status_code in {422, 503}
    assert browser.get("/accounts").status_code == 302
    assert browser.get("/sign-in/outside/new").location == "/sign-in"


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    browser: Browser, session: Session, abroad: Abroad, issuer: str
) -> None:
    link(session, people.person(session), issuer, "hoa")
    back = path_of(abroad.show_who(leave(browser), "hoa"))
    stranger = browser.application.test_client()

    elsewhere = stranger.get(back)
    first = browser.get(back)
    browser.post("/sign-out")
    again = browser.get(back)

    assert [elsewhere.status_code, first.status_code, again.status_code] == [422, 303, 422]


def test_a_service_that_is_away_is_said_and_the_password_still_opens(
    settings: Settings, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    browser = with_service(settings, f"http://127.0.0.1:{free_port()}").test_client()
    assert isinstance(browser, Browser)

    answer = browser.get("/sign-in/outside")

    assert answer.status_code == 503
    assert "không phản hồi" in answer.text
    people.sign_in(browser, people.person(session))


def test_a_service_that_calls_itself_something_else_is_not_believed(
    settings: Settings, session: Session, issuer: str
) -> None:
    browser = with_service(settings, issuer.replace("127.0.0.1", "localhost")).test_client()

    assert browser.get("/sign-in/outside").status_code == 503


def test_a_wrong_secret_is_a_fault_of_ours_and_signs_nobody_in(
    settings: Settings, session: Session, issuer: str, abroad: Abroad
) -> None:
    browser = with_service(settings, issuer, client_secret="another").test_client()
    assert isinstance(browser, Browser)

    answer = come_back(browser, abroad, "hoa")

    assert answer.status_code == 503
    assert browser.get("/accounts").status_code == 302


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://id.example.vn", True), ("http://127.0.0.1:9000", True), ("http://localhost/x", True),
        ("http://[::1]:1/", True), ("http://id.example.vn", False), ("http://10.0.0.5", False),
        ("ftp://localhost", False),
        ("https://", False), ("//localhost", False), ("", False), ("http://localhost.evil.example", False),
        ("https://[", False),
    ],
)  # fmt: skip
def test_only_addresses_nobody_can_listen_to_are_asked(address: str, is_safe: bool) -> None:
    assert is_safe_address(address) is is_safe


@pytest.mark.parametrize("issuer", ["http://id.example.vn", "https://id.example.vn/?a=1", "https://id.example.vn#x"])
def test_an_unsafe_issuer_keeps_the_portal_from_starting(issuer: str, tmp_path: Path) -> None:
    given = {
        "MODE": "test", "DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "SECRET_KEY": "x" * 40,
        "DATA_DIR": str(tmp_path), "OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "portal",
    }  # fmt: skip

    with pytest.raises(SettingsError, match="OIDC_ISSUER"):
        Settings.from_environment(given)


def test_an_issuer_without_a_client_is_named_as_missing(tmp_path: Path) -> None:
    given = {
        "MODE": "test", "DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "SECRET_KEY": "x" * 40,
        "DATA_DIR": str(tmp_path), "OIDC_ISSUER": "https://id.example.vn",
    }  # fmt: skip

    with pytest.raises(SettingsError, match="OIDC_CLIENT_ID"):
        Settings.from_environment(given)
