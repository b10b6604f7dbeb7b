"""Preparing a calendar, and putting it into force."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.models import Agency
from portal.calendars import comparing, documents, editions, queries
from portal.calendars.documents import Document
from portal.calendars.editions import Edition
from portal.calendars.models import CalendarDraft, CalendarEdition
from portal.clock.errors import CalendarFault
from portal.foundation.advisory import AdvisoryLock
from portal.foundation.errors import Invalid, Refused, Stale
from portal.foundation.outbox import Job, enqueue

MOST_AUDITED = 200
"""Lines of a difference kept with the audit row; the editions themselves keep everything."""


def keep_draft(session: Session, document: Document, *, by: UUID, now: datetime) -> CalendarDraft:
    """Keep what the administrator has prepared so far; the first change notes the edition it started from."""
    for key in documents.agency_keys(document):
        if key not in _agencies(session):
            raise Invalid("calendars.agency_unknown", fields={"agency": "calendars.agency_unknown"}, agency=key)
    draft = session.get(CalendarDraft, by)
    if draft is None:
        based_on = queries.newest(session).number
        draft = CalendarDraft(person_id=by, based_on=based_on, document=document, reason="", updated_at=now)
        session.add(draft)
    draft.document, draft.updated_at = document, now
    session.flush()
    return draft


def discard(session: Session, *, by: UUID) -> None:
    """Throw the draft away."""
    session.execute(sa.delete(CalendarDraft).where(CalendarDraft.person_id == by))


def publish_draft(session: Session, *, based_on: int, reason: str, by: UUID, now: datetime) -> CalendarEdition:
    """Put the draft into force: from now on every act counts by it, and a job moves the open dossiers.

    `based_on` is the edition whose comparison the administrator saw; `Stale` if another has come since.
    """
    draft = session.get(CalendarDraft, by, with_for_update=True)
    if draft is None:
        raise Refused("calendars.nothing_prepared")
    if not reason.strip():
        raise Invalid("calendars.reason_missing", fields={"reason": "calendars.reason_missing"})
    before = _alone(session)
    if based_on != before.number or based_on != draft.based_on:
        raise Stale("calendars.changed_meanwhile")
    made = _publish(session, before, draft.document, reason=reason.strip(), by=by, origin=None, now=now)
    discard(session, by=by)
    return made


def publish_packaged(session: Session, *, now: datetime) -> CalendarEdition | None:
    """Put the file that comes with the portal into force if it is new; never over an administrator's edition."""
    document = editions.packaged_document()
    before = _alone(session)
    is_known = session.scalar(
        sa.select(sa.exists().where(CalendarEdition.content_hash == documents.content_hash(document, {})))
    )
    if is_known or before.made_by is not None:
        return None
    return _publish(session, before, document, reason="", by=None, origin=editions.ORIGIN, now=now)


def edition_for(session: Session, document: Document) -> Edition:
    """The edition a document would be. Raises `Invalid` if it is no calendar or names an agency that is not there."""
    try:
        return editions.edition_of(document, _agencies_of(session, document))
    except CalendarFault as fault:
        raise documents.refused(fault) from None


def rebase(session: Session, *, by: UUID) -> None:
    """Take the draft as it is on top of the edition that is in force now."""
    draft = session.get(CalendarDraft, by)
    if draft is not None:
        draft.based_on = queries.newest(session).number
        session.flush()


def _alone(session: Session) -> CalendarEdition:
    """The edition in force, once no act is under way that counts by it; none begins before this is saved."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(AdvisoryLock.CALENDAR)))
    return queries.newest(session)


def _publish(
    session: Session,
    before: CalendarEdition,
    document: Document,
    *,
    reason: str,
    by: UUID | None,
    origin: str | None,
    now: datetime,
) -> CalendarEdition:
    differences = comparing.lines(before.document, document)
    if not differences:
        raise Refused("calendars.nothing_changed")
    edition = edition_for(session, document)
    made = CalendarEdition(
        number=before.number + 1,
        content_hash=edition.content_hash,
        document=document,
        agencies=dict(edition.agencies),
        reason=reason,
        origin=origin,
        made_by=by,
        made_at=now,
    )
    session.add(made)
    session.flush()
    queries.forget(session)
    audit.record(
        session,
        "calendars.publish",
        f"calendar:{made.number}",
        by=by,
        now=now,
        before={"number": before.number, "content_hash": before.content_hash, "lines": _audited(differences, "old")},
        after={
            "number": made.number,
            "content_hash": made.content_hash,
            "reason": reason,
            "lines": _audited(differences, "new"),
        },
    )
    enqueue(session, Job.APPLY_CALENDAR, {"edition": made.number}, dedupe_key=f"apply_calendar:{made.number}")
    return made


def _audited(differences: list[comparing.Difference], side: str) -> list[dict[str, Any]]:
    rows = ((one.section, one.old if side == "old" else one.new) for one in differences)
    return [
        {"section": section, **{"opens" if key == "open" else key: value for key, value in row.items()}}
        for section, row in rows
        if row is not None
    ][:MOST_AUDITED]


def _agencies_of(session: Session, document: Document) -> dict[str, str]:
    known = _agencies(session)
    missing = [key for key in documents.agency_keys(document) if key not in known]
    if missing:
        raise Invalid("calendars.agency_unknown", fields={"agency": "calendars.agency_unknown"}, agency=missing[0])
    return {known[key]: key for key in documents.agency_keys(document)}


def _agencies(session: Session) -> dict[str, str]:
    """The id of every agency by its key."""
    return {key: str(identifier) for key, identifier in session.execute(sa.select(Agency.key, Agency.id))}
