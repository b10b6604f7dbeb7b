"""Health as machines ask for it, over real servers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation import upgrades
from portal.foundation.outbox import Job, OutboxRow, Queue, enqueue
from portal.foundation.settings import Settings
from portal.operations import pulse, queries, readiness
from tests.fixtures.app import Browser, make_app


@pytest.fixture
def broker(redis_url: str) -> Iterator["redis.Redis"]:
    with readiness.broker_at(redis_url) as broker:
        broker.flushdb()
        yield broker
        broker.flushdb()


@pytest.fixture
def well(settings: Settings, redis_url: str, session: Session) -> Browser:
    """A browser of an installation with a broker."""
    client = make_app(replace(settings, redis_url=redis_url)).test_client()
    assert isinstance(client, Browser)
    return client


def job(session: Session, *, kind: str, due: str, asked_for: str, attempts: int = 0) -> None:
    """A job whose next try and birth lie at these distances from now, as intervals of PostgreSQL."""
    session.execute(
        sa.text(
            "INSERT INTO outbox (kind, queue, payload, created_at, next_try_at, attempts) VALUES (:kind, :queue, "
            "'{}', clock_timestamp() + CAST(:asked_for AS interval), clock_timestamp() + CAST(:due AS interval), "
            ":attempts)"
        ),
        {"kind": kind, "queue": Queue.PROMPT.value, "due": due, "asked_for": asked_for, "attempts": attempts},
    )
    session.commit()


def parts(client: Browser) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.json is not None
    assert answer.headers["Cache-Control"] == "no-store"
    ok = {name: part["ok"] for name, part in answer.json["parts"].items()}
    assert (answer.status_code, answer.json["status"]) == ((200, "ready") if all(ok.values()) else (503, "not ready"))
    return ok


def unwell(client: Browser) -> list[str]:
    return [name for name, ok in parts(client).items() if not ok]


def test_being_alive_asks_neither_database_nor_broker(client: Browser, statements: Callable[[], Any]) -> None:
    with statements() as seen:
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "alive"})
    assert seen == []


def test_an_installation_with_all_parts_at_work_is_ready(well: Browser, broker: redis.Redis) -> None:
    pulse.beat(broker)
    assert unwell(well) == []


def test_without_a_pulse_the_workers_are_missed(well: Browser, broker: redis.Redis) -> None:
    assert unwell(well) == ["workers"]


def test_an_old_pulse_is_none(well: Browser, broker: redis.Redis) -> None:
    broker.set(pulse.KEY, "1", ex=pulse.KEPT_SECONDS - readiness.OLDEST_PULSE_SECONDS - 2)
    assert unwell(well) == ["workers"]


def test_without_a_broker_it_is_not_ready_and_says_so_quickly(client: Browser) -> None:
    assert unwell(client) == ["broker", "workers"]


def test_a_due_row_that_no_relay_takes_shows_as_lag(well: Browser, broker: redis.Redis, session: Session) -> None:
    pulse.beat(broker)
    job(session, kind="route_dossier", due="-31 seconds", asked_for="-31 seconds")
    assert unwell(well) == ["relay"]


def test_rows_that_were_put_off_are_no_lag(well: Browser, broker: redis.Redis, session: Session) -> None:
    pulse.beat(broker)
    job(session, kind="route_dossier", due="1 hour", asked_for="-1 day", attempts=3)
    assert unwell(well) == []


def test_handed_over_rows_that_no_worker_touches_show_a_worker_that_has_stopped_consuming(
    well: Browser, broker: redis.Redis, session: Session
) -> None:
    pulse.beat(broker)
    job(session, kind="route_dossier", due="10 seconds", asked_for="-10 minutes")
    assert unwell(well) == ["queue"]


def test_a_long_queue_is_no_fault_while_somebody_works_on_it(
    well: Browser, broker: redis.Redis, session: Session
) -> None:
    pulse.beat(broker)
    job(session, kind="render_letter", due="10 seconds", asked_for="-10 days")
    job(session, kind="render_letter", due="20 seconds", asked_for="-10 days", attempts=1)
    assert unwell(well) == ["queue"]
    session.execute(sa.text("UPDATE outbox SET leased_until = next_try_at WHERE attempts = 1"))
    session.commit()
    assert unwell(well) == []


def test_a_job_that_waits_for_another_release_is_nobodys_fault(
    well: Browser, broker: redis.Redis, session: Session
) -> None:
    pulse.beat(broker)
    job(session, kind="of_tomorrow", due="10 seconds", asked_for="-10 days")
    assert unwell(well) == []


def test_tables_of_another_migration_are_not_ready(well: Browser, broker: redis.Redis, session: Session) -> None:
    pulse.beat(broker)
    session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    session.commit()
    assert unwell(well) == ["migrations"]


def test_an_empty_database_is_reported_and_not_an_error(broker: redis.Redis, servers: Any) -> None:
    engine = sa.create_engine("postgresql+psycopg" + servers.administration_url.removeprefix("postgresql"))
    found = readiness.look(sessionmaker(engine), broker)
    engine.dispose()

    assert found["database"].is_well
    assert not found["migrations"].is_well
    assert not found["relay"].is_well


def test_a_database_that_does_not_answer_is_reported_and_not_an_error(broker: redis.Redis) -> None:
    engine = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    found = readiness.look(sessionmaker(engine), broker)

    assert [name for name, part in found.items() if not part.is_well] == [
        "database",
        "migrations",
        "relay",
        "workers",
    ]


def test_its_cost_does_not_grow_with_what_waits(
    well: Browser, broker: redis.Redis, session: Session, statements: Callable[[], Any]
) -> None:
    with statements() as few:
        well.get("/readyz")
    session.add_all(
        OutboxRow(kind="route_dossier", queue=Queue.PROMPT, payload={}, created_at=now, next_try_at=now)
        for now in [session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()] * 300
    )
    session.commit()
    with statements() as many:
        well.get("/readyz")

    assert len(few) == len(many) == 3


def test_a_job_is_as_old_as_its_row_however_long_ago_the_act_was(session: Session) -> None:
    enqueue(session, Job.RENDER_LETTER, {"event_version": 1})
    session.flush()

    health = queries.outbox_health(session)

    assert health.untouched_seconds < readiness.LONGEST_UNTOUCHED_SECONDS
    assert health.lag_seconds < readiness.LONGEST_LAG_SECONDS


def test_what_an_upgrade_asks_for_is_told_until_it_has_been_run(well: Browser, session: Session) -> None:
    session.add(upgrades.UpgradeNote(key=upgrades.REBUILD, wanted_at=sa.func.now()))
    session.commit()
    parts = well.get("/readyz").get_json()["parts"]
    assert parts["upgrade"] == {"ok": True, "run_once": ["portal transparency rebuild"]}
    upgrades.note_done(session, upgrades.REBUILD, now=datetime.now(UTC))
    session.commit()
    assert "upgrade" not in well.get("/readyz").get_json()["parts"]
