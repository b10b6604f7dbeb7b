"""Form 04: the agency cannot keep the promised day, says why, and promises another one. Once for a dossier.

Source: Decree 61/2018/NĐ-CP, Art. 19 (text not verified). Only the promise moves; the date by law never does.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.viewer import HeldPost, Viewer
from portal.calendars.queries import edition
from portal.catalogue.queries import definition_of
from portal.catalogue.steps import LetterKind as OwnWords
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import tell_filers, write_letter
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.letters.contents import LetterKind
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import CLOCK_RUNNING, Role


def extend(
    session: Session, dossier: Dossier, *, new_promised_on: date, reason: str, viewer: Viewer, now: datetime
) -> None:
    """Apologise and promise another day: the promised date moves, Form 04 is written, the filers are told.

    The viewer must hold the post that approves letters of apology here. Raises `Forbidden`; `Refused` where the
    dossier waits or has ended, or has been given another day before; `Invalid` for a day that is no promise.
    """
    post = approving_post(dossier, viewer)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    check(dossier, new_promised_on=new_promised_on, reason=reason, now=now)
    words = {"reason": reason.strip()}
    extended = Happening(kind=EventKind.EXTENDED, params={"until": new_promised_on.isoformat()}, texts=words)
    record(session, dossier, [extended], actor=post.actor, now=now)
    write_letter(session, dossier, LetterKind.APOLOGY, event_version=dossier.version)
    tell_filers(session, dossier, NoticeKind.PROMISE_MOVED, now=now)


def check(dossier: Dossier, *, new_promised_on: date, reason: str, now: datetime) -> None:
    """Whether this day could be promised now; who may do so is asked elsewhere."""
    if dossier.state not in CLOCK_RUNNING or dossier.promised_due_at is None:
        raise Refused("step.dossier_waits")
    if not reason.strip():
        raise Invalid("extension.reason_missing", fields={"reason": "extension.reason_missing"})
    if new_promised_on <= max(office_day(dossier.promised_due_at), office_day(now)):
        raise Invalid("extension.day_too_early", fields={"new_day": "extension.day_too_early"})
    calendar = edition(dossier.calendar_hash).hours_of(dossier.agency_id)
    if not calendar.is_working_day(new_promised_on):
        raise Invalid("extension.day_off", fields={"new_day": "extension.day_off"})


def approvals_of(dossier: Dossier) -> tuple[Role, ...]:
    """Who approves a letter of apology, in order: data of the procedure, by default the head (decision 11)."""
    letters = definition_of(dossier.procedure).letters
    own = next((letter for letter in letters if letter.kind == OwnWords.APOLOGY), None)
    return own.approvals if own is not None and own.approvals else (Role.HEAD,)


def approving_post(dossier: Dossier, viewer: Viewer) -> HeldPost | None:
    """The viewer's post that gives the last approval; a leader may wherever the head may."""
    last = approvals_of(dossier)[-1]
    roles = (last, Role.LEADER) if last is Role.HEAD else (last,)
    found = (viewer.post_for(dossier.agency_id, role) for role in roles)
    return next((post for post in found if post is not None), None)


def proposing_post(dossier: Dossier, viewer: Viewer) -> HeldPost | None:
    """The viewer's post that may put a new day before whoever approves last."""
    found = (viewer.post_for(dossier.agency_id, role) for role in approvals_of(dossier)[:-1])
    return next((post for post in found if post is not None), None)
