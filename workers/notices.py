"""Notices: delivering them through their channels."""

from datetime import timedelta
from uuid import UUID

from config import settings
from portal.foundation.outbox import Job
from portal.notices.delivery import deliver
from workers.handlers import Work, handles_slowly


@handles_slowly(Job.SEND_NOTICE, lease=timedelta(minutes=3))
def send_notice(work: Work) -> None:
    told = work.payload
    deliver(
        settings(),
        dossier_id=UUID(told["dossier_id"]),
        event_version=int(told["event_version"]),
        kind=str(told["kind"]),
    )
    with work.closing():
        pass
