"""The floor under every table: base class, column types, identifiers, and the engine of this process.

One engine per process, made after a fork (`connect`), because sockets inherited over a fork are shared by
accident. `sessions()` hands out sessions on it; `unit_of_work` decides when they commit.
"""

import enum
import os
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import pq
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"

E = TypeVar("E", bound=enum.StrEnum)

type_annotation_map = {
    datetime: sa.TIMESTAMP(timezone=True),
    UUID: sa.Uuid(),
    bytes: sa.LargeBinary(),
    Decimal: sa.Numeric(),
    dict[str, Any]: JSONB(),
    list[Any]: JSONB(),
}

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = type_annotation_map


def text_enum(kind: type[E]) -> sa.Enum:
    """A column holding the values of `kind` as text; the database refuses any other text.

    The CHECK constraint is named after the enum, and the values are read once when the table is declared.
    """
    return sa.Enum(
        kind,
        native_enum=False,
        length=64,
        values_callable=lambda members: [member.value for member in members],
        create_constraint=True,
        validate_strings=True,
        name=_snake(kind.__name__),
    )


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def new_id() -> UUID:
    """A new identifier, ordered by the time of its making (RFC 9562, version 7), so indices stay compact."""
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80 | noise & (2**80 - 1)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


class _Process:
    """What this process is connected to. Rebound by `connect`, never at import."""

    sessions: sessionmaker[Session] | None = None


def connect(url: str, *, pool_size: int = 2) -> sa.Engine:
    """Bind this process to the database at `url` and return the engine."""
    engine = engine_at(url, pool_size=pool_size)
    bind(sessionmaker(engine, expire_on_commit=False))
    return engine


def engine_at(url: str, *, pool_size: int = 2) -> sa.Engine:
    """An engine whose connections keep the plans of what they have read."""
    engine = sa.create_engine(
        driver_url(url), pool_size=pool_size, max_overflow=4, pool_recycle=1800, hide_parameters=True
    )
    sa.event.listen(engine, "do_connect", _dial)
    return engine


class _PlanKeeper(psycopg.Connection[Any]):
    """A connection that keeps its prepared statements when a transaction is undone.

    Every page that only reads ends with ROLLBACK, and at each the driver would forget what it has prepared, lest
    a table be made anew in another form: then nothing read twice is ever planned once. This program makes no tables.
    """

    def rollback(self) -> None:
        if self.info.transaction_status in _UNDONE_QUIETLY:
            answer = self.pgconn.exec_(b"ROLLBACK")
            if answer.status == pq.ExecStatus.COMMAND_OK:
                return
        super().rollback()


_UNDONE_QUIETLY = frozenset({pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR})


def _dial(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> psycopg.Connection[Any]:
    made: psycopg.Connection[Any] = _PlanKeeper.connect(*arguments, **options)
    return made


def driver_url(url: str) -> str:
    """The URL with psycopg 3 as the driver, whatever the usual spelling `postgres://` or `postgresql://`."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def bind(factory: sessionmaker[Session]) -> None:
    """Let every unit of work of this process use `factory`."""
    _Process.sessions = factory


def is_connected() -> bool:
    """Whether this process has a database."""
    return _Process.sessions is not None


def sessions() -> sessionmaker[Session]:
    """The session factory of this process; `connect` must have been called."""
    if _Process.sessions is None:
        raise RuntimeError("the process is not connected to a database: call foundation.database.connect first")
    return _Process.sessions


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = driver_url(url)
    command.upgrade(config, "head")


def newest_migration() -> str | None:
    """The identifier of the newest migration in the code, for comparing with the database's."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
