"""Which outages are announced, were, and fell into a dossier's time."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.outages.models import Outage

MOST_LISTED = 100


def announced(session: Session, *, now: datetime) -> Sequence[Outage]:
    """What pages say now or will say: everything not over and not withdrawn, the first to begin first."""
    return session.scalars(
        sa.select(Outage).where(Outage.ends_at > now, Outage.withdrawn_at.is_(None)).order_by(Outage.starts_at)
    ).all()


def touching(session: Session, *, since: datetime, until: datetime) -> Sequence[Outage]:
    """The outages within a stretch of time: what may explain that something in it came late."""
    return session.scalars(
        sa.select(Outage)
        .where(Outage.starts_at < until, Outage.ends_at > since, Outage.withdrawn_at.is_(None))
        .order_by(Outage.starts_at)
    ).all()


def told_of(session: Session) -> Sequence[Outage]:
    """What the public is told: the newest outages, coming and past, without those withdrawn."""
    statement = sa.select(Outage).where(Outage.withdrawn_at.is_(None)).order_by(Outage.starts_at.desc(), Outage.id)
    return session.scalars(statement.limit(MOST_LISTED)).all()


def listed(session: Session) -> Sequence[Outage]:
    """The newest outages, withdrawn ones too."""
    return session.scalars(sa.select(Outage).order_by(Outage.starts_at.desc(), Outage.id).limit(MOST_LISTED)).all()
