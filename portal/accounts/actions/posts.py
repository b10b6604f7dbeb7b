"""Agencies and the posts people hold in them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actions.audit import record
from portal.accounts.models import Agency, Person, Post
from portal.foundation.database import new_id
from portal.foundation.errors import Refused
from portal.foundation.outbox import Job, enqueue
from portal.workflow.lifecycle import Role


def establish(
    session: Session,
    *,
    key: str,
    code: str,
    names: Mapping[str, str],
    short_names: Mapping[str, str],
    symbol: str,
    town: str,
    is_intake: bool,
    by: UUID | None,
    now: datetime,
) -> Agency:
    """Make the agency with this key, or bring its code and names up to date unless an administrator keeps them."""
    known = session.scalar(sa.select(Agency).where(Agency.key == key))
    if known is not None and known.version > 1:
        return known  # an administrator has changed it since; a file does not win over them
    values: dict[str, Any] = {
        "code": code,
        "names": dict(names),
        "short_names": dict(short_names),
        "symbol": symbol,
        "town": town,
        "is_intake": is_intake,
    }
    if known is None:
        known = Agency(id=new_id(), key=key, **values)
        session.add(known)
        session.flush()
        record(session, "accounts.establish", f"agency:{key}", by=by, now=now, after=values)
        return known
    before = {column: getattr(known, column) for column in values}
    if before != values:
        for column, value in values.items():
            setattr(known, column, value)
        record(session, "accounts.establish", f"agency:{key}", by=by, now=now, before=before, after=values)
    return known


def appoint(
    session: Session,
    person_id: UUID,
    agency_id: UUID,
    role: Role,
    *,
    by: UUID | None,
    now: datetime,
    until: date | None = None,
) -> Post:
    """Give the person a post, until the end of the day `until` if one is foreseen; one already held stays as it is."""
    made: Post | None = session.scalar(
        insert(Post)
        .values(id=new_id(), person_id=person_id, agency_id=agency_id, role=role, since=now, until=until)
        .on_conflict_do_nothing()
        .returning(Post)
    )
    if made is None:
        return session.scalars(
            sa.select(Post).where(
                Post.person_id == person_id,
                Post.agency_id == agency_id,
                Post.role == role,
                Post.ended_at.is_(None),
            )
        ).one()
    after = {"agency": str(agency_id), "role": role.value}
    if until is not None:
        after["until"] = until.isoformat()
    record(session, "accounts.appoint", f"person:{person_id}", by=by, now=now, after=after)
    return made


def end_post(session: Session, post_id: UUID, *, by: UUID | None, now: datetime) -> None:
    """End a post; its doors are closed with the person's next request. Refused for the last administrator's."""
    post = session.get_one(Post, post_id)
    if post.ended_at is None:
        if post.role is Role.ADMINISTRATOR:
            keep_an_administrator(session, without=post.person_id)
        post.ended_at = now
        enqueue(session, Job.PLACE_STEPS, {"person_id": str(post.person_id)})  # their open steps find other hands
        record(
            session,
            "accounts.end_post",
            f"person:{post.person_id}",
            by=by,
            now=now,
            before={"agency": str(post.agency_id), "role": post.role.value},
        )


def end_all(session: Session, person_id: UUID, *, by: UUID | None, now: datetime) -> int:
    """End every post of the person and return how many. Refused for the last administrator."""
    held = session.scalars(sa.select(Post).where(Post.person_id == person_id, Post.ended_at.is_(None))).all()
    for post in held:
        end_post(session, post.id, by=by, now=now)
    session.flush()
    return len(held)


def end_those_over(session: Session, *, today: date, now: datetime) -> int:
    """End the posts whose last day lies before `today`, and return how many.

    The last administrator keeps theirs: an office without one could not appoint another.
    """
    over = sa.select(Post).where(Post.ended_at.is_(None), Post.until < today)
    ended = 0
    for post in session.scalars(over.order_by(Post.id)).all():
        try:
            end_post(session, post.id, by=None, now=now)
        except Refused:
            continue
        session.flush()
        ended += 1
    return ended


def keep_an_administrator(session: Session, *, without: UUID) -> None:
    """Raise Refused unless somebody else can administrate. Holds their posts, so that two cannot go at once."""
    session.flush()
    held = session.scalars(
        sa.select(Post)
        .join(Person, Person.id == Post.person_id)
        .where(Post.role == Role.ADMINISTRATOR, Post.ended_at.is_(None), Person.disabled_at.is_(None))
        .order_by(Post.id)
        .with_for_update(of=Post)
    ).all()
    people = {post.person_id for post in held}
    if people == {without}:
        raise Refused("accounts.last_administrator")
