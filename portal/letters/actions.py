"""Letters: asked for in the transaction of the act, written by a job; numbers and tokens given out."""

import secrets
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.foundation.outbox import Job, Wanted, enqueue_all
from portal.letters.contents import LetterKind
from portal.letters.models import Letter, LetterCounter

TOKEN_BYTES = 16


def request_letter(session: Session, *, dossier_id: UUID, kind: LetterKind, event_version: int) -> None:
    """Have a letter about an event written by a job; asking twice is asking once."""
    enqueue_all(session, [letter_wanted(dossier_id=dossier_id, kind=kind, event_version=event_version)])


def letter_wanted(*, dossier_id: UUID, kind: LetterKind, event_version: int) -> Wanted:
    """The job that writes a letter about an event."""
    return Wanted(
        job=Job.RENDER_LETTER,
        payload={"dossier_id": str(dossier_id), "kind": kind.value, "event_version": event_version},
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
