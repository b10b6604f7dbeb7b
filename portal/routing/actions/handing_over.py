"""Handing open steps over, one or all, to one colleague or to whoever has the least work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.dossiers.actions.steps import assign
from portal.dossiers.models import Dossier
from portal.dossiers.queries import locked
from portal.dossiers.record import record
from portal.foundation.errors import Forbidden
from portal.routing import queries
from portal.routing.actions.people import MANAGING
from portal.routing.actions.placing import as_happening, best_hands
from portal.routing.queries import OpenStepOf
from portal.workflow.lifecycle import ENDED

MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What became of one step: whether it was given, or why not."""

    code: str
    node: str
    done: bool
    reason: str = ""


def hand_over(
    session: Session, person_id: UUID, *, to: UUID | None, viewer: Viewer, now: datetime
) -> Sequence[HandedOver]:
    """Hand over all open steps of the person in the agencies the viewer leads, or all of the viewer's own.

    `to` is a post; steps of another role or agency than it has, and all of them without one, go to whoever has the
    least work. Each step has its own result; what somebody has just done is left as it is.
    """
    own = viewer.person_id == person_id
    agencies = {post.agency_id for post in viewer.posts if post.role in MANAGING or own}
    if not agencies:
        raise Forbidden("team.not_yours")
    steps = queries.open_steps_of(session, person_id, agency_ids=agencies)[:MOST]
    actor = next(post.actor for post in viewer.posts if own or post.role in MANAGING)
    # First every dossier, in one order, then the people: so nobody who routes one of them blocks us, nor we them.
    dossiers = {one: locked(session, one) for one in sorted({step.dossier_id for step in steps})}
    in_turn = sorted(steps, key=lambda one: (str(one.agency_id), one.role, str(one.dossier_id)))
    return [
        _one(session, step, dossiers[step.dossier_id], by=_Hand(frm=person_id, to=to, actor=actor), now=now)
        for step in in_turn
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """Whose steps, to which post if to one, and who does it."""

    frm: UUID
    to: UUID | None
    actor: str


def _one(session: Session, step: OpenStepOf, dossier: Dossier | None, *, by: _Hand, now: datetime) -> HandedOver:
    row = None if dossier is None or dossier.state in ENDED else queries.open_step(session, dossier.id, step.node_key)
    if dossier is None or row is None or row.post_id != step.post_id or row.agency_id is None:
        return HandedOver(code=step.code, node=step.node_key, done=False, reason="changed")
    possible = queries.candidates(session, agency_id=row.agency_id, role=row.role, now=now, party_id=dossier.party_id)
    chosen = next((one for one in possible if one.post_id == by.to), None)
    if chosen is not None and chosen.has_conflict:
        return HandedOver(code=step.code, node=step.node_key, done=False, reason="conflict_of_interest")
    if chosen is not None:
        post_id = str(chosen.post_id)
        assign(session, dossier, step.node_key, post_id=post_id, reason="handed_over", actor=by.actor, now=now)
        return HandedOver(code=step.code, node=step.node_key, done=True)
    choice = best_hands(session, dossier, row, but=by.frm, now=now)
    if choice.post_id is None:
        return HandedOver(code=step.code, node=step.node_key, done=False, reason=choice.why.value)
    record(session, dossier, [as_happening(step.node_key, choice)], actor=by.actor, now=now)
    return HandedOver(code=step.code, node=step.node_key, done=True)
