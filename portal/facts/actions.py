"""Keeping the turnaround facts: one upsert per act, the daily cells that follow, and the wish to have it counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from portal.facts.models import BIN_MINUTES, DossierFact, TurnaroundCell
from portal.foundation.database import Base
from portal.foundation.outbox import QUEUES, Job, OutboxRow

_FACTS: Final = Base.metadata.tables[DossierFact.__tablename__]
_CELLS: Final = Base.metadata.tables[TurnaroundCell.__tablename__]
COLUMNS: Final = tuple(
    column.key for column in sa.inspect(DossierFact).columns if column.key != DossierFact.counted_version.key
)
"""What follows from the events; which version has been counted does not."""
KEY: Final = tuple(column.name for column in sa.inspect(TurnaroundCell).primary_key)
SUMS: Final = tuple(column.name for column in _CELLS.columns if column.name not in KEY)
_MEASURES = ("applicant_minutes", "was_on_time", "was_on_time_766", "supplement_rounds")
_OF_CELL = ("settled_on", "procedure_code", "case_key", "agency_id", "agency_minutes", *_MEASURES)


@dataclass(frozen=True, slots=True)
class Share:
    """What one dossier adds to one cell: the cell's key, and its sums."""

    key: tuple[Any, ...]
    sums: tuple[int, ...]

    def row(self) -> dict[str, Any]:
        """The share as a row of the cells."""
        return dict(zip(KEY, self.key, strict=True)) | dict(zip(SUMS, self.sums, strict=True))


def upsert(session: Session, fact: DossierFact) -> None:
    """Write the fact and keep its cell in step, in the caller's transaction.

    Call with the dossier locked. An older version of the dossier never overwrites a newer one, and the same
    version twice changes nothing. One statement; one more when the dossier is settled; two or three when a settled
    one is corrected. The same statement asks for a count, unless one is asked for that nobody has begun: that one
    will find this fact, or the sweep will (`workers.transparency`).
    """
    values = {name: getattr(fact, name) for name in COLUMNS}
    replaced = session.execute(_UPSERT, {f"new_{name}": value for name, value in values.items()})
    old = replaced.mappings().first()
    if old is not None:  # else a newer version of the dossier is already there
        _move(session, share_of(old), share_of(values))


def _upsert() -> sa.Select[Any]:
    """The statement of every act, put together once: it writes `new_…` and returns the fact that is replaced."""
    new = {name: sa.bindparam(f"new_{name}", type_=_FACTS.c[name].type) for name in COLUMNS}
    # All parts of the statement see the table as it was before it, so `before` is the fact that is replaced.
    # Only what the cells need of it: the driver remembers the parts of a statement only up to 4,096 characters.
    needed = [_FACTS.c[name] for name in ("dossier_id", *_OF_CELL)]
    before = sa.select(*needed).where(_FACTS.c.dossier_id == new["dossier_id"]).cte("before")
    statement = insert(_FACTS).values(new)
    written = (
        statement.on_conflict_do_update(
            index_elements=["dossier_id"],
            set_={name: statement.excluded[name] for name in COLUMNS if name != "dossier_id"},
            where=_FACTS.c.version <= statement.excluded.version,
        )
        .returning(_FACTS.c.dossier_id)
        .cte("written")
    )
    found = sa.select(*(before.c[name] for name in _OF_CELL)).select_from(
        written.outerjoin(before, before.c.dossier_id == written.c.dossier_id)
    )
    return found.add_cte(_count_wanted(written))


def _count_wanted(written: sa.CTE) -> sa.CTE:
    """A job that counts what was written, due at once."""
    row = Base.metadata.tables[OutboxRow.__tablename__].c
    waits = sa.exists().where(
        row.kind == Job.COUNT_FIGURES.value, row.closed_at.is_(None), row.dead_at.is_(None), row.attempts == 0
    )
    now = sa.func.clock_timestamp()
    job = {
        "kind": sa.literal(Job.COUNT_FIGURES.value),
        "queue": sa.literal(QUEUES[Job.COUNT_FIGURES].value),
        "payload": sa.cast(sa.literal("{}"), JSONB),
        "created_at": now,
        "next_try_at": now,
        "attempts": sa.literal(0),
    }
    return insert(OutboxRow).from_select(list(job), sa.select(*job.values()).select_from(written).where(~waits)).cte()


_UPSERT: Final = _upsert()


def share_of(fact: Mapping[Any, Any]) -> Share | None:
    """What a fact adds to its cell; None as long as the dossier is not settled."""
    if fact["settled_on"] is None or fact["agency_minutes"] is None or fact["agency_id"] is None:
        return None
    values = dict(fact) | {"bin": -(-fact["agency_minutes"] // BIN_MINUTES)}
    sums = {
        "dossiers": 1,
        "agency_minutes": fact["agency_minutes"],
        "applicant_minutes": fact["applicant_minutes"],
        "supplement_rounds": fact["supplement_rounds"],
        "supplemented": int(fact["supplement_rounds"] > 0),
    }
    return Share(tuple(values[name] for name in KEY), tuple(sums[name] for name in SUMS))


def _move(session: Session, old: Share | None, new: Share | None) -> None:
    """Take the old share away and add the new one; nothing if they are the same."""
    if old == new:
        return
    if old is not None:
        # Not by the statement below: a proposed row with less than nothing would break the table's own check.
        less = {name: _CELLS.c[name] - amount for name, amount in zip(SUMS, old.sums, strict=True)}
        session.execute(sa.update(_CELLS).where(_is(old.key)).values(less))
    if new is not None:
        add_to_cells(session, [new.row()])
    if old is not None and (new is None or new.key != old.key):
        session.execute(sa.delete(_CELLS).where(_is(old.key), _CELLS.c.dossiers == 0))


def add_to_cells(session: Session, changes: Iterable[Mapping[str, Any]]) -> None:
    """Add the sums to the cells of these keys, making those that are missing."""
    statement = insert(_CELLS)
    added = {name: _CELLS.c[name] + statement.excluded[name] for name in SUMS}
    session.execute(statement.on_conflict_do_update(index_elements=list(KEY), set_=added), list(changes))


def _is(key: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    return sa.and_(*(_CELLS.c[name] == value for name, value in zip(KEY, key, strict=True)))
