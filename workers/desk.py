"""The desk: acts on many dossiers, one after the other."""

from uuid import UUID

from config import settings
from portal.desk.actions import batches
from portal.foundation.errors import PortalError
from portal.foundation.jobs import database_now
from portal.foundation.outbox import Job
from portal.foundation.unit_of_work import unit_of_work
from portal.letters.printing import PrintingOffice
from workers.handlers import Work, handles_slowly


@handles_slowly(Job.ACT_ON_MANY)
def act_on_many(work: Work) -> None:
    """Some dossiers of a batch, each in a transaction of its own; what a killed worker has done stays done."""
    batch_id, office = UUID(work.payload["batch"]), PrintingOffice.of(settings())
    with unit_of_work() as session:
        numbers = batches.waiting(session, batch_id)
    for number in numbers:
        act_on(batch_id, number, office)
    with work.closing() as (session, now):
        batches.end_or_go_on(session, batch_id, now=now)


def act_on(batch_id: UUID, number: int, office: PrintingOffice) -> None:
    """One dossier: done, or the reason why not.

    What no verb foresaw is raised: the job is tried again, with this dossier last, and at last gives it up.
    """
    with unit_of_work() as session:
        goes_on = batches.begin(session, batch_id, number, now=database_now(session))
    while goes_on:
        try:
            with unit_of_work() as session:
                goes_on = batches.perform(session, batch_id, number, office=office, now=database_now(session))
        except PortalError as refused:
            with unit_of_work() as session:
                batches.give_up(session, batch_id, number, refused, now=database_now(session))
            return
