"""Letters as rows: asked for in the transaction of the act, rendered and sealed by a job or at issue."""

import secrets
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.foundation.outbox import Job, enqueue
from portal.letters.contents import LetterKind
from portal.letters.models import Letter, LetterCounter

TOKEN_BYTES = 16


def request_letter(
    session: Session,
    *,
    dossier_id: UUID,
    agency_id: UUID | None,
    kind: LetterKind,
    event_version: int,
    language: str,
    now: datetime,
) -> None:
    """Have a letter written about an event; asking twice is asking once."""
    if agency_id is None:
        raise ValueError("a letter has an agency that writes it")
    letter_id = new_id()
    session.execute(
        insert(Letter)
        .values(
            id=letter_id,
            dossier_id=dossier_id,
            agency_id=agency_id,
            kind=kind.value,
            event_version=event_version,
            language=language,
            token=new_token(),
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["dossier_id", "kind", "event_version"])
    )
    enqueue(
        session,
        Job.RENDER_LETTER,
        {"dossier_id": str(dossier_id), "kind": kind.value, "event_version": event_version},
        now=now,
        dedupe_key=f"letter:{dossier_id}:{kind.value}:{event_version}",
    )


def new_token() -> str:
    """An unguessable word for the public check page."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def next_number(session: Session, *, agency_id: UUID, now: datetime) -> tuple[int, int]:
    """Give out the agency's next outgoing number: (year, number). A rolled-back act gives its number back."""
    year = office_day(now).year
    statement = insert(LetterCounter).values(agency_id=agency_id, year=year, last=1)
    number = session.execute(
        statement.on_conflict_do_update(
            index_elements=["agency_id", "year"], set_={"last": LetterCounter.last + 1}
        ).returning(LetterCounter.last)
    ).scalar_one()
    return year, number


def letter_of(
    session: Session, *, dossier_id: UUID, kind: LetterKind, event_version: int | None = None
) -> Letter | None:
    """The newest letter of this kind, or the one about an event."""
    statement = sa.select(Letter).where(Letter.dossier_id == dossier_id, Letter.kind == kind.value)
    if event_version is not None:
        statement = statement.where(Letter.event_version == event_version)
    return session.scalars(statement.order_by(Letter.event_version.desc()).limit(1)).one_or_none()
