"""Everything held about a person, as plain values for a file machines read.

What is theirs: the account, what they agreed to, what they were told and asked, the dossiers they filed and the
drafts they began with their answers, and what is known of the files they uploaded. What a colleague filed for the
same company is the company's, and is not here.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Consent, Membership, Party, Person, Post, SignIn
from portal.accounts.viewer import Viewer
from portal.attachments.models import Attachment
from portal.catalogue.models import ProcedureVersion
from portal.counter.models import PartyClaim
from portal.dossiers.models import Cosignature, Dossier, DossierAnswers, Draft, ResultWish
from portal.hearing.models import Matter, Rating
from portal.notices.models import Notice
from portal.personal.queries import looks

FORMAT = 1
MOST_LOOKS = 10_000


def everything(session: Session, viewer: Viewer, *, now: datetime) -> dict[str, Any]:
    """The whole, with names of the columns as keys; instants in UTC (ISO 8601)."""
    person_id = viewer.person_id
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "account": _account(session, person_id),
        "acts_for": _acts_for(session, person_id),
        "posts": _posts(session, person_id),
        "sign_ins": _rows(session, SignIn, ("created_at", "seen_at", "ended_at", "browser"), person_id),
        "consents": _rows(session, Consent, ("purpose", "wording", "given_at", "withdrawn_at"), person_id),
        "notices": _rows(session, Notice, ("kind", "params", "created_at", "read_at", "mailed_at"), person_id),
        "matters": _rows(
            session, Matter, ("kind", "about", "state", "words", "raised_at", "due_at", "question", "reply", "answer",
                              "answered_at"), person_id,
        ),
        "claims": _rows(
            session, PartyClaim, ("party_id", "dossier_id", "made_at", "decided_at", "is_granted"), person_id
        ),
        "ratings": _rows(session, Rating, ("dossier_id", "score", "words", "rated_at"), person_id),
        "dossiers": _dossiers(session, person_id),
        "drafts": _drafts(session, person_id),
        "cosignatures": _cosignatures(session, person_id),
        "files": _files(session, person_id),
        "looked_at_by": [
            {
                "at": look.at.isoformat(),
                "agency": look.agency_names,
                "role": look.role.value if look.role else None,
                "dossier": look.dossier_code,
                "file": look.filename,
            }
            for look in looks(session, viewer, limit=MOST_LOOKS)
        ],
    }  # fmt: skip


def _account(session: Session, person_id: UUID) -> dict[str, Any]:
    person = session.get_one(Person, person_id)
    columns = ("name", "email", "phone", "language", "created_at")
    return {**_plain(person, columns), "has_authenticator_app": person.one_time_secret is not None}


def _acts_for(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Party.name, Party.tax_code, Party.kind, Membership.role, Membership.since, Membership.ended_at)
        .join(Membership, Membership.party_id == Party.id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.since)
    )
    return [_shown(row._asdict().items()) for row in rows]


def _posts(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Agency.names.label("agency"), Post.role, Post.since, Post.ended_at)
        .join(Agency, Agency.id == Post.agency_id)
        .where(Post.person_id == person_id)
        .order_by(Post.since)
    )
    return [_shown(row._asdict().items()) for row in rows]


def _dossiers(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Dossier, ProcedureVersion.code)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(Dossier.filer_id == person_id)
        .order_by(Dossier.filed_at)
    ).all()
    answers: dict[UUID, list[Any]] = {}
    given = sa.select(DossierAnswers).join(Dossier, Dossier.id == DossierAnswers.dossier_id)
    for one in session.scalars(
        given.where(Dossier.filer_id == person_id).order_by(DossierAnswers.dossier_id, DossierAnswers.supplement_round)
    ):
        answers.setdefault(one.dossier_id, []).append(one.answers)
    wishes = sa.select(ResultWish).join(Dossier, Dossier.client_key == ResultWish.client_key)
    receiving = {
        wish.client_key: _plain(wish, ("way", "recipient", "phone", "province", "commune", "street", "chosen_at"))
        for wish in session.scalars(wishes.where(Dossier.filer_id == person_id))
    }
    columns = ("code", "subject", "commune", "state", "outcome", "filed_at", "accepted_at", "ended_at")
    return [
        {
            **_plain(dossier, columns),
            "procedure": code,
            "answers": answers.get(dossier.id, []),
            "receiving": receiving.get(dossier.client_key),
        }
        for dossier, code in rows
    ]


def _drafts(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Draft, ProcedureVersion.code)
        .join(ProcedureVersion, ProcedureVersion.id == Draft.procedure_version_id)
        .where(Draft.filer_id == person_id, Draft.closed_at.is_(None))
        .order_by(Draft.created_at)
    )
    return [{**_plain(draft, ("created_at", "updated_at", "answers")), "procedure": code} for draft, code in rows]


def _cosignatures(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    """What the person was asked to co-sign, or asked others to, until it is filed; then the dossier tells of it."""
    rows = session.execute(
        sa.select(Cosignature, ProcedureVersion.code)
        .join(Draft, Draft.id == Cosignature.draft_id)
        .join(ProcedureVersion, ProcedureVersion.id == Draft.procedure_version_id)
        .where(sa.or_(Cosignature.asked_of == person_id, Cosignature.asked_by == person_id))
        .order_by(Cosignature.asked_at)
    )
    columns = ("asked_at", "signed_at", "declined_at", "ended_at", "reason")
    return [
        {**_plain(one, columns), "procedure": code, "asked_of_you": one.asked_of == person_id} for one, code in rows
    ]


def _files(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Attachment, Dossier.code)
        .outerjoin(Dossier, Dossier.id == Attachment.dossier_id)
        .where(Attachment.uploaded_by == person_id, Attachment.removed_at.is_(None))
        .order_by(Attachment.uploaded_at)
    )
    columns = ("filename", "media_type", "size_bytes", "sha256", "uploaded_at", "number", "issued_on", "valid_until")
    return [{**_plain(one, columns), "dossier": code, "address": f"/files/{one.id}"} for one, code in rows]


def _rows(session: Session, table: Any, columns: tuple[str, ...], person_id: UUID) -> list[dict[str, Any]]:
    return [_plain(row, columns) for row in session.scalars(sa.select(table).where(table.person_id == person_id))]


def _plain(row: object, columns: Iterable[str]) -> dict[str, Any]:
    return _shown((name, getattr(row, name)) for name in columns)


def _shown(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: _json(value) for name, value in pairs}


def _json(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value
