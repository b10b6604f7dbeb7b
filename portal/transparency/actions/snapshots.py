"""Publishing the snapshot of a day. What it finds corrected in earlier ones is in `correcting`."""

from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.transparency import correcting, figures, grouping, heard, queries
from portal.transparency.actions import goals
from portal.transparency.models import Snapshot, SnapshotPart
from portal.transparency.open_data import in_order, open_lines
from portal.transparency.publishing import packed, unpacked


def publish_snapshot(session: Session, as_of: date, now: datetime) -> bool:
    """Publish the figures of the day that has ended, with the lines they were computed from.

    A day is published once: doing it again changes nothing and returns False.
    """
    goals.seed(session, now=now)
    if session.scalar(sa.select(sa.exists().where(Snapshot.as_of == as_of))):
        return False
    heard.recount(session, now=now)
    ended = grouping.ended(session, as_of, since=figures.published_since(as_of))
    published = in_order(ended + open_lines(queries.open_on(session, as_of)))
    statement = insert(Snapshot).values(
        id=new_id(),
        as_of=as_of,
        published_at=now,
        figures=figures.compute(published, on=as_of),
        file=packed(published),
    )
    found = session.execute(
        statement.on_conflict_do_nothing(index_elements=["as_of"]).returning(Snapshot.id)
    ).scalar_one_or_none()
    if found is not None:
        correcting.note(session, as_of, published)
        _keep_parts(session, found, figures.parts(published, on=as_of))
    return found is not None


def keep_parts_anew(session: Session) -> None:
    """Work out the parts of the newest snapshot from its lines once more."""
    newest = queries.snapshot_of(session, None)
    if newest is not None:
        _keep_parts(session, newest.id, figures.parts(unpacked(newest.file), on=newest.as_of))


def _keep_parts(session: Session, newest: UUID, parts: figures.Parts) -> None:
    """Only those of the newest snapshot are ever shown."""
    session.execute(sa.delete(SnapshotPart))
    found = [
        {"snapshot_id": newest, "scope": scope, "key": key, "figures": told}
        for scope, by_key in parts.items()
        for key, told in by_key.items()
    ]
    if found:
        session.execute(sa.insert(SnapshotPart), found)


def publish_snapshot_if_missing(session: Session, now: datetime) -> bool:
    """Publish yesterday's figures if there is no snapshot at all: a new installation has a public page at once."""
    if session.scalar(sa.select(sa.exists(sa.select(Snapshot.id)))):
        return False
    return publish_snapshot(session, office_day(now) - timedelta(days=1), now)


def recomputed(snapshot: Snapshot) -> dict[str, object]:
    """The figures of a snapshot, computed anew from its own lines."""
    return figures.compute(list(unpacked(snapshot.file)), on=snapshot.as_of)
