"""The administrative record: who changed what, before and after. Rows are only added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.models import AuditRow


def record(
    session: Session,
    verb: str,
    thing: str,
    *,
    by: UUID | None,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one row. `verb` is `<room>.<what>`, `thing` is `<kind>:<identifier>`; `by` is None for the console."""
    session.add(
        AuditRow(
            at=now,
            actor_id=by,
            verb=verb,
            thing=thing,
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )
