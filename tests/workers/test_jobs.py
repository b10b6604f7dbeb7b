"""Claim, close, put off, give up: each step against a real database, without workers."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation import database, jobs
from portal.foundation.outbox import OutboxRow
from portal.foundation.unit_of_work import unit_of_work
from tests.workers.conftest import Connection, Outbox
from workers import handlers, task
from workers.handlers import Payload, Work
from workers.pace import Pace
from workers.task import Outcome

PACE = Pace(most_attempts=3)
LEASES = {"test.note": timedelta(seconds=60)}


@pytest.fixture
def sessions(ask: Connection, empty_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = sa.create_engine(database.driver_url(empty_database_url))
    factory = sessionmaker(engine, expire_on_commit=False)
    database.bind(factory)
    yield factory
    engine.dispose()


Register = Callable[[str, Callable[[Session, Payload, datetime], None]], None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers a handler for this test alone."""
    monkeypatch.setattr(handlers, "HANDLERS", table := dict[str, handlers.Entry]())
    monkeypatch.setattr(task, "HANDLERS", table)

    def add(kind: str, handler: Callable[[Session, Payload, datetime], None]) -> None:
        handlers.handles(kind)(handler)

    return add


def note(session: Session, payload: Payload, now: datetime) -> None:
    session.execute(sa.text("INSERT INTO effects (what, at) VALUES (:what, :at)"), {**payload, "at": now})


def claimed(session: Session, row_id: int) -> jobs.Claim:
    claim = jobs.claim(session, row_id, leases=LEASES, most_attempts=3)
    assert claim is not None
    return claim


def test_a_claim_counts_the_try_and_keeps_others_away_until_its_lease_ends(
    outbox: Outbox, sessions: sessionmaker[Session], ask: Connection
) -> None:
    row = outbox.add("test.note", what="a")
    with sessions.begin() as session:
        first = claimed(session, row)
    with sessions.begin() as session:
        assert jobs.claim(session, row, leases=LEASES, most_attempts=3) is None
    ask.execute("UPDATE outbox SET leased_until = clock_timestamp() WHERE id = %s", (row,))
    with sessions.begin() as session:
        second = claimed(session, row)

    assert (first.attempt, second.attempt) == (1, 2)
    assert first.payload == {"what": "a"}


@pytest.mark.parametrize("end", ["closed_at", "dead_at"])
def test_a_closed_or_dead_job_cannot_be_claimed(
    outbox: Outbox, sessions: sessionmaker[Session], ask: Connection, end: str
) -> None:
    row = outbox.add("test.note", what="a")
    ask.execute(f"UPDATE outbox SET {end} = clock_timestamp() WHERE id = %s", (row,))  # noqa: S608
    with sessions.begin() as session:
        assert jobs.claim(session, row, leases=LEASES, most_attempts=3) is None


def test_a_job_of_a_kind_the_caller_cannot_do_is_left_untouched(
    outbox: Outbox, sessions: sessionmaker[Session]
) -> None:
    row = outbox.add("test.of_tomorrow")
    with sessions.begin() as session:
        assert jobs.claim(session, row, leases=LEASES, most_attempts=3) is None
        assert not jobs.bury(session, row, most_attempts=3)

    assert outbox.state(row)["attempts"] == 0


def test_the_second_to_close_finds_it_closed_and_saves_nothing(outbox: Outbox, sessions: sessionmaker[Session]) -> None:
    assert effects_of_two_overlapping_tries(outbox, sessions, close=jobs.close) == ["a"]


def test_without_the_comparison_the_same_two_tries_would_do_it_twice(
    outbox: Outbox, sessions: sessionmaker[Session]
) -> None:
    """Shows that the test above can fail."""

    def careless(session: Session, claim: jobs.Claim) -> datetime:
        now = jobs.database_now(session)
        session.execute(sa.update(OutboxRow).where(OutboxRow.id == claim.id).values(closed_at=now))
        return now

    assert effects_of_two_overlapping_tries(outbox, sessions, close=careless) == ["a", "a"]


def effects_of_two_overlapping_tries(
    outbox: Outbox, sessions: sessionmaker[Session], *, close: handlers.Close
) -> list[str]:
    row = outbox.add("test.note", what="a")
    with sessions.begin() as session:
        first = claimed(session, row)
    outbox.ask.execute("UPDATE outbox SET leased_until = NULL WHERE id = %s", (row,))
    with sessions.begin() as session:
        second = claimed(session, row)
    for claim in (second, first):
        try:
            with Work(claim, close=close).closing() as (session, now):
                note(session, claim.payload, now)
        except jobs.AlreadyClosed:
            continue
    return outbox.effects()


def test_what_a_failing_handler_wrote_is_undone_and_the_job_is_tried_again_later(
    outbox: Outbox, sessions: sessionmaker[Session], register: Register
) -> None:
    def failing(session: Session, payload: Payload, now: datetime) -> None:
        note(session, payload, now)
        session.execute(sa.text("SELECT CAST('Nguyễn Thị Hoa' AS integer)"))

    register("test.note", failing)
    row = outbox.add("test.note", what="a")

    assert task.run(row, pace=PACE) is Outcome.PUT_OFF
    state = outbox.state(row)
    assert outbox.effects() == []
    assert state["attempts"] == 1
    assert state["closed_at"] is None
    assert state["last_error"] == "InvalidTextRepresentation 22P02"


def test_a_job_that_fails_too_often_is_given_up_at_its_last_try(
    outbox: Outbox, sessions: sessionmaker[Session], register: Register
) -> None:
    def failing(*_: object) -> None:
        raise LookupError

    register("test.note", failing)
    row = outbox.add("test.note", what="a")

    assert [task.run(row, pace=PACE) for _ in range(4)] == [
        Outcome.PUT_OFF,
        Outcome.PUT_OFF,
        Outcome.DEAD,
        Outcome.SKIPPED,
    ]
    assert outbox.state(row)["dead_at"] is not None


def test_a_late_failure_of_an_overtaken_try_changes_nothing(
    outbox: Outbox, sessions: sessionmaker[Session], ask: Connection
) -> None:
    row = outbox.add("test.note", what="a")
    with sessions.begin() as session:
        first = claimed(session, row)
    ask.execute("UPDATE outbox SET leased_until = NULL WHERE id = %s", (row,))
    with sessions.begin() as session:
        claimed(session, row)
    before = outbox.state(row)
    with sessions.begin() as session:
        jobs.put_off(session, first, error="LookupError", delay=timedelta(), most_attempts=3)

    assert outbox.state(row) == before


def test_a_slow_handler_that_forgets_to_close_is_a_failure_and_not_a_success(
    outbox: Outbox, sessions: sessionmaker[Session], register: Register
) -> None:
    def forgetful(work: Work) -> None:
        assert work.attempt == 1

    handlers.handles_slowly("test.note")(forgetful)
    row = outbox.add("test.note", what="a")

    assert task.run(row, pace=PACE) is Outcome.PUT_OFF
    assert outbox.state(row)["last_error"] == "NotClosed"


def test_the_moment_a_handler_is_told_is_the_databases(
    outbox: Outbox, sessions: sessionmaker[Session], register: Register, ask: Connection
) -> None:
    register("test.note", note)
    row = outbox.add("test.note", what="a")

    assert task.run(row, pace=PACE) is Outcome.DONE
    assert ask.execute(
        "SELECT count(*) FROM effects JOIN outbox ON closed_at = at WHERE outbox.id = %s", (row,)
    ).fetchone() == (1,)


def test_a_worker_whose_connection_has_died_connects_again(
    outbox: Outbox, sessions: sessionmaker[Session], register: Register, ask: Connection
) -> None:
    register("test.note", note)
    with unit_of_work() as session:
        (pid,) = session.execute(sa.text("SELECT pg_backend_pid()")).one()
    ask.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    assert task.run(outbox.add("test.note", what="a"), pace=PACE) is Outcome.DONE


def test_a_kind_has_one_handler(register: Register) -> None:
    register("test.note", note)
    with pytest.raises(RuntimeError):
        register("test.note", note)


@given(st.integers(1, 30), st.floats(0, 1, exclude_max=True))
def test_the_wait_grows_with_each_failure_and_stays_within_a_fifth_of_an_hour_over_the_hour(
    attempt: int, chance: float
) -> None:
    pace = Pace()
    wait = pace.back_off(attempt, chance=chance)

    assert timedelta(seconds=3) < wait <= timedelta(hours=1.2)
    assert pace.back_off(attempt + 1, chance=chance) >= wait


def test_the_pace_is_read_from_the_environment() -> None:
    assert Pace.from_environment(
        {"JOB_LEASE_SECONDS": "1.5", "JOB_MOST_ATTEMPTS": "4", "JOB_POLL_SECONDS": ""}
    ) == Pace(lease_seconds=1.5, most_attempts=4)


def test_a_row_that_a_relay_holds_is_passed_over_by_another(outbox: Outbox, sessions: sessionmaker[Session]) -> None:
    rows = [outbox.add("test.note", what=str(number)) for number in range(4)]
    with sessions.begin() as one, sessions.begin() as other:
        first = [due.id for due in jobs.take_due(one, limit=2, again=PACE.again)]
        second = [due.id for due in jobs.take_due(other, limit=9, again=PACE.again)]

    assert (first, second) == (rows[:2], rows[2:])
    with sessions.begin() as session:
        assert jobs.take_due(session, limit=9, again=PACE.again) == []


def test_a_relay_that_dies_before_its_commit_leaves_the_rows_due(
    outbox: Outbox, sessions: sessionmaker[Session]
) -> None:
    row = outbox.add("test.note", what="a")
    with sessions() as session:
        jobs.take_due(session, limit=9, again=PACE.again)
    with sessions.begin() as session:
        assert [due.id for due in jobs.take_due(session, limit=9, again=PACE.again)] == [row]


def test_old_closed_jobs_are_forgotten_and_open_or_dead_ones_are_not(
    outbox: Outbox, sessions: sessionmaker[Session], ask: Connection
) -> None:
    kept = [outbox.add("test.note", what=str(number)) for number in range(3)]
    gone = outbox.add("test.note", what="old")
    ask.execute("UPDATE outbox SET closed_at = '2026-01-01' WHERE id = %s", (gone,))
    ask.execute("UPDATE outbox SET dead_at = '2026-01-01' WHERE id = %s", (kept[1],))
    ask.execute("UPDATE outbox SET closed_at = clock_timestamp() WHERE id = %s", (kept[2],))
    with sessions.begin() as session:
        before = jobs.database_now(session) - timedelta(days=30)
        assert jobs.forget_closed(session, before=before) == 1

    assert [row[0] for row in ask.execute("SELECT id FROM outbox ORDER BY id").fetchall()] == kept
