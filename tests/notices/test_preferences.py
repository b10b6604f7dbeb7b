"""What people choose about their notices: at once, once a day, only here; and short messages to a telephone."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts.actions import consents
from portal.accounts.consents import Purpose
from portal.accounts.models import Consent, Person
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid
from portal.foundation.settings import Settings
from portal.foundation.telephones import canonical_phone
from portal.notices.actions import note_read, tell
from portal.notices.choosing import choose, manners_of, wish_messages, wish_of
from portal.notices.delivery import MailServerAway, MessagesAway, deliver
from portal.notices.digest import deliver_digests
from portal.notices.kinds import NoticeKind
from portal.notices.messages import LONGEST, shortened
from portal.notices.models import Notice
from portal.notices.preferences import KINDS, TEXTED, Channel, Manner, Topic, topic_of
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser
from tests.notices.smtp import MailServer

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
PARAMS = {"dossier_code": "H37.01-261102-0001", "procedure": {"vi": "Cấp giấy phép xây dựng"}}
OWED = (
    NoticeKind.FILED, NoticeKind.ACCEPTED, NoticeKind.NOT_ACCEPTED, NoticeKind.SUPPLEMENT_REQUESTED, NoticeKind.STOPPED,
    NoticeKind.SETTLED, NoticeKind.PAYMENT_REQUESTED, NoticeKind.PROMISE_MOVED, NoticeKind.NEW_SIGN_IN,
    NoticeKind.FACTOR_RESET, NoticeKind.INVITED,
)  # fmt: skip


def told(session: Session, person: Person, kind: NoticeKind, *, at: datetime = NOW) -> Notice:
    dossier_id = new_id()
    tell(session, kind, dossier_id=dossier_id, event_version=1, people=[person.id], now=at, params=PARAMS)
    session.commit()
    return session.scalars(sa.select(Notice).where(Notice.dossier_id == dossier_id)).one()


def send(settings: Settings, *notices: Notice) -> int:
    return sum(deliver(settings, dossier_id=one.dossier_id, event_version=1, kind=one.kind) for one in notices)  # type: ignore[arg-type]


def mailing(settings: Settings, server: MailServer) -> Settings:
    return replace(settings, smtp_url=server.url, public_url="https://motcua.example.vn")


def texting(settings: Settings, folder: Path) -> Settings:
    return replace(settings, messages_url=folder.as_uri(), public_url="https://motcua.example.vn")


def wishes(session: Session, person: Person, channel: Channel = Channel.SMS, phone: str = "0912 345 678") -> None:
    """The person agrees to the channel and wants its messages."""
    consents.give(session, person.id, Purpose(channel.value), wording=1, now=NOW)
    wish_messages(session, person.id, channel, phone=phone, now=NOW)
    session.commit()


def messages_in(folder: Path) -> list[dict[str, str]]:
    return [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]


@pytest.mark.parametrize("kind", OWED)
def test_what_the_law_or_safety_demands_stands_under_no_topic(kind: NoticeKind) -> None:
    assert topic_of(kind) is None


def test_no_kind_stands_under_two_topics() -> None:
    every = [kind for kinds in KINDS.values() for kind in kinds]

    assert len(every) == len(set(every))
    assert set(KINDS) == set(Topic)
    assert not TEXTED & set(every)


def test_what_comes_once_a_day_waits_for_the_mail_of_the_day_and_comes_once(
    session: Session, settings: Settings
) -> None:
    person = people.person(session)
    choose(session, person.id, {Topic.MESSAGES: Manner.DAILY}, now=NOW)
    waiting = [told(session, person, NoticeKind.MESSAGE, at=NOW + timedelta(minutes=n)) for n in range(3)]
    owed = told(session, person, NoticeKind.ACCEPTED)

    with MailServer() as server:
        ours = mailing(settings, server)
        assert send(ours, *waiting) == 0
        assert send(ours, owed) == 1
        assert deliver_digests(ours) == 1
        assert deliver_digests(ours) == 0
        assert send(ours, *waiting) == 0

    assert len(server.letters) == 2
    digest = server.letters[1].message
    text = digest.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert digest["Subject"].startswith("3 ")
    assert text.count("https://motcua.example.vn/dossiers/H37.01-261102-0001") == 3
    assert "https://motcua.example.vn/notices/preferences" in text


def test_a_mail_of_the_day_leaves_out_what_was_read_and_what_was_told_before_the_choice(
    session: Session, settings: Settings
) -> None:
    person = people.person(session)
    told(session, person, NoticeKind.MESSAGE, at=NOW - timedelta(hours=1))
    choose(session, person.id, {Topic.MESSAGES: Manner.DAILY}, now=NOW)
    told(session, person, NoticeKind.MESSAGE, at=NOW + timedelta(minutes=1))
    note_read(session, person.id, now=NOW + timedelta(minutes=2))
    session.commit()

    with MailServer() as server:
        assert deliver_digests(mailing(settings, server)) == 0


def test_only_here_means_no_mail_ever(session: Session, settings: Settings, client: Browser) -> None:
    person = people.person(session)
    choose(session, person.id, {Topic.PAYMENTS: Manner.IN_APP}, now=NOW)
    notice = told(session, person, NoticeKind.PAYMENT_RECEIVED)

    with MailServer() as server:
        assert send(mailing(settings, server), notice) == 0
        assert deliver_digests(mailing(settings, server)) == 0
    people.sign_in(client, person)
    assert "/dossiers/H37.01-261102-0001" in client.get("/notices").text


def test_a_choice_binds_nobody_else(session: Session, settings: Settings) -> None:
    chooser, other = people.person(session), people.person(session)
    choose(session, chooser.id, {Topic.MESSAGES: Manner.IN_APP}, now=NOW)
    notice = told(session, other, NoticeKind.MESSAGE)

    with MailServer() as server:
        assert send(mailing(settings, server), notice) == 1


def test_a_server_that_is_away_keeps_the_mail_of_the_day_for_later(session: Session, settings: Settings) -> None:
    person = people.person(session)
    choose(session, person.id, {Topic.MESSAGES: Manner.DAILY}, now=NOW)
    told(session, person, NoticeKind.MESSAGE)

    with pytest.raises(MailServerAway):
        deliver_digests(replace(settings, smtp_url="smtp://127.0.0.1:1"))
    with MailServer() as server:
        assert deliver_digests(mailing(settings, server)) == 1


def test_a_message_goes_to_the_telephone_of_whoever_agreed_and_goes_once(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    person = people.person(session)
    wishes(session, person)
    notice = told(session, person, NoticeKind.ACCEPTED)
    ours = texting(settings, tmp_path / "messages")

    send(ours, notice)
    for file in (tmp_path / "messages").iterdir():
        file.unlink()
    send(ours, notice)
    second = told(session, person, NoticeKind.SETTLED)
    send(ours, second)

    sent = messages_in(tmp_path / "messages")
    assert [(one["channel"], one["to"]) for one in sent] == [("sms", "+84912345678")]
    assert sent[0]["text"].endswith("https://motcua.example.vn/dossiers/H37.01-261102-0001")


@pytest.mark.parametrize("missing", ["consent", "earlier wording", "wish", "kind", "gateway", "before"])
def test_no_message_goes_where_something_is_missing(
    session: Session, settings: Settings, tmp_path: Path, missing: str
) -> None:
    person = people.person(session)
    wishes(session, person, Channel.ZALO)
    if missing == "consent":
        consents.withdraw(session, person.id, Purpose.ZALO, now=NOW)
    if missing == "earlier wording":
        session.execute(sa.update(Consent).values(wording=0))
    if missing == "wish":
        wish_messages(session, person.id, None, phone="0912345678", now=NOW)
    kind = NoticeKind.FILED if missing == "kind" else NoticeKind.ACCEPTED
    notice = told(session, person, kind, at=NOW - timedelta(days=1) if missing == "before" else NOW)

    send(settings if missing == "gateway" else texting(settings, tmp_path / "messages"), notice)

    assert not (tmp_path / "messages").exists()


def test_a_folder_that_cannot_be_written_is_tried_again_later(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    person = people.person(session)
    wishes(session, person)
    notice = told(session, person, NoticeKind.ACCEPTED)
    (tmp_path / "messages").write_text("a file, no folder")

    with pytest.raises(MessagesAway):
        send(texting(settings, tmp_path / "messages"), notice)
    (tmp_path / "messages").unlink()
    send(texting(settings, tmp_path / "messages"), notice)

    assert len(messages_in(tmp_path / "messages")) == 1


def test_messages_are_wished_with_a_number_and_a_consent(session: Session) -> None:
    person = people.person(session)

    for phone, field in (("", "phone"), ("12", "phone"), ("0912345678", "agree")):
        with pytest.raises(Invalid) as refused:
            wish_messages(session, person.id, Channel.SMS, phone=phone, now=NOW)
        assert list(refused.value.fields) == [field]
    assert wish_of(session, person.id) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0912 345 678", "+84912345678"), ("+86 138 0013 8000", "+8613800138000"), ("12", None), ("", None),
        ("xin chào", None), ("<script>", None),
    ],
)  # fmt: skip
def test_numbers_are_kept_as_the_network_knows_them(typed: str, kept: str | None) -> None:
    assert canonical_phone(typed) == kept


@given(st.text(max_size=400), st.integers(min_value=10, max_value=120))
def test_a_short_message_fits_and_ends_with_the_whole_address(subject: str, length: int) -> None:
    address = "https://a.vn/" + "x" * length

    text = shortened(subject, address)

    assert len(text) <= LONGEST
    assert text.endswith(f" {address}")


def fields(page: str, names: Iterable[Topic]) -> dict[Topic, bool]:
    return {topic: f'name="{topic.value}"' in page for topic in names}


def test_the_page_shows_what_concerns_the_reader_and_keeps_the_choice(client: Browser, session: Session) -> None:
    person = people.filer(session)
    people.sign_in(client, person)

    page = client.get("/notices/preferences").text
    kept = client.post("/notices/preferences", data={"messages": "daily", "steps": "in_app", "payments": "at_once"})
    wrong = client.post("/notices/preferences", data={"messages": "never"})

    assert fields(page, [Topic.MESSAGES, Topic.STEPS]) == {Topic.MESSAGES: True, Topic.STEPS: False}
    assert 'name="accepted"' not in page
    assert kept.status_code == 303
    assert wrong.status_code == 422
    assert manners_of(session, person.id) == {Topic.MESSAGES: Manner.DAILY}
    assert 'href="/notices/preferences"' in client.get("/notices").text
    assert 'href="/notices/preferences"' in client.get("/accounts").text


def test_officers_choose_about_their_work(client: Browser, session: Session) -> None:
    people.sign_in(client, people.officer(session, people.agency(session), Role.HEAD))

    page = client.get("/notices/preferences").text

    assert fields(page, [Topic.MESSAGES, Topic.LATENESS]) == {Topic.MESSAGES: False, Topic.LATENESS: True}


def test_the_telephone_is_offered_where_there_is_a_gateway_and_nothing_is_ticked_beforehand(
    client: Browser, session: Session, settings: Settings, tmp_path: Path
) -> None:
    person = people.filer(session)
    people.sign_in(client, person)
    without = client.get("/notices/preferences").text
    client.application.extensions["settings"] = texting(settings, tmp_path)
    try:
        page = client.get("/notices/preferences").text
        unticked = client.post("/notices/preferences/telephone", data={"channel": "zalo", "phone": "0912345678"})
        wrong = client.post(
            "/notices/preferences/telephone", data={"channel": "sms", "phone": "12", "agree-sms": "yes"}
        )
        ticked = client.post(
            "/notices/preferences/telephone", data={"channel": "zalo", "phone": "0912345678", "agree-zalo": "yes"}
        )
    finally:
        client.application.extensions["settings"] = settings

    assert 'id="phone"' not in without
    assert 'type="checkbox"' in page
    assert page.count(" checked") == 5
    assert [unticked.status_code, wrong.status_code, ticked.status_code] == [422, 422, 303]
    assert 'value="0912345678"' in unticked.text
    assert 'id="phone-error"' in wrong.text
    assert wish_of(session, person.id) is Channel.ZALO
    purposes = session.scalars(sa.select(Consent.purpose).where(Consent.withdrawn_at.is_(None))).all()
    assert purposes == ["zalo"]
