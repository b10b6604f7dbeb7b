"""Who could take a step, how much each already has, and what nobody has."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Absence, Agency, Party, Person, Post, Substitution
from portal.accounts.queries import standing_in
from portal.calendars.queries import in_force
from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier, DossierEvent, DossierStep
from portal.dossiers.queries import locked
from portal.routing.assignment import NOBODY, Candidate
from portal.routing.effort import GLOBAL_PRIOR, load_of
from portal.routing.models import Apology, ApologyState, ConflictOfInterest, PersonSkill, SkillNeed, StepEffort
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import CLOCK_RUNNING, ENDED, Role

EXPECTED = sa.func.coalesce(StepEffort.expected_minutes, GLOBAL_PRIOR)
"""The minutes a step is expected to take, where it is joined with its effort."""

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
    asked = {"agency_id": agency_id, "role": role.value, "day": office_day(now), "party_id": party_id}
    found = []
    for row in session.execute(_CANDIDATES, asked):
        began = [moment for moment in (row.in_hand_since, row.free_since) if moment is not None]
        has_run = calendar.working_minutes(max(began), max(now, *began)) if row.in_hand_since else 0
        load = load_of((row.expected,), in_hand=row.in_hand, has_run=has_run)
        found.append(
            Candidate(
                post_id=row.id,
                person_id=row.person_id,
                open_steps=row.open_steps,
                load=load,
                is_away=row.is_away,
                is_stood_in=row.is_stood_in,
                skills=frozenset(row.skills or ()),
                has_conflict=row.has_conflict,
                has_acted=row.person_id in acted,
            )
        )
    return found


def _work() -> tuple[Any, Any, Any]:
    """For each post: all it has open, the step it has in hand (the earliest due), and when it closed one last."""
    running = Dossier.state.in_([sa.literal_column(f"'{state.value}'") for state in sorted(CLOCK_RUNNING)])
    open_steps = (
        sa.select(EXPECTED.label("expected"), DossierStep.entered_at, DossierStep.due_at, DossierStep.id)
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .outerjoin(
            StepEffort,
            sa.and_(StepEffort.procedure_code == ProcedureVersion.code, StepEffort.node_key == DossierStep.node_key),
        )
        .where(DossierStep.post_id == Post.id, DossierStep.closed_at.is_(None), running)
        .correlate(Post)
    )
    every = open_steps.subquery()
    whole = sa.select(
        sa.func.count().label("open_steps"), sa.func.coalesce(sa.func.sum(every.c.expected), 0).label("expected")
    ).lateral("whole")
    in_hand = open_steps.order_by(DossierStep.due_at, DossierStep.id).limit(1).lateral("in_hand")
    last = (
        sa.select(sa.func.max(DossierStep.closed_at).label("closed_at"))
        .where(DossierStep.post_id == Post.id, DossierStep.closed_at.is_not(None))
        .correlate(Post)
        .lateral("last")
    )
    return whole, in_hand, last


def _candidates() -> sa.Select[Any]:
    whole, in_hand, last = _work()
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
    return (
        sa.select(
            Post.id,
            Post.person_id,
            whole.c.open_steps,
            sa.cast(whole.c.expected, sa.Integer).label("expected"),
            in_hand.c.expected.label("in_hand"),
            in_hand.c.entered_at.label("in_hand_since"),
            last.c.closed_at.label("free_since"),
            skills.label("skills"),
            conflict.label("has_conflict"),
            standing_in.is_away(Person.id, day).label("is_away"),
            stood_in.label("is_stood_in"),
        )
        .join(Person, Person.id == Post.person_id)
        .join(whole, sa.true())
        .outerjoin(in_hand, sa.true())
        .outerjoin(last, sa.true())
        .where(
            Post.agency_id == sa.bindparam("agency_id", type_=sa.Uuid()),
            Post.role == sa.bindparam("role", type_=sa.String()),
            Post.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(Post.id)
        .with_for_update(read=True, of=[Post, Person])
    )


_CANDIDATES = _candidates()
"""Put together once: every step that opens asks it."""


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


def agency_by_key(session: Session, key: str) -> Agency | None:
    """The agency with this key in the register."""
    return session.scalars(_BY_KEY, {"key": key}).one_or_none()


_BY_KEY = sa.select(Agency).where(Agency.key == sa.bindparam("key"))


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


def unrouted(session: Session, *, limit: int = 200) -> Sequence[Dossier]:
    """The filed dossiers no rule of competence matches, the earliest due first."""
    return session.scalars(
        sa.select(Dossier)
        .where(Dossier.agency_id.is_(None), Dossier.state.not_in(sorted(ENDED)))
        .order_by(Dossier.acceptance_due_at, Dossier.id)
        .limit(limit)
    ).all()


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
    day, person = office_day(now), aliased(Person)
    running = Dossier.state.in_(sorted(CLOCK_RUNNING))
    work = (
        sa.select(
            DossierStep.post_id,
            sa.func.count().label("open_steps"),
            sa.func.sum(EXPECTED).label("expected"),
            sa.func.count().filter(DossierStep.due_at < now).label("overdue"),
        )
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .outerjoin(
            StepEffort,
            sa.and_(StepEffort.procedure_code == ProcedureVersion.code, StepEffort.node_key == DossierStep.node_key),
        )
        .where(DossierStep.agency_id == agency_id, DossierStep.closed_at.is_(None), running)
        .group_by(DossierStep.post_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            Post.person_id,
            person.name,
            sa.func.array_agg(aggregate_order_by(Post.id, Post.role, Post.id)),
            sa.func.array_agg(aggregate_order_by(Post.role, Post.role, Post.id)),
            sa.func.coalesce(sa.func.sum(work.c.open_steps), 0),
            sa.func.coalesce(sa.func.sum(work.c.expected), 0),
            sa.func.coalesce(sa.func.sum(work.c.overdue), 0),
            standing_in.is_away(Post.person_id, day),
            sa.select(sa.func.array_agg(aggregate_order_by(PersonSkill.skill, PersonSkill.skill)))
            .where(PersonSkill.person_id == Post.person_id)
            .correlate(Post)
            .scalar_subquery(),
        )
        .join(person, person.id == Post.person_id)
        .outerjoin(work, work.c.post_id == Post.id)
        .where(Post.agency_id == agency_id, Post.ended_at.is_(None), person.disabled_at.is_(None))
        .group_by(Post.person_id, person.name)
    )
    found = [
        Colleague(
            person_id=person_id, name=name, post_ids=tuple(posts), roles=tuple(Role(role) for role in roles),
            open_steps=int(count), load=int(load), overdue=int(overdue), is_away=away, skills=tuple(skills or ()),
        )
        for person_id, name, posts, roles, count, load, overdue, away, skills in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.load, one.name, str(one.person_id)))


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


def conflicts_of(session: Session, person_ids: Collection[UUID]) -> list[tuple[ConflictOfInterest, str, str | None]]:
    """The conflicts of interest of these people that have not ended, with the party's name and tax code."""
    rows = session.execute(
        sa.select(ConflictOfInterest, Party.name, Party.tax_code)
        .join(Party, Party.id == ConflictOfInterest.party_id)
        .where(ConflictOfInterest.person_id.in_(list(person_ids)), ConflictOfInterest.ended_at.is_(None))
        .order_by(ConflictOfInterest.made_at, ConflictOfInterest.id)
    )
    return [(conflict, name, tax_code) for conflict, name, tax_code in rows]


def needs_of(session: Session, agency_id: UUID) -> Sequence[SkillNeed]:
    """What the agency asks of whoever takes its steps."""
    return session.scalars(
        sa.select(SkillNeed)
        .where(SkillNeed.agency_id == agency_id)
        .order_by(SkillNeed.role, SkillNeed.procedure_code, SkillNeed.skill)
    ).all()


def open_step(session: Session, dossier_id: UUID, node: str) -> DossierStep | None:
    """The open visit to this node as it stands now."""
    return session.scalars(
        sa.select(DossierStep)
        .where(DossierStep.dossier_id == dossier_id, DossierStep.node_key == node, DossierStep.closed_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


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


def skills_of(session: Session, person_id: UUID) -> Sequence[str]:
    """What the person can do beside their trade."""
    return session.scalars(
        sa.select(PersonSkill.skill).where(PersonSkill.person_id == person_id).order_by(PersonSkill.skill)
    ).all()


def posts_of(session: Session, person_id: UUID) -> list[tuple[UUID, Role, UUID]]:
    """The person's current posts: id, role, agency."""
    rows = session.execute(
        sa.select(Post.id, Post.role, Post.agency_id)
        .where(Post.person_id == person_id, Post.ended_at.is_(None))
        .order_by(Post.role, Post.id)
    )
    return [(post_id, role, agency_id) for post_id, role, agency_id in rows]


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
