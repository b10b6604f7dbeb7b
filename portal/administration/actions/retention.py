"""Changing how long something is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.administration.models import Kept, RetentionRule
from portal.foundation.errors import NotFound, Stale


def change(
    session: Session,
    subject: Kept,
    *,
    version: int,
    keep_days: int,
    source: str,
    is_in_force: bool,
    by: UUID,
    now: datetime,
) -> RetentionRule:
    """Change a rule. Raises Stale if it was changed meanwhile."""
    rule = session.scalar(sa.select(RetentionRule).where(RetentionRule.subject == subject).with_for_update())
    if rule is None:
        raise NotFound
    if rule.version != version:
        raise Stale
    before = _seen(rule)
    rule.keep_days, rule.source, rule.is_in_force = keep_days, source, is_in_force
    if _seen(rule) != before:
        rule.version += 1
        rule.changed_by, rule.changed_at = by, now
        thing = f"retention:{subject}"
        audit.record(session, "administration.retention", thing, by=by, now=now, before=before, after=_seen(rule))
    session.flush()
    return rule


def _seen(rule: RetentionRule) -> dict[str, Any]:
    return {"keep_days": rule.keep_days, "source": rule.source, "in_force": rule.is_in_force}
