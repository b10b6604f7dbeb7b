"""Publishing procedures: from a definition to an immutable, dated version."""

import json
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.definition import Definition, canonical_json, content_hash
from portal.catalogue.levels import level_of
from portal.catalogue.models import ProcedureVersion
from portal.foundation.search import search_key, trigrams


def publish(
    session: Session,
    definition: Definition,
    *,
    now: datetime,
    origin: str,
    by: UUID | None = None,
    effective_on: date | None = None,
    decision_number: str | None = None,
    decided_on: date | None = None,
    reason: str | None = None,
) -> ProcedureVersion | None:
    """Publish the definition as the next version of its code; None if there is nothing to publish.

    The same content is published once. A file (`by` is None) never replaces a newer version published by an
    administrator (decision 14). The decision that announces the version is the definition's own where none is
    given; `reason` says why this version came.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(definition.code))))
    newest = session.scalars(
        sa.select(ProcedureVersion)
        .where(ProcedureVersion.code == definition.code)
        .order_by(ProcedureVersion.number.desc())
        .limit(1)
    ).first()
    digest = content_hash(definition)
    if newest is not None and (by is None and newest.published_by is not None):
        return None
    if _is_published(session, definition.code, digest):
        return None
    names = {"vi": definition.name.vi, "en": definition.name.en, "zh": definition.name.zh}
    key = search_key(
        definition.code,
        *names.values(),
        *(text for word in definition.keywords for text in (word.vi, word.en, word.zh)),
    )
    version = ProcedureVersion(
        code=definition.code,
        number=1 if newest is None else newest.number + 1,
        field=definition.sector.value,
        content_hash=digest,
        definition=json.loads(canonical_json(definition)),
        names=names,
        level=level_of(definition).number,
        search_key=key,
        trigrams=trigrams(key),
        published_at=now,
        published_by=by,
        origin=origin,
        effective_on=effective_on or definition.effective_from,
        decision_number=decision_number or (definition.decision and definition.decision.act),
        decided_on=decided_on or (definition.decision and definition.decision.decided_on),
        reason=reason,
    )
    session.add(version)
    session.flush()
    return version


def withdraw(session: Session, version: ProcedureVersion, *, on: date, reason: str) -> None:
    """Take a version out of force from a day on; dossiers filed under it keep it.

    The version before it applies again where that one is not withdrawn. Withdrawing again moves the day.
    """
    version.withdrawn_on = on
    version.withdrawal_reason = reason
    session.flush()


def keep_in_force(session: Session, version: ProcedureVersion) -> None:
    """Take the withdrawal of a version back."""
    version.withdrawn_on = version.withdrawal_reason = None
    session.flush()


def _is_published(session: Session, code: str, digest: str) -> bool:
    same = sa.exists().where(ProcedureVersion.code == code, ProcedureVersion.content_hash == digest)
    return bool(session.scalar(sa.select(same)))
