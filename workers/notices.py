"""Notices: delivering them through their channels."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from config import settings
from portal.dossiers.telling import walk_in_notice
from portal.foundation.outbox import Job
from portal.foundation.unit_of_work import unit_of_work
from portal.notices.actions import tell_of_account
from portal.notices.delivery import deliver, deliver_one, deliver_outside
from portal.notices.digest import deliver_digests
from portal.notices.kinds import NoticeKind
from workers.handlers import Work, handles_slowly


@handles_slowly(Job.SEND_NOTICE, lease=timedelta(minutes=3))
def send_notice(work: Work) -> None:
    told = work.payload
    if "person_id" in told:  # asked for by the accounts, which know no notices
        with work.closing() as (session, now):
            kind, person_id = NoticeKind(told["kind"]), UUID(told["person_id"])
            tell_of_account(session, kind, person_id=person_id, params=told["params"], now=now)
        return
    if "notice_id" in told:
        deliver_one(settings(), UUID(told["notice_id"]))
        with work.closing():
            return
    if "walk_in_id" in told:  # whoever stood at a counter has no account: a mail is all they get
        with unit_of_work() as session:
            waiting = walk_in_notice(session, told, now=datetime.now(UTC))
        if waiting is not None:
            deliver_outside(settings(), waiting)
        with work.closing():
            return
    deliver(
        settings(),
        dossier_id=UUID(told["dossier_id"]),
        event_version=int(told["event_version"]),
        kind=str(told["kind"]),
    )
    with work.closing():
        pass


@handles_slowly(Job.SEND_DIGESTS, lease=timedelta(minutes=15))
def send_digests(work: Work) -> None:
    """The mail of the day. Tried again it sends only what has not gone out."""
    deliver_digests(settings())
    with work.closing():
        pass
