"""Writing a text in place of the one that comes with the portal. Each version is one audit row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.foundation.advisory import AdvisoryLock
from portal.foundation.database import new_id
from portal.foundation.errors import Stale
from portal.texts import queries
from portal.texts.models import Area, WrittenText


def write(
    session: Session,
    area: Area,
    key: str,
    words: Mapping[str, Any] | None,
    *,
    version: int,
    by: UUID,
    now: datetime,
) -> WrittenText | None:
    """Add a version; None: the words that come with the portal count again.

    What has been sent or printed stays as it was. Writing what counts already adds nothing and returns None.
    Raises Stale if somebody has added one after `version` (0: there was none).
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(AdvisoryLock.TEXTS)))
    newest = next(iter(queries.versions(session, area, key)), None)
    if (newest.number if newest else 0) != version:
        raise Stale
    before = newest.words if newest else None
    if before == words:
        return None
    made = WrittenText(
        id=new_id(),
        area=area,
        key=key,
        number=version + 1,
        words=dict(words) if words is not None else None,
        made_by=by,
        made_at=now,
    )
    session.add(made)
    session.flush()
    verb = "texts.write" if words is not None else "texts.restore"
    audit.record(
        session, verb, f"text:{area}:{key}", by=by, now=now, before=_seen(before), after=_seen(made.words, made.number)
    )
    return made


def _seen(words: Mapping[str, Any] | None, number: int | None = None) -> dict[str, Any] | None:
    told: dict[str, Any] = dict(words) if words is not None else {}
    return told | ({"version": number} if number is not None else {}) or None
