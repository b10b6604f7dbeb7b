"""Real workers, relays and servers: whatever dies in the middle, each job is done once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from portal.foundation.embedded import Valkey
from portal.foundation.outbox import Job
from tests.fixtures.workers import HURRIED, Crew, until
from tests.workers.conftest import Connection, Outbox
from workers.schedule import TIMETABLE
from workers.wire import RUN, TICK, TICKS, make_app

Closed = Callable[..., None]


def test_a_job_whose_worker_was_killed_is_done_once_after_its_lease(
    crew: Crew, outbox: Outbox, closed: Closed, tmp_path: Path
) -> None:
    crew.relay()
    worker = crew.worker()
    gate = tmp_path / "gate"
    row = outbox.add("test.slow", what="a", gate=str(gate))
    until(lambda: outbox.begun("a") == 1, why=crew.said)
    worker.kill()
    assert outbox.effects() == []
    gate.touch()
    crew.worker()

    closed(row)
    assert outbox.effects() == ["a"]
    assert outbox.state(row)["attempts"] == 2


def test_a_relay_killed_while_it_hands_over_loses_and_doubles_nothing(
    crew: Crew, outbox: Outbox, closed: Closed
) -> None:
    crew.worker(processes=2)
    rows = []
    for wave in range(2):
        relay = crew.relay()
        before = len(rows)
        rows += [outbox.add("test.note", what=f"{wave}-{number}") for number in range(40)]
        until(lambda enough=before: len(outbox.effects()) > enough, why=crew.said)
        relay.kill()
    crew.relay()

    closed(*rows)
    effects = outbox.effects()
    assert len(effects) == len(set(effects)) == len(rows)


def test_what_the_broker_forgets_is_done_nevertheless(crew: Crew, outbox: Outbox, closed: Closed) -> None:
    relay = crew.relay()
    rows = [outbox.add("test.note", what=str(number)) for number in range(20)]
    with redis.Redis.from_url(crew.redis_url) as broker:
        until(lambda: broker.llen("prompt") == 20, why=crew.said)
        broker.flushdb()
        crew.worker()
        closed(*rows)
        broker.flushdb()
        rows.append(outbox.add("test.note", what="20"))
        closed(*rows)

    assert sorted(outbox.effects(), key=int) == [str(number) for number in range(21)]
    assert relay.stop() == 0


def test_a_broker_that_is_killed_and_comes_back_empty_delays_work_only(
    ask: Connection, outbox: Outbox, own_broker: Valkey, empty_database_url: str, tmp_path: Path
) -> None:
    """The worst moment: a worker is busy, and will tell a dead broker that it has done its job."""
    gate = tmp_path / "gate"
    crew = Crew(
        database_url=empty_database_url,
        redis_url=own_broker.url,
        folder=tmp_path,
        application="tests.workers.tasks",
        pace=replace(HURRIED, lease_seconds=30),
    )

    def is_done(row: int) -> None:
        until(lambda: outbox.state(row)["closed_at"] is not None, why=crew.said)

    with crew:
        crew.worker()
        relay = crew.relay()
        during = outbox.add("test.slow", what="during", gate=str(gate))
        until(lambda: outbox.begun("during") == 1, why=crew.said)
        kill(own_broker)
        gate.touch()
        is_done(during)
        until(lambda: "Couldn't ack" in crew.said() or "broker connection" in crew.said(), why=crew.said)
        meanwhile = outbox.add("test.note", what="meanwhile")
        until(lambda: "broker is away" in relay.said(), why=crew.said)
        own_broker.start()
        is_done(meanwhile)
        is_done(outbox.add("test.note", what="after"))

    assert outbox.effects() == ["during", "meanwhile", "after"]


def test_worker_and_relay_stop_quickly_and_cleanly_when_asked(crew: Crew, outbox: Outbox, closed: Closed) -> None:
    worker, relay = crew.worker(), crew.relay()
    closed(outbox.add("test.note", what="a"))

    assert relay.stop(seconds=5) == 0
    assert worker.stop(seconds=10) == 0
    assert "relay stops" in relay.said()


def test_beat_makes_a_worker_show_its_pulse_and_write_the_daily_jobs(
    crew: Crew, ask: Connection, outbox: Outbox
) -> None:
    crew.beat()
    crew.worker()
    with redis.Redis.from_url(crew.redis_url) as broker:
        until(lambda: broker.exists("motcua:pulse") == 1, why=crew.said)
        broker.delete("motcua:pulse")
        until(lambda: broker.exists("motcua:pulse") == 1, why=crew.said)

    kinds = ask.execute(
        "SELECT kind, count(*) FROM outbox WHERE kind <> %s GROUP BY kind ORDER BY kind", [Job.COUNT_FIGURES.value]
    ).fetchall()
    assert kinds == sorted((entry.job.value, 1) for entry in TIMETABLE)


def test_the_pulse_shows_though_many_jobs_wait(crew: Crew, outbox: Outbox, closed: Closed, tmp_path: Path) -> None:
    """A tick that arrives behind them all is read in turn with the first of them."""
    gate = tmp_path / "gate"
    rows = [outbox.add("test.slow", what=str(number), gate=str(gate)) for number in range(3)]
    app = make_app(crew.redis_url)
    with redis.Redis.from_url(crew.redis_url) as broker, app.connection_for_write() as line:
        for row in rows:
            app.send_task(RUN, args=[row], queue="prompt", connection=line)
        app.send_task(TICK, queue=TICKS, connection=line)
        crew.worker(processes=2)
        until(lambda: broker.exists("motcua:pulse") == 1, why=crew.said)
        assert broker.llen("prompt") > 0
        assert outbox.effects() == []
    gate.touch()
    crew.relay()
    for row in rows:
        closed(row)
    app.close()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Valkey]:
    """A broker of the test's own, which remembers nothing when it is killed."""
    valkey = Valkey(tmp_path / "broker", durable=False)
    valkey.start()
    yield valkey
    valkey.stop()


def kill(valkey: Valkey) -> None:
    """Without a warning, and with everything it remembered."""
    assert valkey.child is not None
    valkey.child.process.kill()
    valkey.child.process.wait()
