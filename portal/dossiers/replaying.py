"""Replaying a dossier's history by the graphs it has lived under.

Nearly always that is one: the dossier is pinned to the version in force at filing. Where an administrator moved it to
a corrected version, the events before are read by the graph of the version before, and those after by the new one.
"""

from collections.abc import Iterable
from uuid import UUID

from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.catalogue.route import graph_of as graph_of_definition
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.foundation.database import sessions
from portal.workflow.events import Event, EventKind
from portal.workflow.graph import Graph
from portal.workflow.projection import Projection
from portal.workflow.replay import replay

VERSION_BEFORE = "version_before"
"""The param of a move that names the version the dossier was moved from."""


def replayed(dossier: Dossier, events: Iterable[Event], *, onto: Projection | None = None) -> Projection:
    """The present of the dossier after these events, its whole history in order; or those after `onto`.

    Raises `BrokenHistory`.
    """
    told = tuple(events)
    moves = [event for event in told if event.kind is EventKind.MOVED_TO_VERSION]
    if not moves:
        return replay(told, graph_of(dossier), onto=onto)
    first = str(moves[0].params[VERSION_BEFORE])
    later = {name: _graph(name, dossier.case_key) for name in {str(move.params["version"]) for move in moves}}
    return replay(told, _graph(first, dossier.case_key), later=later, onto=onto)


_graphs: dict[tuple[str, str], Graph] = {}


def _graph(version: str, case: str) -> Graph:
    """The graph of a version known only by its identifier; read in a session of its own, once per process."""
    key = (version, case)
    if key not in _graphs:
        with sessions()() as session:
            row = session.get_one(ProcedureVersion, UUID(version))
            _graphs[key] = graph_of_definition(definition_of(row), case)
    return _graphs[key]
