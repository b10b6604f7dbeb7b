"""The team's pages: the people of an agency with their work, and what waits for the head."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from portal.accounts.models import Party, Person, Post
from portal.accounts.queries import standing_in
from portal.calendars.queries import in_force
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier, DossierStep
from portal.routing.models import Apology, ApologyState, ConflictOfInterest, PersonSkill, SkillNeed
from portal.routing.queries import work
from portal.workflow.lifecycle import CLOCK_RUNNING, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the agency with what the head must know: roles, load, whether they are here."""

    person_id: UUID
    name: str
    post_ids: tuple[UUID, ...]
    roles: tuple[Role, ...]
    open_steps: int
    load: int
    overdue: int
    is_away: bool
    skills: tuple[str, ...]


def people_of(session: Session, agency_id: UUID, *, now: datetime) -> list[Colleague]:
    """Everybody who works in the agency, those with the most work first."""
    calendar = in_force(session).hours_of(agency_id)
    rows = session.execute(_PEOPLE, {"agency_id": agency_id, "day": office_day(now), "now": now}).all()
    by_person: dict[UUID, list[Any]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    found = [
        Colleague(
            person_id=person_id,
            name=posts[0].name,
            post_ids=tuple(post.id for post in posts),
            roles=tuple(post.role for post in posts),
            open_steps=sum(post.open_steps for post in posts),
            load=sum(work.load(post, calendar, now=now) for post in posts),
            overdue=sum(post.overdue for post in posts),
            is_away=posts[0].is_away,
            skills=tuple(posts[0].skills or ()),
        )
        for person_id, posts in by_person.items()
    ]
    return sorted(found, key=lambda one: (-one.load, one.name, str(one.person_id)))


def _people() -> sa.Select[Any]:
    skills = (
        sa.select(sa.func.array_agg(aggregate_order_by(PersonSkill.skill, PersonSkill.skill)))
        .where(PersonSkill.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    is_away = standing_in.is_away(Person.id, sa.bindparam("day", type_=sa.Date()))
    posts = (
        sa.select(Post.id, Post.role, Post.person_id, Person.name, skills.label("skills"), is_away.label("is_away"))
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.agency_id == sa.bindparam("agency_id", type_=sa.Uuid()),
            Post.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(Post.role, Post.id)
    )
    return work.with_work(posts)


_PEOPLE = _people()


def unassigned_in(session: Session, agency_id: UUID) -> int:
    """How many open steps of the agency nobody has."""
    counted = (
        sa.select(sa.func.count())
        .select_from(DossierStep)
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .where(
            DossierStep.agency_id == agency_id,
            DossierStep.closed_at.is_(None),
            DossierStep.post_id.is_(None),
            Dossier.state.in_(sorted(CLOCK_RUNNING)),
        )
    )
    return session.scalar(counted) or 0


def needs_of(session: Session, agency_id: UUID) -> Sequence[SkillNeed]:
    """What the agency asks of whoever takes its steps."""
    return session.scalars(
        sa.select(SkillNeed)
        .where(SkillNeed.agency_id == agency_id)
        .order_by(SkillNeed.role, SkillNeed.procedure_code, SkillNeed.skill)
    ).all()


def conflicts_of(session: Session, person_ids: Collection[UUID]) -> list[tuple[ConflictOfInterest, str, str | None]]:
    """The conflicts of interest of these people that have not ended, with the party's name and tax code."""
    rows = session.execute(
        sa.select(ConflictOfInterest, Party.name, Party.tax_code)
        .join(Party, Party.id == ConflictOfInterest.party_id)
        .where(ConflictOfInterest.person_id.in_(list(person_ids)), ConflictOfInterest.ended_at.is_(None))
        .order_by(ConflictOfInterest.made_at, ConflictOfInterest.id)
    )
    return [(conflict, name, tax_code) for conflict, name, tax_code in rows]


def skills_of(session: Session, person_id: UUID) -> Sequence[str]:
    """What the person can do beside their trade."""
    return session.scalars(
        sa.select(PersonSkill.skill).where(PersonSkill.person_id == person_id).order_by(PersonSkill.skill)
    ).all()


def known_skills(session: Session, agency_ids: Collection[UUID]) -> Sequence[str]:
    """The skills people of these agencies have or are asked for, by name."""
    held = (
        sa.select(PersonSkill.skill)
        .join(Post, Post.person_id == PersonSkill.person_id)
        .where(Post.agency_id.in_(agency_ids), Post.ended_at.is_(None))
    )
    asked = sa.select(SkillNeed.skill).where(SkillNeed.agency_id.in_(agency_ids))
    return sorted(session.scalars(sa.union(held, asked)))


def apology_of(session: Session, dossier_id: UUID) -> Apology | None:
    """The letter of apology that is drafted for the dossier, if one waits."""
    found = session.get(Apology, dossier_id)
    return found if found is not None and found.state is ApologyState.DRAFTED else None


def drafted_apologies(session: Session, agency_id: UUID) -> list[tuple[Apology, str, str]]:
    """The letters of apology that wait for the head: each with the dossier's code and subject."""
    rows = session.execute(
        sa.select(Apology, Dossier.code, Dossier.subject)
        .join(Dossier, Dossier.id == Apology.dossier_id)
        .where(
            Dossier.agency_id == agency_id,
            Apology.state == ApologyState.DRAFTED,
            Dossier.state.in_(sorted(CLOCK_RUNNING)),
        )
        .order_by(Apology.promised_on, Dossier.code)
    )
    return [(apology, code, subject) for apology, code, subject in rows]
