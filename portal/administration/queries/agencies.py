"""The agencies, open and closed."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyLine:
    """One agency with the number of people who hold a post in it."""

    agency: Agency
    people: int


def listed(session: Session) -> list[AgencyLine]:
    """Every agency with its people counted, open ones first, in one statement."""
    people = (
        sa.select(Post.agency_id, sa.func.count(sa.distinct(Post.person_id)).label("people"))
        .where(Post.ended_at.is_(None))
        .group_by(Post.agency_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Agency, sa.func.coalesce(people.c.people, 0))
        .outerjoin(people, people.c.agency_id == Agency.id)
        .order_by(Agency.closed_at.is_not(None), Agency.is_intake.desc(), Agency.code)
    )
    return [AgencyLine(agency=agency, people=count) for agency, count in rows]


def by_key(session: Session, key: str) -> Agency | None:
    """The agency with this key."""
    return session.scalar(sa.select(Agency).where(Agency.key == key).execution_options(populate_existing=True))


def choices(session: Session) -> Sequence[Agency]:
    """The open agencies, by code."""
    return session.scalars(sa.select(Agency).where(Agency.closed_at.is_(None)).order_by(Agency.code)).all()
