"""Counting what has happened: shares, rollups and sheets follow the facts, whoever asks and however often.

An act writes its fact and asks for a count in the same transaction; a worker counts at once, and a sweep finds what
a count has missed. Pages only read. It sits above the dossiers because only they can read their history.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.clock.zone import office_day
from portal.dossiers import visits
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.record import as_event
from portal.facts.actions import COLUMNS
from portal.facts.models import DossierFact
from portal.facts.shares import Values, replace_shares, whole_share
from portal.foundation.advisory import AdvisoryLock
from portal.transparency import sheets
from portal.transparency.models import FigureSheet
from portal.workflow.events import Event

BATCH = 200


def is_wanted(session: Session, *, now: datetime) -> bool:
    """Whether something has happened since the last count, or another day has begun. One statement."""
    uncounted, current = session.execute(_STATE, {"on": office_day(now)}).one()
    return bool(uncounted) or not current


_UNCOUNTED = DossierFact.counted_version != DossierFact.version
_STATE = sa.select(
    sa.exists().where(_UNCOUNTED),
    sa.exists().where(
        FigureSheet.scope == sheets.PROVINCE, FigureSheet.on == sa.bindparam("on", type_=FigureSheet.on.type)
    ),
)


def count(session: Session, *, most: int = BATCH) -> int:
    """Count what has not been counted, at most so many dossiers; returns how many.

    Acts on these dossiers wait until the transaction ends, so it should be short. Somebody else's count going on
    meanwhile does it for us: then nothing is done here.
    """
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(AdvisoryLock.COUNTING))):
        return 0
    ids = _pending(session, most)
    if ids:
        _count(session, ids)
    return len(ids)


def counted_at(session: Session) -> datetime | None:
    """When the figures of the officers' pages were counted; None before the first count."""
    return session.scalar(sa.select(FigureSheet.made_at).where(FigureSheet.scope == sheets.PROVINCE))


def shares_of(session: Session, ids: Sequence[UUID]) -> list[Values]:
    """What these dossiers add to the rollups by their facts and events."""
    table = DossierFact.__table__
    columns = [table.c[name] for name in COLUMNS]
    facts = session.execute(sa.select(*columns).where(table.c.dossier_id.in_(ids))).mappings()
    found = [share for fact in facts if (share := whole_share({name: fact[name] for name in COLUMNS})) is not None]
    events = events_of(session, ids)
    statement = sa.select(Dossier).where(Dossier.id.in_(ids)).options(joinedload(Dossier.procedure))
    for dossier in session.scalars(statement):
        found += visits.shares(dossier, events[dossier.id])
    return found


def _pending(session: Session, most: int) -> list[UUID]:
    return list(session.scalars(sa.select(DossierFact.dossier_id).where(_UNCOUNTED).limit(most)))


def _count(session: Session, ids: Sequence[UUID]) -> None:
    versions = session.execute(
        sa.select(DossierFact.dossier_id, DossierFact.version).where(DossierFact.dossier_id.in_(ids)).with_for_update()
    ).all()
    replace_shares(session, ids, shares_of(session, ids))
    # An act that is recorded meanwhile waits for the row and is counted next.
    session.execute(
        sa.update(DossierFact)
        .where(DossierFact.dossier_id.in_([dossier_id for dossier_id, _ in versions]))
        .values(counted_version=DossierFact.version)
    )


def events_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Event]]:
    """The histories of these dossiers, each in its order."""
    table = DossierEvent.__table__
    columns = [table.c[one.name] for one in fields(Event)]
    rows = session.execute(
        sa.select(*columns).where(table.c.dossier_id.in_(ids)).order_by(table.c.dossier_id, table.c.version)
    )
    found: dict[UUID, list[Event]] = {}
    for row in rows:
        found.setdefault(row.dossier_id, []).append(as_event(row))
    return found
