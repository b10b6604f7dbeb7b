"""Every kind of job can be done: a row nobody handles would stay open for ever."""

from importlib import import_module
from pathlib import Path

import workers
from portal.foundation.outbox import QUEUES, Job
from workers.handlers import HANDLERS

NEEDS_AN_INSTALLATION = {"__init__", "app"}


def test_every_kind_of_job_has_a_handler_and_a_queue() -> None:
    for path in Path(workers.__path__[0]).glob("*.py"):
        if path.stem not in NEEDS_AN_INSTALLATION:
            import_module(f"workers.{path.stem}")

    assert {job.value for job in Job} <= set(HANDLERS)
    assert set(QUEUES) == set(Job)
