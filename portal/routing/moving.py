"""What becomes of a running dossier under a corrected version of its procedure. Pure: nothing is read or written.

The dossier goes on from where it stands, so every open step must be there in the new version as the same work. The
limit of the law is the new version's; what was promised on the receipt stays.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from portal.dossiers import deadlines
from portal.dossiers.replaying import VERSION_BEFORE
from portal.dossiers.terms import Terms
from portal.workflow.events import Event, EventKind, Param
from portal.workflow.graph import Graph
from portal.workflow.lifecycle import OPEN
from portal.workflow.projection import Projection
from portal.workflow.replay import BrokenHistory, replay


class Obstacle(enum.StrEnum):
    """Why a dossier cannot go on by the corrected version."""

    ENDED = "ended"
    CASE_GONE = "case_gone"
    STEP_GONE = "step_gone"
    STEP_DIFFERS = "step_differs"
    STEPS_IN_LINE = "steps_in_line"
    STAYS_LATE = "stays_late"
    ANSWERS_GONE = "answers_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One dossier under the corrected version. With an obstacle nothing else is known but where it stands.

    `old_due_at` and `new_due_at` are the limits of the law. `added` are steps of the new version that are still to
    come and were not there before, `left_out` those it has passed by without doing them.
    """

    standing: frozenset[str]
    obstacle: Obstacle | None = None
    old_due_at: datetime | None = None
    new_due_at: datetime | None = None
    added: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def moves_date(self) -> bool:
        return self.old_due_at != self.new_due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """From which version to which, by their identifiers, with the graphs of the dossier's case. `new` None: no case."""

    old_id: str
    new_id: str
    old: Graph
    new: Graph | None

    @property
    def params(self) -> Mapping[str, Param]:
        """What the event says."""
        return {VERSION_BEFORE: self.old_id, "version": self.new_id}


def outlook(
    present: Projection, versions: Versions, *, terms: Terms, corrected: Terms | None, now: datetime
) -> Outlook:
    """What the move would mean at this moment; `corrected` are the terms afterwards (None: the answers are gone)."""
    standing = present.standing
    obstacle = _obstacle(present, versions)
    if obstacle is None and corrected is None:
        obstacle = Obstacle.ANSWERS_GONE
    if obstacle is not None or corrected is None or versions.new is None:
        return Outlook(standing=standing, obstacle=obstacle)
    old_due = new_due = None
    if present.accepted_at is not None:
        at = max(now, present.last_at)
        old_due = deadlines.statutory_of(present, terms, now=at).due_at
        new_due = deadlines.statutory_of(present, corrected, now=at).due_at
        if old_due < at and new_due > old_due:
            return Outlook(standing=standing, obstacle=Obstacle.STAYS_LATE, old_due_at=old_due)
    unknown = [node.key for node in versions.new.nodes if node.key not in versions.old]
    passed = versions.new.behind(standing) if standing else frozenset[str]()
    return Outlook(
        standing=standing,
        old_due_at=old_due,
        new_due_at=new_due,
        added=tuple(key for key in unknown if key not in passed),
        left_out=tuple(key for key in unknown if key in passed),
    )


def _obstacle(present: Projection, versions: Versions) -> Obstacle | None:
    if present.state not in OPEN:
        return Obstacle.ENDED
    graph = versions.new
    if graph is None:
        return Obstacle.CASE_GONE
    kept = present.standing | ({present.turned_down_at} if present.turned_down_at else frozenset())
    if any(key not in graph for key in kept):
        return Obstacle.STEP_GONE
    for key in kept:
        before, after = versions.old[key], graph[key]
        if (before.act, before.role, before.agency) != (after.act, after.role, after.agency):
            return Obstacle.STEP_DIFFERS
    if present.standing & graph.ahead_of(present.standing):
        return Obstacle.STEPS_IN_LINE
    return None if _can_be_told(present, versions, graph) else Obstacle.STEP_DIFFERS


def _can_be_told(present: Projection, versions: Versions, graph: Graph) -> bool:
    """Whether the history may go on with the move: the replay has the last word."""
    event = Event(
        dossier_id=present.dossier_id,
        version=present.version + 1,
        kind=EventKind.MOVED_TO_VERSION,
        at=present.last_at,
        params=versions.params,
    )
    try:
        replay([event], versions.old, later={versions.new_id: graph}, onto=replace(present))
    except BrokenHistory:
        return False
    return True
