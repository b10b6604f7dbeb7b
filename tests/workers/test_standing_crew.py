"""One crew of two relays and two worker processes, shared by tests that do not kill any of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.conftest import new_database
from tests.fixtures.workers import HURRIED, Crew, asking, until
from tests.servers import Servers
from tests.workers.conftest import TABLES, Connection, Outbox
from workers.wire import RUN, make_app


@pytest.fixture(scope="module")
def standing(
    servers: Servers, worker_number: int, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crew]:
    with new_database(servers, f"crew_{worker_number}") as url:
        with asking(url) as connection:
            connection.execute(TABLES)
        crew = Crew(
            database_url=url,
            redis_url=redis_url,
            folder=tmp_path_factory.mktemp("crew"),
            application="tests.workers.tasks",
        )
        with crew:
            crew.worker(processes=2)
            crew.relay()
            crew.relay()
            yield crew


@pytest.fixture
def ask(standing: Crew) -> Iterator[Connection]:
    with asking(standing.database_url) as connection:
        connection.execute("TRUNCATE effects, begun")
        yield connection


@pytest.fixture
def crew(standing: Crew) -> Crew:
    return standing


def test_a_job_is_done_once_however_often_its_message_arrives(
    crew: Crew, outbox: Outbox, closed: Callable[..., None]
) -> None:
    row = outbox.add("test.note", what="a")
    app = make_app(crew.redis_url)
    for _ in range(50):
        app.send_task(RUN, (row,), queue="prompt")
    app.send_task(RUN, ("not a row: anybody may write to the broker",), queue="prompt")
    last = outbox.add("test.note", what="b")
    with redis.Redis.from_url(crew.redis_url) as broker:
        until(lambda: not broker.llen("prompt") and not broker.zcard("unacked_index"), why=crew.said)

    closed(row, last)
    assert sorted(outbox.effects()) == ["a", "b"]
    assert outbox.state(row)["attempts"] == 1
    app.close()


def test_a_poisoned_job_is_given_up_and_disturbs_nobody(
    crew: Crew, outbox: Outbox, closed: Callable[..., None], tmp_path: Path
) -> None:
    always = tmp_path / "always"
    always.touch()
    poison = outbox.add("test.poison", what="poison")
    killer = outbox.add("test.killer", what="killer", **{"while": str(always)})
    harmless = [outbox.add("test.note", what=str(number)) for number in range(5)]

    closed(*harmless)
    until(lambda: all(outbox.state(row)["dead_at"] for row in (poison, killer)), why=crew.said)
    assert sorted(outbox.effects()) == ["0", "1", "2", "3", "4"]
    assert outbox.state(poison)["attempts"] == outbox.state(killer)["attempts"] == HURRIED.most_attempts
    assert outbox.state(poison)["last_error"] == "LookupError"
    assert outbox.state(killer)["last_error"] == "lost"
    assert "the secret of" not in crew.said()


def test_a_job_of_an_unknown_kind_stays_open_and_untouched(
    crew: Crew, outbox: Outbox, closed: Callable[..., None]
) -> None:
    unknown = outbox.add("test.of_tomorrow")
    known = [outbox.add("test.note", what=str(number)) for number in range(3)]

    closed(*known)
    first_try = outbox.state(unknown)["next_try_at"]
    until(lambda: outbox.state(unknown)["next_try_at"] > first_try, why=crew.said)
    state = outbox.state(unknown)
    assert state["attempts"] == 0
    assert state["dead_at"] is None
    assert state["closed_at"] is None


def test_two_relays_fire_a_timer_once_and_never_early(ask: Connection, crew: Crew, outbox: Outbox) -> None:
    statement = (
        "INSERT INTO timers (id, kind, dossier_id, subject_id, subject_round, due_at, cancelled_at) "
        "SELECT gen_random_uuid(), 'step_limit', gen_random_uuid(), gen_random_uuid(), 1, "
        "clock_timestamp() + number * interval '100 milliseconds', "
        "CASE WHEN number %% 5 = 4 THEN clock_timestamp() END FROM generate_series(-3, %s) AS number"
    )
    ask.execute(statement, (16,))
    ask.execute(
        "INSERT INTO timers (id, kind, dossier_id, subject_id, subject_round, due_at) VALUES "
        "(gen_random_uuid(), 'step_limit', gen_random_uuid(), gen_random_uuid(), 1, "
        "clock_timestamp() + interval '1 day')"
    )
    until(lambda: len(outbox.effects()) >= 17 and outbox.open_count("fire_timer") == 0, why=crew.said)

    assert len(outbox.effects()) == len(set(outbox.effects())) == 17
    early = ask.execute(
        "SELECT count(*) FROM timers JOIN effects ON what = timers.id::text WHERE at < due_at OR fired_at < due_at"
    ).fetchone()
    assert early == (0,)
    unfired = ask.execute("SELECT count(*) FROM timers WHERE fired_at IS NULL").fetchone()
    assert unfired == (4,)


def test_a_job_that_outlives_its_lease_is_saved_once_though_two_workers_did_it(
    crew: Crew, outbox: Outbox, closed: Callable[..., None], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    row = outbox.add("test.slow", what="a", gate=str(gate))
    until(lambda: outbox.begun("a") == 2, why=crew.said)
    gate.touch()
    later = outbox.add("test.note", what="b")

    closed(row, later)
    until(lambda: "job was done by another worker" in crew.said(), why=crew.said)
    assert sorted(outbox.effects()) == ["a", "b"]
