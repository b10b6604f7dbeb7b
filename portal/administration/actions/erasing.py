"""Erasing what the rules in force keep no longer, and what one person asks for. Each is one audit row.

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
from portal.accounts.models import Party, Person, SignIn, SignInAttempt
from portal.administration.models import Kept, RetentionRule
from portal.administration.queries.erasure import Erasure, of_person, own_parties
from portal.administration.queries.retention import BATCHES, OF_ACCOUNT, over
from portal.attachments.models import Attachment, FileView
from portal.deliveries.models import Posting
from portal.dossiers.models import (
    Dossier,
    DossierAnswers,
    Draft,
    EventText,
    ReplacedAnswers,
    ResultWish,
    SupplementItem,
    SupplementRequest,
    WalkIn,
)
from portal.foundation.database import Base
from portal.foundation.errors import Refused, Stale
from portal.foundation.outbox import Job, enqueue
from portal.foundation.search import search_key, trigrams
from portal.foundation.storage import Storage
from portal.hearing.models import Rating
from portal.letters.models import Handout, Letter
from portal.notices.models import Notice

INTERNAL_NOTES = sa.table("internal_notes", sa.column("dossier_id", sa.Uuid()))
"""Of the desk, a room beside this one: by name."""
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
    _bytes_go_next(session, keys)
    erased = Erased(rows=len(ids), files=len(keys))
    after = {"rows": erased.rows, "files": erased.files, "keep_days": rule.keep_days, "source": rule.source}
    audit.record(session, "administration.erase", f"retention:{subject}", by=None, now=now, after=after)
    session.flush()
    return erased


def erase_person(session: Session, person_id: UUID, *, seal: str, request: UUID, by: UUID, now: datetime) -> Erasure:
    """Erase of one person what the law does not keep, because they asked (`request`); one audit row, without names.

    Raises `Stale` where something has changed since the preview (`seal`), `Refused` where there is nothing to erase.
    Events, their commitments and letters stay; the salt goes with the answers, so a commitment tells nothing more.
    """
    session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update())
    found = of_person(session, person_id, now=now)
    if found.seal != seal:
        raise Stale
    if not found.counts:
        raise Refused("administration.nothing_to_erase")
    before = {part.value: n for part, n in found.counts.items()}
    keys = _answers(session, [dossier_id for dossier_id, _ in found.dossiers]) if found.dossiers else set[str]()
    keys |= _drafts(session, found.drafts)
    session.execute(sa.delete(Notice).where(Notice.id.in_(found.notices)))
    session.execute(sa.delete(SignIn).where(SignIn.key_hash.in_(found.sign_ins)))
    session.execute(sa.update(Rating).where(Rating.dossier_id.in_(found.ratings)).values(words=""))
    session.execute(sa.update(Person).where(Person.id == person_id).values(phone=None))
    session.execute(sa.update(Party).where(Party.id.in_(own_parties(person_id))).values(phone=None))
    _bytes_go_next(session, keys)
    after = {**dict.fromkeys(before, 0), "files": len(keys), "request": str(request)}
    thing = f"person:{person_id}"
    audit.record(session, "administration.erase_person", thing, by=by, now=now, before=before, after=after)
    session.flush()
    return found


def _bytes_go_next(session: Session, keys: Iterable[str]) -> None:
    names = sorted(keys)
    for start in range(0, len(names), KEYS_A_JOB):
        enqueue(session, Job.ERASE_FILES, {"keys": names[start : start + KEYS_A_JOB]})


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
    """What was answered, handed in and written about it; the dossier, its events, dates and letters stay."""
    session.execute(sa.update(DossierAnswers).where(DossierAnswers.dossier_id.in_(ids)).values(answers={}, salt=b""))
    session.execute(sa.delete(ReplacedAnswers).where(ReplacedAnswers.dossier_id.in_(ids)))
    filed_from = Draft.client_key.in_(sa.select(Dossier.client_key).where(Dossier.id.in_(ids)))
    session.execute(sa.update(Draft).where(filed_from).values(answers={}))
    wished = ResultWish.client_key.in_(sa.select(Dossier.client_key).where(Dossier.id.in_(ids)))
    session.execute(sa.delete(ResultWish).where(wished))
    session.execute(sa.update(Posting).where(Posting.dossier_id.in_(ids)).values(address={}, salt=b""))
    stood_there = sa.select(Dossier.walk_in_id).where(Dossier.id.in_(ids), Dossier.walk_in_id.is_not(None))
    nothing = {"name": "", "identity_number": "", "phone": "", "email": None, "consent_wording": None}
    session.execute(sa.update(WalkIn).where(WalkIn.id.in_(stood_there)).values(nothing))
    _forget_subjects(session, ids)
    return _files(session, Attachment.dossier_id.in_(ids)) | _words(session, ids)


def _words(session: Session, ids: Sequence[UUID]) -> set[str]:
    """What officers wrote about it, and the papers handed out to be signed: the letters that were sent stay."""
    session.execute(sa.delete(EventText).where(EventText.dossier_id.in_(ids)))
    session.execute(sa.delete(INTERNAL_NOTES).where(INTERNAL_NOTES.c.dossier_id.in_(ids)))
    asked = SupplementRequest.dossier_id.in_(ids)
    items = SupplementItem.request_id.in_(sa.select(SupplementRequest.id).where(asked))
    session.execute(sa.update(SupplementItem).where(items).values(what_is_wrong=""))
    session.execute(sa.update(SupplementRequest).where(asked).values(reason="", typed={}))
    handed = session.scalars(sa.delete(Handout).where(Handout.dossier_id.in_(ids)).returning(Handout.storage_key))
    return set(handed)


def _forget_subjects(session: Session, ids: Sequence[UUID]) -> None:
    """What it was about, and the words it was found by: it is found by its code and its party from now on."""
    rows = session.execute(
        sa.select(Dossier.id, Dossier.code, Party.name, Party.tax_code)
        .join(Party, Party.id == Dossier.party_id)
        .where(Dossier.id.in_(ids))
    ).all()
    keys = {dossier_id: search_key(code, name, tax_code) for dossier_id, code, name, tax_code in rows}
    table = Base.metadata.tables[Dossier.__tablename__]  # not by the mapper: no act has happened
    changed = sa.update(table).where(table.c.id == sa.bindparam("dossier"))
    session.execute(
        changed.values(subject="", search_key=sa.bindparam("key"), trigrams=sa.bindparam("parts")),
        [{"dossier": dossier_id, "key": key, "parts": trigrams(key)} for dossier_id, key in keys.items()],
    )


def _batch_notes(session: Session, ids: Sequence[UUID]) -> set[str]:
    session.execute(sa.update(BATCHES).where(BATCHES.c.id.in_(ids)).values(note=""))
    return set()


def _papers(session: Session, ids: Sequence[UUID]) -> set[str]:
    return _files(session, Attachment.id.in_(ids))


def _accounts(session: Session, ids: Sequence[UUID]) -> set[str]:
    """The person's name and address stay: acts are theirs, and letters name them."""
    for table in OF_ACCOUNT:
        session.execute(sa.delete(table).where(table.person_id.in_(ids)))
    values = {"phone": None, "one_time_secret": None, "one_time_last_step": None}
    session.execute(sa.update(Person).where(Person.id.in_(ids)).values(values))
    return set()


def _drafts(session: Session, ids: Sequence[UUID]) -> set[str]:
    keys = _files(session, sa.and_(Attachment.draft_id.in_(ids), Attachment.dossier_id.is_(None)))
    filed = sa.select(Dossier.client_key)
    wished = sa.select(Draft.client_key).where(Draft.id.in_(ids), Draft.client_key.not_in(filed))
    session.execute(sa.delete(ResultWish).where(ResultWish.client_key.in_(wished)))
    stood_there = session.scalars(sa.delete(Draft).where(Draft.id.in_(ids)).returning(Draft.walk_in_id)).all()
    named = sa.select(Dossier.walk_in_id).where(Dossier.walk_in_id.is_not(None))
    begun = sa.select(Draft.walk_in_id).where(Draft.walk_in_id.is_not(None))
    still = (WalkIn.id.not_in(named), WalkIn.id.not_in(begun))
    session.execute(sa.delete(WalkIn).where(WalkIn.id.in_(stood_there), *still))
    return keys


def _files(session: Session, which: sa.ColumnElement[bool]) -> set[str]:
    rows = session.execute(sa.select(Attachment.id, Attachment.storage_key).where(which)).all()
    ids = [row.id for row in rows]
    session.execute(sa.delete(FileView).where(FileView.attachment_id.in_(ids)))
    session.execute(sa.update(Attachment).where(Attachment.taken_from.in_(ids)).values(taken_from=None))
    session.execute(sa.update(Attachment).where(Attachment.turned_from.in_(ids)).values(turned_from=None))
    session.execute(sa.delete(Attachment).where(Attachment.id.in_(ids)))
    return {row.storage_key for row in rows}


_KEY: dict[Kept, Any] = {
    Kept.DRAFTS: Draft.id,
    Kept.NOTICES: Notice.id,
    Kept.SIGN_IN_LOG: SignInAttempt.id,
    Kept.ENDED_SIGN_INS: SignIn.key_hash,
    Kept.ANSWERS: Dossier.id,
    Kept.BATCH_NOTES: BATCHES.c.id,
    Kept.REGISTRATION_PAPERS: Attachment.id,
    Kept.CLOSED_ACCOUNTS: Person.id,
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
    Kept.BATCH_NOTES: _batch_notes,
    Kept.REGISTRATION_PAPERS: _papers,
    Kept.CLOSED_ACCOUNTS: _accounts,
}
