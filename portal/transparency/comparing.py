"""Comparing what has been counted with what the facts and the event log say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.facts.models import CountedShare, DossierFact, Heard, HeardCount, Rollup
from portal.facts.shares import ROLLUP_KEY, SHARE_COLUMNS, computed
from portal.transparency import counting, heard
from portal.transparency.models import FigureSheet

BATCH = 200
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something stored that the record does not say.

    `what`: fact, cell, share, rollup, heard or snapshot; `name`: which one.
    """

    what: str
    name: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.what} {self.name}: found {self.found}, expected {self.expected}"


def shares(session: Session) -> Iterator[Difference]:
    """Shares that are not what facts and events say, of dossiers whose present version has been counted."""
    counted = sa.select(DossierFact.dossier_id).where(DossierFact.counted_version == DossierFact.version)
    ids = session.scalars(counted.order_by(DossierFact.dossier_id)).all()
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        expected = {_key_of(share): dict(share) for share in counting.shares_of(session, batch)}
        yield from _named("share", _stored(session, batch), expected)
        session.expunge_all()
    strays = sa.select(CountedShare.dossier_id).where(CountedShare.dossier_id.not_in(sa.select(DossierFact.dossier_id)))
    for stray in session.scalars(strays.distinct()):
        yield Difference(what="share", name=str(stray), found="a row", expected="no such dossier")


def rollups(session: Session) -> Iterator[Difference]:
    """Rollups that are not the sum of their shares."""
    table = Rollup.__table__
    stored = {_rollup_key(row): dict(row) for row in session.execute(sa.select(*table.columns)).mappings()}
    expected = {_rollup_key(row): dict(row) for row in session.execute(computed()).mappings()}
    yield from _named("rollup", stored, expected)


def recount_heard(session: Session) -> None:
    """Make what was heard anew as of the last count; what has come since is counted by the next."""
    counted_at = session.scalar(sa.select(sa.func.max(FigureSheet.made_at)))
    if counted_at is not None:
        heard.recount(session, now=counted_at)


def heard_counts(session: Session) -> Iterator[Difference]:
    """Counts of what was heard that are not what ratings, feedback and bills say, of days that are over.

    What has come since the last count is no difference.
    """
    counted_on = session.scalar(sa.select(sa.func.max(FigureSheet.on)))
    counted_at = session.scalar(sa.select(sa.func.max(FigureSheet.made_at)))
    if counted_on is None or counted_at is None:
        return
    table, source = HeardCount.__table__, heard.expected(counted_at)
    rows = session.execute(sa.select(*table.columns).where(table.c.day < counted_on)).mappings()
    stored = {_heard_key(row): dict(row) for row in rows}
    wanted = session.execute(sa.select(source).where(source.c.day < counted_on)).mappings()
    yield from _named("heard", stored, {_heard_key(row): {**row, "kind": Heard(row["kind"])} for row in wanted})


def _heard_key(row: Mapping[Any, Any]) -> Key:
    return tuple(str(row[name]) for name in heard.COLUMNS if name != "n")


def _named(what: str, stored: Mapping[Key, Any], expected: Mapping[Key, Any]) -> Iterator[Difference]:
    for key in sorted({*stored, *expected}, key=str):
        found, wanted = stored.get(key), expected.get(key)
        name = " ".join(str(part) for part in key)
        if found is None or wanted is None:
            words = ["nothing" if row is None else "a row" for row in (found, wanted)]
            yield Difference(what=what, name=name, found=words[0], expected=words[1])
            continue
        for column in wanted:
            if found[column] != wanted[column]:
                yield Difference(
                    what=what, name=f"{name}, {column}", found=str(found[column]), expected=str(wanted[column])
                )


def _stored(session: Session, ids: Sequence[UUID]) -> dict[Key, dict[str, Any]]:
    table = CountedShare.__table__
    rows = session.execute(sa.select(*table.columns).where(table.c.dossier_id.in_(ids))).mappings()
    return {_key_of(row): {name: row[name] for name in SHARE_COLUMNS} for row in rows}


def _key_of(share: Mapping[Any, Any]) -> Key:
    return share["dossier_id"], share["entry"], share["step"]


def _rollup_key(row: Mapping[Any, Any]) -> Key:
    return tuple(row[name] for name in ROLLUP_KEY)
