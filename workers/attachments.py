"""Attachments: scanning what was uploaded."""

from datetime import timedelta
from uuid import UUID

from config import settings
from portal.attachments import actions, queries, scanner
from portal.foundation.outbox import Job
from portal.foundation.storage import storage_at
from portal.foundation.unit_of_work import unit_of_work
from workers.handlers import Work, handles_slowly


@handles_slowly(Job.SCAN_ATTACHMENT, lease=timedelta(minutes=3))
def scan_attachment(work: Work) -> None:
    """Ask the scanner without holding locks. While it is down the file stays "not scanned" and is tried again."""
    attachment_id, clamd_url = UUID(work.payload["attachment_id"]), settings().clamd_url
    with unit_of_work() as session:
        attachment = queries.one(session, attachment_id)
    state = None
    if attachment is not None and clamd_url is not None:
        state = scanner.scan(storage_at(settings().storage_url).pieces(attachment.storage_key), clamd_url)
    with work.closing() as (session, _now):
        if state is not None:
            actions.record_scan(session, attachment_id, state)
