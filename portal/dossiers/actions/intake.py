"""At the counter: look at what was filed, accept it or refuse it (within eight working hours)."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.dossiers import moves
from portal.dossiers.actions import payment
from portal.dossiers.capacity import require, staff_actor
from portal.dossiers.models import Dossier
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import tell_filers, write_letter
from portal.foundation.errors import Invalid, Refused
from portal.foundation.outbox import Job, enqueue
from portal.letters.contents import LetterKind
from portal.notices.kinds import NoticeKind
from portal.payments.kinds import Ending
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Action, Role, State


def note_opened(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """Record that the office has opened the dossier: from now on the filer can no longer correct it."""
    if dossier.opened_by_office_at is not None or dossier.state is not State.FILED:
        return
    actor = staff_actor(viewer, dossier, Role.ONE_STOP)
    record(session, dossier, [Happening(kind=EventKind.OPENED_BY_OFFICE)], actor=actor, now=now)


def accept(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """Accept the dossier: the statutory clock starts, Form 01 is written, the first steps open.

    The intake step itself is done by accepting; what follows it is assigned by the routing job.
    """
    require(viewer, dossier, Action.ACCEPT)
    if dossier.agency_id is None:
        raise Refused("dossier.not_routed_yet")
    actor = staff_actor(viewer, dossier, Role.ONE_STOP)
    happenings = [Happening(kind=EventKind.ACCEPTED), *moves.start(session, dossier)]
    record(session, dossier, happenings, actor=actor, now=now)
    version = dossier.version
    intake_done = moves.complete_intake(session, dossier)
    if intake_done:
        record(session, dossier, intake_done, actor=actor, now=now)
    payment.bill_at_intake(session, dossier, now=now)
    write_letter(session, dossier, LetterKind.RECEIPT, event_version=version)
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})
    tell_filers(session, dossier, NoticeKind.ACCEPTED, now=now)


def refuse_intake(
    session: Session,
    dossier: Dossier,
    *,
    viewer: Viewer,
    reason: str,
    legal_ground: str,
    now: datetime,
    managed_reason: str = "",
) -> None:
    """Refuse the dossier at the counter with a reason (Form 03); it ends here.

    `managed_reason` is the key of the one the office has agreed on, for the figures.
    """
    require(viewer, dossier, Action.REFUSE_INTAKE)
    if not reason.strip():
        raise Invalid("intake.reason_missing", fields={"reason": "reason_missing"})
    actor = staff_actor(viewer, dossier, Role.ONE_STOP)
    refused = Happening(
        kind=EventKind.REFUSED_INTAKE,
        params={"managed_reason": managed_reason} if managed_reason else {},
        texts={"reason": reason.strip(), "legal_ground": legal_ground.strip()},
    )
    record(session, dossier, [refused], actor=actor, now=now)
    write_letter(session, dossier, LetterKind.REFUSAL_OF_INTAKE, event_version=dossier.version)
    payment.give_back(session, dossier, Ending.NOT_ACCEPTED, now=now)
    tell_filers(session, dossier, NoticeKind.NOT_ACCEPTED, now=now)
