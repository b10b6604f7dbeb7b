"""Reading attachments: how many, which, and their digests. Callers have checked that the viewer may know of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Person
from portal.attachments.models import Attachment, ScanState
from portal.catalogue.wording import Problem

EVIDENCE_MARK = "+"
"""What proves an act lies under a name that begins so, which no document of a procedure can have."""


def of(
    session: Session, *, draft_id: UUID | None = None, dossier_id: UUID | None = None, party_id: UUID | None = None
) -> Sequence[Attachment]:
    """The attachments of a draft, a dossier or a company that have not been removed, in the order of upload.

    What proves an act about a draft (`actions.keep_evidence`) is none of its documents and is left out.
    """
    statement = _of(draft_id, dossier_id, party_id).order_by(Attachment.uploaded_at, Attachment.id)
    return session.scalars(statement).all()


def evidence_of_draft(session: Session, draft_id: UUID, *, document_key: str) -> Sequence[Attachment]:
    """The papers that prove an act about the draft, by the name they lie under."""
    return session.scalars(
        sa.select(Attachment).where(
            Attachment.draft_id == draft_id, Attachment.document_key == document_key, Attachment.removed_at.is_(None)
        )
    ).all()


def one(session: Session, attachment_id: UUID) -> Attachment | None:
    """The attachment with this id, unless it has been removed."""
    return session.scalars(
        sa.select(Attachment).where(Attachment.id == attachment_id, Attachment.removed_at.is_(None))
    ).one_or_none()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """The file another one was made of by turning pages, and who did that when."""

    filename: str
    sha256: str
    uploaded_at: datetime
    by: str
    at: datetime


def turned_from(session: Session, attachments: Iterable[Attachment]) -> dict[UUID, Turned]:
    """For each file that was turned the one it was made of the last time, by the id of the turned file."""
    ids = [one.id for one in attachments if one.turned_from is not None]
    if not ids:
        return {}
    first = aliased(Attachment)
    rows = session.execute(
        sa.select(
            Attachment.id,
            first.filename,
            first.sha256,
            first.uploaded_at,
            Person.name,
            Attachment.uploaded_at.label("at"),
        )
        .join(first, first.id == Attachment.turned_from)
        .join(Person, Person.id == Attachment.uploaded_by)
        .where(Attachment.id.in_(ids))
    )
    return {
        row.id: Turned(filename=row.filename, sha256=row.sha256, uploaded_at=row.uploaded_at, by=row.name, at=row.at)
        for row in rows
    }


def counts(
    session: Session,
    *,
    draft_id: UUID | None = None,
    dossier_id: UUID | None = None,
    supplement_round: int | None = None,
) -> Mapping[str, int]:
    """How many files there are for each document; of one supplement round, or of all. Infected ones do not count."""
    found = of(session, draft_id=draft_id, dossier_id=dossier_id)
    return counted(one for one in found if supplement_round is None or one.supplement_round == supplement_round)


def counted(attachments: Iterable[Attachment]) -> Mapping[str, int]:
    """How many of these files there are for each document; infected ones do not count."""
    return Counter(one.document_key for one in attachments if one.scan_state is not ScanState.INFECTED)


def digests(session: Session, *, draft_id: UUID | None = None, dossier_id: UUID | None = None) -> list[dict[str, str]]:
    """What the event commits to: document and SHA-256 of every file, in a fixed order."""
    return digested(of(session, draft_id=draft_id, dossier_id=dossier_id))


def digested(attachments: Iterable[Attachment]) -> list[dict[str, str]]:
    """The same of files already read."""
    rows = [{"document": one.document_key, "sha256": one.sha256} for one in attachments]
    return sorted(rows, key=lambda row: (row["document"], row["sha256"]))


def unanswered(asked: Sequence[str], fresh: Mapping[str, int]) -> list[Problem]:
    """The asked documents for which no new file has come."""
    return [Problem(code="document_missing", path=key, kind="document") for key in asked if not fresh.get(key)]


def _of(draft_id: UUID | None, dossier_id: UUID | None, party_id: UUID | None) -> sa.Select[Attachment]:
    statement = sa.select(Attachment).where(Attachment.removed_at.is_(None))
    if draft_id is not None:
        is_document = sa.not_(Attachment.document_key.startswith(EVIDENCE_MARK))
        return statement.where(Attachment.draft_id == draft_id, is_document)
    if party_id is not None:
        return statement.where(Attachment.party_id == party_id)
    return statement.where(Attachment.dossier_id == dossier_id)
