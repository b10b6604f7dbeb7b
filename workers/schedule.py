"""The timetable of periodic work, on one screen.

Beat is only a metronome: every few seconds it sends a tick, and a worker that gets one writes whatever has
come due as ordinary jobs, one per slot (the slot is the dedupe key). A lost tick is made up by the next one,
two beats or ten workers make no second job, and a morning on which nothing ran is caught up when it runs.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import VIETNAM
from portal.foundation.outbox import Job, OutboxRow, enqueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Once a day, from `at` on the office's clock."""

    job: Job
    at: time

    def slot(self, now: datetime) -> datetime:
        """The latest moment, not after `now`, at which the job fell due."""
        local = now.astimezone(VIETNAM)
        today = datetime.combine(local.date(), self.at, VIETNAM)
        return today if today <= local else today - timedelta(days=1)


TIMETABLE = (
    Daily(job=Job.PUBLISH_SNAPSHOT, at=time(0, 15)),  # figures of the day that has ended (decision 23)
    Daily(job=Job.CLEAN_EXPIRED, at=time(3, 30)),
)


def enqueue_due(session: Session, *, now: datetime, timetable: tuple[Daily, ...] = TIMETABLE) -> list[str]:
    """Write a job for every slot that has come and has none; returns the dedupe keys of the new ones."""
    slots = {f"{entry.job.value}:{entry.slot(now):%Y-%m-%d}": entry for entry in timetable}
    known = set(session.scalars(sa.select(OutboxRow.dedupe_key).where(OutboxRow.dedupe_key.in_(slots))))
    missing = {key: entry for key, entry in slots.items() if key not in known}
    for key, entry in missing.items():
        payload = {"day": f"{entry.slot(now):%Y-%m-%d}"}
        enqueue(session, entry.job, payload, now=now, dedupe_key=key)
    return list(missing)
