"""Every kind of job can be done: a row nobody handles would stay open for ever."""

from portal.foundation.outbox import QUEUES, Job
from workers import app
from workers.handlers import HANDLERS


def test_every_kind_of_job_has_a_handler_and_a_queue() -> None:
    assert app.ROOMS

    assert set(HANDLERS) == {job.value for job in Job}
    assert set(QUEUES) == set(Job)
