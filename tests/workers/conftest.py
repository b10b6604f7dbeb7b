"""A database, a broker and a crew for tests of the machinery, which must commit and kill."""

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from psycopg.types.json import Jsonb

from portal.foundation import logs
from tests.fixtures.workers import Crew, asking, until

Connection = psycopg.Connection[tuple[Any, ...]]

TABLES = """
CREATE TABLE effects (id bigserial PRIMARY KEY, what text NOT NULL, at timestamptz);
CREATE TABLE begun (id bigserial PRIMARY KEY, what text NOT NULL);
"""


@pytest.fixture(autouse=True)
def _log_as_installed() -> Iterator[None]:
    """Log as an installation does: the console's picture of a trace takes seconds to draw."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure(stream=io.StringIO())
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def ask(empty_database_url: str) -> Iterator[Connection]:
    with asking(empty_database_url) as connection:
        connection.execute(TABLES)
        yield connection


@pytest.fixture
def crew(ask: Connection, empty_database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Crew]:
    """For tests that kill: nothing is started yet."""
    with Crew(
        database_url=empty_database_url,
        redis_url=redis_url,
        folder=tmp_path,
        application="tests.workers.tasks",
    ) as crew:
        yield crew


class Outbox:
    """Writes jobs as the portal does and says what became of them."""

    def __init__(self, ask: Connection) -> None:
        self.ask = ask

    def add(self, kind: str, queue: str = "prompt", **payload: Any) -> int:
        row = self.ask.execute(
            "INSERT INTO outbox (kind, queue, payload, created_at, next_try_at, attempts) "
            "VALUES (%s, %s, %s, clock_timestamp(), clock_timestamp(), 0) RETURNING id",
            (kind, queue, Jsonb(payload)),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def effects(self, what: str | None = None) -> list[str]:
        rows = self.ask.execute("SELECT what FROM effects ORDER BY id").fetchall()
        return [str(row[0]) for row in rows if what is None or row[0] == what]

    def state(self, row_id: int) -> dict[str, Any]:
        names = "attempts, leased_until, closed_at, dead_at, last_error, next_try_at"
        row = self.ask.execute(f"SELECT {names} FROM outbox WHERE id = %s", (row_id,)).fetchone()  # noqa: S608
        assert row is not None
        return dict(zip(names.split(", "), row, strict=True))

    def begun(self, what: str) -> int:
        row = self.ask.execute("SELECT count(*) FROM begun WHERE what = %s", (what,)).fetchone()
        assert row is not None
        return int(row[0])

    def open_count(self, kind: str) -> int:
        row = self.ask.execute(
            "SELECT count(*) FROM outbox WHERE closed_at IS NULL AND dead_at IS NULL AND kind = %s", (kind,)
        ).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def outbox(ask: Connection) -> Outbox:
    return Outbox(ask)


@pytest.fixture
def closed(outbox: Outbox, crew: Crew) -> Callable[..., None]:
    """Waits until all the rows are closed."""

    def wait(*row_ids: int) -> None:
        until(lambda: all(outbox.state(row_id)["closed_at"] is not None for row_id in row_ids), why=crew.said)

    return wait
