"""A leader's recorded correction: an ended dossier goes back to work (decision 9). Its clock had never stopped."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.dossiers import moves
from portal.dossiers.capacity import require, staff_actor
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import tell_filers
from portal.dossiers.terms import Terms
from portal.foundation.errors import Invalid
from portal.foundation.outbox import Job, enqueue
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Action, Role


def reopen(
    session: Session, dossier: Dossier, to: str, *, reason: str, legal_ground: str, viewer: Viewer, now: datetime
) -> None:
    """Put a settled or returned dossier back to the step `to`: what was signed, numbered and issued is void.

    The filers are told why. Raises `Forbidden`, `Refused` or `Invalid`.
    """
    require(viewer, dossier, Action.REOPEN)
    if not reason.strip():
        raise Invalid("reopening.reason_missing", fields={"reason": "reopening.reason_missing"})
    if to not in ways_back(dossier):
        raise Invalid("reopening.no_way_back", fields={"to": "reopening.no_way_back"})
    words = {"reason": reason.strip(), "legal_ground": legal_ground.strip()}
    reopened = Happening(
        kind=EventKind.REOPENED_BY_CORRECTION,
        params={"to": to},
        texts={name: text for name, text in words.items() if text},
    )
    happenings = [reopened, *moves.open_at(session, dossier, to)]
    record(session, dossier, happenings, actor=staff_actor(viewer, dossier, Role.LEADER), now=now)
    tell_filers(session, dossier, NoticeKind.REOPENED, now=now)
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})
    enqueue(session, Job.RECHECK_BOOKINGS, {})  # nobody comes for a result that is void


def ways_back(dossier: Dossier) -> tuple[str, ...]:
    """Where a correction may begin: the signing, and the steps from which it may be sent back; nothing left out."""
    graph, truths = graph_of(dossier), Terms.from_json(dossier.terms).truths
    signing = [node for node in graph.order if node.act is Act.SIGN]
    keys = dict.fromkeys(key for node in signing for key in (*node.returns_to, node.key))
    return tuple(key for key in keys if graph[key].when is None or truths[str(graph[key].when)])
