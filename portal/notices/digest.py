"""The mail of the day: what somebody wants to hear of once a day, in one message."""

import smtplib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import unit_of_work
from portal.notices import queries
from portal.notices.actions import note_mailed
from portal.notices.choosing import waits_for_digest
from portal.notices.delivery import MailServerAway
from portal.notices.folding import MAIL
from portal.notices.mail import SENDER_NAME, MailServer, Undeliverable
from portal.notices.models import Notice
from portal.notices.queries import Waiting
from portal.notices.wording import Item, digest_of, words_of

log = structlog.get_logger(__name__)

PREFERENCES = "/notices/preferences"


def readers(session: Session) -> Sequence[UUID]:
    """Who has notices that wait for the mail of the day."""
    statement = sa.select(Notice.person_id).join(Person, Person.id == Notice.person_id)
    return session.scalars(statement.where(waits_for_digest(), Person.disabled_at.is_(None)).distinct()).all()


def deliver_digests(settings: Settings) -> int:
    """Send everybody their mail of the day; returns how many went. Sending again sends what is new only."""
    server = MailServer.of(settings)
    if server is None:
        return 0
    with unit_of_work() as session:
        people = readers(session)
    sent, failure = 0, ""
    for person_id in people:
        with unit_of_work() as session:
            waiting = queries.waiting_for_digest(session, person_id)
        if not waiting:
            continue
        try:
            server.send(compose(waiting, server))
        except Undeliverable as refused:
            log.warning("mail refused for good", person=str(person_id), code=refused.code)
            continue
        except (OSError, smtplib.SMTPException) as away:
            failure = type(away).__name__
            continue
        with unit_of_work() as session:
            for notice in waiting:
                note_mailed(session, notice.id, now=datetime.now(UTC))
        sent += 1
    if failure:
        raise MailServerAway(failure)
    return sent


def compose(waiting: Sequence[Waiting], server: MailServer) -> EmailMessage:
    """One message about all of these notices of one person."""
    first, last = waiting[0], waiting[-1]
    items = [_item(notice, server) for notice in waiting]
    change = server.public_url + PREFERENCES
    said = digest_of(items, language=first.language, name=first.person_name, change=change)
    message = EmailMessage(policy=MAIL)
    message["From"] = Address(display_name=SENDER_NAME, addr_spec=server.sender)
    message["To"] = Address(display_name=" ".join(first.person_name.split()), addr_spec=first.address)
    message["Subject"] = said.subject
    message["Date"] = format_datetime(last.created_at)
    message["Message-ID"] = f"<digest.{last.id}@{server.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = first.language
    message.set_content(said.text)
    message.add_alternative(said.html, subtype="html")
    return message


def _item(notice: Waiting, server: MailServer) -> Item:
    words = words_of(notice.kind, notice.params, notice.language, written=notice.written)
    return Item(words=words, address=server.public_url + words.link)
