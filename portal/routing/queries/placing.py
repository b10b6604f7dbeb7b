"""What has to be placed: the competent agency of a dossier, steps nobody has, and what waits for the dispatcher."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person, Post
from portal.accounts.queries.succession import open_agencies
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.queries import LOCKED, locked
from portal.routing.assignment import NOBODY
from portal.workflow.lifecycle import ENDED, Role


def gone(post: Any, person: Any) -> sa.ColumnElement[bool]:
    """Whether the holder of a step no longer works there."""
    return sa.or_(post.ended_at.is_not(None), person.disabled_at.is_not(None))


def unassigned_steps(session: Session, dossier_id: UUID) -> Sequence[DossierStep]:
    """The open steps nobody has, or somebody who has left: in an order in which two workers never block each other."""
    return session.scalars(
        sa.select(DossierStep)
        .outerjoin(Post, Post.id == DossierStep.post_id)
        .outerjoin(Person, Person.id == Post.person_id)
        .where(
            DossierStep.dossier_id == dossier_id,
            DossierStep.closed_at.is_(None),
            sa.or_(DossierStep.post_id.is_(None), gone(Post, Person)),
        )
        .order_by(DossierStep.agency_id, DossierStep.role, DossierStep.entry)
        .execution_options(populate_existing=True)
    ).all()


def to_be_placed(session: Session, *, person_id: UUID | None = None) -> Sequence[UUID]:
    """The dossiers with an open step that nobody has, or only somebody who has left; of one person, or all."""
    statement = (
        sa.select(DossierStep.dossier_id)
        .distinct()
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .outerjoin(Post, Post.id == DossierStep.post_id)
        .outerjoin(Person, Person.id == Post.person_id)
        .where(DossierStep.closed_at.is_(None), Dossier.state.not_in(sorted(ENDED)))
    )
    if person_id is not None:
        statement = statement.where(Post.person_id == person_id, gone(Post, Person))
    else:
        statement = statement.where(sa.or_(DossierStep.post_id.is_(None), gone(Post, Person)))
    return session.scalars(statement).all()


def locked_with_competent(session: Session, dossier_id: UUID) -> tuple[Dossier | None, UUID | None]:
    """The dossier locked for a job, and the agency competent by its terms; of a closed one its successor."""
    row = session.execute(_WITH_COMPETENT, {"dossier_id": dossier_id}).one_or_none()
    if row is None:
        return None, None
    dossier, agency_id, key, closed_at = row
    return dossier, agency_id if closed_at is None else open_agencies(session, {key}).get(key)


_WITH_COMPETENT = LOCKED.outerjoin(Agency, Agency.key == Dossier.terms["competent"].astext).add_columns(
    Agency.id, Agency.key, Agency.closed_at
)


def has_staff(session: Session, agency_id: UUID) -> bool:
    """Whether anybody works in this agency: one without people decides nothing."""
    return bool(session.scalar(sa.select(sa.exists().where(Post.agency_id == agency_id, Post.ended_at.is_(None)))))


def open_step(session: Session, dossier_id: UUID, node: str) -> DossierStep | None:
    """The open visit to this node as it stands now."""
    return session.scalars(
        sa.select(DossierStep)
        .where(DossierStep.dossier_id == dossier_id, DossierStep.node_key == node, DossierStep.closed_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """An open step nobody can take, as the dispatcher sees it."""

    code: str
    subject: str
    version: int
    node_key: str
    role: Role
    agency_id: UUID
    agency_names: Mapping[str, str]
    why: str
    entered_at: datetime
    due_at: datetime | None
    procedure: ProcedureVersion


def unplaced(session: Session, *, limit: int = 200) -> list[Unplaced]:
    """The steps that wait for the dispatcher, the earliest due first."""
    rows = session.execute(
        sa.select(
            Dossier.code, Dossier.subject, Dossier.version, DossierStep.node_key, DossierStep.role,
            Agency.id, Agency.short_names, DossierStep.assignment_reason, DossierStep.entered_at,
            DossierStep.due_at, ProcedureVersion,
        )
        .select_from(DossierStep)
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Agency, Agency.id == DossierStep.agency_id)
        .where(
            DossierStep.closed_at.is_(None),
            DossierStep.post_id.is_(None),
            DossierStep.assignment_reason.in_(sorted(NOBODY)),
            Dossier.state.not_in(sorted(ENDED)),
        )
        .order_by(DossierStep.due_at, DossierStep.id)
        .limit(limit)
    )  # fmt: skip
    return [
        Unplaced(
            code=code, subject=subject, version=version, node_key=node, role=role, agency_id=agency_id,
            agency_names=names, why=why, entered_at=entered, due_at=due, procedure=procedure,
        )
        for code, subject, version, node, role, agency_id, names, why, entered, due, procedure in rows
    ]  # fmt: skip


def unplaced_for_update(session: Session, code: str, node: str) -> Dossier | None:
    """The dossier, locked, if its step waits for the dispatcher; else there is none for them."""
    found = session.scalar(
        sa.select(Dossier.id)
        .join(DossierStep, DossierStep.dossier_id == Dossier.id)
        .where(
            Dossier.code == code,
            DossierStep.node_key == node,
            DossierStep.closed_at.is_(None),
            DossierStep.post_id.is_(None),
            DossierStep.assignment_reason.in_(sorted(NOBODY)),
        )
    )
    return None if found is None else locked(session, found)


def unrouted(session: Session, *, limit: int = 200) -> Sequence[Dossier]:
    """The filed dossiers no rule of competence matches, the earliest due first."""
    return session.scalars(
        sa.select(Dossier)
        .where(Dossier.agency_id.is_(None), Dossier.state.not_in(sorted(ENDED)))
        .order_by(Dossier.acceptance_due_at, Dossier.id)
        .limit(limit)
    ).all()
