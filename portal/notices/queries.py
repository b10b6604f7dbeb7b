"""Reading notices: a person's own, and those that still wait for their mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.notices.models import Notice

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A notice not mailed yet, with whom it is for."""

    id: UUID
    kind: str
    params: dict[str, Any]
    created_at: datetime
    person_name: str
    address: str
    language: str


def inbox(session: Session, person_id: UUID, *, before: UUID | None = None) -> Sequence[Notice]:
    """The person's notices, newest first: one page and one more, which tells whether there are older ones.

    `before` is the last notice of the page above; identifiers are ordered by time.
    """
    statement = sa.select(Notice).where(Notice.person_id == person_id)
    if before is not None:
        last = sa.select(Notice.created_at, Notice.id).where(Notice.id == before, Notice.person_id == person_id)
        statement = statement.where(sa.tuple_(Notice.created_at, Notice.id) < last.scalar_subquery())
    newest_first = statement.order_by(Notice.created_at.desc(), Notice.id.desc())
    return session.scalars(newest_first.limit(PAGE + 1)).all()


def unmailed(session: Session, *, dossier_id: UUID, event_version: int, kind: str) -> list[Waiting]:
    """The notices of one event that have not gone out by mail, without people whose account is closed."""
    return _unmailed(
        session, Notice.dossier_id == dossier_id, Notice.event_version == event_version, Notice.kind == kind
    )


def unmailed_one(session: Session, notice_id: UUID) -> list[Waiting]:
    """The one notice, if it has not gone out by mail."""
    return _unmailed(session, Notice.id == notice_id)


def _unmailed(session: Session, *which: sa.ColumnElement[bool]) -> list[Waiting]:
    rows = session.execute(
        sa.select(Notice, Person)
        .join(Person, Person.id == Notice.person_id)
        .where(*which, Notice.mailed_at.is_(None), Person.disabled_at.is_(None))
        .order_by(Notice.id)
    )
    return [
        Waiting(
            id=notice.id,
            kind=notice.kind,
            params=notice.params,
            created_at=notice.created_at,
            person_name=person.name,
            address=person.email,
            language=person.language,
        )
        for notice, person in rows
    ]
