"""An act on many dossiers: chosen, confirmed once, then done one by one by a job.

Every dossier is a unit of work of its own, in which its result is written too: whatever kills the worker, a dossier
is done once or not at all, and the rest is carried on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.desk import deeds
from portal.desk.models import Batch, BatchItem, ItemState, ManyAct
from portal.desk.queries.batches import Chosen, hands_of
from portal.dossiers import queries
from portal.dossiers.models import Dossier, DossierEvent
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid, NotFound, PortalError, Stale
from portal.foundation.outbox import Job, enqueue
from portal.letters.printing import PrintingOffice

MOST = 500
"""Dossiers of one batch."""

AT_ONCE = 25
"""Dossiers done by one job, so that other work of the office comes in between."""

MOST_TRIES = 3
CONFIRMATION_COVERS = timedelta(days=1)
"""A confirmation is for the list it was given for; a list not finished by then is confirmed anew."""

KEPT_FOR = timedelta(days=30)
UNSTARTED_KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the act needs beside the dossiers: words for the next person, and who gets the step."""

    note: str = ""
    post_id: UUID | None = None


def prepare(session: Session, act: ManyAct, chosen: Sequence[Chosen], *, person_id: UUID, now: datetime) -> Batch:
    """Keep what was chosen; nothing is done yet. Batches nobody needs any more are forgotten."""
    if not chosen:
        raise Invalid("batch.nothing_chosen")
    if len(chosen) > MOST:
        raise Invalid("batch.too_many", most=MOST)
    _forget_old(session, person_id, now)
    batch = Batch(id=new_id(), act=act, person_id=person_id, made_at=now, note="")
    session.add(batch)
    session.flush()
    session.add_all(
        BatchItem(
            batch_id=batch.id,
            number=number,
            dossier_id=one.dossier_id,
            node_key=one.node_key,
            version_seen=one.version,
            details={},
        )
        for number, one in enumerate(chosen, 1)
    )
    session.flush()
    return batch


def start(
    session: Session, batch_id: UUID, given: Given, *, person_id: UUID, confirmed_at: datetime | None, now: datetime
) -> Batch:
    """Let the job begin. Sent twice it begins once. Signing needs the second factor, shown within ten minutes."""
    batch = session.scalars(
        sa.select(Batch).where(Batch.id == batch_id, Batch.person_id == person_id).with_for_update()
    ).one_or_none()
    if batch is None:
        raise NotFound
    if batch.started_at is not None:
        return batch
    if batch.act is ManyAct.SIGN and confirmed_at is None:
        raise Forbidden("access.step_up")
    batch.note, batch.post_id = given.note.strip(), given.post_id
    batch.confirmed_at, batch.started_at = confirmed_at, now
    _go_on(session, batch.id)
    return batch


def waiting(session: Session, batch_id: UUID, *, limit: int = AT_ONCE) -> Sequence[int]:
    """The next dossiers of the batch that nobody has finished, by number; those somebody failed at come last."""
    return session.scalars(
        sa.select(BatchItem.number)
        .where(BatchItem.batch_id == batch_id, BatchItem.state == ItemState.WAITING)
        .order_by(BatchItem.tries, BatchItem.number)
        .limit(limit)
    ).all()


def begin(session: Session, batch_id: UUID, number: int, *, now: datetime) -> bool:
    """Note that somebody tries this dossier; False if it is finished, or was tried too often and is given up."""
    item = _item(session, batch_id, number)
    if item is None:
        return False
    if item.tries >= MOST_TRIES:
        _finish(item, ItemState.NOT_DONE, now=now, reason="batch.gave_up")
        return False
    item.tries += 1
    return True


def perform(session: Session, batch_id: UUID, number: int, *, office: PrintingOffice, now: datetime) -> bool:
    """Do the act on one dossier and note that it is done, together. True if a further act is to follow on it.

    Raises what the verb raises; then nothing has been done and `give_up` notes why.
    """
    item = _item(session, batch_id, number)
    if item is None:
        return False
    batch = session.get_one(Batch, batch_id)
    viewer = hands_of(session, batch.person_id, now=now)
    if batch.confirmed_at is not None and now - batch.confirmed_at <= CONFIRMATION_COVERS:
        viewer = replace(viewer, stepped_up_at=now)
    dossier = _dossier(session, item, viewer)
    _require_unchanged(session, dossier, item, own={post.actor for post in viewer.posts})
    deed = deeds.Deed(
        act=batch.act, node=item.node_key, note=batch.note, post_id=batch.post_id, viewer=viewer, office=office, now=now
    )
    further = deeds.do(session, dossier, deed)
    if further is None:
        _finish(item, ItemState.DONE, now=now)
        return False
    item.node_key = further
    return True


def give_up(session: Session, batch_id: UUID, number: int, refused: PortalError, *, now: datetime) -> None:
    """Note why this dossier was not done."""
    item = _item(session, batch_id, number)
    if item is not None:
        plain = {name: value for name, value in refused.details.items() if isinstance(value, str | int)}
        _finish(item, ItemState.NOT_DONE, now=now, reason=refused.code, details=plain)


def end_or_go_on(session: Session, batch_id: UUID, *, now: datetime) -> None:
    """After a job: the next one for what is left, or the end of the batch."""
    if waiting(session, batch_id, limit=1):
        _go_on(session, batch_id)
        return
    session.execute(sa.update(Batch).where(Batch.id == batch_id, Batch.ended_at.is_(None)).values(ended_at=now))


def _go_on(session: Session, batch_id: UUID) -> None:
    """The next job. Each leaves fewer dossiers than the one before, so the number names it."""
    left = len(waiting(session, batch_id, limit=MOST))
    enqueue(session, Job.ACT_ON_MANY, {"batch": str(batch_id)}, dedupe_key=f"act_on_many:{batch_id}:{left}")


def _item(session: Session, batch_id: UUID, number: int) -> BatchItem | None:
    """The dossier's line, locked, while it is still to be done."""
    return session.scalars(
        sa.select(BatchItem)
        .where(BatchItem.batch_id == batch_id, BatchItem.number == number, BatchItem.state == ItemState.WAITING)
        .with_for_update()
    ).one_or_none()


def _dossier(session: Session, item: BatchItem, viewer: Viewer) -> Dossier:
    code = session.scalar(sa.select(Dossier.code).where(Dossier.id == item.dossier_id))
    return queries.for_update(session, code or "", viewer=viewer)


def _require_unchanged(session: Session, dossier: Dossier, item: BatchItem, *, own: set[str]) -> None:
    """What the machine notes (a timer, a hand for a step) changes no decision; what another person did may."""
    others = sa.select(DossierEvent.actor).where(
        DossierEvent.dossier_id == dossier.id,
        DossierEvent.version > item.version_seen,
        DossierEvent.actor.is_not(None),
        DossierEvent.actor.not_like("machine:%"),
    )
    if any(actor not in own for actor in session.scalars(others)):
        raise Stale("batch.changed_meanwhile")


def _finish(
    item: BatchItem,
    state: ItemState,
    *,
    now: datetime,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    item.state, item.reason, item.details, item.done_at = state, reason, dict(details or {}), now


def _forget_old(session: Session, person_id: UUID, now: datetime) -> None:
    never_started = sa.and_(Batch.started_at.is_(None), Batch.made_at < now - UNSTARTED_KEPT_FOR)
    long_ended = Batch.ended_at < now - KEPT_FOR
    session.execute(sa.delete(Batch).where(Batch.person_id == person_id, sa.or_(never_started, long_ended)))
