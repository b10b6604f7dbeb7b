"""A forgotten password: a letter with a link, the same answer to everybody, and no way past the second factor."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import flask
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts import links
from portal.accounts.actions import links as linking
from portal.accounts.actions import new_passwords
from portal.accounts.actions import people as accounts
from portal.accounts.models import LinkPurpose, MailedLink, Passkey, Person, SignIn
from portal.foundation.database import driver_url
from portal.foundation.errors import PortalError
from portal.foundation.settings import Settings
from tests.accounts.mailed.mailing import browser, everything_kept, link_in, post, text_of
from tests.factories import people
from tests.fixtures.app import Browser

GOOD = "ba con vịt bơi qua sông"
ASKED = "/sign-in/forgotten/asked"
Statements = Callable[[], AbstractContextManager[list[str]]]


def ask(visitor: Browser, session: Session, settings: Settings, email: str) -> str:
    """Ask for the letter and return its link."""
    answer = visitor.post("/sign-in/forgotten", data={"email": email})
    assert (answer.status_code, answer.location) == (303, ASKED)
    return link_in(post(session, settings)[-1])


def open_link(session: Session, person: Person) -> str:
    made = linking.make(session, person.id, LinkPurpose.RESET, by=None, now=datetime.now(UTC))
    session.commit()
    return links.path_of(LinkPurpose.RESET, made.id)


def test_the_sign_in_page_leads_to_the_letter_and_the_letter_to_a_new_password(
    app: flask.Flask, visitor: Browser, session: Session, settings: Settings
) -> None:
    li = people.person(session, name="李明", language="zh")
    elsewhere = browser(app)
    people.sign_in(elsewhere, li)

    assert 'href="/sign-in/forgotten"' in visitor.get("/sign-in").text
    visitor.post("/sign-in/forgotten", data={"email": f"  {li.email.upper()} "})
    letters = post(session, settings)
    link = link_in(letters[0])
    looked = [visitor.get(link).status_code for _ in range(2)]  # as a mail scanner does
    answer = visitor.post(link, data={"password": GOOD})

    assert [(letter.recipients, letter.message["Subject"]) for letter in letters] == [
        ([li.email], "为您的账户设置新密码")
    ]
    assert looked == [200, 200]
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert elsewhere.get("/accounts").status_code == 302
    assert visitor.post("/sign-in", data={"email": li.email, "password": people.PASSWORD}).status_code == 422
    people.sign_in(visitor, li, password=GOOD)
    told = post(session, settings)
    assert "您账户的密码已更改" in [letter.message["Subject"] for letter in told]


def test_an_address_without_account_gets_the_same_answer_after_the_same_work(
    visitor: Browser, session: Session, settings: Settings, statements: Statements
) -> None:
    hoa = people.person(session)
    visitor.get("/sign-in/forgotten")

    with statements() as for_somebody:
        known = visitor.post("/sign-in/forgotten", data={"email": hoa.email})
    with statements() as for_nobody:
        unknown = visitor.post("/sign-in/forgotten", data={"email": "nobody@example.vn"})

    assert (known.status_code, known.location, known.text) == (unknown.status_code, unknown.location, unknown.text)
    assert for_somebody == for_nobody
    assert [letter.recipients for letter in post(session, settings)] == [[hoa.email]]


def test_a_closed_account_gets_no_letter(visitor: Browser, session: Session, settings: Settings) -> None:
    gone = people.person(session)
    gone.disabled_at = datetime.now(UTC)
    session.flush()

    answer = visitor.post("/sign-in/forgotten", data={"email": gone.email})

    assert answer.location == ASKED
    assert post(session, settings) == []


def test_a_new_password_does_not_take_the_place_of_the_second_factor(visitor: Browser, session: Session) -> None:
    officer = people.person(session, second_factor=True)
    link = open_link(session, officer)

    assert visitor.post(link, data={"password": GOOD}).status_code == 303
    answer = visitor.post("/sign-in", data={"email": officer.email, "password": GOOD})

    assert answer.location.startswith("/sign-in/code")
    assert visitor.get("/accounts").status_code == 302


def test_a_link_is_good_once(visitor: Browser, session: Session) -> None:
    link = open_link(session, people.person(session))
    visitor.post(link, data={"password": GOOD})

    again = visitor.post(link, data={"password": "một câu khác hẳn câu kia"})

    assert again.status_code == 404
    assert 'href="/sign-in/forgotten"' in again.text


def test_a_newer_letter_a_changed_password_and_an_hour_end_a_link(visitor: Browser, session: Session) -> None:
    replaced, changed, old = (people.person(session) for _ in range(3))
    links_before = [open_link(session, person) for person in (replaced, changed, old)]
    open_link(session, replaced)
    accounts.change_password(session, changed.id, new=GOOD, kept_key=None, now=datetime.now(UTC))
    late = datetime.now(UTC) - timedelta(seconds=1)
    session.execute(sa.update(MailedLink).where(MailedLink.person_id == old.id).values(expires_at=late))

    assert [visitor.get(link).status_code for link in links_before] == [404, 404, 404]


@pytest.mark.parametrize(
    "token", ["x", "-", f"{UUID(int=1).hex}-", f"{UUID(int=1).hex}-AAAA", "%00", "a" * 4000, "đ-đ"]
)
def test_a_garbled_link_says_what_to_do(visitor: Browser, session: Session, token: str) -> None:
    for answer in (visitor.get(f"/sign-in/new-password/{token}"), visitor.get(f"/invitations/{token}")):
        assert answer.status_code in {400, 404}
    assert 'href="/sign-in/forgotten"' in visitor.get("/sign-in/new-password/x").text


def test_a_link_for_one_purpose_opens_no_other_page(visitor: Browser, session: Session) -> None:
    token = open_link(session, people.person(session)).rpartition("/")[2]

    assert visitor.get(f"/invitations/{token}").status_code == 404
    assert visitor.get(f"/sign-in/new-password/{token}").status_code == 200


@pytest.mark.parametrize("password", ["", "short", "passwordpassword", "x" * 300])
def test_a_password_that_will_not_do_is_said_beside_the_field_and_the_link_stays_good(
    visitor: Browser, session: Session, password: str
) -> None:
    link = open_link(session, people.person(session))

    answer = visitor.post(link, data={"password": password})

    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert visitor.post(link, data={"password": GOOD}).status_code == 303


def test_what_is_wrong_with_an_address_is_said_beside_the_field(visitor: Browser, session: Session) -> None:
    for typed in ("", "no address", "a@b@c"):
        answer = visitor.post("/sign-in/forgotten", data={"email": typed})
        assert answer.status_code == 422
        assert 'id="email-error"' in answer.text


def test_whoever_asks_too_often_waits_whether_there_is_an_account_or_not(visitor: Browser, session: Session) -> None:
    hoa = people.person(session)

    said = []
    for email in (hoa.email, "nobody@example.vn"):
        statuses = [visitor.post("/sign-in/forgotten", data={"email": email}).status_code for _ in range(6)]
        refused = visitor.post("/sign-in/forgotten", data={"email": email})
        said.append(
            (statuses, refused.status_code, 'id="email-error"' in refused.text, "Retry-After" in refused.headers)
        )

    assert said[0] == said[1] == ([303] * 5 + [429], 429, True, True)


def test_at_most_three_letters_an_hour_go_to_one_person_and_the_last_link_stays_good(
    visitor: Browser, session: Session, settings: Settings
) -> None:
    hoa, now = people.person(session), datetime.now(UTC)
    for minute in range(5):
        new_passwords.send_reset(session, hoa.id, now=now - timedelta(minutes=10 - minute))

    sent = [letter for letter in post(session, settings) if letter.recipients == [hoa.email]]

    assert len(sent) == 3
    assert visitor.get(link_in(sent[-1])).status_code == 200


def test_no_link_is_kept_anywhere_or_shown_in_the_portal(
    app: flask.Flask, visitor: Browser, session: Session, settings: Settings
) -> None:
    """Somebody at another's open browser must not get hold of it."""
    hoa = people.person(session)
    people.sign_in(visitor, hoa)

    link = ask(browser(app), session, settings, hoa.email)

    proof = link.rpartition("/")[2].partition("-")[2]
    assert proof not in everything_kept(session)
    assert hoa.email not in str(session.execute(sa.text("SELECT payload FROM outbox")).all())
    shown = visitor.get("/notices").text
    assert proof not in shown
    assert "/sign-in/new-password/" not in shown


def test_what_a_stranger_set_up_in_the_name_of_an_address_opens_nothing_after_its_owner_comes(
    visitor: Browser, session: Session
) -> None:
    squatted = accounts.add(
        session, name="Stranger", email="chu@example.vn", password_hash=people.password_hash(), language="vi",
        is_verified=False, now=datetime.now(UTC),
    )  # fmt: skip
    squatted.one_time_secret = "JBSWY3DPEHPK3PXP"
    session.add(
        Passkey(
            id=b"k", person_id=squatted.id, public_key=b"k", sign_count=0, transports=[], name="k",
            made_at=datetime.now(UTC),
        )
    )  # fmt: skip
    link = open_link(session, squatted)

    visitor.post(link, data={"password": GOOD})
    people.sign_in(visitor, squatted, password=GOOD)

    session.refresh(squatted)
    assert squatted.email_verified_at is not None
    assert visitor.get("/accounts").status_code == 200
    assert session.scalar(sa.select(sa.func.count()).select_from(Passkey)) == 0


def test_where_no_mail_goes_out_the_page_says_so(without_mail: flask.Flask, session: Session) -> None:
    person, client = people.person(session), browser(without_mail)

    page = client.get("/sign-in/forgotten")
    answer = client.post("/sign-in/forgotten", data={"email": person.email})

    assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
    assert answer.status_code == 422


def test_the_letter_says_in_the_readers_words_how_long_the_link_is_good(
    visitor: Browser, session: Session, settings: Settings
) -> None:
    hoa = people.person(session)
    visitor.post("/sign-in/forgotten", data={"email": hoa.email})

    said = " ".join(text_of(post(session, settings)[0]).split())

    assert "Liên kết có hiệu lực đến" in said
    assert "Nếu bạn không yêu cầu, không cần làm gì" in said


@pytest.fixture
def factory(empty_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = sa.create_engine(driver_url(empty_database_url), pool_size=4)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def test_of_two_who_use_one_link_in_the_same_moment_one_sets_the_password(factory: sessionmaker[Session]) -> None:
    now = datetime.now(UTC)
    with factory() as session:
        person = people.person(session)
        made = linking.make(session, person.id, LinkPurpose.RESET, by=None, now=now)
        session.commit()
    token = links.token_of(LinkPurpose.RESET, made.id)
    together = threading.Barrier(2)

    def use(password: str) -> str:
        with factory() as session:
            session.execute(sa.text("SELECT 1"))
            together.wait(timeout=30)
            try:
                new_passwords.reset(session, token, password, now=now)
                session.commit()
            except PortalError as refusal:
                return type(refusal).__name__
        return "set"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(use, [GOOD, "một câu khác hẳn câu kia"]))

    assert outcomes == ["LinkOver", "set"]
    with factory() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SignIn)) == 0
