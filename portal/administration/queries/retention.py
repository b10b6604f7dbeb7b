"""What the retention rules erase, and when; what a legal hold keeps. The dry run changes nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from portal.accounts.models import (
    Consent,
    OutsideIdentity,
    Party,
    PartyStatus,
    Passkey,
    Person,
    RecoveryCode,
    SignIn,
    SignInAttempt,
)
from portal.administration.models import Kept, LegalHold, RetentionRule
from portal.attachments.models import Attachment
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier, DossierAnswers, Draft
from portal.notices.models import Notice

SOON = timedelta(days=30)
MOST_HOLDS = 200

BATCHES = sa.table(
    "desk_batches",
    sa.column("id", sa.Uuid()),
    sa.column("note", sa.String()),
    sa.column("ended_at", sa.TIMESTAMP(timezone=True)),
)
"""Of the desk, a room beside this one: by name."""
HAS_ANSWERS = sa.and_(
    DossierAnswers.dossier_id == Dossier.id, DossierAnswers.answers != sa.cast(sa.literal("{}"), JSONB)
)
OF_ACCOUNT: tuple[Any, ...] = (OutsideIdentity, Consent, Passkey, RecoveryCode)
"""What a closed account needs no longer: who the person is elsewhere, what they agreed to, their means of entrance."""
COUNTED_FROM: dict[Kept, tuple[Any, tuple[sa.ColumnElement[bool], ...]]] = {
    Kept.DRAFTS: (Draft.updated_at, (Draft.closed_at.is_(None),)),
    Kept.NOTICES: (Notice.created_at, ()),
    Kept.SIGN_IN_LOG: (SignInAttempt.at, ()),
    Kept.ENDED_SIGN_INS: (SignIn.ends_at, ()),
    Kept.ANSWERS: (
        Dossier.ended_at,
        (Dossier.ended_at.is_not(None), sa.or_(sa.exists().where(HAS_ANSWERS), Dossier.subject != "")),
    ),
    Kept.BATCH_NOTES: (BATCHES.c.ended_at, (BATCHES.c.ended_at.is_not(None), BATCHES.c.note != "")),
    Kept.REGISTRATION_PAPERS: (
        Attachment.uploaded_at,
        (
            Attachment.dossier_id.is_(None),
            sa.exists().where(Party.id == Attachment.party_id, Party.status != PartyStatus.WAITING),
        ),
    ),
    Kept.CLOSED_ACCOUNTS: (
        Person.disabled_at,
        (
            Person.disabled_at.is_not(None),
            sa.or_(
                Person.phone.is_not(None),
                Person.one_time_secret.is_not(None),
                *(sa.exists().where(table.person_id == Person.id) for table in OF_ACCOUNT),
            ),
        ),
    ),
}
"""By subject: the instant its time is counted from, and which rows are meant."""

OF_DOSSIER: dict[Kept, Any] = {Kept.NOTICES: Notice.dossier_id, Kept.ANSWERS: Dossier.id}
"""By subject: the dossier it belongs to, whose legal hold keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What one rule would erase: now, and within thirty days; when the first of what is left comes to its end.

    `held` is what it would erase now but for a legal hold.
    """

    rule: RetentionRule
    now: int
    soon: int
    held: int
    next_on: date | None


def rules(session: Session) -> list[RetentionRule]:
    """Every rule in a steady order."""
    found = {rule.subject: rule for rule in session.scalars(sa.select(RetentionRule))}
    return [found[subject] for subject in Kept if subject in found]


def dry_run(session: Session, *, now: datetime) -> list[DryRun]:
    """Count for every rule what it would erase, one statement each."""
    return [_counted(session, rule, now) for rule in rules(session)]


def over(rule: RetentionRule, *, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Which rows the rule erases at this moment: its time is over, and no hold keeps them."""
    moment, which = COUNTED_FROM[rule.subject]
    return (*which, moment < now - timedelta(days=rule.keep_days), sa.not_(on_hold(rule.subject)))


def on_hold(subject: Kept) -> sa.ColumnElement[bool]:
    """Whether a legal hold keeps the row."""
    if subject not in OF_DOSSIER:
        return sa.false()
    return sa.exists().where(LegalHold.dossier_id == OF_DOSSIER[subject], LegalHold.lifted_at.is_(None))


def holds(session: Session) -> list[tuple[LegalHold, str, str]]:
    """The legal holds with the code of the dossier and who set it: those that stand first, then the newest."""
    statement = (
        sa.select(LegalHold, Dossier.code, Person.name)
        .join(Dossier, Dossier.id == LegalHold.dossier_id)
        .join(Person, Person.id == LegalHold.set_by)
        .order_by(LegalHold.lifted_at.is_not(None), LegalHold.set_at.desc(), LegalHold.id)
        .limit(MOST_HOLDS)
    )
    return [(hold, code, name) for hold, code, name in session.execute(statement)]


def _counted(session: Session, rule: RetentionRule, now: datetime) -> DryRun:
    moment, which = COUNTED_FROM[rule.subject]
    kept_for, held = timedelta(days=rule.keep_days), on_hold(rule.subject)
    limit, later = now - kept_for, now - kept_for + SOON
    today, soon, kept, first = session.execute(
        sa.select(
            sa.func.count().filter(moment < limit, sa.not_(held)),
            sa.func.count().filter(moment >= limit, moment < later),
            sa.func.count().filter(moment < limit, held),
            sa.func.min(moment).filter(moment >= limit),
        ).where(*which)
    ).one()
    next_on = office_day(first + kept_for) if first else None
    return DryRun(rule=rule, now=today, soon=soon, held=kept, next_on=next_on)
