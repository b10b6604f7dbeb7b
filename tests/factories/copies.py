"""What a factory wrote, remembered as rows and written again for the next test without doing the work anew.

The rows of a small province take a good half second to make and some milliseconds to copy; a thousand tests ask.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.foundation.database import Base

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Rows of several tables; a table stands after those its rows point to."""

    rows: tuple[tuple[sa.Table, str], ...]
    """Each table with its rows as one JSON list."""

    def write(self, session: Session) -> None:
        """Write the rows. A database's own numbering goes on as if they had been made here."""
        for table, rows in self.rows:
            session.execute(_insert(table), {"rows": rows})


def made_and_undone(session: Session, make: Callable[[Session], Made]) -> tuple[Made, Copy]:
    """What `make` made, and a copy of every row it wrote; the database is as before."""
    connection = session.connection()
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as aside:
        before = {table: set(_rows(aside, table)) for table in _tables()}
        made = make(aside)
        aside.flush()
        written = []
        for table in _tables():
            rows = _rows(aside, table)
            if not before[table] <= set(rows):
                raise AssertionError(f"only what is added can be copied; rows of {table.name} were changed")
            if fresh := [row for row in rows if row not in before[table]]:
                written.append((table, f"[{','.join(fresh)}]"))
        aside.expunge_all()
        aside.rollback()
    return made, Copy(rows=tuple(written))


def _tables() -> list[sa.Table]:
    return Base.metadata.sorted_tables


def _rows(session: Session, table: sa.Table) -> list[str]:
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    return list(session.scalars(sa.text(f'SELECT row_to_json(t)::text FROM "{table.name}" t ORDER BY {order}')))  # noqa: S608


@lru_cache
def _insert(table: sa.Table) -> sa.TextClause:
    own = [column.name for column in table.columns if not (column.identity or column.computed)]
    names = ", ".join(f'"{name}"' for name in own)
    return sa.text(
        f'INSERT INTO "{table.name}" ({names}) '  # noqa: S608
        f'SELECT {names} FROM json_populate_recordset(NULL::"{table.name}", CAST(:rows AS json))'
    )
