"""Comparing what has been counted with what the facts and the event log say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.facts.models import CountedShare, DossierFact, Rollup
from portal.facts.shares import ROLLUP_KEY, SHARE_COLUMNS, computed
from portal.transparency import counting

BATCH = 200
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something stored that the events do not say. `what`: fact, cell, share, rollup or snapshot; `name`: which one."""

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
