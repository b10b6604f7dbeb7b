"""Working on a dossier inside the procedure's graph: do a step, give an opinion, send back."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Post
from portal.accounts.viewer import Viewer
from portal.dossiers import moves
from portal.dossiers.capacity import require_step
from portal.dossiers.models import Dossier, DossierEvent, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.record import Happening, record
from portal.dossiers.terms import Terms
from portal.foundation.errors import Invalid, NotFound, Refused
from portal.foundation.outbox import Job, enqueue
from portal.workflow import graph as graphs
from portal.workflow import refusal
from portal.workflow.events import EventKind
from portal.workflow.graph import Act, StepOutcome
from portal.workflow.lifecycle import State

WORKING = frozenset({State.ACCEPTED, State.IN_PROGRESS})
ACTS_WITH_EVIDENCE = frozenset({Act.SIGN, Act.NUMBER, Act.ISSUE, Act.DELIVER})


def open_step(session: Session, dossier: Dossier, node: str) -> DossierStep:
    """The open visit to this node; `NotFound` if the dossier does not stand there."""
    found = session.scalars(
        sa.select(DossierStep).where(
            DossierStep.dossier_id == dossier.id, DossierStep.node_key == node, DossierStep.closed_at.is_(None)
        )
    ).one_or_none()
    if found is None:
        raise NotFound("step.not_open")
    return found


def complete(
    session: Session,
    dossier: Dossier,
    node: str,
    *,
    viewer: Viewer,
    now: datetime,
    note: str = "",
    conclusion: str | None = None,
) -> None:
    """Do the step and pass the dossier on. `conclusion` is agree, disagree, grant or refuse, where one is asked.

    An approval that concludes to refuse before a stop for payment leads straight to the signature: nobody pays for
    a refusal. It needs a note, for whoever signs it.
    Signing, numbering, issuing and delivering leave evidence and have verbs of their own (`decision`).
    """
    step = open_step(session, dossier, node)
    actor = require_step(viewer, step)
    require_working(dossier)
    act = graph_of(dossier)[node].act
    if act in ACTS_WITH_EVIDENCE:
        raise Refused("step.needs_evidence")
    turns_down = conclusion == refusal.REFUSE and refusal.may_turn_down(graph_of(dossier), node)
    if (turns_down or act in {Act.APPRAISE, Act.OPINION}) and not note.strip():
        raise Invalid("step.note_missing", fields={"note": "note_missing"})
    if act is Act.APPROVE and was_done_by(session, dossier, viewer, kinds={EventKind.STEP_COMPLETED}, act=Act.APPRAISE):
        raise Refused("step.two_persons")
    if not turns_down and leads_to_payment(session, dossier) == node:
        raise Refused("payment.notice_first")
    closing = Happening(
        kind=EventKind.STEP_COMPLETED,
        params={} if conclusion is None else {"conclusion": conclusion},
        texts={"note": note.strip()} if note.strip() else {},
    )
    at = node if turns_down else None
    happenings = moves.advance(session, dossier, node, closing=closing, turned_down_at=at)
    _move_on(session, dossier, happenings, actor=actor, now=now)


def send_back(
    session: Session, dossier: Dossier, node: str, *, to: str, viewer: Viewer, note: str, now: datetime
) -> None:
    """Send the dossier back to an earlier step, saying why."""
    step = open_step(session, dossier, node)
    actor = require_step(viewer, step)
    require_working(dossier)
    if not note.strip():
        raise Invalid("step.note_missing", fields={"note": "note_missing"})
    closing = Happening(kind=EventKind.STEP_SENT_BACK, texts={"note": note.strip()})
    happenings = moves.advance(session, dossier, node, outcome=StepOutcome.RETURNED, back_to=to, closing=closing)
    _move_on(session, dossier, happenings, actor=actor, now=now)


def assign(
    session: Session, dossier: Dossier, node: str, *, post_id: str | None, reason: str, actor: str, now: datetime
) -> None:
    """Give an open step to a post (None: to nobody); `reason` says in a word why, for the officer to see."""
    record(
        session,
        dossier,
        [Happening(kind=EventKind.STEP_ASSIGNED, params={"node": node, "assignee": post_id, "why": reason})],
        actor=actor,
        now=now,
    )


def leads_to_payment(session: Session, dossier: Dossier) -> str | None:
    """The open step whose end brings the dossier to a stop for payment; such a step ends with the notice."""
    graph = graph_of(dossier)
    if all(node.act is not Act.PAY for node in graph.nodes):
        return None
    truths = Terms.from_json(dossier.terms).truths
    standing = moves.open_nodes(session, dossier)
    for key in sorted(standing):
        if graph[key].act in ACTS_WITH_EVIDENCE:
            continue  # a signature is not given by a notice
        if any(node.act is Act.PAY for node in graphs.complete(graph, standing, key, StepOutcome.DONE, truths).opened):
            return key
    return None


def require_working(dossier: Dossier) -> None:
    """Refuse work on a dossier that waits for the filer or has ended."""
    if dossier.state not in WORKING:
        raise Refused("step.dossier_waits")


def was_done_by(session: Session, dossier: Dossier, viewer: Viewer, *, kinds: Collection[EventKind], act: Act) -> bool:
    """Whether this person, in whatever post, already did a step of this kind of act: the two-person rule.

    Whoever filed the dossier at the counter for somebody has put it together and does not decide about it either.
    """
    if dossier.walk_in_id is not None and dossier.filer_id == viewer.person_id:
        return True
    graph = graph_of(dossier)
    nodes = {node.key for node in graph.nodes if node.act is act}
    own = session.scalars(sa.select(Post.id).where(Post.person_id == viewer.person_id))
    rows = session.execute(
        sa.select(DossierEvent.params).where(
            DossierEvent.dossier_id == dossier.id,
            DossierEvent.actor.in_([f"post:{post_id}" for post_id in own]),
            DossierEvent.kind.in_(kinds),
        )
    )
    return any(params.get("node") in nodes for (params,) in rows)


def _move_on(session: Session, dossier: Dossier, happenings: list[Happening], *, actor: str, now: datetime) -> None:
    record(session, dossier, happenings, actor=actor, now=now)
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})
