"""One person's own day: their posts, their open steps, what they did, what colleagues left for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Absence, Person, Post
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.models import Dossier, DossierStep
from portal.workflow.lifecycle import ENDED, Role


def posts_of(session: Session, person_id: UUID) -> list[tuple[UUID, Role, UUID]]:
    """The person's current posts: id, role, agency."""
    rows = session.execute(
        sa.select(Post.id, Post.role, Post.agency_id)
        .where(Post.person_id == person_id, Post.ended_at.is_(None))
        .order_by(Post.role, Post.id)
    )
    return [(post_id, role, agency_id) for post_id, role, agency_id in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStepOf:
    """An open step of somebody, for handing it over."""

    dossier_id: UUID
    code: str
    subject: str
    node_key: str
    post_id: UUID
    role: Role
    agency_id: UUID | None
    due_at: datetime | None
    procedure: ProcedureVersion


def open_steps_of(session: Session, person_id: UUID, *, agency_ids: Collection[UUID]) -> list[OpenStepOf]:
    """The open steps of a person in these agencies, the earliest due first."""
    rows = session.execute(
        sa.select(
            Dossier.id, Dossier.code, Dossier.subject, DossierStep.node_key, Post.id, DossierStep.role,
            DossierStep.agency_id, DossierStep.due_at, ProcedureVersion,
        )
        .select_from(DossierStep)
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Post, Post.id == DossierStep.post_id)
        .where(
            Post.person_id == person_id,
            DossierStep.agency_id.in_(list(agency_ids)),
            DossierStep.closed_at.is_(None),
            Dossier.state.not_in(sorted(ENDED)),
        )
        .order_by(DossierStep.due_at, DossierStep.id)
    )  # fmt: skip
    return [
        OpenStepOf(
            dossier_id=dossier_id, code=code, subject=subject, node_key=node, post_id=post_id, role=role,
            agency_id=agency_id, due_at=due, procedure=procedure,
        )
        for dossier_id, code, subject, node, post_id, role, agency_id, due, procedure in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord:
    """What somebody did in a period: finished steps, and how many in time. Only they see it."""

    finished: int
    in_time: int


def own_record(session: Session, post_ids: Collection[UUID], *, since: datetime) -> OwnRecord:
    """The steps these posts finished since then."""
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(sa.or_(DossierStep.due_at.is_(None), DossierStep.closed_at <= DossierStep.due_at)),
        ).where(DossierStep.post_id.in_(list(post_ids)), DossierStep.closed_at >= since)
    ).one()
    return OwnRecord(finished=row[0], in_time=row[1])


def notes_for(session: Session, seats: Collection[UUID], *, day: date) -> list[tuple[str, str]]:
    """What the absent left in words for whoever fills these posts today: name and note."""
    rows = session.execute(
        sa.select(Person.name, Absence.note)
        .join(Person, Person.id == Absence.person_id)
        .join(Post, Post.person_id == Person.id)
        .where(
            Post.id.in_(list(seats)),
            Absence.ended_at.is_(None),
            Absence.first_day <= day,
            Absence.last_day >= day,
            Absence.note != "",
        )
        .distinct()
        .order_by(Person.name)
    )
    return [(name, note) for name, note in rows]
