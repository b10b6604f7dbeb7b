"""What every page says at its top about an outage, kept by each web process and read anew twice a minute."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import flask
import structlog
from sqlalchemy.exc import SQLAlchemyError

from portal.foundation import formats
from portal.foundation.database import sessions
from portal.foundation.formats import Language
from portal.foundation.languages import spoken
from portal.outages import queries
from portal.outages.models import Outage

log = structlog.get_logger(__name__)

READ_AGAIN_AFTER_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One announced outage with its words in every language."""

    starts_at: datetime
    ends_at: datetime
    shown_from: datetime
    words: dict[str, str]


class Board:
    """The bulletins of this process. A page waits for no database here: an old word is better than none."""

    def __init__(self, *, read_again_after_seconds: float) -> None:
        self._seconds = read_again_after_seconds
        self._bulletins: tuple[Bulletin, ...] = ()
        self._past: tuple[Bulletin, ...] = ()
        self._read_at = -float("inf")
        self._reading = threading.Lock()

    def text(self, *, now: datetime, language: Language) -> str:
        """What is to be said now, in the language; empty on a usual day."""
        self._read_again(now)
        shown = [one for one in self._bulletins if one.shown_from <= now < one.ends_at]
        return " ".join(_said(one, language) for one in shown)

    def during(self, since: datetime, until: datetime, *, now: datetime) -> list[Bulletin]:
        """The outages that have begun and fell between two instants, the first first: of the newest hundred."""
        self._read_again(now)
        return [one for one in self._past if one.starts_at < min(until, now) and one.ends_at > since]

    def _read_again(self, now: datetime) -> None:
        if time.monotonic() - self._read_at > self._seconds and self._reading.acquire(blocking=False):
            try:
                self.read(now=now)
            finally:
                self._reading.release()

    def read(self, *, now: datetime) -> None:
        """Read the announcements anew; whoever has changed one calls it, so that their own page shows it."""
        self._read_at = time.monotonic()
        try:
            with sessions()() as session:
                told = [_bulletin(row) for row in reversed(queries.told_of(session))]
            self._bulletins = tuple(one for one in told if one.ends_at > now)
            self._past = tuple(told)
        except SQLAlchemyError as error:
            log.warning("outages could not be read", error=type(error).__name__)


def _said(one: Bulletin, language: Language) -> str:
    """From when to when, then the words of the announcement."""
    start, end = (formats.short_instant(moment, language) for moment in (one.starts_at, one.ends_at))
    return f"{start} – {end}: {one.words.get(language) or one.words['vi']}"


def _bulletin(row: Outage) -> Bulletin:
    return Bulletin(starts_at=row.starts_at, ends_at=row.ends_at, shown_from=row.shown_from, words=dict(row.words))


def during(since: datetime | None, until: datetime | None = None) -> list[Bulletin]:
    """What fell into the time of a dossier; `until` None: it goes on."""
    now = datetime.now(UTC)
    return board().during(since, until or now, now=now) if since is not None else []


def init_app(app: flask.Flask, *, read_again_after_seconds: float = READ_AGAIN_AFTER_SECONDS) -> None:
    """Let every page of `app` say what is on the board."""
    app.extensions["outage_board"] = Board(read_again_after_seconds=read_again_after_seconds)
    app.extensions["page_bulletin"] = notice


def notice() -> str:
    """The text for this page; empty on a usual day and on pages of errors that may touch no database."""
    if flask.g.get("bare_page", False):
        return ""
    return board().text(now=datetime.now(UTC), language=spoken())


def board() -> Board:
    """The board of this application."""
    found = flask.current_app.extensions["outage_board"]
    assert isinstance(found, Board)  # noqa: S101 - put there by init_app
    return found
