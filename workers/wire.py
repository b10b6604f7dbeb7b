"""What goes over the broker, and how: one task name, a few queues, JSON, and nothing that must not be lost.

A message is a hint ("look at row 17"). Its loss, its copies and its age have no effect: `task.run` asks the
database. So there are no results, no Celery retries and no messages for later.
"""

from typing import Any

from celery import Celery
from kombu import Exchange
from kombu import Queue as WireQueue

from portal.foundation.outbox import Queue

RUN = "motcua.run"
TICK = "motcua.tick"
"""The names on the wire. They never change: a worker of another release must know them."""

TICKS = "ticks"
"""The ticks have a queue of their own, read in turn with the others: a thousand timers do not hide the pulse."""

TICK_SECONDS = 5
STALE_TICK_SECONDS = 60
SHORT_SECONDS = 3  # a broker that takes longer to answer a publisher counts as away
LONGEST_JOB_SECONDS = 15 * 60  # then its process is killed; the job is tried again, at last given up


def make_app(redis_url: str) -> Celery:
    """A Celery application on that broker, without tasks: enough to publish."""
    app = Celery("motcua", set_as_current=False)
    app.conf.update(_configuration(redis_url))
    return app


def broker_url(redis_url: str) -> str:
    """The broker's spelling of `unix://`."""
    return "redis+socket" + redis_url.removeprefix("unix") if redis_url.startswith("unix:") else redis_url


def _configuration(redis_url: str) -> dict[str, Any]:
    return {
        "broker_url": broker_url(redis_url),
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # for ever
        "broker_connection_timeout": SHORT_SECONDS,
        "broker_transport_options": {
            "visibility_timeout": 2 * LONGEST_JOB_SECONDS,
            "socket_connect_timeout": SHORT_SECONDS,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        "task_queues": [
            WireQueue(name, Exchange(name, "direct"), routing_key=name)
            for name in (TICKS, *(queue.value for queue in Queue))
        ],
        "task_default_queue": Queue.PROMPT.value,
        "task_create_missing_queues": True,  # a queue of a newer release is published, not refused
        "task_acks_late": True,
        "task_acks_on_failure_or_timeout": True,
        "task_reject_on_worker_lost": True,
        "task_time_limit": LONGEST_JOB_SECONDS,
        "task_publish_retry": False,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # the database knows what is done
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": False,
        "worker_enable_remote_control": False,
        "worker_max_tasks_per_child": 5000,
        "enable_utc": True,
        "beat_scheduler": "celery.beat:Scheduler",  # a metronome needs no memory on disk
        "beat_max_loop_interval": TICK_SECONDS,
        "beat_schedule": {
            "tick": {
                "task": TICK,
                "schedule": TICK_SECONDS,
                "options": {"queue": TICKS, "expires": STALE_TICK_SECONDS},
            }
        },
    }
