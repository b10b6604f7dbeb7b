"""Taking a dossier back: at once before intake, with the head's consent after it."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.dossiers.actions import payment
from portal.dossiers.capacity import require, staff_actor
from portal.dossiers.models import Dossier
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import tell_filers, write_letter
from portal.foundation.errors import Forbidden
from portal.letters.contents import LetterKind
from portal.notices.kinds import NoticeKind
from portal.payments.kinds import Ending
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Action, Role, StopReason


def withdraw(session: Session, dossier: Dossier, *, viewer: Viewer, reason: str, now: datetime) -> None:
    """Before intake the dossier ends at once; after it, this asks the office, which consents or declines."""
    texts = {"reason": reason.strip()} if reason.strip() else {}
    if dossier.accepted_at is None:
        require(viewer, dossier, Action.WITHDRAW)
        taken_back = Happening(kind=EventKind.STOPPED, params={"reason": StopReason.WITHDRAWN.value}, texts=texts)
        record(session, dossier, [taken_back], actor=viewer.actor, now=now)
        payment.give_back(session, dossier, Ending.WITHDRAWN_BEFORE_ACCEPTANCE, now=now)
        tell_filers(session, dossier, NoticeKind.WITHDRAWN, now=now)
        return
    require(viewer, dossier, Action.REQUEST_WITHDRAWAL)
    asked = Happening(kind=EventKind.WITHDRAWAL_REQUESTED, texts=texts)
    record(session, dossier, [asked], actor=viewer.actor, now=now)


def decide(session: Session, dossier: Dossier, *, grant: bool, viewer: Viewer, now: datetime, reason: str = "") -> None:
    """Consent to the withdrawal (the dossier stops, Form 05) or decline it with a reason (the work goes on)."""
    action = Action.GRANT_WITHDRAWAL if grant else Action.DECLINE_WITHDRAWAL
    capacity = require(viewer, dossier, action)
    if not isinstance(capacity, Role):
        raise Forbidden("dossier.role_may_not")
    kind = EventKind.WITHDRAWAL_GRANTED if grant else EventKind.WITHDRAWAL_DECLINED
    actor = staff_actor(viewer, dossier, capacity)
    texts = {"reason": reason.strip()} if reason.strip() else {}
    record(session, dossier, [Happening(kind=kind, texts=texts)], actor=actor, now=now)
    if grant:
        payment.give_back(session, dossier, Ending.ENDED_WITHOUT_DECISION, now=now)
        write_letter(session, dossier, LetterKind.STOP, event_version=dossier.version)
        tell_filers(session, dossier, NoticeKind.WITHDRAWN, now=now)
