"""Reading notices: a person's own, and those that still wait for their mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.notices.choosing import has_agreed, is_mailed_at_once, waits_for_digest
from portal.notices.kinds import ONLY_MAILED
from portal.notices.models import MessageWish, Notice
from portal.notices.preferences import TEXTED, Channel
from portal.texts.models import Area
from portal.texts.queries import written

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
    written: Mapping[str, Any] | None = None
    link: str = ""
    """Where it leads in the place of the reader's own page, for somebody without an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """To which telephone a short message goes, and how."""

    phone: str
    channel: Channel


def inbox(session: Session, person_id: UUID, *, before: UUID | None = None) -> Sequence[Notice]:
    """The person's notices, newest first: one page and one more, which tells whether there are older ones.

    `before` is the last notice of the page above; identifiers are ordered by time.
    """
    statement = sa.select(Notice).where(Notice.person_id == person_id, Notice.kind.not_in(sorted(ONLY_MAILED)))
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


def waiting_for_digest(session: Session, person_id: UUID) -> list[Waiting]:
    """What stands in the person's next mail of the day, in the order it happened."""
    return _waiting(session, Notice.person_id == person_id, waits_for_digest())


def untexted(session: Session, *, dossier_id: UUID, event_version: int, kind: str) -> list[tuple[Waiting, Wish]]:
    """The notices of one event for people who want short messages, agree to the channel and have not got this one."""
    return _untexted(
        session, Notice.dossier_id == dossier_id, Notice.event_version == event_version, Notice.kind == kind
    )


def _untexted(session: Session, *which: sa.ColumnElement[bool]) -> list[tuple[Waiting, Wish]]:
    rows = session.execute(
        sa.select(Notice.id, Person.phone, MessageWish.channel)
        .join(Person, Person.id == Notice.person_id)
        .join(MessageWish, MessageWish.person_id == Notice.person_id)
        .where(
            *which,
            Notice.texted_at.is_(None),
            Notice.kind.in_(sorted(TEXTED)),
            Notice.created_at >= MessageWish.since,
            Person.phone.is_not(None),
            has_agreed(),
        )
    )
    wishes = {notice_id: Wish(phone=phone or "", channel=channel) for notice_id, phone, channel in rows}
    if not wishes:
        return []
    return [(one, wishes[one.id]) for one in _waiting(session, Notice.id.in_(wishes))]


def _unmailed(session: Session, *which: sa.ColumnElement[bool]) -> list[Waiting]:
    return _waiting(session, *which, Notice.mailed_at.is_(None), is_mailed_at_once())


def _waiting(session: Session, *which: sa.ColumnElement[bool]) -> list[Waiting]:
    rows = session.execute(
        sa.select(Notice, Person)
        .join(Person, Person.id == Notice.person_id)
        .where(*which, Person.disabled_at.is_(None))
        .order_by(Notice.id)
    )
    texts = written(session, Area.NOTICE)
    return [
        Waiting(
            id=notice.id,
            kind=notice.kind,
            params=notice.params,
            created_at=notice.created_at,
            person_name=person.name,
            address=notice.params.get("address") or person.email,
            language=person.language,
            written=texts.at(notice.kind, notice.created_at),
        )
        for notice, person in rows
    ]
