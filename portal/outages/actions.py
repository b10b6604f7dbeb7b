"""Announcing an outage, correcting it, withdrawing it. No due date moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound, Refused, Stale
from portal.foundation.outbox import Job, enqueue
from portal.outages.models import Outage

LONGEST = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """When the portal is out of service, since when pages say so, and in which words."""

    starts_at: datetime
    ends_at: datetime
    shown_from: datetime
    words: Mapping[str, str]


def announce(session: Session, wanted: Announcement, *, by: UUID, now: datetime) -> Outage:
    """Record an outage, coming or past. Raises Invalid for a period that makes no sense."""
    _check(wanted)
    made = Outage(id=new_id(), made_by=by, made_at=now, withdrawn_at=None, version=1, **_columns(wanted))
    session.add(made)
    session.flush()
    audit.record(session, "outages.announce", f"outage:{made.id}", by=by, now=now, after=_seen(made))
    enqueue(session, Job.RECHECK_BOOKINGS, {})  # no counter serves in a time without service
    return made


def correct(
    session: Session, outage_id: UUID, wanted: Announcement, *, version: int, by: UUID, now: datetime
) -> Outage:
    """Change period or words. Raises Stale if it was changed meanwhile, Refused once withdrawn."""
    _check(wanted)
    found = locked(session, outage_id, version=version)
    before = _seen(found)
    for name, value in _columns(wanted).items():
        setattr(found, name, value)
    found.version += 1
    audit.record(session, "outages.correct", f"outage:{found.id}", by=by, now=now, before=before, after=_seen(found))
    enqueue(session, Job.RECHECK_BOOKINGS, {})
    session.flush()
    return found


def withdraw(session: Session, outage_id: UUID, *, version: int, by: UUID, now: datetime) -> None:
    """It does not take place: no page says it any more, and it explains nothing."""
    found = locked(session, outage_id, version=version)
    found.withdrawn_at = now
    found.version += 1
    audit.record(session, "outages.withdraw", f"outage:{found.id}", by=by, now=now, before=_seen(found))
    session.flush()


def locked(session: Session, outage_id: UUID, *, version: int) -> Outage:
    """The outage for a change of this version."""
    found = session.scalar(sa.select(Outage).where(Outage.id == outage_id).with_for_update())
    if found is None:
        raise NotFound
    if found.version != version:
        raise Stale
    if found.withdrawn_at is not None:
        raise Refused
    return found


def _check(wanted: Announcement) -> None:
    if wanted.ends_at <= wanted.starts_at:
        raise Invalid(fields={"ends_at": "outages.ends_before_it_begins"})
    if wanted.ends_at - wanted.starts_at > LONGEST:
        raise Invalid(fields={"ends_at": "outages.too_long"})


def _columns(wanted: Announcement) -> dict[str, Any]:
    return {
        "starts_at": wanted.starts_at,
        "ends_at": wanted.ends_at,
        "shown_from": min(wanted.shown_from, wanted.starts_at),
        "words": dict(wanted.words),
    }


def _seen(outage: Outage) -> dict[str, Any]:
    moments = {name: getattr(outage, name).isoformat() for name in ("starts_at", "ends_at", "shown_from")}
    return {**moments, "words": outage.words}
