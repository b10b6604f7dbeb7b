"""An administrator moves a running dossier to a corrected version of its procedure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.viewer import Viewer
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.models import Dossier
from portal.dossiers.queries import locked
from portal.dossiers.record import Happening, history, record
from portal.foundation.errors import Forbidden, NotFound, Refused
from portal.foundation.outbox import Job, enqueue
from portal.routing.queries import moving
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role


def move(
    session: Session, dossier_id: UUID, target: ProcedureVersion, *, reason: str, viewer: Viewer, now: datetime
) -> Dossier:
    """Let the dossier go on by the target: one event with both versions, one audit row, dates counted anew.

    Raises `Refused` with the obstacle where it cannot.
    """
    post = next((post for post in viewer.posts if post.role is Role.ADMINISTRATOR), None)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    dossier = locked(session, dossier_id)
    if dossier is None or dossier.procedure.code != target.code:
        raise NotFound("dossier.not_found")
    if dossier.procedure_version_id == target.id:
        raise Refused("moving.already_there")
    answers = moving.latest_answers(session, dossier.id)
    found = moving.look(dossier, history(session, dossier.id), answers, target, now=now)
    if found.obstacle is not None:
        raise Refused(f"moving.{found.obstacle.value}")
    versions, before = moving.versions_of(dossier, target), dict(_kept(dossier))
    corrected = moving.corrected_terms(dossier, answers or {}, target)
    assert corrected is not None  # noqa: S101 - without its case there would be an obstacle
    dossier.terms = corrected.to_json()
    moved = Happening(kind=EventKind.MOVED_TO_VERSION, params=versions.params, texts={"reason": reason})
    record(session, dossier, [moved], actor=post.actor, now=now)
    audit.record(
        session,
        "routing.move_to_version",
        f"dossier:{dossier.code}",
        by=viewer.person_id,
        now=now,
        before=before,
        after={**dict(_kept(dossier)), "reason": reason},
    )
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})  # the moments of its steps move with it
    return dossier


def _kept(dossier: Dossier) -> Iterator[tuple[str, object]]:
    """What an audit row keeps of the dossier: the version, and its dates as ISO texts in UTC."""
    yield "version", dossier.procedure.number
    for name in ("statutory_due_at", "promised_due_at"):
        value: datetime | None = getattr(dossier, name)
        yield name, None if value is None else value.astimezone(UTC).isoformat()
