"""Making every fact and cell anew from the event log, and naming what differs.

The facts are kept by the acts themselves; this is the proof that they are what the events say, and the repair if
somebody has deleted or altered a row. It sits above the dossiers because only they can read their history.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.dossiers import deadlines
from portal.dossiers.facts import fact_of
from portal.dossiers.models import Dossier
from portal.dossiers.replaying import replayed
from portal.facts.actions import COLUMNS, KEY, SUMS, share_of
from portal.facts.models import DossierFact, TurnaroundCell
from portal.transparency import comparing, counting, figures
from portal.transparency.actions import snapshots
from portal.transparency.comparing import Difference
from portal.transparency.models import Snapshot

BATCH = 200

Values = Mapping[str, Any]
Cells = dict[tuple[Any, ...], tuple[int, ...]]


def rebuild(session: Session, *, check: bool) -> list[Difference]:
    """Compare facts, cells, shares and rollups with the event log, and each snapshot's figures with its lines.

    What was heard is compared with the ratings, the feedback and the bills, for the days before the last count's.

    What has happened and has not been counted yet is no difference. Without `check` all but the snapshots is then
    written anew; published snapshots are never rewritten. Acts that
    happen meanwhile wait (without `check`) or must be kept out by the isolation of the transaction (with it).
    """
    if not check:
        tables = "dossier_facts, turnaround_cells, counted_shares, rollups"
        session.execute(sa.text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))
    differences: list[Difference] = []
    cells: Cells = {}
    made: list[Values] = []
    for code, fact, stored in _facts(session):
        made.append(fact)
        _take_in(cells, fact)
        differences += _compare_fact(code, stored, fact)
    no_dossier = ~sa.exists().where(Dossier.id == DossierFact.dossier_id)
    for stray in session.scalars(sa.select(DossierFact.dossier_id).where(no_dossier)):
        differences.append(Difference(what="fact", name=str(stray), found="a row", expected="no such dossier"))
    differences += _compare_cells(session, cells)
    differences += comparing.shares(session)
    differences += comparing.rollups(session)
    differences += comparing.heard_counts(session)
    differences += _compare_snapshots(session)
    if not check:
        _write(session, made, cells)
        counting.count_all_again(session)
        comparing.recount_heard(session)
    return differences


def _facts(session: Session) -> Iterator[tuple[str, Values, Values | None]]:
    """Code of every dossier, its fact by its events, and the fact that is stored.

    Whatever the dossier's own row says of dates is ignored.
    """
    ids = session.scalars(sa.select(Dossier.id).order_by(Dossier.id)).all()
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        events, stored = counting.events_of(session, batch), _stored(session, batch)
        statement = sa.select(Dossier).where(Dossier.id.in_(batch)).options(joinedload(Dossier.procedure))
        for dossier in session.scalars(statement):
            projected = replayed(dossier, events[dossier.id])
            fact = fact_of(dossier, projected)
            dates = deadlines.of(dossier, projected)
            values = {name: getattr(fact, name) for name in COLUMNS}
            values |= {
                "agency_id": UUID(projected.agency_id) if projected.agency_id else None,
                "statutory_due_at": dates.statutory_due_at,
                "promised_due_at": dates.promised_due_at,
            }
            yield dossier.code, values, stored.get(dossier.id)
        session.expunge_all()


def _stored(session: Session, ids: Sequence[UUID]) -> dict[UUID, Values]:
    table = DossierFact.__table__
    rows = session.execute(sa.select(*table.columns).where(table.c.dossier_id.in_(ids))).mappings()
    return {row["dossier_id"]: {name: row[name] for name in COLUMNS} for row in rows}


def _compare_fact(code: str, stored: Values | None, expected: Values) -> Iterator[Difference]:
    if stored is None:
        yield Difference(what="fact", name=code, found="nothing", expected="a row")
        return
    for column, value in expected.items():
        if stored[column] != value:
            yield Difference(what="fact", name=f"{code}, {column}", found=str(stored[column]), expected=str(value))


def _take_in(cells: Cells, fact: Values) -> None:
    share = share_of(fact)
    if share is not None:
        sums = cells.get(share.key, (0,) * len(SUMS))
        cells[share.key] = tuple(a + b for a, b in zip(sums, share.sums, strict=True))


def _compare_cells(session: Session, expected: Cells) -> Iterator[Difference]:
    columns = [TurnaroundCell.__table__.c[name] for name in (*KEY, *SUMS)]
    stored = {tuple(row[: len(KEY)]): tuple(row[len(KEY) :]) for row in session.execute(sa.select(*columns))}
    for key in sorted({*stored, *expected}, key=str):
        if stored.get(key) != expected.get(key):
            found, wanted = (
                "nothing" if sums is None else ", ".join(f"{n} {v}" for n, v in zip(SUMS, sums, strict=True))
                for sums in (stored.get(key), expected.get(key))
            )
            yield Difference(what="cell", name=" ".join(str(part) for part in key), found=found, expected=wanted)


def _compare_snapshots(session: Session) -> Iterator[Difference]:
    for snapshot in session.scalars(sa.select(Snapshot).order_by(Snapshot.as_of)):
        expected = snapshots.recomputed(snapshot)
        if snapshot.figures.get("edition") != figures.EDITION:  # it published fewer figures: those it did are compared
            expected = _published(snapshot.figures, expected)
        for part in sorted({*snapshot.figures, *expected}):
            found, wanted = snapshot.figures.get(part), expected.get(part)
            if found != wanted:
                yield Difference(
                    what="snapshot", name=f"{snapshot.as_of}, {part}", found=str(found), expected=str(wanted)
                )


def _published(stored: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Of the recomputed figures those the snapshot has."""
    return {
        name: _published(stored[name], value) if isinstance(value, dict) and isinstance(stored[name], dict) else value
        for name, value in expected.items()
        if name in stored
    }


def _write(session: Session, facts: Sequence[Values], cells: Cells) -> None:
    for table in (TurnaroundCell, DossierFact):
        session.execute(sa.delete(table))
    if facts:
        session.execute(sa.insert(DossierFact), [dict(fact) for fact in facts])
    if cells:
        rows = [dict(zip(KEY, key, strict=True)) | dict(zip(SUMS, sums, strict=True)) for key, sums in cells.items()]
        session.execute(sa.insert(TurnaroundCell), rows)
