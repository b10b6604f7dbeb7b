"""The desk: acts on many dossiers, one after the other."""

import time
from uuid import UUID

from config import settings
from portal.desk.actions import batches
from portal.foundation.errors import PortalError
from portal.foundation.jobs import database_now
from portal.foundation.outbox import Job
from portal.foundation.unit_of_work import unit_of_work
from portal.letters.printing import PrintingOffice
from workers.handlers import Work, handles_slowly

LONGEST_STRETCH_SECONDS = 5
"""After that the rest is left to the next job: where a service seals each paper, a batch takes longer than a lease."""


@handles_slowly(Job.ACT_ON_MANY)
def act_on_many(work: Work) -> None:
    """Some dossiers of a batch, each in a transaction of its own; what a killed worker has done stays done."""
    batch_id, office = UUID(work.payload["batch"]), PrintingOffice.of(settings())
    with unit_of_work() as session:
        numbers = batches.waiting(session, batch_id)
    began = time.monotonic()
    for number in numbers:
        act_on(batch_id, number, office)
        if time.monotonic() - began > LONGEST_STRETCH_SECONDS:
            break
    with work.closing() as (session, now):
        batches.end_or_go_on(session, batch_id, now=now)


def act_on(batch_id: UUID, number: int, office: PrintingOffice) -> None:
    """One dossier: done, or the reason why not.

    What no verb foresaw is raised: the job is tried again, with this dossier last, and at last gives it up.
    """
    with unit_of_work() as session:
        now = database_now(session)
        goes_on = batches.begin(session, batch_id, number, now=now)

    def once(sealing: PrintingOffice) -> bool:
        with unit_of_work() as session:
            return batches.perform(session, batch_id, number, office=sealing, now=now)

    while goes_on:
        try:
            goes_on = office.with_signatures(once)
        except PortalError as refused:
            with unit_of_work() as session:
                batches.give_up(session, batch_id, number, refused, now=database_now(session))
            return
