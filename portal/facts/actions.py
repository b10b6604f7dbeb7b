"""Keeping the turnaround facts: one upsert per act, and the daily cells that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.facts.models import BIN_MINUTES, DossierFact, TurnaroundCell

_FACTS: Final = sa.inspect(DossierFact).local_table
_CELLS: Final = sa.inspect(TurnaroundCell).local_table
COLUMNS: Final = tuple(column.key for column in sa.inspect(DossierFact).columns)
KEY: Final = tuple(column.name for column in sa.inspect(TurnaroundCell).primary_key)
SUMS: Final = tuple(column.name for column in _CELLS.columns if column.name not in KEY)
_MEASURES = ("applicant_minutes", "was_on_time", "was_on_time_766", "supplement_rounds")
_OF_CELL = ("settled_on", "procedure_code", "case_key", "agency_id", "agency_minutes", *_MEASURES)


@dataclass(frozen=True, slots=True)
class Share:
    """What one dossier adds to one cell: the cell's key, and its sums."""

    key: tuple[Any, ...]
    sums: tuple[int, ...]

    def row(self, sign: int) -> dict[str, Any]:
        """The cell's row that adds (1) or takes away (-1) the share."""
        return dict(zip(KEY, self.key, strict=True)) | {
            name: sign * amount for name, amount in zip(SUMS, self.sums, strict=True)
        }


def upsert(session: Session, fact: DossierFact) -> None:
    """Write the fact and keep its cell in step, in the caller's transaction.

    Call with the dossier locked. An older version of the dossier never overwrites a newer one, and the same
    version twice changes nothing. One statement, and a second when the dossier is settled or no longer is.
    """
    values = {name: getattr(fact, name) for name in COLUMNS}
    # All parts of the statement see the table as it was before it, so `before` is the fact that is replaced.
    before = sa.select(_FACTS).where(_FACTS.c.dossier_id == fact.dossier_id).cte("before")
    statement = insert(_FACTS).values(values)
    written = (
        statement.on_conflict_do_update(
            index_elements=["dossier_id"],
            set_={name: statement.excluded[name] for name in COLUMNS if name != "dossier_id"},
            where=_FACTS.c.version <= statement.excluded.version,
        )
        .returning(_FACTS.c.dossier_id)
        .cte("written")
    )
    was_before = before.join(written, before.c.dossier_id == written.c.dossier_id)
    old = session.execute(sa.select(*(before.c[name] for name in _OF_CELL)).select_from(was_before)).mappings().first()
    new = share_of(values)
    if fact.version > 1 and old is None and new is not None and not _is_known_at(session, fact):
        return  # a newer version of the dossier is already there
    _move(session, share_of(old) if old is not None else None, new)


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
    changes = [share.row(sign) for share, sign in ((old, -1), (new, 1)) if share is not None]
    if old is not None and new is not None and old.key == new.key:
        changes = [changes[1] | {name: changes[0][name] + changes[1][name] for name in SUMS}]
    for change in changes:
        add_to_cells(session, [change])
    if old is not None:
        session.execute(sa.delete(_CELLS).where(_CELLS.c.dossiers == 0, _is(old.key)))


def add_to_cells(session: Session, changes: Iterable[Mapping[str, Any]]) -> None:
    """Add the sums to the cells of these keys, making those that are missing."""
    statement = insert(_CELLS)
    added = {name: _CELLS.c[name] + statement.excluded[name] for name in SUMS}
    session.execute(statement.on_conflict_do_update(index_elements=list(KEY), set_=added), list(changes))


def _is(key: tuple[Any, ...]) -> sa.ColumnElement[bool]:
    return sa.and_(*(_CELLS.c[name] == value for name, value in zip(KEY, key, strict=True)))
