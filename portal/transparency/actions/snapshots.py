"""Publishing the snapshot of a day. What it finds corrected in earlier ones is in `correcting`."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.transparency import correcting, figures, grouping, heard, queries
from portal.transparency.actions import goals
from portal.transparency.models import Snapshot
from portal.transparency.open_data import Line, in_order, open_lines


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
    rows = [line.to_json() for line in published]
    statement = insert(Snapshot).values(
        id=new_id(),
        as_of=as_of,
        published_at=now,
        figures=figures.compute(published, on=as_of),
        rows=rows,
    )
    found = session.execute(
        statement.on_conflict_do_nothing(index_elements=["as_of"]).returning(Snapshot.id)
    ).scalar_one_or_none()
    if found is not None:
        correcting.note(session, as_of, rows)
    return found is not None


def publish_snapshot_if_missing(session: Session, now: datetime) -> bool:
    """Publish yesterday's figures if there is no snapshot at all: a new installation has a public page at once."""
    if session.scalar(sa.select(sa.exists(sa.select(Snapshot.id)))):
        return False
    return publish_snapshot(session, office_day(now) - timedelta(days=1), now)


def recomputed(snapshot: Snapshot) -> dict[str, object]:
    """The figures of a snapshot, computed anew from its own lines."""
    return figures.compute([Line.from_json(row) for row in snapshot.rows], on=snapshot.as_of)
