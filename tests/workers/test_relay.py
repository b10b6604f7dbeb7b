"""The relay in this process, between a real database and a real broker; nobody consumes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from portal.foundation import database
from portal.foundation.jobs import Due
from tests.fixtures.workers import until
from tests.workers.conftest import Connection, Outbox
from workers.pace import Pace
from workers.relay import MARK, Heard, Relay
from workers.wire import make_app

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def broker(redis_url: str) -> Iterator["redis.Redis[bytes]"]:
    with redis.Redis.from_url(redis_url) as broker:
        broker.flushdb()
        yield broker
        broker.flushdb()


Make = Callable[..., Relay]


@pytest.fixture
def make(ask: Connection, empty_database_url: str, redis_url: str) -> Iterator[Make]:
    engine = sa.create_engine(database.driver_url(empty_database_url))
    database.bind(sessionmaker(engine, expire_on_commit=False))
    relays = []

    def relay(*, poll_seconds: float = 0.0, again_seconds: float = 60, url: str = redis_url) -> Relay:
        pace = Pace(poll_seconds=poll_seconds, again_seconds=again_seconds)
        relays.append(made := Relay(database_url=empty_database_url, redis_url=url, app=make_app(url), pace=pace))
        return made

    yield relay
    for made in relays:
        made.close()
    engine.dispose()


@contextmanager
def running(relay: Relay) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=relay.run, daemon=True)
    thread.start()
    yield thread
    relay.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_a_commit_wakes_the_relay_long_before_it_would_look_by_itself(
    make: Make, outbox: Outbox, broker: "redis.Redis[bytes]"
) -> None:
    relay = make(poll_seconds=3600)
    with running(relay):
        until(lambda: broker.exists(MARK) == 1)
        for number in range(3):
            outbox.add("test.note", what=str(number))
            until(lambda enough=number + 1: broker.llen("prompt") == enough, seconds=20)


def test_what_was_passed_on_as_told_is_only_put_off_when_it_is_found_still_waiting(
    make: Make, outbox: Outbox, broker: "redis.Redis[bytes]"
) -> None:
    relay = make(poll_seconds=3600)
    relay.round()  # sets its mark
    row = outbox.add("test.note", what="a")
    relay.pass_on([Due(id=row, queue="prompt")])

    assert relay.round() == 0
    assert broker.llen("prompt") == 1
    assert outbox.state(row)["attempts"] == 0


def test_a_row_found_before_it_was_told_is_not_sent_twice(
    make: Make, outbox: Outbox, broker: "redis.Redis[bytes]"
) -> None:
    row = outbox.add("test.note", what="a")
    relay = make()
    assert relay.round() == 1
    relay.pass_on([Due(id=row, queue="prompt")])

    assert broker.llen("prompt") == 1


def test_what_was_passed_on_to_a_broker_that_lost_its_memory_is_passed_on_again(
    make: Make, outbox: Outbox, broker: "redis.Redis[bytes]"
) -> None:
    row = outbox.add("test.note", what="a")
    relay = make()
    relay.round()
    relay.pass_on([Due(id=row + 1, queue="prompt"), Due(id=row, queue="prompt")])
    broker.flushdb()

    assert relay.round() == 1
    assert broker.llen("prompt") == 1


def test_of_two_relays_one_passes_on_what_is_told_and_the_other_takes_over(
    make: Make, outbox: Outbox, broker: "redis.Redis[bytes]", ask: Connection
) -> None:
    first, second = make(poll_seconds=3600), make(poll_seconds=0.2)
    with running(second):
        with running(first):
            until(lambda: broker.exists(MARK) == 1)
            outbox.add("test.note", what="a")
            until(lambda: broker.llen("prompt") >= 1)
        outbox.add("test.note", what="b")
        until(lambda: broker.llen("prompt") >= 2)


def test_the_bell_names_the_rows_up_to_a_hundred_and_only_rings_for_more(ask: Connection, outbox: Outbox) -> None:
    ask.execute("LISTEN outbox")
    row = outbox.add("test.note", queue="letters", what="a")
    ask.execute(
        "INSERT INTO outbox (kind, queue, payload, created_at, next_try_at, attempts) "
        "SELECT 'test.note', 'prompt', '{}', clock_timestamp(), clock_timestamp(), 0 FROM generate_series(1, 101)"
    )
    ask.execute(
        "INSERT INTO outbox (kind, queue, payload, created_at, next_try_at, attempts) "
        "VALUES ('test.note', 'prompt', '{}', clock_timestamp(), clock_timestamp() + interval '1 hour', 0)"
    )
    told = [notice.payload for notice in ask.notifies(timeout=2, stop_after=2)]

    assert told == [f"{row} letters", ""]
    assert Heard.of(told[:1]) == Heard(rows=(Due(id=row, queue="letters"),), is_all=True)
    assert not Heard.of(told).is_all
    assert list(ask.notifies(timeout=0.1)) == []  # what is for later is no news


def test_each_row_is_sent_to_its_queue_once(make: Make, outbox: Outbox, broker: "redis.Redis[bytes]") -> None:
    for number in range(120):
        outbox.add("test.note", queue=("prompt", "letters", "background")[number % 3], what=str(number))
    relay = make()

    assert relay.round() == 120
    assert relay.round() == 0
    assert [broker.llen(queue) for queue in ("prompt", "letters", "background")] == [40, 40, 40]


def test_a_broker_without_the_mark_has_forgotten_everything_and_is_told_again(
    make: Make, outbox: Outbox, broker: "redis.Redis[bytes]", ask: Connection
) -> None:
    waiting, worked_on = outbox.add("test.note", what="a"), outbox.add("test.note", what="b")
    relay = make()
    assert relay.round() == 2
    ask.execute("UPDATE outbox SET leased_until = clock_timestamp() + interval '1 hour' WHERE id = %s", (worked_on,))
    broker.flushdb()

    assert relay.round() == 1
    assert broker.llen("prompt") == 1
    assert str(waiting).encode() in (broker.lindex("prompt", 0) or b"") or broker.exists(MARK)
    assert relay.round() == 0


def test_a_row_that_nobody_claims_is_published_again(make: Make, outbox: Outbox) -> None:
    outbox.add("test.note", what="a")
    relay = make(again_seconds=0.05)
    assert relay.round() == 1
    until(lambda: relay.round() == 1)


def test_without_a_broker_rows_stay_due_and_timers_fire_nevertheless(
    make: Make, outbox: Outbox, ask: Connection
) -> None:
    row = outbox.add("test.note", what="a")
    ask.execute(
        "INSERT INTO timers (id, kind, dossier_id, subject_id, subject_round, due_at) VALUES "
        "(gen_random_uuid(), 'step_limit', gen_random_uuid(), gen_random_uuid(), 1, clock_timestamp())"
    )
    with running(make(url=NOBODY_LISTENS)):
        until(lambda: outbox.open_count("fire_timer") == 1)
    state = ask.execute("SELECT next_try_at <= clock_timestamp() FROM outbox WHERE id = %s", (row,)).fetchone()

    assert state == (True,)


def test_the_relay_survives_the_loss_of_its_database_connections(
    make: Make, outbox: Outbox, broker: "redis.Redis[bytes]", ask: Connection
) -> None:
    with running(make(poll_seconds=3600)):
        until(lambda: broker.exists(MARK) == 1)
        ask.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        outbox.add("test.note", what="a")
        until(lambda: broker.llen("prompt") == 1)
