"""One PostgreSQL and one Valkey for a whole test run, however many workers share it.

The worker that needs them first runs this file; it leaves a keeper behind that owns the servers, writes
their addresses into the run's folder and stops them when the process that started the run is gone.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.foundation import children
from portal.foundation.embedded import PostgreSQL, Valkey

TEMPLATE = "template_migrated"
PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where the run's servers listen. `template_url` is the migrated, otherwise empty database."""

    administration_url: str
    template_url: str
    redis_url: str

    def database_url(self, name: str) -> str:
        return self.template_url.removesuffix(TEMPLATE) + name


def servers_of_run(folder: Path, run_pid: int) -> Servers:
    """The servers of the run that `run_pid` began; started now if no other worker has asked yet."""
    addresses = folder / "servers.json"
    with (folder / "servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not addresses.exists():
            started = subprocess.run(
                [sys.executable, "-m", "tests.servers", str(folder), str(run_pid)],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if started.returncode != 0:
                raise RuntimeError(f"the servers of the test run did not start:\n{started.stdout}{started.stderr}")
    return Servers(**json.loads(addresses.read_text()))


def keep(folder: Path, run_pid: int) -> None:
    """Fork a keeper; return when the servers are up, or exit with its complaint."""
    complaint = folder / "servers.log"
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        if os.read(reading, 1) != b"+":
            sys.exit(complaint.read_text() if complaint.exists() else "no reason given")
        return
    os.close(reading)
    os.setsid()
    with complaint.open("w") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    run = children.identity(run_pid)
    data_dir = folder / "servers"
    data_dir.mkdir(mode=0o700)
    postgresql, valkey = PostgreSQL(data_dir, durable=False), Valkey(data_dir, durable=False)
    try:
        redis_url = valkey.start()
        postgresql.start()
        servers = Servers(
            administration_url=postgresql.url("postgres"),
            template_url=postgresql.url(TEMPLATE),
            redis_url=redis_url,
        )
        make_template(servers)
        (folder / "servers.json").write_text(json.dumps(asdict(servers)))
        os.write(writing, b"+")
        os.close(writing)
        while children.identity(run_pid) == run:
            time.sleep(0.1)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        valkey.stop()
        postgresql.stop()
        with contextlib.suppress(OSError):
            shutil.rmtree(data_dir)


def make_template(servers: Servers) -> None:
    """Migrate once; each worker copies the result, which takes a moment."""
    import psycopg  # noqa: PLC0415 - only the keeper needs the next two

    from portal.foundation import database  # noqa: PLC0415

    with psycopg.connect(servers.administration_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    database.migrate(servers.template_url)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
