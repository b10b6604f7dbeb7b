"""What the filer's side hears of a dossier: notices, and letters to be written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.accounts.viewer import FILING_ROLES
from portal.dossiers.models import Dossier, WalkIn
from portal.foundation.outbox import Job, enqueue
from portal.letters.actions import request_letter
from portal.letters.contents import LetterKind
from portal.notices.actions import tell
from portal.notices.kinds import NoticeKind
from portal.notices.queries import Waiting


def tell_filers(
    session: Session,
    dossier: Dossier,
    kind: NoticeKind,
    *,
    now: datetime,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Tell whoever filed it, and the owners and filers of its party, of the dossier's last event.

    Where an officer filed it for somebody at the counter, that person is told by mail in the officer's place, if they
    have agreed to that. `params` are what this kind of notice says besides the code, the procedure and the dates.
    """
    members = session.scalars(
        sa.select(Membership.person_id).where(
            Membership.party_id == dossier.party_id,
            Membership.role.in_(FILING_ROLES),
            Membership.ended_at.is_(None),
        )
    )
    at_counter = dossier.walk_in_id is not None
    people = [*([] if at_counter else [dossier.filer_id]), *members]
    said = {**known_of(dossier), **(params or {})}
    if at_counter:
        _write_to_walk_in(session, dossier, kind, said)
    tell(session, kind, dossier_id=dossier.id, event_version=dossier.version, people=people, now=now, params=said)


def _write_to_walk_in(session: Session, dossier: Dossier, kind: NoticeKind, said: Mapping[str, Any]) -> None:
    """Have the notice mailed to whoever stood at the counter: asked for here, the address is read when it is sent."""
    payload = {
        "walk_in_id": str(dossier.walk_in_id),
        "dossier_id": str(dossier.id),
        "event_version": dossier.version,
        "kind": kind.value,
        "params": dict(said),
    }
    enqueue(session, Job.SEND_NOTICE, payload, dedupe_key=f"walk-in:{dossier.id}:{dossier.version}:{kind.value}")


def walk_in_notice(session: Session, told: Mapping[str, Any], *, now: datetime) -> Waiting | None:
    """The mail this job asks for; None where they left no address, have not agreed to mails, or have been erased.

    It leads to the public page by which everybody follows a dossier with its code.
    """
    found = session.get(WalkIn, UUID(told["walk_in_id"]))
    if found is None or not found.email or found.consent_wording is None:
        return None
    params = told["params"]
    return Waiting(
        id=uuid5(found.id, f"{told['dossier_id']}:{told['event_version']}:{told['kind']}"),
        kind=told["kind"],
        params=params,
        created_at=now,
        person_name=found.name,
        address=found.email,
        language=found.language,
        link=f"/{found.language}/track?{urlencode({'code': params.get('dossier_code', '')})}",
    )


def known_of(dossier: Dossier) -> dict[str, Any]:
    """What every notice about the dossier may say: nothing its answers hold, and no names of people."""
    return {
        "dossier_code": dossier.code,
        "procedure": dict(dossier.procedure.names),
        "acceptance_due_at": dossier.acceptance_due_at.isoformat(),
        "promised_due_at": dossier.promised_due_at.isoformat() if dossier.promised_due_at else None,
    }


def write_letter(session: Session, dossier: Dossier, kind: LetterKind, *, event_version: int) -> None:
    """Have a letter about this event written, rendered and sealed by a job."""
    request_letter(session, dossier_id=dossier.id, kind=kind, event_version=event_version)
