"""Movements through the procedure's graph, told as happenings: what closes, what opens, at which agency."""

from collections.abc import Iterable, Mapping
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.queries.succession import open_agencies
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.record import Happening, history
from portal.dossiers.replaying import replayed
from portal.dossiers.terms import Terms
from portal.foundation.errors import Refused
from portal.workflow import graph as graphs
from portal.workflow import refusal
from portal.workflow.events import EventKind
from portal.workflow.graph import Act, Graph, MoveRefused, StepOutcome
from portal.workflow.narration import Told, tell, tell_start

OPENING = frozenset({EventKind.STEP_OPENED, EventKind.OPINION_REQUESTED})


def start(session: Session, dossier: Dossier) -> list[Happening]:
    """The first steps of the dossier's graph."""
    graph = graph_of(dossier)
    opened = graphs.start(graph, Terms.from_json(dossier.terms).truths)
    return _happenings(session, dossier, graph, tell_start(opened))


def open_at(session: Session, dossier: Dossier, node: str) -> list[Happening]:
    """The opening of one step, for a dossier that is put back there."""
    graph = graph_of(dossier)
    return _happenings(session, dossier, graph, tell_start((graph[node],)))


def complete_intake(session: Session, dossier: Dossier) -> list[Happening]:
    """Leave the intake step, where the graph has one: accepting is doing it."""
    graph = graph_of(dossier)
    standing = open_nodes(session, dossier)
    intake = next((key for key in standing if graph[key].act is Act.INTAKE), None)
    return [] if intake is None else advance(session, dossier, intake)


def advance(
    session: Session,
    dossier: Dossier,
    node: str,
    *,
    outcome: StepOutcome = StepOutcome.DONE,
    back_to: str | None = None,
    closing: Happening | None = None,
    standing: frozenset[str] | None = None,
    turned_down_at: str | None = None,
) -> list[Happening]:
    """Leave an open node. `closing` carries what the closing event has to say beside the node it is about.

    `standing` is where the dossier stands if it stands at a stop for payment, which nobody holds. `turned_down_at`
    is the step where a refusal has been proposed by now (None: it is asked of the history).
    """
    at = turned_down(session, dossier) or turned_down_at
    graph = refusal.way_of(graph_of(dossier), at)
    truths = refusal.truths_on(Terms.from_json(dossier.terms).truths)
    try:
        here = open_nodes(session, dossier) if standing is None else standing
        movement = graphs.complete(graph, here, node, outcome, truths, back_to=back_to)
    except MoveRefused as refused:
        raise Refused(f"step.{refused.code}") from refused
    happenings = _happenings(session, dossier, graph, tell(movement))
    if closing is not None:
        first = happenings[0]
        happenings[0] = Happening(
            kind=first.kind,
            params={**closing.params, **first.params},
            texts=closing.texts,
            data=closing.data,
        )
    return happenings


def turned_down(session: Session, dossier: Dossier) -> str | None:
    """The step where the dossier was turned down, if it was; without a stop for payment that makes no difference."""
    graph = graph_of(dossier)
    if all(node.act is not Act.PAY for node in graph.nodes):
        return None
    return replayed(dossier, history(session, dossier.id)).turned_down_at


def open_nodes(session: Session, dossier: Dossier) -> frozenset[str]:
    """Where the dossier stands in its graph."""
    statement = sa.select(DossierStep.node_key).where(
        DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None)
    )
    return frozenset(session.scalars(statement))


def _happenings(session: Session, dossier: Dossier, graph: Graph, told: Iterable[Told]) -> list[Happening]:
    told = tuple(told)
    keys = {graph[str(one.params["node"])].agency for one in told if one.kind in OPENING}
    named = open_agencies(session, keys - {"competent", "intake"})
    place = partial(_agency_of, dossier, named)
    return [
        Happening(
            kind=one.kind,
            params={**one.params, "agency": place(graph[str(one.params["node"])].agency)}
            if one.kind in OPENING
            else one.params,
        )
        for one in told
    ]


def _agency_of(dossier: Dossier, named: Mapping[str, UUID], selector: str) -> str | None:
    if selector == "competent":
        return None if dossier.agency_id is None else str(dossier.agency_id)
    if selector == "intake":
        return str(dossier.intake_agency_id)
    return str(named[selector])
