"""Acts on many dossiers: what was chosen, who does them, how far they are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, Person, Post
from portal.accounts.queries import standing_in
from portal.accounts.viewer import HeldPost, Viewer
from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import office_day
from portal.desk.models import Batch, BatchItem, ItemState
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.policy import of_own_office
from portal.foundation.errors import Forbidden, NotFound
from portal.workflow.lifecycle import Role

LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One line of the queue: a dossier as it stood, and the step of it the line was about."""

    dossier_id: UUID
    node_key: str
    version: int


class Line(NamedTuple):
    """One dossier of a batch, with what became of it."""

    number: int
    code: str
    subject: str
    party_name: str
    version_id: UUID
    content_hash: str
    node_key: str
    state: ItemState
    reason: str | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many dossiers of a batch are done, not done and waiting."""

    done: int
    not_done: int
    waiting: int

    @property
    def all(self) -> int:
        return self.done + self.not_done + self.waiting

    @property
    def finished(self) -> int:
        return self.done + self.not_done


def chosen(session: Session, ids: Collection[UUID], *, of_steps: bool, viewer: Viewer) -> list[Chosen]:
    """The dossiers behind lines of the queue, in the order they are due; lines nobody may see are left out.

    `of_steps`: the identifiers are those of open steps, else of dossiers.
    """
    if of_steps:
        statement = (
            sa.select(Dossier.id, DossierStep.node_key, Dossier.version)
            .join(DossierStep, DossierStep.dossier_id == Dossier.id)
            .where(DossierStep.id.in_(ids), DossierStep.closed_at.is_(None), of_own_office(viewer))
            .order_by(DossierStep.due_at, DossierStep.id)
        )
    else:
        statement = (
            sa.select(Dossier.id, sa.literal(""), Dossier.version)
            .where(Dossier.id.in_(ids), of_own_office(viewer))
            .order_by(Dossier.acceptance_due_at, Dossier.id)
        )
    rows = session.execute(statement)
    return [Chosen(dossier_id=dossier_id, node_key=node, version=version) for dossier_id, node, version in rows]


def hands_of(session: Session, person_id: UUID, *, now: datetime) -> Viewer:
    """The person with the posts they hold or fill at this moment; Forbidden for one who has left.

    A job acts as them: a role taken away meanwhile is refused as it would be on a page.
    """
    person = session.get(Person, person_id)
    if person is None or person.disabled_at is not None:
        raise Forbidden("batch.person_left")
    rows = session.execute(
        sa.select(Post.id, Agency.id, Agency.key, Agency.names, Post.role)
        .join(Agency, Agency.id == Post.agency_id)
        .where(Post.person_id == person_id, Post.ended_at.is_(None))
        .order_by(Agency.key, Post.role)
    )
    own = tuple(
        HeldPost(id=post_id, agency_id=agency_id, agency_key=key, agency_names=names, role=role)
        for post_id, agency_id, key, names, role in rows
    )
    seats = standing_in.seats(session, person_id, day=office_day(now)) if own else ()
    return Viewer(
        person_id=person_id,
        name=person.name,
        email=person.email,
        language=person.language,
        sign_in_key="",
        posts=(*own, *seats),
    )


def own_batch(session: Session, batch_id: UUID, *, person_id: UUID) -> Batch:
    """The officer's own batch; `NotFound` for anybody else's."""
    found = session.scalars(sa.select(Batch).where(Batch.id == batch_id, Batch.person_id == person_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def own_batches(session: Session, *, person_id: UUID) -> list[tuple[Batch, Progress]]:
    """The officer's batches that were started, the newest first, with how far they are."""
    counted = _counted().group_by(BatchItem.batch_id).subquery()
    rows = session.execute(
        sa.select(Batch, counted.c.done, counted.c.not_done, counted.c.waiting)
        .join(counted, counted.c.batch_id == Batch.id)
        .where(Batch.person_id == person_id, Batch.started_at.is_not(None))
        .order_by(Batch.started_at.desc())
        .limit(LISTED)
    )
    return [(batch, Progress(done=done, not_done=not_done, waiting=waiting)) for batch, done, not_done, waiting in rows]


def progress(session: Session, batch_id: UUID) -> Progress:
    """How far the batch is."""
    row = session.execute(_counted().where(BatchItem.batch_id == batch_id).group_by(BatchItem.batch_id)).one()
    return Progress(done=row.done, not_done=row.not_done, waiting=row.waiting)


def lines(session: Session, batch_id: UUID) -> Sequence[Line]:
    """The dossiers of the batch: what was not done first, then what waits, then what is done."""
    first = sa.case((BatchItem.state == ItemState.NOT_DONE, 0), (BatchItem.state == ItemState.WAITING, 1), else_=2)
    rows = session.execute(
        sa.select(
            BatchItem.number,
            Dossier.code,
            Dossier.subject,
            Party.name,
            ProcedureVersion.id,
            ProcedureVersion.content_hash,
            BatchItem.node_key,
            BatchItem.state,
            BatchItem.reason,
            BatchItem.details,
        )
        .join(Dossier, Dossier.id == BatchItem.dossier_id)
        .join(Party, Party.id == Dossier.party_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(BatchItem.batch_id == batch_id)
        .order_by(first, BatchItem.number)
    )
    return [Line(*row) for row in rows]


def receivers(session: Session, batch_id: UUID) -> list[tuple[UUID, str, Role]]:
    """Who could be given the steps of the batch: (post, name, role), by name."""
    offices = (
        sa.select(DossierStep.agency_id, DossierStep.role)
        .join(
            BatchItem,
            sa.and_(BatchItem.dossier_id == DossierStep.dossier_id, BatchItem.node_key == DossierStep.node_key),
        )
        .where(BatchItem.batch_id == batch_id, DossierStep.closed_at.is_(None))
        .distinct()
        .subquery()
    )
    return _people(session, sa.and_(Post.agency_id == offices.c.agency_id, Post.role == offices.c.role), offices)


def specialists(session: Session, batch_id: UUID) -> list[tuple[UUID, str, Role]]:
    """The specialists of the agencies where the steps of the batch stand, for a head who assigns."""
    offices = (
        sa.select(DossierStep.agency_id)
        .join(
            BatchItem,
            sa.and_(BatchItem.dossier_id == DossierStep.dossier_id, BatchItem.node_key == DossierStep.node_key),
        )
        .where(BatchItem.batch_id == batch_id, DossierStep.closed_at.is_(None))
        .distinct()
        .subquery()
    )
    return _people(session, sa.and_(Post.agency_id == offices.c.agency_id, Post.role == Role.SPECIALIST), offices)


def _people(session: Session, held_where: sa.ColumnElement[bool], offices: sa.Subquery) -> list[tuple[UUID, str, Role]]:
    rows = session.execute(
        sa.select(Post.id, Person.name, Post.role)
        .join(offices, held_where)
        .join(Person, Person.id == Post.person_id)
        .where(Post.ended_at.is_(None), Person.disabled_at.is_(None))
        .distinct()
        .order_by(Person.name, Post.id)
    )
    return [(post_id, name, role) for post_id, name, role in rows]


def _counted() -> sa.Select[UUID, int, int, int]:
    def number(state: ItemState) -> sa.ColumnElement[int]:
        return sa.func.count().filter(BatchItem.state == state)

    counted: sa.Select[UUID, int, int, int] = sa.select(
        BatchItem.batch_id,
        number(ItemState.DONE).label("done"),
        number(ItemState.NOT_DONE).label("not_done"),
        number(ItemState.WAITING).label("waiting"),
    )
    return counted
