"""Erasing what the rules in force keep no longer. Each batch is one transaction and one audit row.

The record of events, its commitments and the record of changes are never erased: without the answers and their
salt a commitment tells nothing. The bytes of files go afterwards, by a job of their own, and only when no row names
them any more.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.models import SignIn, SignInAttempt
from portal.administration.models import Kept, RetentionRule
from portal.administration.queries.retention import over
from portal.attachments.models import Attachment, FileView
from portal.dossiers.models import Dossier, DossierAnswers, Draft, ReplacedAnswers
from portal.foundation.outbox import Job, enqueue
from portal.foundation.storage import Storage
from portal.letters.models import Letter
from portal.notices.models import Notice

BATCH = 500
KEYS_A_JOB = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What one batch erased: rows of the rule's subject, and files whose bytes go next."""

    rows: int
    files: int


def erase(session: Session, subject: Kept, *, now: datetime, most: int = BATCH) -> Erased:
    """Erase one batch by the rule, if it is in force. Nothing left: no rows, and no audit row."""
    rule = session.scalar(sa.select(RetentionRule).where(RetentionRule.subject == subject).with_for_update())
    if rule is None or not rule.is_in_force:
        return Erased(rows=0, files=0)
    ids = session.scalars(sa.select(_KEY[subject]).where(*over(rule, now=now)).limit(most)).all()
    if not ids:
        return Erased(rows=0, files=0)
    keys = _ERASERS[subject](session, ids)
    names = sorted(keys)
    for start in range(0, len(names), KEYS_A_JOB):
        enqueue(session, Job.ERASE_FILES, {"keys": names[start : start + KEYS_A_JOB]})
    erased = Erased(rows=len(ids), files=len(keys))
    after = {"rows": erased.rows, "files": erased.files, "keep_days": rule.keep_days, "source": rule.source}
    audit.record(session, "administration.erase", f"retention:{subject}", by=None, now=now, after=after)
    session.flush()
    return erased


def unnamed(session: Session, keys: Iterable[str]) -> list[str]:
    """Those stored names no file and no letter mentions any more."""
    wanted = set(keys)
    named = set(session.scalars(sa.select(Attachment.storage_key).where(Attachment.storage_key.in_(wanted))))
    named |= {
        key for key in session.scalars(sa.select(Letter.storage_key).where(Letter.storage_key.in_(wanted))) if key
    }
    return sorted(wanted - named)


def delete_bytes(session: Session, storage: Storage, keys: Iterable[str]) -> int:
    """Delete the bytes of files no row names; returns how many. Deleting twice is deleting once."""
    gone = unnamed(session, keys)
    for key in gone:
        storage.delete(key)
    return len(gone)


def _answers(session: Session, ids: Sequence[UUID]) -> set[str]:
    """What was answered and handed in; the dossier, its events, dates and letters stay."""
    session.execute(sa.update(DossierAnswers).where(DossierAnswers.dossier_id.in_(ids)).values(answers={}, salt=b""))
    session.execute(sa.delete(ReplacedAnswers).where(ReplacedAnswers.dossier_id.in_(ids)))
    return _files(session, Attachment.dossier_id.in_(ids))


def _drafts(session: Session, ids: Sequence[UUID]) -> set[str]:
    keys = _files(session, sa.and_(Attachment.draft_id.in_(ids), Attachment.dossier_id.is_(None)))
    session.execute(sa.delete(Draft).where(Draft.id.in_(ids)))
    return keys


def _files(session: Session, which: sa.ColumnElement[bool]) -> set[str]:
    rows = session.execute(sa.select(Attachment.id, Attachment.storage_key).where(which)).all()
    ids = [row.id for row in rows]
    session.execute(sa.delete(FileView).where(FileView.attachment_id.in_(ids)))
    session.execute(sa.update(Attachment).where(Attachment.taken_from.in_(ids)).values(taken_from=None))
    session.execute(sa.delete(Attachment).where(Attachment.id.in_(ids)))
    return {row.storage_key for row in rows}


_KEY: dict[Kept, Any] = {
    Kept.DRAFTS: Draft.id,
    Kept.NOTICES: Notice.id,
    Kept.SIGN_IN_LOG: SignInAttempt.id,
    Kept.ENDED_SIGN_INS: SignIn.key_hash,
    Kept.ANSWERS: Dossier.id,
}


def _rows_of(subject: Kept) -> Callable[[Session, Sequence[Any]], set[str]]:
    key = _KEY[subject]

    def erase_rows(session: Session, ids: Sequence[Any]) -> set[str]:
        session.execute(sa.delete(key.class_).where(key.in_(ids)))
        return set()

    return erase_rows


_ERASERS: dict[Kept, Callable[[Session, Sequence[Any]], set[str]]] = {
    Kept.DRAFTS: _drafts,
    Kept.NOTICES: _rows_of(Kept.NOTICES),
    Kept.SIGN_IN_LOG: _rows_of(Kept.SIGN_IN_LOG),
    Kept.ENDED_SIGN_INS: _rows_of(Kept.ENDED_SIGN_INS),
    Kept.ANSWERS: _answers,
}
