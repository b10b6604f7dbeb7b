"""Writing, changing and retiring a managed reason. Each change is one audit row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.foundation.database import new_id
from portal.foundation.errors import NotFound, Stale
from portal.reasons.models import Reason, ReasonKind


def write(
    session: Session,
    *,
    kind: ReasonKind,
    words: Mapping[str, str],
    procedure_code: str | None,
    by: UUID,
    now: datetime,
) -> Reason:
    """Offer a new reason, after those there are."""
    last = session.scalar(sa.select(sa.func.max(Reason.position))) or 0
    identifier = new_id()
    made = Reason(
        id=identifier,
        kind=kind,
        key=f"own-{identifier.hex[-12:]}",
        procedure_code=procedure_code,
        words=dict(words),
        position=last + 1,
        is_active=True,
        version=1,
        changed_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(session, "reasons.write", _thing(made), by=by, now=now, after=_seen(made))
    return made


def change(
    session: Session,
    reason_id: UUID,
    *,
    version: int,
    words: Mapping[str, str],
    procedure_code: str | None,
    is_active: bool,
    by: UUID,
    now: datetime,
) -> Reason:
    """Change the words, whom it is for, or whether it is offered. Raises Stale if it was changed meanwhile."""
    found = session.scalar(sa.select(Reason).where(Reason.id == reason_id).with_for_update())
    if found is None:
        raise NotFound
    if found.version != version:
        raise Stale
    before = _seen(found)
    found.words, found.procedure_code, found.is_active = dict(words), procedure_code, is_active
    if _seen(found) != before:
        found.version += 1
        found.changed_at = now
        audit.record(session, "reasons.change", _thing(found), by=by, now=now, before=before, after=_seen(found))
    session.flush()
    return found


def _thing(reason: Reason) -> str:
    return f"reason:{reason.kind}:{reason.key}"


def _seen(reason: Reason) -> dict[str, Any]:
    return {"words": reason.words, "procedure": reason.procedure_code, "active": reason.is_active}
