"""Reading attachments: how many, which, and their digests. Callers have checked that the viewer may know of them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments.models import Attachment, ScanState
from portal.catalogue.wording import Problem


def of(session: Session, *, draft_id: UUID | None = None, dossier_id: UUID | None = None) -> Sequence[Attachment]:
    """The attachments of a draft or a dossier that have not been removed, in the order of upload."""
    statement = _of(draft_id, dossier_id).order_by(Attachment.uploaded_at, Attachment.id)
    return session.scalars(statement).all()


def one(session: Session, attachment_id: UUID) -> Attachment | None:
    """The attachment with this id, unless it has been removed."""
    return session.scalars(
        sa.select(Attachment).where(Attachment.id == attachment_id, Attachment.removed_at.is_(None))
    ).one_or_none()


def counts(
    session: Session,
    *,
    draft_id: UUID | None = None,
    dossier_id: UUID | None = None,
    supplement_round: int | None = None,
) -> Mapping[str, int]:
    """How many files there are for each document; of one supplement round, or of all. Infected ones do not count."""
    found: dict[str, int] = {}
    for attachment in of(session, draft_id=draft_id, dossier_id=dossier_id):
        wanted = supplement_round is None or attachment.supplement_round == supplement_round
        if wanted and attachment.scan_state is not ScanState.INFECTED:
            found[attachment.document_key] = found.get(attachment.document_key, 0) + 1
    return found


def digests(session: Session, *, draft_id: UUID | None = None, dossier_id: UUID | None = None) -> list[dict[str, str]]:
    """What the event commits to: document and SHA-256 of every file, in a fixed order."""
    rows = [
        {"document": attachment.document_key, "sha256": attachment.sha256}
        for attachment in of(session, draft_id=draft_id, dossier_id=dossier_id)
    ]
    return sorted(rows, key=lambda row: (row["document"], row["sha256"]))


def unanswered(asked: Sequence[str], fresh: Mapping[str, int]) -> list[Problem]:
    """The asked documents for which no new file has come."""
    return [Problem(code="document_missing", path=key, kind="document") for key in asked if not fresh.get(key)]


def _of(draft_id: UUID | None, dossier_id: UUID | None) -> sa.Select[Attachment]:
    statement = sa.select(Attachment).where(Attachment.removed_at.is_(None))
    if draft_id is not None:
        return statement.where(Attachment.draft_id == draft_id)
    return statement.where(Attachment.dossier_id == dossier_id)
