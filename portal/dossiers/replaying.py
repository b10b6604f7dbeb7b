"""Replaying a dossier's history by the graphs it has lived under.

Nearly always that is one: the dossier is pinned to the version in force at filing. Where an administrator moved it to
a corrected version, the events before are read by the graph of the version before, and those after by the new one.
"""

from collections.abc import Iterable
from uuid import UUID

from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.catalogue.route import graph_of as graph_of_definition
from portal.dossiers import deadlines
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


def dates_at(dossier: Dossier, events: Iterable[Event], version: int) -> deadlines.Dates:
    """The dates as they were known right after an event: what a letter written for it may say, whenever it is written.

    `events` are the whole history. Later pauses, extensions and calendars are left out.
    """
    return deadlines.of(dossier, replayed(dossier, [event for event in events if event.version <= version]))


def definition_at(definition: Definition, events: Iterable[Event], version: int) -> Definition:
    """The definition an event of this version was made by: steps are called as they were called then.

    `definition` is the one the dossier goes by now.
    """
    before = _version_before(events, version)
    return definition if before is None else _known(before)


def graph_at(dossier: Dossier, events: Iterable[Event], version: int) -> Graph:
    """The graph an event of this version was made by; a step done then need not be in the one of today."""
    before = _version_before(events, version)
    return graph_of(dossier) if before is None else _graph(before, dossier.case_key)


def _version_before(events: Iterable[Event], version: int) -> str | None:
    """The version of the procedure from which the dossier was next moved after this event; None: never since."""
    moves = (one for one in events if one.kind is EventKind.MOVED_TO_VERSION and one.version > version)
    after = next(moves, None)
    return None if after is None else str(after.params[VERSION_BEFORE])


_definitions: dict[str, Definition] = {}
_graphs: dict[tuple[str, str], Graph] = {}


def _graph(version: str, case: str) -> Graph:
    """The graph of a version known only by its identifier."""
    key = (version, case)
    if key not in _graphs:
        _graphs[key] = graph_of_definition(_known(version), case)
    return _graphs[key]


def _known(version: str) -> Definition:
    """The definition of a version known only by its identifier; read in a session of its own, once per process."""
    if version not in _definitions:
        with sessions()() as session:
            _definitions[version] = definition_of(session.get_one(ProcedureVersion, UUID(version)))
    return _definitions[version]
