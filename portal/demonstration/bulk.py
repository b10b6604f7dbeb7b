"""History in bulk: any number of dossiers that live by the patterns of those that lived through the real verbs.

Everything that the figures, the queues and the chain need is written, in streams instead of statements: dossiers,
events, answers, steps, pauses, supplement requests, facts, cells, shares and rollups; the files of open dossiers, and
the limit each waits for. Letters are not printed and nobody is written to: a dossier of the bulk has no papers.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.calendars.queries import in_force
from portal.clock.zone import VIETNAM, office_day
from portal.demonstration.cloning import Birth, Json, Life, live
from portal.demonstration.patterns import Pattern, patterns
from portal.dossiers.models import CodeCounter
from portal.dossiers.numbering import FEWEST_DIGITS
from portal.facts.actions import COLUMNS, KEY, SUMS, add_to_cells, share_of
from portal.facts.shares import roll_up, whole_share
from portal.foundation.database import Base
from portal.foundation.packaged import office_calendar

BATCH = 500
CELLS_AT_ONCE = 1000
OPENING_MINUTES = 479
DAYS_PER_MONTH = 365.25 / 12

Progress = Callable[[int, int], None]
Row = Mapping[str, Any]


class NothingToFollow(Exception):
    """No dossier of these procedures has lived to its end yet, so there is no pattern."""


@dataclass(slots=True)
class Numbers:
    """The codes given out by intake agency and day, going on from those that were given out before."""

    last: dict[tuple[UUID, date], int]
    agencies: Mapping[UUID, str]
    raised: set[tuple[UUID, date]] = field(default_factory=set)

    def next(self, agency_id: UUID, day: date) -> str:
        """The next code of the agency on this day."""
        number = self.last[agency_id, day] = self.last.get((agency_id, day), 0) + 1
        self.raised.add((agency_id, day))
        return f"{self.agencies[agency_id]}-{day:%y%m%d}-{number:0{FEWEST_DIGITS}d}"


def grow(
    session: Session,
    counts: Mapping[str, int],
    *,
    months: int,
    number: int,
    now: datetime,
    progress: Progress = lambda _done, _of: None,
) -> int:
    """Let so many dossiers of each procedure live over the last months; returns how many were made.

    The same `number` and patterns make the same history but for identifiers and salts. Raises `NothingToFollow`.
    """
    known = patterns(session)
    lacking = [code for code, count in counts.items() if count and code not in known]
    if lacking:
        raise NothingToFollow(", ".join(lacking))
    calendar = in_force(session).content_hash
    numbers = Numbers(
        last={(row.agency_id, row.day): row.last for row in session.scalars(sa.select(CodeCounter))},
        agencies=dict(session.execute(sa.select(Agency.id, Agency.code)).all()),
    )
    cells: Counter[tuple[Any, ...]] = Counter()
    lives = _lives(known, counts, numbers, calendar=calendar, months=months, number=number, now=now)
    made, of = 0, sum(counts.values())
    while batch := list(islice(lives, BATCH)):
        _write(session, batch, cells)
        made += len(batch)
        progress(made, of)
    _close(session, numbers, cells)
    return made


def _lives(
    known: Mapping[str, Sequence[Pattern]],
    counts: Mapping[str, int],
    numbers: Numbers,
    *,
    calendar: str,
    months: int,
    number: int,
    now: datetime,
) -> Iterator[Life]:
    """The dossiers in the order of their filing, so that codes rise with the hours."""
    for order, (filed_at, code) in enumerate(_filings(known, counts, months=months, number=number, now=now)):
        chance = Random(f"{number}/bulk/{order}")  # noqa: S311 - a story, not a secret
        pattern = chance.choice(known[code])
        given = numbers.next(pattern.dossier.intake_agency_id, office_day(filed_at))
        yield live(pattern, Birth(code=given, filed_at=filed_at, calendar=calendar, now=now), chance=chance)


def _filings(
    known: Mapping[str, Sequence[Pattern]], counts: Mapping[str, int], *, months: int, number: int, now: datetime
) -> list[tuple[datetime, str]]:
    """When a dossier of which procedure is filed: in opening hours, never before the law of its procedure."""
    chance, calendar = Random(f"{number}/bulk"), office_calendar()  # noqa: S311
    begins = now - timedelta(days=months * DAYS_PER_MONTH)
    found: list[tuple[datetime, str]] = []
    for code, count in counts.items():
        law = max(pattern.dossier.procedure.effective_on for pattern in known[code])
        since = max(begins, datetime.combine(law, time(), VIETNAM))
        for _ in range(count):
            moment = since + (now - since) * chance.random()
            moment = calendar.add_working_minutes(moment, chance.randint(0, OPENING_MINUTES))
            found.append((min(moment, now), code))
    return sorted(found)


def _write(session: Session, batch: Sequence[Life], cells: Counter[tuple[Any, ...]]) -> None:
    tables = {
        "dossiers": ({name: getattr(one.dossier, name) for name in _columns("dossiers")} for one in batch),
        "dossier_events": _all(batch, "events"),
        "event_texts": _all(batch, "texts"),
        "dossier_answers": _all(batch, "answers"),
        "supplement_requests": _all(batch, "requests"),
        "supplement_items": _all(batch, "items"),
        "attachments": _all(batch, "attachments"),
        "dossier_steps": _all(batch, "steps"),
        "dossier_pauses": _all(batch, "pauses"),
        "timers": _all(batch, "timers"),
    }
    for table, rows in tables.items():
        copy_in(session, table, rows)
    facts = [{name: getattr(one.fact, name) for name in COLUMNS} for one in batch]
    copy_in(session, "dossier_facts", ({**fact, "counted_version": fact["version"]} for fact in facts))
    wholes = [whole for fact in facts if (whole := whole_share(fact)) is not None]
    copy_in(session, "counted_shares", (*wholes, *_all(batch, "shares")))
    for fact in facts:
        share = share_of(fact)
        if share is not None:
            for name, amount in zip(SUMS, share.sums, strict=True):
                cells[(*share.key, name)] += amount


def _all(batch: Iterable[Life], name: str) -> Iterator[Row]:
    for one in batch:
        yield from getattr(one, name)


def copy_in(session: Session, table: str, rows: Iterable[Row]) -> None:
    """Stream the rows into the table, inside the session's transaction; a column no row names stays empty."""
    rows = list(rows)
    if not rows:
        return
    columns = [name for name in _columns(table) if name in rows[0]]
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("the portal has no other driver")
    lines = ("\t".join(_field(row[name]) for name in columns) for row in rows)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.write("".join(f"{line}\n" for line in lines))


def _field(value: object) -> str:
    """The value as a field of PostgreSQL's text format."""
    write = _WRITTEN.get(type(value))
    return str(value).translate(ESCAPED) if write is None else write(value)


def _quoted(text: str) -> str:
    """An element of an array: quotes and backslashes escaped for the array, then all of it for the field."""
    return text.replace("\\", "\\\\").replace('"', '\\"').translate(ESCAPED)


ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


_WRITTEN: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    UUID: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    bytes: lambda value: f"\\\\x{value.hex()}",
    Json: lambda value: value.text.translate(ESCAPED),
    dict: lambda value: json.dumps(value, ensure_ascii=False).translate(ESCAPED),
    list: lambda value: "{" + ",".join(f'"{_quoted(str(one))}"' for one in value) + "}",
}


def _columns(table: str) -> list[str]:
    return [column.name for column in Base.metadata.tables[table].columns]


def _close(session: Session, numbers: Numbers, cells: Mapping[tuple[Any, ...], int]) -> None:
    """The counters, the cells and the rollups of all that was made."""
    raised = [
        {"agency_id": one[0], "day": one[1], "last": numbers.last[one]} for one in sorted(numbers.raised, key=str)
    ]
    if raised:
        statement = insert(CodeCounter)
        higher = {"last": statement.excluded.last}
        session.execute(statement.on_conflict_do_update(index_elements=["agency_id", "day"], set_=higher), raised)
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (*key, name), amount in cells.items():
        rows.setdefault(tuple(key), dict(zip(KEY, key, strict=True)) | dict.fromkeys(SUMS, 0))[name] = amount
    changes = iter(rows.values())
    while part := list(islice(changes, CELLS_AT_ONCE)):
        add_to_cells(session, part)
    roll_up(session)
