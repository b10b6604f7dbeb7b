"""Bookings at counters: those at times when the office does not work after all end, and their filers are told."""

from portal.deliveries import queries
from portal.deliveries.actions.counter import void_if_shut
from portal.foundation.jobs import database_now
from portal.foundation.outbox import Job
from portal.foundation.unit_of_work import unit_of_work
from workers.handlers import Work, handles_slowly


@handles_slowly(Job.RECHECK_BOOKINGS)
def recheck_bookings(work: Work) -> None:
    """Each booking in a transaction of its own: what a killed worker has done stays done, and done once."""
    with unit_of_work() as session:
        waiting = list(queries.standing_ahead(session, now=database_now(session)))
    for booking_id in waiting:
        with unit_of_work() as session:
            void_if_shut(session, booking_id, now=database_now(session))
    with work.closing():
        pass
