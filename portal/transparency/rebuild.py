"""Making every fact, share, cell and rollup anew from the event log, and naming what differs.

The facts are kept by the acts themselves; this is the proof that they are what the events say, and the repair if
somebody has deleted or altered a row. It sits above the dossiers because only they can read their history.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.dossiers import deadlines, visits
from portal.dossiers.facts import fact_of
from portal.dossiers.models import Dossier
from portal.facts.actions import COLUMNS, KEY, SUMS, share_of
from portal.facts.models import CountedShare, DossierFact, TurnaroundCell
from portal.facts.shares import SHARE_COLUMNS, add_shares, roll_up, whole_share
from portal.transparency import comparing, counting, figures, queries
from portal.transparency.actions import snapshots
from portal.transparency.comparing import Difference
from portal.transparency.models import Snapshot, SnapshotPart
from portal.transparency.publishing import unpacked
from portal.workflow.events import Event

BATCH = 500

Values = Mapping[str, Any]
Cells = dict[tuple[Any, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """What the events of one dossier say: its fact, and its shares."""

    code: str
    fact: Values
    shares: Sequence[Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is kept of some dossiers. `uncounted`: those to which something has happened since the last count."""

    facts: Mapping[UUID, Values]
    shares: Mapping[UUID, Mapping[tuple[Any, ...], Values]]
    uncounted: frozenset[UUID]


def rebuild(session: Session, *, check: bool) -> list[Difference]:
    """Compare facts, cells, shares and rollups with the event log, and each snapshot's figures with its lines.

    What was heard is compared with the ratings, the feedback and the bills, for the days before the last count's.

    What has happened and has not been counted yet is no difference. Without `check` whatever differs is then made
    anew, but for the snapshots; published snapshots are never rewritten. Acts that happen meanwhile wait (without
    `check`) or must be kept out by the isolation of the transaction (with it). Each history is replayed once.
    """
    if not check:
        tables = "dossier_facts, turnaround_cells, counted_shares, rollups"
        session.execute(sa.text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))
    rollups = list(comparing.rollups(session))  # before a share is mended: they are compared with what is stored
    differences, shares = _of_dossiers(session, check=check)
    shares += comparing.strays(session)
    differences += shares
    differences += rollups
    differences += comparing.heard_counts(session)
    differences += _compare_snapshots(session)
    differences += _compare_parts(session)
    if not check:
        _sweep(session)
        if differences:
            roll_up(session)
        comparing.recount_heard(session)
        snapshots.keep_parts_anew(session)
    return differences


def _of_dossiers(session: Session, *, check: bool) -> tuple[list[Difference], list[Difference]]:
    """Facts and cells that differ, and shares that differ. Without `check` they are mended, a batch at a time."""
    found: list[Difference] = []
    shares: list[Difference] = []
    cells: Cells = {}
    ids = session.scalars(sa.select(Dossier.id).order_by(Dossier.id)).all()
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        stored, wrong = _stored(session, batch), list[Remade]()
        for one in _remade(session, batch):
            _take_in(cells, one.fact)
            of_fact, of_shares = list(_compare_fact(one, stored)), list(_compare_shares(one, stored))
            if of_fact or of_shares:
                wrong.append(one)
            found += of_fact
            shares += of_shares
        session.expunge_all()
        if wrong and not check:
            _mend(session, wrong)
    found += _strays(session)
    differing = list(_compare_cells(session, cells))
    if differing and not check:
        _write_cells(session, cells)
    return found + differing, shares


def _remade(session: Session, ids: Sequence[UUID]) -> Iterator[Remade]:
    """Each dossier by its events. Whatever the dossier's own row says of dates is ignored."""
    events = counting.events_of(session, ids)
    statement = sa.select(Dossier).where(Dossier.id.in_(ids)).options(joinedload(Dossier.procedure))
    for dossier in session.scalars(statement.order_by(Dossier.id)):
        yield _by_events(dossier, events[dossier.id])


def _by_events(dossier: Dossier, events: Sequence[Event]) -> Remade:
    ended, projected = visits.ended_visits(dossier, events)
    if projected is None:
        raise ValueError(f"{dossier.code} has no history")
    fact, dates = fact_of(dossier, projected), deadlines.of(dossier, projected)
    values = {name: getattr(fact, name) for name in COLUMNS}
    values |= {
        "agency_id": UUID(projected.agency_id) if projected.agency_id else None,
        "statutory_due_at": dates.statutory_due_at,
        "promised_due_at": dates.promised_due_at,
    }
    whole = whole_share(values)
    shares = [*([] if whole is None else [whole]), *visits.counted(dossier, ended, projected)]
    return Remade(code=dossier.code, fact=values, shares=shares)


def _stored(session: Session, ids: Sequence[UUID]) -> Stored:
    fact, share = DossierFact.__table__, CountedShare.__table__
    facts = session.execute(sa.select(*fact.columns).where(fact.c.dossier_id.in_(ids))).mappings().all()
    shares: dict[UUID, dict[tuple[Any, ...], Values]] = {}
    for row in session.execute(sa.select(*share.columns).where(share.c.dossier_id.in_(ids))).mappings():
        shares.setdefault(row["dossier_id"], {})[comparing.key_of(row)] = {name: row[name] for name in SHARE_COLUMNS}
    return Stored(
        facts={row["dossier_id"]: {name: row[name] for name in COLUMNS} for row in facts},
        shares=shares,
        uncounted=frozenset(row["dossier_id"] for row in facts if row["counted_version"] != row["version"]),
    )


def _compare_fact(one: Remade, stored: Stored) -> Iterator[Difference]:
    found = stored.facts.get(one.fact["dossier_id"])
    if found is None:
        yield Difference(what="fact", name=one.code, found="nothing", expected="a row")
        return
    for column, value in one.fact.items():
        if found[column] != value:
            yield Difference(what="fact", name=f"{one.code}, {column}", found=str(found[column]), expected=str(value))


def _compare_shares(one: Remade, stored: Stored) -> Iterator[Difference]:
    """Nothing of a dossier whose fact is not there: it is named already, and its shares are made anew with it."""
    dossier_id = one.fact["dossier_id"]
    if dossier_id in stored.facts and dossier_id not in stored.uncounted:
        expected = {comparing.key_of(share): share for share in one.shares}
        yield from comparing.named("share", stored.shares.get(dossier_id, {}), expected)


def _strays(session: Session) -> Iterator[Difference]:
    for stray in session.scalars(sa.select(DossierFact.dossier_id).where(_NO_DOSSIER)):
        yield Difference(what="fact", name=str(stray), found="a row", expected="no such dossier")


_NO_DOSSIER = ~sa.exists().where(Dossier.id == DossierFact.dossier_id)


def _take_in(cells: Cells, fact: Values) -> None:
    share = share_of(fact)
    if share is not None:
        sums = cells.get(share.key, (0,) * len(SUMS))
        cells[share.key] = tuple(a + b for a, b in zip(sums, share.sums, strict=True))


def _compare_cells(session: Session, expected: Cells) -> Iterator[Difference]:
    columns = [TurnaroundCell.__table__.c[name] for name in (*KEY, *SUMS)]
    stored = {tuple(row[: len(KEY)]): tuple(row[len(KEY) :]) for row in session.execute(sa.select(*columns))}
    for key in sorted((key for key in {*stored, *expected} if stored.get(key) != expected.get(key)), key=str):
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


def _compare_parts(session: Session) -> Iterator[Difference]:
    """The parts that are kept of the newest snapshot, with its lines."""
    newest = queries.snapshot_of(session, None)
    if newest is None:
        return
    parts = figures.parts(unpacked(newest.file), on=newest.as_of)
    expected = {(scope, key): told for scope, by_key in parts.items() for key, told in by_key.items()}
    stored = {(one.scope, one.key): one.figures for one in session.scalars(sa.select(SnapshotPart))}
    for scope, key in sorted(key for key in {*stored, *expected} if stored.get(key) != expected.get(key)):
        found, wanted = stored.get((scope, key)), expected.get((scope, key))
        yield Difference(what="part", name=f"{scope} {key}", found=str(found), expected=str(wanted))


def _published(stored: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Of the recomputed figures those the snapshot has."""
    return {
        name: _published(stored[name], value) if isinstance(value, dict) and isinstance(stored[name], dict) else value
        for name, value in expected.items()
        if name in stored
    }


def _mend(session: Session, wrong: Sequence[Remade]) -> None:
    """Write facts and shares of these dossiers as their events say: they are counted with it."""
    ids = [one.fact["dossier_id"] for one in wrong]
    for table in (DossierFact, CountedShare):
        session.execute(sa.delete(table).where(table.dossier_id.in_(ids)))
    facts = [dict(one.fact) | {"counted_version": one.fact["version"]} for one in wrong]
    session.execute(sa.insert(DossierFact), facts)
    add_shares(session, [share for one in wrong for share in one.shares])


def _write_cells(session: Session, cells: Cells) -> None:
    session.execute(sa.delete(TurnaroundCell))
    rows = [dict(zip(KEY, key, strict=True)) | dict(zip(SUMS, sums, strict=True)) for key, sums in cells.items()]
    if rows:
        session.execute(sa.insert(TurnaroundCell), rows)


def _sweep(session: Session) -> None:
    """Take away what belongs to no dossier."""
    session.execute(sa.delete(DossierFact).where(_NO_DOSSIER))
    session.execute(sa.delete(CountedShare).where(~sa.exists().where(Dossier.id == CountedShare.dossier_id)))
