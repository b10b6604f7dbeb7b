"""Who could take a step, and how much each already has."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person, Post
from portal.dossiers.models import DossierStep
from portal.workflow.lifecycle import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A post that may take a step. `open_steps` is what waits for it now."""

    post_id: UUID
    person_id: UUID
    open_steps: int


def candidates(session: Session, *, agency_id: UUID, role: Role) -> list[Candidate]:
    """The current holders of the role in the agency whose accounts are not disabled, least burdened first."""
    waiting = (
        sa.select(DossierStep.post_id, sa.func.count().label("open_steps"))
        .where(DossierStep.closed_at.is_(None), DossierStep.agency_id == agency_id)
        .group_by(DossierStep.post_id)
        .subquery()
    )
    burden = sa.func.coalesce(waiting.c.open_steps, 0)
    rows = session.execute(
        sa.select(Post.id, Post.person_id, burden)
        .join(Person, Person.id == Post.person_id)
        .outerjoin(waiting, waiting.c.post_id == Post.id)
        .where(
            Post.agency_id == agency_id,
            Post.role == role,
            Post.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(burden, Post.id)
    )
    return [Candidate(post_id=post, person_id=person, open_steps=count) for post, person, count in rows]


def unassigned_steps(session: Session, dossier_id: UUID) -> Sequence[DossierStep]:
    """The open steps of the dossier that nobody has, in the order they were opened."""
    return session.scalars(
        sa.select(DossierStep)
        .where(
            DossierStep.dossier_id == dossier_id,
            DossierStep.closed_at.is_(None),
            DossierStep.post_id.is_(None),
        )
        .order_by(DossierStep.entry)
    ).all()


def agency_by_key(session: Session, key: str) -> Agency | None:
    """The agency with this key in the register."""
    return session.scalars(sa.select(Agency).where(Agency.key == key)).one_or_none()


def has_staff(session: Session, agency_id: UUID) -> bool:
    """Whether anybody works in this agency: one without people decides nothing."""
    return bool(session.scalar(sa.select(sa.exists().where(Post.agency_id == agency_id, Post.ended_at.is_(None)))))


def earlier_holders(session: Session, dossier_id: UUID) -> dict[str, UUID]:
    """Who had each node before: a step that comes back goes to the same hands."""
    rows = session.execute(
        sa.select(DossierStep.node_key, DossierStep.post_id)
        .where(
            DossierStep.dossier_id == dossier_id,
            DossierStep.post_id.is_not(None),
            DossierStep.closed_at.is_not(None),
        )
        .order_by(DossierStep.entry)
    )
    return {node: post for node, post in rows if post is not None}
