"""The acts that can be done to many dossiers at once, each by the verb that does it to one.

Only what needs no judgement of its own is done in a row: whoever proposes to refuse, disagrees, or gives an opinion
is read and answered on the dossier's own page.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.desk.models import ManyAct
from portal.desk.tabs import HANDLING, TabKey
from portal.dossiers import moves
from portal.dossiers.actions import decision, intake, steps
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.projection import graph_of
from portal.foundation.errors import Invalid, Refused
from portal.letters.printing import PrintingOffice
from portal.routing import actions as routing
from portal.workflow import refusal
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role

FORWARDED = frozenset({Act.ASSIGN, Act.APPRAISE, Act.APPROVE})
"""Steps that may be passed on in a row."""

FORWARDERS = frozenset({Role.SPECIALIST, Role.HEAD, Role.LEADER})
GIVERS = frozenset({Role.HEAD, Role.LEADER, Role.DISPATCHER})
AT_STEPS = HANDLING | {Role.CLERK, Role.CONSULTANT}
"""Roles for whom what presses is steps; at the counter it is what waits for acceptance."""

_DECIDING = ((Role.LEADER, ManyAct.SIGN), (Role.CLERK, ManyAct.ISSUE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One act on one dossier: on which step, with which words, for whom, by whom, when."""

    act: ManyAct
    node: str
    note: str
    post_id: UUID | None
    viewer: Viewer
    office: PrintingOffice
    now: datetime


def offered(tab: TabKey, roles: Collection[Role]) -> tuple[ManyAct, ...]:
    """What somebody with these roles may do to many lines of this tab, the likeliest first.

    A tab may hold lines that need another role or another act; those are left as they are, and the result says why.
    """
    held = frozenset(roles)
    gives = (ManyAct.GIVE,) if held & GIVERS else ()
    passes = (ManyAct.FORWARD,) if held & FORWARDERS else ()
    decides = tuple(act for role, act in _DECIDING if role in held)
    match tab:
        case TabKey.INTAKE:
            return (ManyAct.ACCEPT,)
        case TabKey.SIGN:
            return (ManyAct.SIGN,)
        case TabKey.NUMBER:
            return (ManyAct.ISSUE,)
        case TabKey.MINE:
            return (*passes, *decides, *gives)
        case TabKey.UNIT:
            return (*gives, *passes, *decides)
        case TabKey.DUE_SOON | TabKey.OVERDUE if held & AT_STEPS:
            return (*passes, *decides, *gives)
        case TabKey.DUE_SOON | TabKey.OVERDUE if Role.ONE_STOP in held:
            return (ManyAct.ACCEPT,)
        case _:
            return ()


def do(session: Session, dossier: Dossier, deed: Deed) -> str | None:
    """Do it. The step a further act is to follow on, or None when nothing is left to do on this dossier."""
    return _DEEDS[deed.act](session, dossier, deed)


def _accept(session: Session, dossier: Dossier, deed: Deed) -> None:
    intake.accept(session, dossier, viewer=deed.viewer, now=deed.now)


def _give(session: Session, dossier: Dossier, deed: Deed) -> None:
    if deed.post_id is None:
        raise Invalid("step.not_a_colleague")
    routing.give_to(session, dossier, deed.node, post_id=deed.post_id, viewer=deed.viewer, now=deed.now)


def _forward(session: Session, dossier: Dossier, deed: Deed) -> None:
    graph = graph_of(dossier)
    act = graph[deed.node].act if deed.node in graph else None
    if act not in FORWARDED:
        raise Refused("batch.by_itself")
    if act is Act.APPROVE:
        _require_agreement(session, dossier)
    conclusion = "grant" if refusal.may_turn_down(graph, deed.node) else None
    steps.complete(session, dossier, deed.node, viewer=deed.viewer, now=deed.now, note=deed.note, conclusion=conclusion)
    if deed.post_id is not None and act is Act.ASSIGN:
        routing.give_opened_to(session, dossier, post_id=deed.post_id, viewer=deed.viewer, now=deed.now)


def _sign(session: Session, dossier: Dossier, deed: Deed) -> None:
    _require_agreement(session, dossier)
    decision.sign(
        session,
        dossier,
        deed.node,
        outcome=Outcome.GRANTED,
        viewer=deed.viewer,
        office=deed.office,
        now=deed.now,
    )


def _issue(session: Session, dossier: Dossier, deed: Deed) -> str | None:
    """Number what has no number yet, then issue: two acts, two units of work."""
    graph = graph_of(dossier)
    if deed.node in graph and graph[deed.node].act is Act.NUMBER:
        decision.number(session, dossier, deed.node, viewer=deed.viewer, now=deed.now)
        return min((key for key in moves.open_nodes(session, dossier) if graph[key].act is Act.ISSUE), default=None)
    decision.issue(session, dossier, deed.node, viewer=deed.viewer, office=deed.office, now=deed.now)
    return None


def _require_agreement(session: Session, dossier: Dossier) -> None:
    """Refuse where somebody has proposed to refuse, or an agency that was asked does not agree."""
    if moves.turned_down(session, dossier) is not None:
        raise Refused("batch.refusal_proposed")
    rows = session.execute(
        sa.select(DossierEvent.kind, DossierEvent.params)
        .where(
            DossierEvent.dossier_id == dossier.id,
            DossierEvent.kind.in_([EventKind.STEP_COMPLETED, EventKind.OPINION_GIVEN]),
        )
        .order_by(DossierEvent.version)
    )
    last = {
        (kind, params.get("node")): params["conclusion"]
        for kind, params in rows
        if params.get("conclusion") is not None
    }
    if "refuse" in last.values():
        raise Refused("batch.refusal_proposed")
    if "disagree" in last.values():
        raise Refused("batch.agency_disagrees")


_DEEDS: Mapping[ManyAct, Callable[[Session, Dossier, Deed], str | None]] = {
    ManyAct.ACCEPT: _accept,
    ManyAct.GIVE: _give,
    ManyAct.FORWARD: _forward,
    ManyAct.SIGN: _sign,
    ManyAct.ISSUE: _issue,
}
