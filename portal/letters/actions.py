"""Letters: asked for by the act, written by a job; numbers and tokens given out; certificates kept an eye on."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.foundation.outbox import Job, Wanted, enqueue_all
from portal.letters.certificates import Found, Owner, due_warning
from portal.letters.contents import LetterKind
from portal.letters.models import Letter, LetterCounter, SignerCertificate
from portal.letters.queries import administrators
from portal.notices.actions import tell_of_account
from portal.notices.kinds import NoticeKind

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


def note_certificate(session: Session, found: Found, *, thresholds: Sequence[int], now: datetime) -> None:
    """Keep how a certificate was found, and warn of its end: once for each certificate and threshold.

    Told are the administrators, and the leader whose certificate it is. What could not be looked at keeps what was
    known of it.
    """
    owner = found.owner
    row = session.scalar(
        sa.select(SignerCertificate)
        .where(
            SignerCertificate.agency_id == owner.agency_id
            if owner.is_agency
            else SignerCertificate.person_id == owner.person_id
        )
        .with_for_update()
    )
    if row is None:
        row = SignerCertificate(agency_id=owner.agency_id, person_id=owner.person_id)
        session.add(row)
    elif row.signer != found.signer:
        row.holder = row.issuer = row.serial = row.expires_at = row.warned_days = None
    row.signer, row.checked_at = found.signer, now
    row.trouble = found.trouble.value if found.trouble is not None else None
    if found.facts is not None:
        if row.serial != found.facts.serial:
            row.warned_days = None
        row.holder, row.issuer, row.serial = found.facts.holder, found.facts.issuer, found.facts.serial
        row.expires_at = found.facts.expires_at
    session.flush()
    warning = due_warning(row, thresholds, now=now)
    if warning is not None:
        row.warned_days = warning
        _warn(session, owner, row, now=now)


def forget_certificates(session: Session, owners: Sequence[Owner]) -> None:
    """What was found of those who seal and sign no more is not kept."""
    agencies, leaders = [one.agency_id for one in owners], [one.person_id for one in owners]
    session.execute(
        sa.delete(SignerCertificate).where(
            SignerCertificate.agency_id.is_(None) | SignerCertificate.agency_id.not_in([x for x in agencies if x]),
            SignerCertificate.person_id.is_(None) | SignerCertificate.person_id.not_in([x for x in leaders if x]),
        )
    )


def _warn(session: Session, owner: Owner, row: SignerCertificate, *, now: datetime) -> None:
    if row.expires_at is None:
        return
    params = {
        "office": dict(owner.names),
        "expires_on": office_day(row.expires_at).isoformat(),
        "has_expired": row.expires_at <= now,
    }
    people = list(administrators(session))
    for person_id in people:
        told = {**params, "link": "/administration/certificates"}
        tell_of_account(session, NoticeKind.CERTIFICATE_EXPIRES, person_id=person_id, params=told, now=now)
    if owner.person_id is not None and owner.person_id not in people:
        tell_of_account(session, NoticeKind.CERTIFICATE_EXPIRES, person_id=owner.person_id, params=params, now=now)
