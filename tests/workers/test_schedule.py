"""The timetable: each slot once, none forgotten."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import VIETNAM
from portal.foundation.outbox import Job, OutboxRow
from workers.schedule import TIMETABLE, Daily, enqueue_due

NIGHTLY = (Daily(job=Job.CLEAN_EXPIRED, at=time(3, 30)),)


def office(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-24 03:30:00", "2026-11-24 03:30"),
        ("2026-11-24 03:29:59", "2026-11-23 03:30"),
        ("2026-11-24 23:59:59", "2026-11-24 03:30"),
        ("2027-01-01 00:00:00", "2026-12-31 03:30"),
    ],
)
def test_the_slot_is_the_latest_moment_that_has_come_on_the_offices_clock(now: str, slot: str) -> None:
    assert NIGHTLY[0].slot(office(now)) == office(slot)


def test_a_slot_gets_one_job_however_many_ticks_there_are(session: Session) -> None:
    now = office("2026-11-24 09:00")
    first = enqueue_due(session, now=now, timetable=NIGHTLY)
    again = enqueue_due(session, now=now + timedelta(hours=10), timetable=NIGHTLY)
    next_day = enqueue_due(session, now=now + timedelta(days=1), timetable=NIGHTLY)

    assert (first, again, next_day) == (["clean_expired:2026-11-24"], [], ["clean_expired:2026-11-25"])
    payloads = session.scalars(sa.select(OutboxRow.payload).order_by(OutboxRow.id)).all()
    assert payloads == [{"day": "2026-11-24"}, {"day": "2026-11-25"}]


def test_a_job_of_the_timetable_appears_in_it_once() -> None:
    assert len({entry.job for entry in TIMETABLE}) == len(TIMETABLE)
