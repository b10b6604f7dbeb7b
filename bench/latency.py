"""How long from the commit of a job to its visible effect, beside a Celery no-op on the same broker and worker.

    python -m bench.latency [--rounds 5] [--each 40]

Starts its own servers (with fsync), a worker with one process and a relay. Both are measured in turns, so that
a busy machine slows both alike; read the ratio, not the milliseconds. The job passes commit (fsync), NOTIFY,
relay, broker, claim, work and closing commit (fsync); the no-op passes the broker twice.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from portal.foundation import children, database
from portal.foundation.embedded import PostgreSQL, Valkey
from workers.wire import make_app

PROJECT = Path(__file__).resolve().parents[1]
REPLIES = "bench:replies"
WARM_UP = 20
LONGEST_SECONDS = 30


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--each", type=int, default=40)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, crew(Path(folder)) as (database_url, redis_url):
        compare(database_url, redis_url, rounds=chosen.rounds, each=chosen.each)


def compare(database_url: str, redis_url: str, *, rounds: int, each: int) -> None:
    """Measure both and print the figures."""
    app = make_app(redis_url)
    with psycopg.connect(database_url, autocommit=True) as writer, redis.Redis.from_url(redis_url) as broker:
        writer.execute("CREATE TABLE bench_effects (id bigserial PRIMARY KEY, at timestamptz)")
        writer.execute("LISTEN bench")

        def job() -> None:
            writer.execute(
                "INSERT INTO outbox (kind, queue, payload, created_at, next_try_at, attempts) VALUES "
                "('bench.note', 'prompt', '{\"number\": 1}', clock_timestamp(), clock_timestamp(), 0)"
            )
            if not list(writer.notifies(timeout=LONGEST_SECONDS, stop_after=1)):
                raise SystemExit("a job was not done in time")

        def nothing() -> None:
            app.send_task("bench.nothing", queue="prompt")
            if broker.blpop([REPLIES], timeout=LONGEST_SECONDS) is None:
                raise SystemExit("a no-op was not done in time")

        report(measure({"job": job, "no-op": nothing}, rounds=rounds, each=each))
    app.close()


def measure(acts: dict[str, Callable[[], None]], *, rounds: int, each: int) -> dict[str, list[list[float]]]:
    """Milliseconds of each act, round by round, the acts in turns within a round."""
    for act in acts.values():
        for _ in range(WARM_UP):
            act()
    taken: dict[str, list[list[float]]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            taken[name].append([timed(act) for _ in range(each)])
    return taken


def timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def report(taken: dict[str, list[list[float]]]) -> None:
    quantiles = {"p50": 0.5, "p95": 0.95}
    by_round: dict[str, dict[str, list[float]]] = {}
    for name, rounds in taken.items():
        by_round[name] = {
            label: [sorted(values)[int(share * (len(values) - 1))] for values in rounds]
            for label, share in quantiles.items()
        }
        figures = ", ".join(
            f"{label} {statistics.median(values):.2f} ms ({min(values):.2f}–{max(values):.2f})"
            for label, values in by_round[name].items()
        )
        print(f"{name:>6}: {figures}; n = {sum(map(len, rounds))}")
    for label in quantiles:
        ratios = [a / b for a, b in zip(by_round["job"][label], by_round["no-op"][label], strict=True)]
        print(
            f"job / no-op, {label}: {statistics.median(ratios):.2f} (rounds {min(ratios):.2f}–{max(ratios):.2f})"
            + ("; goal for p95: at most 4" if label == "p95" else "")
        )


@contextmanager
def crew(folder: Path) -> Iterator[tuple[str, str]]:
    """Servers, one worker process and a relay, gone at the end."""
    postgresql, valkey = PostgreSQL(folder), Valkey(folder)
    programs: list[subprocess.Popen[bytes]] = []
    try:
        database_url, redis_url = postgresql.start(), valkey.start()
        database.migrate(database_url)
        environment = {
            **os.environ,
            "MODE": "test",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": "only for measuring, at least so many characters",
            "DATA_DIR": str(folder),
        }
        worker = ["celery", "--app=bench.latency_worker", "worker", "--concurrency=1", "-Ofair", "--without-mingle"]
        for number, arguments in enumerate(([*worker, "--queues=prompt,ticks"], ["workers.relay"])):
            with (folder / f"{number}.log").open("wb") as log:
                programs.append(
                    subprocess.Popen(
                        [sys.executable, "-m", *arguments], cwd=PROJECT, env=environment, stdout=log, stderr=log
                    )
                )
        with redis.Redis.from_url(redis_url) as broker:
            if not children.wait_until(lambda: bool(broker.exists("motcua:pulse")), seconds=LONGEST_SECONDS):
                raise SystemExit((folder / "0.log").read_text())
        yield database_url, redis_url
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(20)
        valkey.stop()
        postgresql.stop()


if __name__ == "__main__":
    main()
