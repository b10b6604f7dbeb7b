"""What `celery --app=workers.app worker` and `… beat` run."""

import gc

import sqlalchemy as sa
import structlog
from celery import signals
from redis import Redis

from config import settings
from portal.foundation import database, jobs, logs
from portal.foundation.unit_of_work import unit_of_work
from portal.letters.keys import keys_of
from portal.operations import pulse
from workers import schedule, task
from workers.credit import keep_credit
from workers.handlers import rooms
from workers.pace import Pace
from workers.transparency import enqueue_count
from workers.wire import RUN, TICK, TICKS, make_app

log = structlog.get_logger(__name__)

LARGEST_ID = 2**63 - 1
LONGEST_IDLE_MILLISECONDS = 60_000  # a transaction in which nothing happens must not hold its locks for ever

keep_credit()
keys_of(settings().signers_file)  # a file that is not right stops the start, and not the first letter
app = make_app(settings().redis_url)
pace = Pace.from_environment()

rooms()


@app.task(name=RUN)
def run(row_id: object) -> None:
    """Do the outbox row of that number. Anybody who can write to the broker can send anything: a hint."""
    if not isinstance(row_id, int) or not 0 < row_id <= LARGEST_ID:
        log.warning("message without a row")
        return
    task.run(row_id, pace=pace)


@app.task(name=TICK)
def tick() -> None:
    """Write what the timetable says is due, and show a pulse."""
    with unit_of_work() as session:
        now = jobs.database_now(session)
        slots = schedule.enqueue_due(session, now=now)
        enqueue_count(session, now=now)
    for slot in slots:
        log.info("periodic job written", slot=slot)
    with Redis.from_url(settings().redis_url, socket_timeout=3, socket_connect_timeout=3) as broker:
        pulse.beat(broker)


@signals.setup_logging.connect
def _log_as_events(**_: object) -> None:
    logs.configure()


@signals.worker_process_init.connect
def _begin_process(**_: object) -> None:
    """After the fork: a database connection of this process's own, and what is slow the first time."""
    database.connect(worker_database_url(settings().database_url), pool_size=1)
    for room in rooms():
        prewarm = getattr(room, "prewarm", None)
        if prewarm is not None:
            prewarm()
    gc.collect()
    gc.freeze()  # what is there now stays: the collector need not look through it again


@signals.worker_ready.connect
def _first_tick(**_: object) -> None:
    """Do not make the start wait for beat."""
    app.send_task(TICK, queue=TICKS)


def worker_database_url(url: str) -> str:
    """The URL with the time limit of an idle transaction."""
    parsed = sa.make_url(database.driver_url(url))
    given = parsed.query.get("options", "")
    limit = f"-c idle_in_transaction_session_timeout={LONGEST_IDLE_MILLISECONDS}"
    options = " ".join([*([given] if isinstance(given, str) and given else []), limit])
    return parsed.update_query_dict({"options": options}).render_as_string(hide_password=False)
