"""The agencies, open and closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Post
from portal.dossiers.models import Dossier, DossierStep
from portal.workflow.lifecycle import State

FEW: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyLine:
    """One agency with the number of people who hold a post in it."""

    agency: Agency
    people: int


def listed(session: Session) -> list[AgencyLine]:
    """Every agency with its people counted, open ones first, in one statement."""
    people = (
        sa.select(Post.agency_id, sa.func.count(sa.distinct(Post.person_id)).label("people"))
        .where(Post.ended_at.is_(None))
        .group_by(Post.agency_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Agency, sa.func.coalesce(people.c.people, 0))
        .outerjoin(people, people.c.agency_id == Agency.id)
        .order_by(Agency.closed_at.is_not(None), Agency.is_intake.desc(), Agency.code)
    )
    return [AgencyLine(agency=agency, people=count) for agency, count in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWork:
    """What is still open at an agency: dossiers it decides about, works on, or took in; a few of their codes."""

    deciding: int
    working: int
    taken_in: int
    dossiers: tuple[UUID, ...]
    codes: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.dossiers)


def open_work(session: Session, agency_id: UUID) -> OpenWork:
    """The dossiers that have not ended and are at this agency in any way, the earliest due first."""
    step = sa.exists().where(
        DossierStep.dossier_id == Dossier.id, DossierStep.agency_id == agency_id, DossierStep.closed_at.is_(None)
    )
    decides, took_in = Dossier.agency_id == agency_id, Dossier.intake_agency_id == agency_id
    rows = session.execute(
        sa.select(Dossier.id, Dossier.code, decides.is_(True), took_in, step)
        .where(Dossier.ended_at.is_(None), Dossier.state != State.DRAFT, sa.or_(decides, took_in, step))
        .order_by(Dossier.statutory_due_at, Dossier.id)
    ).all()
    return OpenWork(
        deciding=sum(row[2] for row in rows),
        working=sum(row[4] for row in rows),
        taken_in=sum(row[3] for row in rows),
        dossiers=tuple(row[0] for row in rows),
        codes=tuple(row[1] for row in rows[:FEW]),
    )


def by_key(session: Session, key: str) -> Agency | None:
    """The agency with this key."""
    return session.scalar(sa.select(Agency).where(Agency.key == key).execution_options(populate_existing=True))


def choices(session: Session) -> Sequence[Agency]:
    """The open agencies, by code."""
    return session.scalars(sa.select(Agency).where(Agency.closed_at.is_(None)).order_by(Agency.code)).all()
