"""Which calendar is in force, and reading editions by their content hash."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from portal.accounts.models import Agency, Person
from portal.calendars import editions
from portal.calendars.editions import Edition
from portal.calendars.models import CalendarDraft, CalendarEdition
from portal.foundation.database import sessions

LISTED = 20
_NEWEST = sa.select(CalendarEdition.content_hash).order_by(CalendarEdition.number.desc()).limit(1)
_KEPT = "calendar_in_force"


def in_force(session: Session) -> Edition:
    """The calendar in force, for showing: one small statement per transaction."""
    return _learnt(session, _once(session, _NEWEST))


def in_force_for_act(session: Session) -> str:
    """The content hash of the calendar in force, for an act: until the act is saved no other comes into force.

    Without that a dossier filed in the moment of a publication would keep the old calendar unseen by the job that
    follows it. The database function takes a shared lock and looks only then.
    """
    return _learnt(session, _once(session, FOR_ACT, kind="locked")).content_hash


FOR_ACT = sa.select(sa.func.calendar_in_force())
"""What asks for it. A statement that is made on the way to an act may hold it, and `note_for_act` what it answered."""


def note_for_act(session: Session, content_hash: str) -> None:
    """Another statement of this transaction has asked already."""
    _kept_of(session)["locked"] = content_hash


def edition(content_hash: str | None) -> Edition:
    """The edition of this content. None is the first one: dossiers filed before calendars had editions.

    What this process has not read yet is read in a session of its own: it was published long before anybody asks.
    Raises LookupError for a hash nobody published.
    """
    identity = content_hash or _first()
    return editions.known(identity) or _read(identity)


def newest(session: Session) -> CalendarEdition:
    """The row of the edition in force."""
    return session.scalars(sa.select(CalendarEdition).order_by(CalendarEdition.number.desc()).limit(1)).one()


def listed(session: Session) -> Sequence[tuple[CalendarEdition, str | None]]:
    """The latest editions, newest first, each with the name of whoever made it."""
    statement = (
        sa.select(CalendarEdition, Person.name)
        .outerjoin(Person, Person.id == CalendarEdition.made_by)
        .options(defer(CalendarEdition.document))
        .order_by(CalendarEdition.number.desc())
        .limit(LISTED)
    )
    return [(row, name) for row, name in session.execute(statement)]


def draft_of(session: Session, person_id: UUID) -> CalendarDraft | None:
    """What this administrator is preparing."""
    return session.get(CalendarDraft, person_id)


def agencies(session: Session) -> Sequence[Agency]:
    """The agencies, by key."""
    return session.scalars(sa.select(Agency).order_by(Agency.key)).all()


def _once(session: Session, statement: sa.Select[str], *, kind: str = "read") -> str:
    """The answer, asked once per transaction of this session."""
    kept = _kept_of(session)
    if kind not in kept:
        with session.no_autoflush:  # a dossier that is being filed has no dates yet
            kept[kind] = session.execute(statement).scalar_one()
        kept["transaction"] = session.get_transaction()
    return str(kept[kind])


def _kept_of(session: Session) -> dict[str, Any]:
    """What this transaction of the session has asked."""
    kept: dict[str, Any] | None = session.info.get(_KEPT)
    if kept is None or kept["transaction"] is not session.get_transaction():
        kept = session.info[_KEPT] = {"transaction": session.get_transaction()}
    return kept


def forget(session: Session) -> None:
    """A new calendar has just come into force in this transaction."""
    session.info.pop(_KEPT, None)


def _first() -> str:
    if not _First.content_hash:
        statement = sa.select(CalendarEdition.content_hash).order_by(CalendarEdition.number).limit(1)
        with sessions()() as session:
            _First.content_hash = session.execute(statement).scalar_one()
    return _First.content_hash


class _First:
    """The hash of the first edition, once it has been asked for."""

    content_hash = ""


def _learnt(session: Session, content_hash: str) -> Edition:
    """The edition, read with this session if the process does not know it yet."""
    return editions.known(content_hash) or _read_with(session, content_hash)


def _read(content_hash: str) -> Edition:
    with sessions()() as session:
        return _read_with(session, content_hash)


def _read_with(session: Session, content_hash: str) -> Edition:
    columns = sa.select(CalendarEdition.document, CalendarEdition.agencies)
    with session.no_autoflush:
        row = session.execute(columns.where(CalendarEdition.content_hash == content_hash).limit(1)).one_or_none()
    if row is None:
        raise LookupError(f"no calendar with the content {content_hash}")
    return editions.edition_of(row.document, row.agencies)
