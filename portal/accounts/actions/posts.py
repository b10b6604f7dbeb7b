"""Agencies and the posts people hold in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actions.audit import record
from portal.accounts.models import Agency, Post
from portal.foundation.database import new_id
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
    """Make the agency with this key, or bring its code and names up to date."""
    known = session.scalar(sa.select(Agency).where(Agency.key == key))
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


def appoint(session: Session, person_id: UUID, agency_id: UUID, role: Role, *, by: UUID | None, now: datetime) -> Post:
    """Give the person a post; a post already held stays as it is."""
    made: Post | None = session.scalar(
        insert(Post)
        .values(id=new_id(), person_id=person_id, agency_id=agency_id, role=role, since=now)
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
    record(
        session,
        "accounts.appoint",
        f"person:{person_id}",
        by=by,
        now=now,
        after={"agency": str(agency_id), "role": role.value},
    )
    return made


def end_post(session: Session, post_id: UUID, *, by: UUID | None, now: datetime) -> None:
    """End a post; its doors are closed with the person's next request."""
    post = session.get_one(Post, post_id)
    if post.ended_at is None:
        post.ended_at = now
        record(
            session,
            "accounts.end_post",
            f"person:{post.person_id}",
            by=by,
            now=now,
            before={"agency": str(post.agency_id), "role": post.role.value},
        )
