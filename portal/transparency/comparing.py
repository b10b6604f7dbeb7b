"""Comparing what has been counted with what the facts and the event log say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.models import Dossier
from portal.facts.models import CountedShare, Heard, HeardCount, Rollup
from portal.facts.shares import ROLLUP_KEY, computed
from portal.transparency import heard
from portal.transparency.models import FigureSheet

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


def strays(session: Session) -> Iterator[Difference]:
    """Shares of dossiers that are not there."""
    no_dossier = ~sa.exists().where(Dossier.id == CountedShare.dossier_id)
    for stray in session.scalars(sa.select(CountedShare.dossier_id).where(no_dossier).distinct()):
        yield Difference(what="share", name=str(stray), found="a row", expected="no such dossier")


def rollups(session: Session) -> Iterator[Difference]:
    """Rollups that are not the sum of their shares."""
    table = Rollup.__table__
    stored = {_rollup_key(row): dict(row) for row in session.execute(sa.select(*table.columns)).mappings()}
    expected = {_rollup_key(row): dict(row) for row in session.execute(computed()).mappings()}
    yield from named("rollup", stored, expected)


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
    yield from named("heard", stored, {_heard_key(row): {**row, "kind": Heard(row["kind"])} for row in wanted})


def _heard_key(row: Mapping[Any, Any]) -> Key:
    return tuple(str(row[name]) for name in heard.COLUMNS if name != "n")


def named(what: str, stored: Mapping[Key, Any], expected: Mapping[Key, Any]) -> Iterator[Difference]:
    """Rows of either side that are not the same on the other, in their order."""
    differing = (key for key in {*stored, *expected} if stored.get(key) != expected.get(key))
    for key in sorted(differing, key=str):
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


def key_of(share: Mapping[Any, Any]) -> Key:
    """Which of all shares it is."""
    return share["dossier_id"], share["entry"], share["step"]


def _rollup_key(row: Mapping[Any, Any]) -> Key:
    return tuple(row[name] for name in ROLLUP_KEY)
