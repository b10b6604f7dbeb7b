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

    def key(self, now: datetime) -> str:
        """The dedupe key of the slot."""
        return f"{self.job.value}:{self.slot(now):%Y-%m-%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """Again and again, at whole multiples of `minutes` since midnight of the office's clock."""

    job: Job
    minutes: int

    def slot(self, now: datetime) -> datetime:
        """The latest such moment, not after `now`."""
        local = now.astimezone(VIETNAM)
        past = (local.hour * 60 + local.minute) % self.minutes
        return local.replace(second=0, microsecond=0) - timedelta(minutes=past)

    def key(self, now: datetime) -> str:
        """The dedupe key of the slot."""
        return f"{self.job.value}:{self.slot(now):%Y-%m-%dT%H:%M}"


Entry = Daily | Every

TIMETABLE: tuple[Entry, ...] = (
    Daily(job=Job.PUBLISH_SNAPSHOT, at=time(0, 15)),  # figures of the day that has ended (decision 23)
    Daily(job=Job.LEARN_EFFORT, at=time(2, 30)),
    Daily(job=Job.CLEAN_EXPIRED, at=time(3, 30)),
    Daily(job=Job.ERASE_EXPIRED, at=time(4, 0)),  # by the retention rules in force
    Daily(job=Job.CHECK_CERTIFICATES, at=time(5, 0)),  # of seals and signatures, before they expire
    Every(job=Job.CHECK_PAYMENTS, minutes=10),  # attempts whose notification may have been lost
    Daily(job=Job.PLACE_STEPS, at=time(6, 30)),  # those who were away yesterday are back
    Daily(job=Job.SEND_DIGESTS, at=time(7, 0)),  # for those who want their notices once a day
    Daily(job=Job.MAIL_FIGURES, at=time(7, 0)),  # daily views, and on Mondays weekly ones
)


def enqueue_due(session: Session, *, now: datetime, timetable: tuple[Entry, ...] = TIMETABLE) -> list[str]:
    """Write a job for every slot that has come and has none; returns the dedupe keys of the new ones."""
    slots = {entry.key(now): entry for entry in timetable}
    known = set(session.scalars(sa.select(OutboxRow.dedupe_key).where(OutboxRow.dedupe_key.in_(slots))))
    missing = {key: entry for key, entry in slots.items() if key not in known}
    for key, entry in missing.items():
        payload = {"day": f"{entry.slot(now):%Y-%m-%d}"}
        enqueue(session, entry.job, payload, dedupe_key=key)
    return list(missing)
