"""Who stands in for whom on a day, and who is away."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Absence, Agency, Person, Post, Substitution
from portal.accounts.viewer import HeldPost

Day = date | sa.ColumnElement[date]
LONGEST_CHAIN = 8


def in_force_on(day: Day) -> sa.ColumnElement[bool]:
    """Substitutions of this day."""
    return sa.and_(Substitution.ended_at.is_(None), Substitution.first_day <= day, Substitution.last_day >= day)


def is_away(person_id: Any, day: Day) -> sa.ColumnElement[bool]:
    """Whether the person does not work on this day."""
    return sa.exists().where(
        Absence.person_id == person_id, Absence.ended_at.is_(None), Absence.first_day <= day, Absence.last_day >= day
    )


def stands_in(person_id: Any, day: Day) -> sa.ColumnElement[bool]:
    """Whether the person stands in for anybody on this day."""
    own = aliased(Post)
    return sa.exists().where(
        own.id == Substitution.substitute_post_id, own.person_id == person_id, own.ended_at.is_(None), in_force_on(day)
    )


def seats(session: Session, person_id: UUID, *, day: date) -> tuple[HeldPost, ...]:
    """The posts of others that the person fills on this day, along every chain, in one statement."""
    own = aliased(Post)
    chain = (
        sa.select(
            Substitution.post_id,
            Substitution.substitute_post_id.label("own_post_id"),
            Substitution.manner,
            sa.literal(1).label("length"),
        )
        .join(own, own.id == Substitution.substitute_post_id)
        .where(own.person_id == person_id, own.ended_at.is_(None), in_force_on(day))
        .cte("chain", recursive=True)
    )
    further = sa.select(Substitution.post_id, chain.c.own_post_id, chain.c.manner, chain.c.length + 1).join(
        chain, Substitution.substitute_post_id == chain.c.post_id
    )
    chain = chain.union(further.where(in_force_on(day), chain.c.length < LONGEST_CHAIN))
    rows = session.execute(
        sa.select(Post.id, Agency.id, Agency.key, Agency.names, Post.role, chain.c.own_post_id, chain.c.manner)
        .join(chain, chain.c.post_id == Post.id)
        .join(Agency, Agency.id == Post.agency_id)
        .where(Post.person_id != person_id, Post.ended_at.is_(None))
        .order_by(Agency.key, Post.role, Post.id, chain.c.length)
    )
    found: dict[UUID, HeldPost] = {}
    for post_id, agency_id, key, names, role, own_post_id, manner in rows:
        seat = HeldPost(
            id=post_id, agency_id=agency_id, agency_key=key, agency_names=names, role=role,
            own_post_id=own_post_id, manner=manner.value,
        )  # fmt: skip
        found.setdefault(post_id, seat)
    return tuple(found.values())


def substitutes_of(session: Session, post_ids: Sequence[UUID], *, day: date) -> dict[UUID, UUID]:
    """By post: the post that stands in for it directly on this day."""
    rows = session.execute(
        sa.select(Substitution.post_id, Substitution.substitute_post_id)
        .where(Substitution.post_id.in_(post_ids), in_force_on(day))
        .order_by(Substitution.made_at)
    )
    return dict(rows.all())


def would_close_a_circle(
    session: Session, *, post_id: UUID, substitute_post_id: UUID, first_day: date, last_day: date
) -> bool:
    """Whether on some day of the period the substitute would in the end be stood in for by the absent person."""
    absent = session.get_one(Post, post_id).person_id
    edge = [(substitute_post_id, first_day, last_day)]
    for _ in range(LONGEST_CHAIN * LONGEST_CHAIN):
        if not edge:
            return False
        current, since, until = edge.pop()
        person = session.get_one(Post, current).person_id
        if person == absent:
            return True
        rows = session.execute(
            sa.select(Substitution.substitute_post_id, Substitution.first_day, Substitution.last_day)
            .join(Post, Post.id == Substitution.post_id)
            .where(
                Post.person_id == person,
                Substitution.ended_at.is_(None),
                Substitution.first_day <= until,
                Substitution.last_day >= since,
            )
        )
        edge.extend((further, max(since, first), min(until, last)) for further, first, last in rows)
    return True


def absences_of(session: Session, person_ids: Sequence[UUID], *, since: date) -> Sequence[Absence]:
    """The absences of these people that have not ended before this day, the earliest first."""
    return session.scalars(
        sa.select(Absence)
        .where(Absence.person_id.in_(person_ids), Absence.ended_at.is_(None), Absence.last_day >= since)
        .order_by(Absence.first_day, Absence.id)
    ).all()


def substitutions_of(
    session: Session, person_ids: Sequence[UUID], *, since: date
) -> list[tuple[Substitution, UUID, str]]:
    """The substitutions for these people's posts: each with whose post it is and the name of who stands in."""
    absent, standing, name = aliased(Post), aliased(Post), aliased(Person)
    rows = session.execute(
        sa.select(Substitution, absent.person_id, name.name)
        .join(absent, absent.id == Substitution.post_id)
        .join(standing, standing.id == Substitution.substitute_post_id)
        .join(name, name.id == standing.person_id)
        .where(absent.person_id.in_(person_ids), Substitution.ended_at.is_(None), Substitution.last_day >= since)
        .order_by(Substitution.first_day, Substitution.id)
    )
    return [(row, person_id, who) for row, person_id, who in rows]
