"""What the retention rules would erase, and when: a dry run that changes nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import SignIn, SignInAttempt
from portal.administration.models import Kept, RetentionRule
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier, DossierAnswers, Draft
from portal.notices.models import Notice

SOON = timedelta(days=30)

COUNTED_FROM: dict[Kept, tuple[Any, tuple[sa.ColumnElement[bool], ...]]] = {
    Kept.DRAFTS: (Draft.updated_at, (Draft.closed_at.is_(None),)),
    Kept.NOTICES: (Notice.created_at, ()),
    Kept.SIGN_IN_LOG: (SignInAttempt.at, ()),
    Kept.ENDED_SIGN_INS: (SignIn.ends_at, ()),
    Kept.ANSWERS: (Dossier.ended_at, (Dossier.ended_at.is_not(None), DossierAnswers.dossier_id == Dossier.id)),
}
"""By subject: the instant its time is counted from, and which rows are meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What one rule would erase: now, and within thirty days; when the first of what is left comes to its end."""

    rule: RetentionRule
    now: int
    soon: int
    next_on: date | None


def rules(session: Session) -> list[RetentionRule]:
    """Every rule in a steady order."""
    found = {rule.subject: rule for rule in session.scalars(sa.select(RetentionRule))}
    return [found[subject] for subject in Kept if subject in found]


def dry_run(session: Session, *, now: datetime) -> list[DryRun]:
    """Count for every rule what it would erase, one statement each."""
    return [_counted(session, rule, now) for rule in rules(session)]


def _counted(session: Session, rule: RetentionRule, now: datetime) -> DryRun:
    moment, which = COUNTED_FROM[rule.subject]
    kept_for = timedelta(days=rule.keep_days)
    limit, later = now - kept_for, now - kept_for + SOON
    today, soon, first = session.execute(
        sa.select(
            sa.func.count().filter(moment < limit),
            sa.func.count().filter(moment >= limit, moment < later),
            sa.func.min(moment).filter(moment >= limit),
        ).where(*which)
    ).one()
    return DryRun(rule=rule, now=today, soon=soon, next_on=office_day(first + kept_for) if first else None)
