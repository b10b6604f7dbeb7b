"""The relay: makes open outbox rows known to the workers, and fires timers. `portal relay` runs it.

PostgreSQL tells it at the commit of new rows which they are, and it passes that on at once, without asking. Once a
second it looks by itself besides: for rows put off, for what was told while nobody listened, for too many to be told.
What it has passed on as told is then only put off, if nobody has claimed it yet. A row found by looking is published
inside the transaction that puts its next try off. So a relay that dies in between has published a copy, which has no
effect; one that dies before has published nothing, and the row is still due.

Of several relays one has the bell and passes on what is told; the others take it over when that one is gone. Found
rows are shared: each passes over those the others have locked.

Timers are fired here and not by beat, because this way needs no broker and has the database's clock.

The relay leaves a mark in the broker. A mark that is gone means that the broker has lost its memory, and with
it what was published: then every open row that nobody works on is published again at once.
"""

import contextlib
import select
import signal
import socket
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Self

import kombu.exceptions
import psycopg
import redis
import structlog
from celery import Celery
from kombu import Connection, Producer
from psycopg import sql
from sqlalchemy.exc import DBAPIError

from portal.foundation import jobs
from portal.foundation.advisory import AdvisoryLock
from portal.foundation.outbox import CHANNEL, Queue
from portal.foundation.unit_of_work import unit_of_work
from workers.pace import Pace
from workers.wire import RUN, SHORT_SECONDS

log = structlog.get_logger(__name__)

BATCH = 50
MARK = "motcua:relay-mark"
LONGEST_PAUSE_SECONDS = 5.0

BROKER_AWAY = (kombu.exceptions.OperationalError, redis.RedisError, OSError)
DATABASE_AWAY = (DBAPIError, psycopg.OperationalError)


class Bell:
    """Rings when rows have been committed, and says which; or when somebody asks the relay to stop."""

    def __init__(self, database_url: str) -> None:
        self._connection = psycopg.connect(
            database_url, autocommit=True, application_name="motcua relay", connect_timeout=5
        )
        self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        self.is_mine = False

    def reach_for(self) -> None:
        """Have it, unless another relay has it. Whoever asks looks for rows afterwards: one told of may be missed."""
        if not self.is_mine:
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (AdvisoryLock.BELL,)).fetchone()
            self.is_mine = bool(row and row[0])

    def wait(self, seconds: float, *, also: socket.socket) -> "Heard":
        """Until it rings, `also` can be read, or the time is up. Raises if the database is gone."""
        bell = self._connection.fileno()
        ready, _, _ = select.select([bell, also.fileno()], [], [], seconds)
        if bell not in ready:
            return Heard()
        return Heard.of(notice.payload for notice in self._connection.notifies(timeout=0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the bell said: rows that are due, those somebody waits for first. `is_all` is False where it only rang."""

    rows: tuple[jobs.Due, ...] = ()
    is_all: bool = False

    @classmethod
    def of(cls, told: Iterable[str]) -> Self:
        """From the payloads: `17 prompt,18 letters`, or nothing at all for "look yourself"."""
        rows: list[jobs.Due] = []
        is_all = True
        for payload in told:
            named = [one.partition(" ") for one in payload.split(",")]
            if all(number.isascii() and number.isdigit() and queue for number, _, queue in named):
                rows += [jobs.Due(id=int(number), queue=queue) for number, _, queue in named]
            else:
                is_all = False
        return cls(rows=tuple(sorted(rows, key=_who_waits)), is_all=is_all)


def _who_waits(row: jobs.Due) -> bool:
    return row.queue != Queue.PROMPT


class Relay:
    """One relay. `run` returns after `stop`, or after a signal if `stop_on_signals` was used."""

    def __init__(self, *, database_url: str, redis_url: str, app: Celery, pace: Pace) -> None:
        self._database_url = "postgresql://" + database_url.partition("://")[2]
        self._app = app
        self._pace = pace
        self._broker = redis.Redis.from_url(
            redis_url, socket_timeout=SHORT_SECONDS, socket_connect_timeout=SHORT_SECONDS
        )
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        self._looked_at = float("-inf")
        self._passed_on: set[int] = set()  # as told, since the last look
        self._found: set[int] = set()  # by the last look; if they are told of now, that is old news
        self._is_stopping = False
        self._asked, self._asking = socket.socketpair()
        for end in (self._asked, self._asking):
            end.setblocking(False)

    def run(self) -> None:
        """Relay until asked to stop, whatever happens to database and broker meanwhile."""
        pause = Pause()
        while not self._is_stopping:
            try:
                with Bell(self._database_url) as bell:
                    log.info("relay listens")
                    heard = Heard()  # what was told before is looked for
                    while not self._is_stopping:
                        heard = self._answer_and_wait(bell, heard, pause)
            except DATABASE_AWAY as error:
                log.warning("database is away", exc_info=error)
                select.select([self._asked], [], [], pause.longer())
        self._let_go_of_broker()
        log.info("relay stops")

    def stop(self) -> None:
        """Finish the round and return. May be called from a signal handler or another thread."""
        self._is_stopping = True
        with contextlib.suppress(BlockingIOError):
            self._asking.send(b"!")

    def close(self) -> None:
        """Give back what `run` would have given back at its end."""
        self._let_go_of_broker()
        self._asked.close()
        self._asking.close()

    def round(self) -> int:
        """Publish what is due; once a poll, fire timers and look at the mark. Returns how many were published.

        Rows first, because somebody may be waiting for them; timers also while the broker is away. Their rows are
        told by the bell as all others are.
        """
        began = time.monotonic()
        is_time_to_look = self._is_time_to_look(began)
        try:
            if is_time_to_look:
                self._look_at_mark()
            published = self._publish_due()
        finally:
            if is_time_to_look:
                self._fire_timers()
        if is_time_to_look:
            self._looked_at = began
        return published

    def pass_on(self, rows: Iterable[jobs.Due]) -> None:
        """Publish rows as they were told, without asking the database. Until somebody claims them they stay due."""
        for row in rows:
            if row.id not in self._found:
                self._publish(row)
                self._passed_on.add(row.id)

    def _is_time_to_look(self, now: float) -> bool:
        return now - self._looked_at >= self._pace.poll_seconds

    def _publish_due(self) -> int:
        """Everything that is due, but what was passed on since the last look is only put off."""
        published: set[int] = set()
        while not self._is_stopping:
            taken = self._publish_batch()
            published.update(taken - self._passed_on)
            if len(taken) < BATCH:
                self._passed_on.clear()
                self._found = published
                break
        return len(published)

    def _answer_and_wait(self, bell: Bell, heard: Heard, pause: "Pause") -> Heard:
        try:
            if bell.is_mine:
                self.pass_on(heard.rows)
            if not heard.is_all or self._is_time_to_look(time.monotonic()):
                bell.reach_for()
                self.round()
        except BROKER_AWAY as error:
            log.warning("broker is away", exc_info=error)
            self._let_go_of_broker()
            select.select([self._asked], [], [], pause.longer())
            return Heard()
        pause.none()
        return bell.wait(self._pace.poll_seconds, also=self._asked)

    def _fire_timers(self) -> None:
        fired = 0
        while not self._is_stopping:
            with unit_of_work() as session:
                count = jobs.fire_due_timers(session, limit=BATCH)
            fired += count
            if count < BATCH:
                break
        if fired:
            log.info("timers fired", count=fired)

    def _look_at_mark(self) -> None:
        if self._broker.exists(MARK):
            return
        self._passed_on.clear()
        with unit_of_work() as session:
            count = jobs.publish_again(session)
        self._broker.set(MARK, "1")
        log.info("broker had no memory of us, open rows are published again", count=count)

    def _publish_batch(self) -> set[int]:
        with unit_of_work() as session:
            due = jobs.take_due(session, limit=BATCH, again=self._pace.again)
            for row in sorted(due, key=_who_waits):
                if row.id not in self._passed_on:
                    self._publish(row)
        return {row.id for row in due}

    def _publish(self, row: jobs.Due) -> None:
        """As Celery's `send_task` does it, but straight to the queue: its way asks the broker twice for each row."""
        message = self._app.amqp.as_task_v2(str(uuid.uuid4()), RUN, args=(row.id,))
        self._connected_producer().publish(
            message.body,
            exchange="",
            routing_key=row.queue,
            serializer="json",
            headers=message.headers,
            delivery_mode=2,
            retry=False,
            **message.properties,
        )

    def _connected_producer(self) -> Producer:
        if self._producer is None:
            self._connection = self._app.connection_for_write()  # a released one cannot be used again
            self._producer = Producer(self._connection.channel(), auto_declare=False)
        return self._producer

    def _let_go_of_broker(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        self._looked_at = float("-inf")
        if connection is not None:
            with contextlib.suppress(*BROKER_AWAY):
                connection.release()
        self._broker.close()


class Pause:
    """A wait that doubles while things stay bad: from a tenth of a second to five seconds."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def longer(self) -> float:
        self._seconds = min(max(self._seconds * 2, 0.1), LONGEST_PAUSE_SECONDS)
        return self._seconds

    def none(self) -> None:
        self._seconds = 0.0


@contextlib.contextmanager
def stop_on_signals(relay: Relay) -> Iterator[None]:
    """SIGTERM and SIGINT stop the relay at the end of its round."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        relay.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> None:
    """Run the relay of this installation."""
    from config import settings  # noqa: PLC0415 - only the program reads the environment
    from portal.foundation import database, logs  # noqa: PLC0415
    from workers.wire import make_app  # noqa: PLC0415

    logs.configure()
    told = settings()
    database.connect(told.database_url, pool_size=1)
    relay = Relay(
        database_url=told.database_url,
        redis_url=told.redis_url,
        app=make_app(told.redis_url),
        pace=Pace.from_environment(),
    )
    with stop_on_signals(relay):
        relay.run()


if __name__ == "__main__":
    main()
