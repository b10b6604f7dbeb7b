"""An installation that sends letters to a real mail server of the tests, and what was in them."""

import re
from dataclasses import replace

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.foundation.settings import Settings
from tests.fixtures.app import Browser
from tests.fixtures.workers import drain
from tests.notices.smtp import Letter, MailServer

NOWHERE = "smtp://127.0.0.1:1?from=cong@example.vn"
"""The pages only need to know that letters go out; who carries them is told to `post`."""
LINK = re.compile(r"http://localhost(/\S+)")


def browser(app: flask.Flask) -> Browser:
    found = app.test_client()
    assert isinstance(found, Browser)
    return found


def post(session: Session, settings: Settings) -> list[Letter]:
    """Do all that waits, and return the letters that went out."""
    with MailServer() as server:
        drain(session, settings=replace(settings, smtp_url=server.url))
    return server.letters


def text_of(letter: Letter) -> str:
    body = letter.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(letter: Letter) -> str:
    found = LINK.search(text_of(letter))
    assert found is not None
    return found.group(1)


def everything_kept(session: Session) -> str:
    """All that lies in the tables a letter passes through, as one text."""
    tables = ("outbox", "notices", "invitations", "audit_rows", "sign_in_attempts")
    return "\n".join(str(row) for table in tables for row in session.execute(sa.text(f"SELECT * FROM {table}")))  # noqa: S608
