"""Erasing: what the retention rules keep no longer, batch by batch, and the bytes nobody names any more."""

from datetime import timedelta

from config import settings
from portal.administration.actions import erasing
from portal.administration.models import Kept
from portal.foundation.jobs import database_now
from portal.foundation.outbox import Job
from portal.foundation.storage import storage_at
from portal.foundation.unit_of_work import unit_of_work
from workers.handlers import Work, handles_slowly

MOST_BATCHES = 200  # of one subject in one night; the rest goes the night after


@handles_slowly(Job.ERASE_EXPIRED, lease=timedelta(minutes=30))
def erase_expired(work: Work) -> None:
    """Each batch is kept for itself: a worker that dies between two has erased whole ones."""
    for subject in Kept:
        for _ in range(MOST_BATCHES):
            with unit_of_work() as session:
                erased = erasing.erase(session, subject, now=database_now(session))
            if not erased.rows:
                break
    with work.closing():
        pass


@handles_slowly(Job.ERASE_FILES)
def erase_files(work: Work) -> None:
    """After the rows are gone for good: only then can no page ask for the bytes any more."""
    with unit_of_work() as session:
        erasing.delete_bytes(session, storage_at(settings().storage_url), work.payload["keys"])
    with work.closing():
        pass
