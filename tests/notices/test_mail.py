"""Mail goes out once to each person, survives failures, and speaks the reader's language."""

import smtplib
import socket
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.foundation.database import new_id
from portal.foundation.outbox import OutboxRow
from portal.foundation.settings import Settings
from portal.notices.actions import tell
from portal.notices.delivery import MailServerAway, deliver
from portal.notices.folding import MAIL
from portal.notices.kinds import NoticeKind
from portal.notices.mail import MailServer as Channel
from portal.notices.mail import compose
from portal.notices.models import Notice
from portal.notices.queries import Waiting
from tests.factories import people
from tests.fixtures.workers import drain
from tests.notices.smtp import MailServer

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
PARAMS = {
    "dossier_code": "H37.01-261102-0001",
    "procedure": {"vi": "Cấp giấy phép xây dựng", "en": "Building permit", "zh": "建筑许可证"},
    "acceptance_due_at": "2026-11-03T02:00:00+00:00",
    "promised_due_at": "2026-11-24T10:00:00+00:00",
    "answer_due_on": "2026-12-01",
}


def mailing(settings: Settings, url: str | None) -> Settings:
    return replace(settings, smtp_url=url, public_url="https://motcua.example.vn")


def told(session: Session, *readers: Person, kind: NoticeKind = NoticeKind.ACCEPTED) -> Notice:
    dossier_id = new_id()
    tell(
        session,
        kind,
        dossier_id=dossier_id,
        event_version=3,
        people=[reader.id for reader in readers],
        now=NOW,
        params=PARAMS,
    )
    session.commit()
    return session.scalars(sa.select(Notice).where(Notice.dossier_id == dossier_id).limit(1)).one()


def send(settings: Settings, notice: Notice) -> int:
    return deliver(settings, dossier_id=notice.dossier_id, event_version=3, kind=notice.kind)


def mailed(session: Session, notice: Notice) -> dict[object, bool]:
    session.expire_all()
    rows = session.execute(sa.select(Notice.person_id, Notice.mailed_at).where(Notice.dossier_id == notice.dossier_id))
    return {person_id: mailed_at is not None for person_id, mailed_at in rows}


def said(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_everybody_told_gets_one_mail_in_their_language(session: Session, settings: Settings) -> None:
    hoa = people.person(session, name="Nguyễn Thị Hoa")
    li = people.person(session, name="李明", language="zh")
    notice = told(session, hoa, li)

    with MailServer() as server:
        assert send(mailing(settings, server.url), notice) == 2
        assert send(mailing(settings, server.url), notice) == 0

    letters = {letter.recipients[0]: letter.message for letter in server.letters}
    assert set(letters) == {hoa.email, li.email}
    assert letters[hoa.email]["Subject"] == "Hồ sơ H37.01-261102-0001 đã được tiếp nhận"
    assert letters[li.email]["Subject"] == "办件H37.01-261102-0001已受理"
    assert "Mở hồ sơ" in said(letters[hoa.email])
    assert "查看办件" in said(letters[li.email])
    assert mailed(session, notice) == {hoa.id: True, li.id: True}


def test_a_mail_has_text_and_page_and_leads_to_the_dossier(session: Session, settings: Settings) -> None:
    reader = people.person(session, name="Ann O'Neil <b>", language="en")
    notice = told(session, reader)
    with MailServer() as server:
        send(mailing(settings, server.url), notice)

    message = server.letters[0].message
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    link = "https://motcua.example.vn/dossiers/H37.01-261102-0001"
    assert link in text.get_content()
    assert f'href="{link}"' in page.get_content()
    assert "The result is promised for Tuesday 24/11/2026." in " ".join(text.get_content().split())
    assert "<b>" not in page.get_content()
    assert message["From"] == "Một Cửa Lạng Sơn <cong@example.vn>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_copy_sent_again_carries_the_same_identity(session: Session, settings: Settings) -> None:
    """The server took the mail, the line broke before it said so: the only case that sends a second copy."""
    reader = people.person(session)
    notice = told(session, reader)
    with MailServer(swallow=1) as server:
        with pytest.raises(MailServerAway):
            send(mailing(settings, server.url), notice)
        assert mailed(session, notice) == {reader.id: False}
        send(mailing(settings, server.url), notice)

    first, second = (letter.message for letter in server.letters)
    assert first["Message-ID"] == second["Message-ID"] == f"<notice.{notice.id}@example.vn>"
    assert mailed(session, notice) == {reader.id: True}


def test_a_passing_refusal_of_one_does_not_keep_the_mail_from_others(session: Session, settings: Settings) -> None:
    busy, other = people.person(session), people.person(session)
    notice = told(session, busy, other)
    with MailServer(refuse={busy.email: "451 try later"}) as server:
        with pytest.raises(MailServerAway):
            send(mailing(settings, server.url), notice)
        assert mailed(session, notice) == {busy.id: False, other.id: True}
        server.refuse.clear()
        assert send(mailing(settings, server.url), notice) == 1

    assert [letter.recipients for letter in server.letters] == [[other.email], [busy.email]]


def test_an_address_that_does_not_exist_is_not_tried_for_ever(session: Session, settings: Settings) -> None:
    gone = people.person(session)
    notice = told(session, gone)
    with MailServer(refuse={gone.email: "550 no such user"}) as server:
        assert send(mailing(settings, server.url), notice) == 0

    assert server.letters == []
    assert mailed(session, notice) == {gone.id: False}


def test_while_the_server_is_away_the_job_fails_and_nothing_is_noted(session: Session, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"smtp://127.0.0.1:{closed.getsockname()[1]}"
    reader = people.person(session)
    notice = told(session, reader)

    with pytest.raises(MailServerAway):
        send(mailing(settings, url), notice)

    assert mailed(session, notice) == {reader.id: False}


def test_without_a_mail_server_the_notice_in_the_portal_is_enough(session: Session, settings: Settings) -> None:
    reader = people.person(session)
    notice = told(session, reader)

    assert send(mailing(settings, None), notice) == 0
    assert mailed(session, notice) == {reader.id: False}


def test_whoever_closed_their_account_gets_no_mail(session: Session, settings: Settings) -> None:
    reader = people.person(session)
    notice = told(session, reader)
    reader.disabled_at = NOW
    session.commit()

    with MailServer() as server:
        assert send(mailing(settings, server.url), notice) == 0


def test_telling_twice_is_telling_once(session: Session) -> None:
    reader = people.person(session)
    dossier_id = new_id()
    for _ in range(2):
        tell(session, NoticeKind.FILED, dossier_id=dossier_id, event_version=1, people=[reader.id] * 2, now=NOW)

    count = sa.select(sa.func.count()).select_from(Notice).where(Notice.dossier_id == dossier_id)
    jobs = sa.select(sa.func.count()).select_from(OutboxRow).where(OutboxRow.dedupe_key.contains(str(dossier_id)))
    assert (session.scalar(count), session.scalar(jobs)) == (1, 1)


def test_a_name_with_line_breaks_adds_no_header() -> None:
    channel = Channel(scheme="smtp", host="h", port=25, sender="a@example.vn", public_url="https://p.example.vn")
    notice = Waiting(
        id=new_id(),
        kind="accepted",
        params={**PARAMS, "dossier_code": "X\r\nBcc: all@example.vn"},
        created_at=NOW,
        person_name="Evil\r\nBcc: all@example.vn",
        address="evil@example.vn",
        language="vi",
    )

    message = compose(notice, channel)

    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


def test_the_address_of_the_server_may_hold_a_user_and_a_strange_password(settings: Settings) -> None:
    channel = Channel.of(mailing(settings, "smtp+starttls://cong%40x.vn:p%3A%2F%40ss@mail.example.vn"))

    assert channel is not None
    assert (channel.user, channel.password, channel.host, channel.port) == (
        "cong@x.vn",
        "p:/@ss",
        "mail.example.vn",
        587,
    )
    assert channel.sender == "no-reply@motcua.example.vn"
    assert "p:/@ss" not in repr(channel)


def test_a_server_without_encryption_is_not_given_the_password(session: Session, settings: Settings) -> None:
    """A server that does not offer STARTTLS gets no login: the mail waits."""
    with MailServer() as server:
        host_port = server.url.removeprefix("smtp://")
        notice = told(session, people.person(session))
        with pytest.raises(MailServerAway) as failure:
            send(mailing(settings, f"smtp+starttls://user:secret@{host_port}"), notice)

    assert failure.value.code == smtplib.SMTPNotSupportedError.__name__
    assert server.letters == []


def test_the_job_of_an_event_sends_its_mails(session: Session, settings: Settings) -> None:
    reader = people.person(session)
    notice = told(session, reader)

    with MailServer() as server:
        drain(session, settings=mailing(settings, server.url))

    assert [letter.recipients for letter in server.letters] == [[reader.email]]
    assert mailed(session, notice) == {reader.id: True}


BLANKS = (
    "Hồ sơ H37.01-260302-0001 đã được tiếp nhận, hẹn trả kết quả lúc 16:30 thứ Ba 24/11/2026 tại Bộ phận Một cửa",
    "sơ sơ yêu-cầu (12) đã a@b.vn H37.01 của của (12) cơ yêu-cầu 24/11/2026 bạn 24/11/2026 trả 16:30, Trần của abc",
    "sơ được trả trả tiếp hồ trả 建筑许可证 của tiếp đã hồ tiếp 建筑许可证 24/11/2026 sơ (12) được 16:30, abc “x”",
    "您为谅山省某某有限责任公司提交的建筑许可证申报 H37.01-260302-0001 已被受理，请于 2026-11-24 领取结果",
)


@pytest.mark.parametrize("subject", BLANKS)
def test_a_long_subject_arrives_with_every_blank_it_was_sent_with(settings: Settings, subject: str) -> None:
    name = "Nguyễn Thị Minh Khai đại diện theo pháp luật của Công ty Trách nhiệm hữu hạn Thương mại Hoa Hồi Xứ Lạng"
    with MailServer() as server:
        channel = Channel.of(mailing(settings, server.url))
        assert channel is not None
        message = compose(letter(name), channel)
        message.replace_header("Subject", subject)
        channel.send(message)

    arrived = server.letters[0].message
    assert arrived["Subject"] == subject
    plainly = message_from_bytes(server.letters[0].content, policy=policy.compat32)
    assert str(make_header(decode_header(plainly["To"]))) == f"{name} <hoa@example.vn>"
    assert arrived["To"].addresses[0].addr_spec == "hoa@example.vn"
    assert arrived["From"].addresses[0].display_name == "Một Cửa Lạng Sơn"
    head = server.letters[0].content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(len(line) for line in head.split(b"\r\n")) <= 78


@given(st.lists(st.sampled_from(" ".join(BLANKS).split()), min_size=1, max_size=40).map(" ".join))
def test_no_folding_of_a_subject_loses_a_blank(subject: str) -> None:
    message = EmailMessage(policy=MAIL)
    message["Subject"] = subject

    assert message_from_bytes(message.as_bytes(), policy=policy.default)["Subject"] == subject


def letter(name: str) -> Waiting:
    return Waiting(
        id=new_id(),
        kind=NoticeKind.ACCEPTED.value,
        params=PARAMS,
        created_at=NOW,
        person_name=name,
        address="hoa@example.vn",
        language="vi",
    )
