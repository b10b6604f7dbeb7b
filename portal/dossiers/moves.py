"""Movements through the procedure's graph, told as happenings: what closes, what opens, at which agency."""

from collections.abc import Iterable, Mapping
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.record import Happening
from portal.dossiers.terms import Terms
from portal.foundation.errors import Refused
from portal.workflow import graph as graphs
from portal.workflow.events import EventKind
from portal.workflow.graph import Act, Graph, MoveRefused, StepOutcome
from portal.workflow.narration import Told, tell, tell_start

OPENING = frozenset({EventKind.STEP_OPENED, EventKind.OPINION_REQUESTED})


def start(session: Session, dossier: Dossier) -> list[Happening]:
    """The first steps of the dossier's graph."""
    graph = graph_of(dossier)
    opened = graphs.start(graph, Terms.from_json(dossier.terms).truths)
    return _happenings(session, dossier, graph, tell_start(opened))


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
) -> list[Happening]:
    """Leave an open node. `closing` carries what the closing event has to say beside the node it is about."""
    graph = graph_of(dossier)
    truths = Terms.from_json(dossier.terms).truths
    try:
        movement = graphs.complete(graph, open_nodes(session, dossier), node, outcome, truths, back_to=back_to)
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


def open_nodes(session: Session, dossier: Dossier) -> frozenset[str]:
    """Where the dossier stands in its graph."""
    statement = sa.select(DossierStep.node_key).where(
        DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None)
    )
    return frozenset(session.scalars(statement))


def _happenings(session: Session, dossier: Dossier, graph: Graph, told: Iterable[Told]) -> list[Happening]:
    told = tuple(told)
    keys = {graph[str(one.params["node"])].agency for one in told if one.kind in OPENING}
    named = _agencies(session, keys - {"competent", "intake"})
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


def _agencies(session: Session, keys: Iterable[str]) -> dict[str, UUID]:
    wanted = sorted(keys)
    if not wanted:
        return {}
    rows = session.execute(sa.select(Agency.key, Agency.id).where(Agency.key.in_(wanted)))
    return dict(rows.all())
