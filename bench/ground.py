"""What a run stands on: its own servers with fsync, and programs started on them. All of it is gone at the end."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.accounts import sealing
from portal.foundation import children, database
from portal.foundation.embedded import PostgreSQL, Valkey
from portal.foundation.embedded.ground import free_port

PROJECT = Path(__file__).resolve().parents[1]
SECRET_KEY = "only for measuring, at least so many characters"  # noqa: S105 - opens nothing
INSTANCE = "bench"
WEB_WORKERS = 2
LONGEST_START_SECONDS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Servers of this run. `environment` is what a program of the portal is told."""

    folder: Path
    database_url: str
    redis_url: str

    def environment(self, port: int = 8000) -> dict[str, str]:
        return {
            **os.environ,
            "MODE": "test",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": SECRET_KEY,
            "DATA_DIR": str(self.folder),
            "PORT": str(port),
            "INSTANCE": INSTANCE,
            "WEB_WORKERS": str(WEB_WORKERS),
        }


@contextmanager
def prepared() -> Iterator[Ground]:
    """PostgreSQL with fsync and Valkey in a temporary folder, the database migrated and this process connected."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        postgresql, valkey = PostgreSQL(folder), Valkey(folder)
        stack.callback(postgresql.stop)
        database_url = postgresql.start()
        stack.callback(valkey.stop)
        redis_url = valkey.start()
        database.migrate(database_url)
        sealing.use_key(SECRET_KEY)
        engine = database.connect(database_url, pool_size=4)
        stack.callback(engine.dispose)
        yield Ground(folder=folder, database_url=database_url, redis_url=redis_url)


@contextmanager
def running(ground: Ground, *arguments: str, port: int = 8000) -> Iterator[Path]:
    """One program (`python -m …`) for as long as the block lasts; gives the path of its log."""
    log_path = ground.folder / f"{arguments[0]}-{port}-{len(list(ground.folder.iterdir()))}.log"
    with log_path.open("wb") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=PROJECT, env=ground.environment(port), stdout=log, stderr=log
        )
    try:
        yield log_path
    finally:
        program.terminate()
        try:
            program.wait(20)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait(20)


@contextmanager
def web(ground: Ground, application: str) -> Iterator[int]:
    """The application under gunicorn as the portal is served; gives the port it answers on."""
    port = free_port()
    with running(ground, "gunicorn", application, port=port) as log:
        if not children.wait_until(lambda: _answers(port), seconds=LONGEST_START_SECONDS):
            raise SystemExit(log.read_text(errors="replace"))
        yield port


def _answers(port: int) -> bool:
    import http.client  # noqa: PLC0415

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()
