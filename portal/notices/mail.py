"""The mail channel: from a notice to a message at the mail server.

A message may be sent twice if a worker dies between the server's "accepted" and our note of it; both copies
then carry the same Message-ID, by which a mailbox shows one.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from portal.foundation.settings import Settings
from portal.notices.folding import MAIL
from portal.notices.queries import Waiting
from portal.notices.wording import html_of, text_of, words_of

SENDER_NAME: Final = "Một Cửa Lạng Sơn"
SECONDS: Final = 15
PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
PERMANENT: Final = range(500, 600)


class Undeliverable(Exception):
    """The server will never take this message; the code is its answer. Trying again would not help."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and as whom.

    The address is `smtp://`, `smtps://` or `smtp+starttls://user:password@host:port?from=sender@example.vn`;
    without `from` the sender is `no-reply` at the portal's own host.
    """

    scheme: str
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str
    public_url: str

    @classmethod
    def of(cls, settings: Settings) -> "MailServer | None":
        """The server of this installation; None where it has none."""
        if not settings.smtp_url:
            return None
        parts = urlsplit(settings.smtp_url)
        own_host = urlsplit(settings.public_url).hostname or "localhost"
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "localhost",
            port=parts.port or PORTS.get(parts.scheme, 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            sender=parse_qs(parts.query).get("from", [f"no-reply@{own_host}"])[0],
            public_url=settings.public_url,
        )

    def send(self, message: EmailMessage) -> None:
        """Hand one message over. Raises `Undeliverable` for good, OSError or SMTPException for now."""
        with self._connected() as connection:
            if self.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
            try:
                connection.send_message(message)
            except smtplib.SMTPRecipientsRefused as refused:
                code = max(code for code, _ in refused.recipients.values())
                if code in PERMANENT:
                    raise Undeliverable(code) from None
                raise
            except smtplib.SMTPDataError as refused:
                if refused.smtp_code in PERMANENT:
                    raise Undeliverable(refused.smtp_code) from None
                raise

    def _connected(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=SECONDS)


def compose(notice: Waiting, server: MailServer) -> EmailMessage:
    """Write the message: plain text and HTML, in the language of the reader."""
    words = words_of(notice.kind, notice.params, notice.language, written=notice.written)
    address = server.public_url + (notice.link or words.link)
    message = EmailMessage(policy=MAIL)
    message["From"] = Address(display_name=SENDER_NAME, addr_spec=server.sender)
    message["To"] = Address(display_name=" ".join(notice.person_name.split()), addr_spec=notice.address)
    message["Subject"] = words.subject
    message["Date"] = format_datetime(notice.created_at)
    message["Message-ID"] = f"<notice.{notice.id}@{server.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = notice.language
    stop = server.public_url + words.stop if words.stop else ""
    if stop:
        message["List-Unsubscribe"] = f"<{stop}>"
    given = {"language": notice.language, "name": notice.person_name, "address": address, "stop": stop}
    message.set_content(text_of(words, **given))
    message.add_alternative(html_of(words, **given), subtype="html")
    return message
