"""Sending the mails of one event: each at most once as far as can be known, at least once in any case."""

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import unit_of_work
from portal.notices import actions, queries
from portal.notices.mail import MailServer, Undeliverable, compose
from portal.notices.messages import ShortMessage, gateway_of, shortened
from portal.notices.wording import words_of

log = structlog.get_logger(__name__)

_said_without_server: set[str] = set()


class MailServerAway(Exception):
    """Some messages could not be handed over now; the rest have gone. The code names the kind of failure."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class MessagesAway(Exception):
    """Short messages could not be handed over now. The code names the kind of failure."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def deliver(settings: Settings, *, dossier_id: UUID, event_version: int, kind: str) -> int:
    """Mail the notices of the event that have not gone out; returns how many went. Telephones are told, too."""
    _text(settings, dossier_id=dossier_id, event_version=event_version, kind=kind)
    return _deliver(
        settings,
        lambda session: queries.unmailed(session, dossier_id=dossier_id, event_version=event_version, kind=kind),
    )


def deliver_one(settings: Settings, notice_id: UUID) -> int:
    """Mail this notice unless it has gone out; returns how many went."""
    return _deliver(settings, lambda session: queries.unmailed_one(session, notice_id))


def deliver_outside(settings: Settings, notice: queries.Waiting) -> int:
    """Mail a notice to somebody without an account; returns how many went. Raises MailServerAway for now."""
    server = MailServer.of(settings)
    if server is None:
        return 0
    try:
        server.send(compose(notice, server))
    except Undeliverable as refused:
        log.warning("mail refused for good", notice=str(notice.id), code=refused.code)
        return 0
    except (OSError, smtplib.SMTPException) as away:
        raise MailServerAway(type(away).__name__) from away
    return 1


def _text(settings: Settings, *, dossier_id: UUID, event_version: int, kind: str) -> None:
    """Send the short messages of the event, each once. Raises MessagesAway while they cannot be handed over."""
    gateway = gateway_of(settings)
    if gateway is None:
        return
    with unit_of_work() as session:
        waiting = queries.untexted(session, dossier_id=dossier_id, event_version=event_version, kind=kind)
    for notice, wish in waiting:
        words = words_of(notice.kind, notice.params, notice.language, written=notice.written)
        text = shortened(words.subject, settings.public_url + words.link)
        try:
            gateway.send(ShortMessage(id=notice.id, channel=wish.channel, phone=wish.phone, text=text))
        except OSError as away:
            raise MessagesAway(type(away).__name__) from away
        with unit_of_work() as session:
            actions.note_texted(session, notice.id, now=datetime.now(UTC))


def _deliver(settings: Settings, waiting_in: Callable[[Session], list[queries.Waiting]]) -> int:
    """Mail what waits.

    Each is noted in a unit of work of its own as soon as the server has taken it, so a failure with one
    person does not send the others theirs again. Without a mail server the notice in the portal is enough.
    """
    server = MailServer.of(settings)
    if server is None:
        if settings.instance not in _said_without_server:
            _said_without_server.add(settings.instance)
            log.warning("no mail server: notices are shown in the portal only")
        return 0
    with unit_of_work() as session:
        waiting = waiting_in(session)
    sent, failure = 0, ""
    for notice in waiting:
        try:
            server.send(compose(notice, server))
        except Undeliverable as refused:
            log.warning("mail refused for good", notice=str(notice.id), code=refused.code)
            continue
        except (OSError, smtplib.SMTPException) as away:
            failure = type(away).__name__
            continue
        with unit_of_work() as session:
            actions.note_mailed(session, notice.id, now=datetime.now(UTC))
        sent += 1
    if failure:
        raise MailServerAway(failure)
    return sent
