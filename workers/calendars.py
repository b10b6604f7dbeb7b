"""Calendars: open dossiers follow an administrator's new one, batch by batch."""

from uuid import UUID

from portal.calendars.models import CalendarEdition
from portal.calendars.queries import edition
from portal.foundation.jobs import database_now
from portal.foundation.outbox import Job, enqueue
from portal.foundation.unit_of_work import unit_of_work
from portal.rescheduling import queries
from portal.rescheduling.actions import recount
from workers.handlers import Work, handles_slowly


@handles_slowly(Job.APPLY_CALENDAR)
def apply_calendar(work: Work) -> None:
    """One batch, each dossier in a transaction of its own; what a killed worker has done stays done.

    The next batch is a job of its own, written with the closing of this one. An edition that has been overtaken
    leaves the dossiers to the job of the newer one.
    """
    number, after = int(work.payload["edition"]), work.payload.get("after")
    with unit_of_work() as session:
        made, now = session.get_one(CalendarEdition, number), database_now(session)
        is_in_force = session.get(CalendarEdition, number + 1) is None
        moves, next_after = (
            queries.batch(session, edition(made.content_hash), now=now, after=UUID(after) if after else None)
            if is_in_force
            else ([], None)
        )
        session.expunge_all()
    for move in moves:
        with unit_of_work() as session:
            recount(session, move.dossier_id, made, now=database_now(session))
    with work.closing() as (session, _):
        if next_after is not None:
            payload = {"edition": number, "after": str(next_after)}
            enqueue(session, Job.APPLY_CALENDAR, payload, dedupe_key=f"apply_calendar:{number}:{next_after}")
        else:
            enqueue(session, Job.RECHECK_BOOKINGS, {}, dedupe_key=f"recheck_bookings:{number}")
