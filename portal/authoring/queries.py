"""Reading drafts of procedures."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, defer

from portal.accounts.models import Person
from portal.attachments.models import Attachment, ScanState
from portal.authoring.models import ProcedureDraft, ProcedureDraftVersion, PublishingRule
from portal.authoring.shelf import Published, shelved
from portal.authoring.trial import Past
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definitions_of, every_version, not_withdrawn, standing
from portal.clock.calendar import Calendar
from portal.dossiers.models import Dossier, DossierAnswers, Draft
from portal.dossiers.terms import Terms
from portal.foundation.errors import NotFound
from portal.workflow.lifecycle import OPEN


class Listed(NamedTuple):
    """A draft with the name of whoever changed it last."""

    draft: ProcedureDraft
    changed_by: str


def drafts(session: Session) -> list[Listed]:
    """Every draft, the one changed last first."""
    statement = (
        sa.select(ProcedureDraft, Person.name)
        .join(Person, Person.id == ProcedureDraft.changed_by)
        .options(defer(ProcedureDraft.text))
        .order_by(ProcedureDraft.changed_at.desc())
    )
    return [Listed(draft, name) for draft, name in session.execute(statement)]


def draft(session: Session, draft_id: UUID) -> ProcedureDraft:
    """One draft. Raises `NotFound`."""
    found = session.get(ProcedureDraft, draft_id)
    if found is None:
        raise NotFound
    return found


def text_at(session: Session, draft_id: UUID, version: int) -> str | None:
    """The draft as it was at a version; None where that is too long ago."""
    return session.scalar(
        sa.select(ProcedureDraftVersion.text).where(
            ProcedureDraftVersion.draft_id == draft_id, ProcedureDraftVersion.version == version
        )
    )


def name_of(session: Session, person_id: UUID) -> str:
    """The name of an administrator."""
    return session.scalar(sa.select(Person.name).where(Person.id == person_id)) or ""


def newest(session: Session, code: str) -> ProcedureVersion | None:
    """The newest published version of a procedure, in force or to come."""
    return session.scalars(
        sa.select(ProcedureVersion)
        .where(ProcedureVersion.code == code)
        .order_by(ProcedureVersion.number.desc())
        .limit(1)
    ).one_or_none()


def published(session: Session, *, on: date, calendar: Calendar) -> list[Published]:
    """Every published procedure with where it stands on this day."""
    drafts_of: dict[str, list[UUID]] = {}
    for draft_id, code in session.execute(sa.select(ProcedureDraft.id, ProcedureDraft.code)):
        drafts_of.setdefault(code, []).append(draft_id)
    by_code = groupby(every_version(session), key=lambda one: one.code)
    return [shelved(list(versions), on=on, calendar=calendar, drafts=drafts_of) for _code, versions in by_code]


def withdrawable(session: Session, code: str, *, on: date) -> list[ProcedureVersion]:
    """The version in force on this day and the one to come, as far as nobody has said their end.

    None where there is only one: to withdraw it is to withdraw the procedure.
    """
    found = [one for one in standing(session, code, on=on) if one is not None and one.withdrawn_on is None]
    return found if len(not_withdrawn(session, code)) > 1 else []


class Depending(NamedTuple):
    """What still goes by a procedure: drafts being filled in, and dossiers on their way."""

    drafts: int
    dossiers: int


def depending(session: Session, code: str) -> Depending:
    """How many drafts and open dossiers there are of a procedure, whatever their version."""
    of_code = sa.select(ProcedureVersion.id).where(ProcedureVersion.code == code).scalar_subquery()
    drafts_ = sa.select(sa.func.count()).where(Draft.procedure_version_id.in_(of_code), Draft.closed_at.is_(None))
    dossiers = sa.select(sa.func.count()).where(Dossier.procedure_version_id.in_(of_code), Dossier.state.in_(OPEN))
    row = session.execute(sa.select(drafts_.scalar_subquery(), dossiers.scalar_subquery())).one()
    return Depending(*row)


def needs_two(session: Session) -> bool:
    """Whether somebody else than the last editor has to publish."""
    return bool(session.scalar(sa.select(PublishingRule.needs_two)))


def past_dossiers(session: Session, code: str, *, most: int) -> list[Past]:
    """The latest dossiers of a procedure whose answers are still there, as they were filed or last completed."""
    latest = (
        sa.select(DossierAnswers.dossier_id, DossierAnswers.answers)
        .ext(distinct_on(DossierAnswers.dossier_id))
        .order_by(DossierAnswers.dossier_id, DossierAnswers.supplement_round.desc())
        .subquery()
    )
    rows = session.execute(
        sa.select(
            Dossier.id,
            Dossier.code,
            Dossier.case_key,
            Dossier.filed_at,
            Dossier.terms,
            Dossier.procedure_version_id,
            latest.c.answers,
        )
        .join(latest, latest.c.dossier_id == Dossier.id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(ProcedureVersion.code == code)
        .order_by(Dossier.filed_at.desc(), Dossier.id)
        .limit(most)
    ).all()
    files = _files_of(session, [row.id for row in rows])
    versions = session.scalars(
        sa.select(ProcedureVersion)
        .where(ProcedureVersion.id.in_({row.procedure_version_id for row in rows}))
        .options(defer(ProcedureVersion.definition))
    ).all()
    definitions = definitions_of(session, versions)
    found = []
    for row in rows:
        terms = Terms.from_json(row.terms)
        found.append(
            Past(
                code=row.code,
                case=row.case_key,
                answers=row.answers,
                files=files.get(row.id, {}),
                filed_at=row.filed_at,
                competent=terms.competent,
                statutory=terms.statutory,
                definition=definitions[row.procedure_version_id],
            )
        )
    return found


def _files_of(session: Session, dossiers: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    counted: dict[UUID, dict[str, int]] = {}
    rows = session.execute(
        sa.select(Attachment.dossier_id, Attachment.document_key, sa.func.count())
        .where(
            Attachment.dossier_id.in_(dossiers),
            Attachment.removed_at.is_(None),
            Attachment.scan_state != ScanState.INFECTED,
        )
        .group_by(Attachment.dossier_id, Attachment.document_key)
    )
    for dossier_id, key, count in rows:
        if dossier_id is not None:
            counted.setdefault(dossier_id, {})[key] = count
    return counted
