"""Absences, who stands in, skills, conflicts of interest: what routing must know of people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actions.audit import record
from portal.accounts.models import Absence, AbsenceKind, Manner, Party, Person, Post, Substitution
from portal.accounts.queries import standing_in
from portal.accounts.viewer import Viewer
from portal.clock.zone import office_day
from portal.foundation.errors import Forbidden, Invalid, NotFound
from portal.foundation.outbox import Job, enqueue
from portal.routing.models import ConflictOfInterest, PersonSkill, SkillNeed
from portal.workflow.lifecycle import Role

MANAGING = frozenset({Role.HEAD, Role.LEADER})
NOT_STOOD_IN_FOR = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
LONGEST_SKILL = 60
LONGEST_ABSENCE = timedelta(days=366)

_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('substitutions', 6))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From one day to another, both included."""

    first_day: date
    last_day: date

    def check(self, *, today: date) -> None:
        """Refuse a period that ends before it begins, is over, or is longer than a year."""
        if self.last_day < self.first_day:
            raise Invalid("team.ends_before_it_begins", fields={"last_day": "team.ends_before_it_begins"})
        if self.last_day < today:
            raise Invalid("team.is_over", fields={"last_day": "team.is_over"})
        if self.last_day - self.first_day > LONGEST_ABSENCE:
            raise Invalid("team.too_long", fields={"last_day": "team.too_long"})


def may_manage(session: Session, viewer: Viewer, person_id: UUID) -> bool:
    """Whether the viewer looks after this person: head or leader of an agency they work in, or administrator."""
    if any(post.role is Role.ADMINISTRATOR for post in viewer.posts):
        return True
    led = [post.agency_id for post in viewer.posts if post.role in MANAGING]
    works = sa.exists().where(Post.person_id == person_id, Post.agency_id.in_(led), Post.ended_at.is_(None))
    return bool(led) and bool(session.scalar(sa.select(works)))


def add_absence(
    session: Session, person_id: UUID, period: Period, *, kind: AbsenceKind, note: str, viewer: Viewer, now: datetime
) -> Absence:
    """Note that the person is away. Everybody notes their own; heads and administrators that of their people."""
    _must_manage_or_be(session, viewer, person_id)
    period.check(today=office_day(now))
    made = Absence(
        person_id=person_id,
        kind=kind,
        first_day=period.first_day,
        last_day=period.last_day,
        note=note.strip(),
        made_by=viewer.person_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    thing = f"person:{person_id}"
    record(session, "team.add_absence", thing, by=viewer.person_id, now=now, after=_absence(made))
    return made


def end_absence(session: Session, absence_id: UUID, *, viewer: Viewer, now: datetime) -> None:
    """The person is back earlier, or never went; steps nobody could take are placed anew at once."""
    found = session.get(Absence, absence_id, with_for_update=True)
    if found is None:
        raise NotFound("team.not_found")
    _must_manage_or_be(session, viewer, found.person_id)
    if found.ended_at is None:
        found.ended_at = now
        enqueue(session, Job.PLACE_STEPS, {})
        thing = f"person:{found.person_id}"
        record(session, "team.end_absence", thing, by=viewer.person_id, now=now, before=_absence(found))


def add_substitution(
    session: Session, post_id: UUID, substitute_post_id: UUID, period: Period, *, viewer: Viewer, now: datetime
) -> Substitution:
    """Let the holder of one post stand in for that of another of the same agency, for a while.

    Of the same role the substitute signs as deputy ("KT."), of another by order ("TL."). Refused if on any day
    people would in the end stand in for themselves.
    """
    session.execute(_ONE_AT_A_TIME)  # two that are fine each by itself may close a circle together
    absent, substitute = session.get(Post, post_id), session.get(Post, substitute_post_id)
    if absent is None or absent.ended_at is not None or absent.role in NOT_STOOD_IN_FOR:
        raise NotFound("team.not_found")
    _must_manage_or_be(session, viewer, absent.person_id)
    period.check(today=office_day(now))
    if substitute is None or substitute.ended_at is not None or substitute.agency_id != absent.agency_id:
        raise Invalid("team.not_a_colleague", fields={"substitute": "team.not_a_colleague"})
    if standing_in.would_close_a_circle(
        session,
        post_id=post_id,
        substitute_post_id=substitute_post_id,
        first_day=period.first_day,
        last_day=period.last_day,
    ):
        raise Invalid("team.circle", fields={"substitute": "team.circle"})
    made = Substitution(
        post_id=post_id,
        substitute_post_id=substitute_post_id,
        manner=Manner.DEPUTY if substitute.role is absent.role else Manner.ORDER,
        first_day=period.first_day,
        last_day=period.last_day,
        made_by=viewer.person_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    thing = f"post:{post_id}"
    record(session, "team.add_substitution", thing, by=viewer.person_id, now=now, after=_substitution(made))
    return made


def end_substitution(session: Session, substitution_id: UUID, *, viewer: Viewer, now: datetime) -> None:
    """The substitute no longer stands in; with their next request they see it."""
    found = session.get(Substitution, substitution_id, with_for_update=True)
    if found is None:
        raise NotFound("team.not_found")
    _must_manage_or_be(session, viewer, session.get_one(Post, found.post_id).person_id)
    if found.ended_at is None:
        found.ended_at = now
        thing = f"post:{found.post_id}"
        record(session, "team.end_substitution", thing, by=viewer.person_id, now=now, before=_substitution(found))


def set_skills(session: Session, person_id: UUID, skills: Iterable[str], *, viewer: Viewer, now: datetime) -> None:
    """Say what the person can do beside their trade; languages are `language:zh` and `language:en`."""
    _must_manage(session, viewer, person_id)
    wanted = sorted({" ".join(skill.split()) for skill in skills if skill.strip()})
    if any(len(skill) > LONGEST_SKILL for skill in wanted):
        raise Invalid("team.skill_too_long", fields={"skills": "team.skill_too_long"})
    of_person = PersonSkill.person_id == person_id
    before = sorted(session.scalars(sa.select(PersonSkill.skill).where(of_person)))
    if before == wanted:
        return
    session.execute(sa.delete(PersonSkill).where(of_person))
    for skill in wanted:
        session.add(PersonSkill(person_id=person_id, skill=skill))
    session.flush()
    enqueue(session, Job.PLACE_STEPS, {})
    record(
        session,
        "team.set_skills",
        f"person:{person_id}",
        by=viewer.person_id,
        now=now,
        before={"skills": before},
        after={"skills": wanted},
    )


def need_skill(
    session: Session, agency_id: UUID, *, role: Role, skill: str, procedure_code: str, viewer: Viewer, now: datetime
) -> None:
    """From now on steps of this role in the agency (of one procedure, or all) are for people with the skill."""
    if not _leads(viewer, agency_id):
        raise Forbidden("team.not_yours")
    skill = " ".join(skill.split())
    if not skill or len(skill) > LONGEST_SKILL:
        raise Invalid("team.skill_missing", fields={"skill": "team.skill_missing"})
    values = {"agency_id": agency_id, "procedure_code": procedure_code, "role": role.value, "skill": skill}
    made = insert(SkillNeed).values(**values).on_conflict_do_nothing().returning(SkillNeed.id)
    if session.scalar(made) is None:  # it is asked for already
        return
    after = {"procedure": procedure_code, "role": role.value, "skill": skill}
    record(session, "team.need_skill", f"agency:{agency_id}", by=viewer.person_id, now=now, after=after)


def drop_need(session: Session, need_id: UUID, *, viewer: Viewer, now: datetime) -> None:
    """The skill is no longer asked for."""
    found = session.get(SkillNeed, need_id)
    if found is None:
        raise NotFound("team.not_found")
    if not _leads(viewer, found.agency_id):
        raise Forbidden("team.not_yours")
    before = {"procedure": found.procedure_code, "role": found.role, "skill": found.skill}
    session.delete(found)
    session.flush()
    enqueue(session, Job.PLACE_STEPS, {})
    record(session, "team.drop_need", f"agency:{found.agency_id}", by=viewer.person_id, now=now, before=before)


def declare_conflict(
    session: Session, person_id: UUID, *, tax_code: str, reason: str, viewer: Viewer, now: datetime
) -> None:
    """The person must not get this company's dossiers. Everybody declares their own, heads that of their people."""
    _must_manage_or_be(session, viewer, person_id)
    party_id = session.scalar(sa.select(Party.id).where(Party.tax_code == "".join(tax_code.split())))
    if party_id is None:
        raise Invalid("team.party_unknown", fields={"tax_code": "team.party_unknown"})
    if not reason.strip():
        raise Invalid("team.reason_missing", fields={"reason": "team.reason_missing"})
    values = {"person_id": person_id, "party_id": party_id, "reason": reason.strip()}
    made = insert(ConflictOfInterest).values(**values, made_by=viewer.person_id, made_at=now)
    if session.scalar(made.on_conflict_do_nothing().returning(ConflictOfInterest.id)) is None:
        return  # it is known already
    after = {"party": str(party_id)}
    record(session, "team.declare_conflict", f"person:{person_id}", by=viewer.person_id, now=now, after=after)


def end_conflict(session: Session, conflict_id: UUID, *, viewer: Viewer, now: datetime) -> None:
    """The conflict is over. Not for the person themselves to say."""
    found = session.get(ConflictOfInterest, conflict_id, with_for_update=True)
    if found is None:
        raise NotFound("team.not_found")
    _must_manage(session, viewer, found.person_id)
    if found.ended_at is None:
        found.ended_at = now
        thing, before = f"person:{found.person_id}", {"party": str(found.party_id)}
        record(session, "team.end_conflict", thing, by=viewer.person_id, now=now, before=before)


def _absence(one: Absence) -> dict[str, str]:
    """What the record of changes keeps of an absence. Its note is personal and stays where it is."""
    return {"kind": one.kind.value, "from": one.first_day.isoformat(), "until": one.last_day.isoformat()}


def _substitution(one: Substitution) -> dict[str, str]:
    return {
        "substitute": str(one.substitute_post_id),
        "manner": one.manner.value,
        "from": one.first_day.isoformat(),
        "until": one.last_day.isoformat(),
    }


def _leads(viewer: Viewer, agency_id: UUID) -> bool:
    return any(
        post.role is Role.ADMINISTRATOR or (post.role in MANAGING and post.agency_id == agency_id)
        for post in viewer.posts
    )


def _must_manage_or_be(session: Session, viewer: Viewer, person_id: UUID) -> None:
    if viewer.person_id != person_id:
        _must_manage(session, viewer, person_id)


def _must_manage(session: Session, viewer: Viewer, person_id: UUID) -> None:
    if session.get(Person, person_id) is None or not may_manage(session, viewer, person_id):
        raise NotFound("team.not_found")
