"""Telling people: a row in the transaction of the event, and a job that sends the mail after it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.foundation.database import new_id
from portal.foundation.outbox import Job, Wanted, enqueue, enqueue_all
from portal.notices.kinds import NoticeKind
from portal.notices.models import Notice


def tell(
    session: Session,
    kind: NoticeKind,
    *,
    dossier_id: UUID,
    event_version: int,
    people: Sequence[UUID],
    now: datetime,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Tell these people of an event of the dossier, each once, whatever is retried."""
    if people:
        wanted = written(
            session, kind, dossier_id=dossier_id, event_version=event_version, people=people, now=now, params=params
        )
        enqueue_all(session, [wanted])


def tell_of_account(
    session: Session, kind: NoticeKind, *, person_id: UUID, params: Mapping[str, Any], now: datetime
) -> Notice:
    """Tell a person something about their own account. The caller sees to it that it is told once."""
    notice = Notice(id=new_id(), person_id=person_id, kind=kind.value, params=dict(params), created_at=now)
    session.add(notice)
    session.flush()
    enqueue(session, Job.SEND_NOTICE, {"notice_id": str(notice.id)}, dedupe_key=f"notice:{notice.id}")
    return notice


def written(
    session: Session,
    kind: NoticeKind,
    *,
    dossier_id: UUID,
    event_version: int,
    people: Sequence[UUID],
    now: datetime,
    params: Mapping[str, Any] | None = None,
) -> Wanted:
    """Write the notices of an event and return the job that sends them, for an act that wants other jobs besides."""
    rows = [
        {
            "id": new_id(),
            "person_id": person_id,
            "dossier_id": dossier_id,
            "event_version": event_version,
            "kind": kind.value,
            "params": dict(params or {}),
            "created_at": now,
        }
        for person_id in dict.fromkeys(people)
    ]
    session.execute(_WRITE, rows)
    return Wanted(
        job=Job.SEND_NOTICE,
        payload={"dossier_id": str(dossier_id), "event_version": event_version, "kind": kind.value},
        dedupe_key=f"notice:{dossier_id}:{event_version}:{kind.value}",
    )


_WRITE = insert(Notice).on_conflict_do_nothing(index_elements=["person_id", "dossier_id", "event_version", "kind"])


def note_mailed(session: Session, notice_id: UUID, *, now: datetime) -> None:
    """The mail has been handed over."""
    session.execute(sa.update(Notice).where(Notice.id == notice_id, Notice.mailed_at.is_(None)).values(mailed_at=now))


def note_texted(session: Session, notice_id: UUID, *, now: datetime) -> None:
    """The short message has been handed over."""
    session.execute(sa.update(Notice).where(Notice.id == notice_id, Notice.texted_at.is_(None)).values(texted_at=now))


def note_read(session: Session, person_id: UUID, *, now: datetime) -> None:
    """The person has seen all their notices up to now."""
    unread = sa.update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None), Notice.created_at <= now)
    session.execute(unread.values(read_at=now))
