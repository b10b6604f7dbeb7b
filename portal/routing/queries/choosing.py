"""Choosing whom: who could take a step, how much each already has, and what the step asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from portal.accounts.models import Person, Post, Substitution
from portal.accounts.queries import standing_in
from portal.calendars.queries import in_force
from portal.clock.zone import office_day
from portal.dossiers.models import DossierEvent, DossierStep
from portal.routing.assignment import Candidate
from portal.routing.models import ConflictOfInterest, PersonSkill, SkillNeed, StepEffort
from portal.routing.queries import work
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role

TAKE_TURNS = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 6))")


def take_turns(session: Session, agency_id: UUID, role: Role) -> None:
    """Wait until nobody else is choosing among the same people, so that each choice knows of those before it."""
    session.execute(TAKE_TURNS, {"whose": f"{agency_id}:{role.value}"})


def candidates(
    session: Session,
    *,
    agency_id: UUID,
    role: Role,
    now: datetime,
    party_id: UUID | None = None,
    acted: Collection[UUID] = (),
) -> list[Candidate]:
    """The current holders of the role in the agency whose accounts are not disabled; `acted` are people.

    Their rows stay locked against being disabled or leaving until the end of the transaction.
    """
    calendar = in_force(session).hours_of(agency_id)
    asked = {"agency_id": agency_id, "role": role.value, "day": office_day(now), "party_id": party_id, "now": now}
    return [
        Candidate(
            post_id=row.id,
            person_id=row.person_id,
            open_steps=row.open_steps,
            load=work.load(row, calendar, now=now),
            is_away=row.is_away,
            is_stood_in=row.is_stood_in,
            skills=frozenset(row.skills or ()),
            has_conflict=row.has_conflict,
            has_acted=row.person_id in acted,
        )
        for row in session.execute(_CANDIDATES, asked)
    ]


def _candidates() -> sa.Select[Any]:
    day = sa.bindparam("day", type_=sa.Date())
    skills = (
        sa.select(sa.func.array_agg(aggregate_order_by(PersonSkill.skill, PersonSkill.skill)))
        .where(PersonSkill.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    conflict = sa.exists().where(
        ConflictOfInterest.person_id == Person.id,
        ConflictOfInterest.party_id == sa.bindparam("party_id", type_=sa.Uuid()),
        ConflictOfInterest.ended_at.is_(None),
    )
    stood_in = sa.exists().where(Substitution.post_id == Post.id, standing_in.in_force_on(day))
    people = (
        sa.select(
            Post.id,
            Post.person_id,
            skills.label("skills"),
            conflict.label("has_conflict"),
            standing_in.is_away(Person.id, day).label("is_away"),
            stood_in.label("is_stood_in"),
        )
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.agency_id == sa.bindparam("agency_id", type_=sa.Uuid()),
            Post.role == sa.bindparam("role", type_=sa.String()),
            Post.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(Post.id)
        .with_for_update(read=True, of=[Post, Person])
    )
    return work.with_work(people)


_CANDIDATES = _candidates()
"""Put together once: every step that opens asks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who has done what of a dossier: by node, and the last step of each role in each agency."""

    by_node: Mapping[str, UUID]
    by_office: Mapping[tuple[UUID | None, Role], UUID]


def earlier_holders(session: Session, dossier_id: UUID) -> Hands:
    """Who had the steps that are over: one that comes back, or a later one, goes to hands that know the dossier."""
    rows = session.execute(
        sa.select(DossierStep.node_key, DossierStep.post_id, DossierStep.agency_id, DossierStep.role)
        .where(
            DossierStep.dossier_id == dossier_id,
            DossierStep.post_id.is_not(None),
            DossierStep.closed_at.is_not(None),
        )
        .order_by(DossierStep.entry)
    ).all()
    return Hands(
        by_node={node: post for node, post, _agency, _role in rows if post is not None},
        by_office={(agency, role): post for _node, post, agency, role in rows if post is not None},
    )


def expected_of(session: Session, procedure_code: str) -> dict[str, int]:
    """By node: the working minutes a step of this procedure is expected to take."""
    rows = session.execute(
        sa.select(StepEffort.node_key, StepEffort.expected_minutes).where(StepEffort.procedure_code == procedure_code)
    )
    return dict(rows.all())


def needed_skills(session: Session, agency_id: UUID, role: Role, procedure_code: str) -> frozenset[str]:
    """What whoever takes a step of this role in this agency must be able to do."""
    return frozenset(
        session.scalars(
            sa.select(SkillNeed.skill).where(
                SkillNeed.agency_id == agency_id,
                SkillNeed.role == role.value,
                SkillNeed.procedure_code.in_(("", procedure_code)),
            )
        )
    )


def acted_in(session: Session, dossier_id: UUID, nodes: Collection[str]) -> frozenset[UUID]:
    """The people who have done one of these steps of the dossier."""
    actors = session.execute(
        sa.select(DossierEvent.actor, DossierEvent.params).where(
            DossierEvent.dossier_id == dossier_id,
            DossierEvent.kind == EventKind.STEP_COMPLETED,
            DossierEvent.actor.startswith("post:"),
        )
    )
    posts = [UUID(str(actor).removeprefix("post:")) for actor, params in actors if params.get("node") in nodes]
    return frozenset(session.scalars(sa.select(Post.person_id).where(Post.id.in_(posts)))) if posts else frozenset()
