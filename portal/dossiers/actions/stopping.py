"""Closing a dossier without a decision: not supplied in time, unpaid, or for a ground of administration (Form 05)."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.clock.zone import office_day
from portal.dossiers.actions import payment
from portal.dossiers.actions.supplement import open_request
from portal.dossiers.capacity import require, staff_actor
from portal.dossiers.models import Dossier
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import tell_filers, write_letter
from portal.foundation.errors import Forbidden, Refused
from portal.letters.contents import LetterKind
from portal.notices.kinds import NoticeKind
from portal.payments.kinds import Ending
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Action, Role, StopReason, TransitionRefused, step

OFFERED = (StopReason.NOT_SUPPLIED, StopReason.UNPAID, StopReason.CLOSED_ADMINISTRATIVELY)
"""What an officer stops a dossier for; a withdrawal is answered, not stopped."""


def stop(session: Session, dossier: Dossier, *, ground: StopReason, reason: str, viewer: Viewer, now: datetime) -> None:
    """Stop the dossier, have Form 05 written, and tell the filers.

    As not supplied only after the last day for the answer. Raises Forbidden or Refused as the lifecycle's table says.
    """
    capacity = require(viewer, dossier, Action.STOP)
    if not isinstance(capacity, Role):
        raise Forbidden("dossier.role_may_not")
    _require_ground(dossier, ground, capacity)
    if ground is StopReason.NOT_SUPPLIED and not _is_overdue(session, dossier, now):
        raise Refused("supplement.not_over_yet")
    texts = {"reason": reason.strip()} if reason.strip() else {}
    stopped = Happening(kind=EventKind.STOPPED, params={"reason": ground.value}, texts=texts)
    record(session, dossier, [stopped], actor=staff_actor(viewer, dossier, capacity), now=now)
    ending = Ending.WITHDRAWN_BEFORE_ACCEPTANCE if dossier.accepted_at is None else Ending.ENDED_WITHOUT_DECISION
    payment.give_back(session, dossier, ending, now=now)
    write_letter(session, dossier, LetterKind.STOP, event_version=dossier.version)
    tell_filers(session, dossier, NoticeKind.STOPPED, now=now)


def grounds(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> tuple[StopReason, ...]:
    """On which grounds the viewer may stop the dossier now; none where they may not at all."""
    found = []
    for ground in OFFERED:
        try:
            capacity = require(viewer, dossier, Action.STOP)
            if isinstance(capacity, Role):
                _require_ground(dossier, ground, capacity)
                found.append(ground)
        except (Forbidden, Refused):
            continue
    if StopReason.NOT_SUPPLIED in found and not _is_overdue(session, dossier, now):
        found.remove(StopReason.NOT_SUPPLIED)
    return tuple(found)


def _require_ground(dossier: Dossier, ground: StopReason, capacity: Role) -> None:
    accepted, opened = dossier.accepted_at is not None, dossier.opened_by_office_at is not None
    try:
        step(dossier.state, Action.STOP, accepted=accepted, by=capacity, opened=opened, reason=ground)
    except TransitionRefused as refused:
        raise Refused(f"dossier.{refused.code.value}") from refused


def _is_overdue(session: Session, dossier: Dossier, now: datetime) -> bool:
    request = open_request(session, dossier.id)
    return request is not None and office_day(now) > request.answer_due_on
