"""The embedded servers: they start, keep their data, and come back after every way of dying."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from portal.foundation import children
from portal.foundation.embedded import EmbeddedError, PostgreSQL, Valkey, kept_secret

PROJECT = Path(__file__).resolve().parents[2]
PASS_CLOSED_FOLDERS = 1 << 1  # CAP_DAC_OVERRIDE, kept by root as nobody
START_AND_WAIT = """
import sys, time
from pathlib import Path
from portal.foundation.embedded import PostgreSQL, Valkey
folder = Path(sys.argv[1])
postgresql, valkey = PostgreSQL(folder, durable=False), Valkey(folder)
print(postgresql.start(), valkey.start(), postgresql.child.pid, valkey.child.pid, flush=True)
time.sleep(600)
"""


@contextmanager
def running(server: PostgreSQL | Valkey) -> Iterator[str]:
    try:
        yield server.start()
    finally:
        server.stop()


@contextmanager
def parent_of_servers(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A process that has started both servers; gives their two URLs and two process numbers."""
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(folder)], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    ) as parent:
        assert parent.stdout is not None
        try:
            yield parent, parent.stdout.readline().split()
        finally:
            parent.kill()


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", (word,))


def remembered(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM words ORDER BY word")]


def is_gone(pid: int) -> bool:
    return children.identity(pid) is None


def test_data_outlives_a_stop_and_a_new_start(tmp_path: Path) -> None:
    with running(PostgreSQL(tmp_path)) as url:
        remember(url, "hồ sơ")
    with running(Valkey(tmp_path)) as url, redis.Redis.from_url(url) as client:
        client.set("row", "17")

    with running(PostgreSQL(tmp_path)) as url:
        assert remembered(url) == ["hồ sơ"]
    with running(Valkey(tmp_path)) as url, redis.Redis.from_url(url) as client:
        assert client.get("row") == b"17"


def test_the_database_sorts_and_folds_letters_without_the_systems_locale(tmp_path: Path) -> None:
    with running(PostgreSQL(tmp_path, durable=False)) as url, psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding), lower('ĐẤT') "
            "FROM pg_database WHERE datname = current_database()"
        ).fetchone()

    assert row == ("b", "C.UTF-8", "UTF8", "đất")


def test_nobody_enters_without_the_password(tmp_path: Path) -> None:
    with running(PostgreSQL(tmp_path, durable=False)) as url:
        stranger = url.replace(kept_secret(tmp_path, "postgresql"), "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(stranger)
    with running(Valkey(tmp_path)) as url:
        stranger = url.replace(kept_secret(tmp_path, "valkey"), "guess")
        with redis.Redis.from_url(stranger) as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_passwords_are_readable_by_their_owner_alone_and_stand_in_no_argument_list(tmp_path: Path) -> None:
    postgresql, valkey = PostgreSQL(tmp_path, durable=False), Valkey(tmp_path)
    with running(postgresql), running(valkey):
        assert postgresql.child is not None
        assert valkey.child is not None
        secrets = [kept_secret(tmp_path, name) for name in ("postgresql", "valkey")]
        command_lines = [Path(f"/proc/{server.child.pid}/cmdline").read_bytes() for server in (postgresql, valkey)]

    assert all(len(line) > 0 for line in command_lines)
    assert not any(secret.encode() in line for secret in secrets for line in command_lines)
    for file in [*(tmp_path / "secrets").iterdir(), tmp_path / "valkey" / "valkey.conf"]:
        assert file.stat().st_mode & 0o077 == 0


def test_the_queue_is_never_evicted(tmp_path: Path) -> None:
    with running(Valkey(tmp_path)) as url, redis.Redis.from_url(url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_servers_die_with_a_parent_that_was_killed_and_start_again(tmp_path: Path) -> None:
    with parent_of_servers(tmp_path) as (parent, (url, _, postgresql, valkey)):
        remember(url, "before")
        parent.kill()
        parent.wait()
        assert children.wait_until(lambda: is_gone(int(postgresql)) and is_gone(int(valkey)), seconds=15)

    with running(PostgreSQL(tmp_path, durable=False)) as url:
        assert remembered(url) == ["before"]


def test_a_server_that_was_killed_comes_back_on_its_port_with_its_data(tmp_path: Path) -> None:
    server = PostgreSQL(tmp_path)
    with running(server) as url:
        remember(url, "committed")
        assert server.child is not None
        os.kill(server.child.pid, signal.SIGKILL)
        assert children.wait_until(server.child.has_ended, seconds=10)
        server.child.sweep()

        assert server.start() == url
        assert remembered(url) == ["committed"]


def test_a_lock_file_whose_number_now_belongs_to_another_process_is_no_obstacle(tmp_path: Path) -> None:
    server = PostgreSQL(tmp_path, durable=False)
    with running(server):
        lock = (tmp_path / "postgresql" / "postmaster.pid").read_text().splitlines()
    lock[0] = str(os.getpid())
    (tmp_path / "postgresql" / "postmaster.pid").write_text("\n".join(lock) + "\n")
    shutil.chown(tmp_path / "postgresql" / "postmaster.pid", (tmp_path / "postgresql").stat().st_uid)

    with running(server) as url:
        remember(url, "again")


def test_a_server_left_behind_is_found_and_stopped_but_a_stranger_with_its_number_is_not(tmp_path: Path) -> None:
    ours = children.start("sleeper", ["/bin/sleep", "600"], data_dir=tmp_path)
    stranger = children.start("stranger", ["/bin/sleep", "600"], data_dir=tmp_path)
    try:
        assert children.wait_until(lambda: b"sleep" in _command(ours.pid), seconds=10)
        note = stranger.note.read_text().replace(str(children.identity(stranger.pid)), "another boot:1")
        stranger.note.write_text(note)

        assert children.stop_leftovers(tmp_path) == ["sleeper"]
        assert ours.has_ended()
        assert not stranger.has_ended()
    finally:
        ours.stop()
        stranger.stop()


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]


def test_a_queue_file_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    with running(Valkey(tmp_path)) as url, redis.Redis.from_url(url) as client:
        client.set("row", "17")
    for file in (tmp_path / "valkey" / "appendonlydir").iterdir():
        file.write_bytes(b"this was a queue")

    with running(Valkey(tmp_path)) as url, redis.Redis.from_url(url) as client:
        assert client.get("row") is None
    assert (tmp_path / "valkey" / "appendonlydir.unreadable").exists()


def test_a_start_that_was_interrupted_leaves_no_half_of_a_cluster(tmp_path: Path) -> None:
    (tmp_path / "postgresql.new").mkdir()
    (tmp_path / "postgresql.new" / "half").touch()

    with running(PostgreSQL(tmp_path, durable=False)) as url:
        remember(url, "whole")
    assert not (tmp_path / "postgresql.new").exists()


def test_a_failed_start_tells_the_servers_last_words(tmp_path: Path) -> None:
    with running(PostgreSQL(tmp_path, durable=False)):
        pass
    (tmp_path / "postgresql" / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(EmbeddedError, match="no_such_setting"):
        PostgreSQL(tmp_path, durable=False).start()


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def account_of(server: PostgreSQL) -> tuple[str, int]:
    """The user number the server runs under, as seen from outside, and its rights beyond an ordinary user's."""
    assert server.child is not None
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{server.child.pid}/status").read_text().splitlines())
    return status["Uid"].split()[0], int(status["CapEff"], 16)


@only_root
def test_root_runs_postgresql_without_roots_rights(tmp_path: Path) -> None:
    server = PostgreSQL(tmp_path, durable=False)
    with running(server) as url:
        remember(url, "mine")
        assert account_of(server)[1] in {0, PASS_CLOSED_FOLDERS}


@only_root
def test_a_checkout_in_a_closed_home_is_reached_by_root_as_nobody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    data_dir = home / "data"
    data_dir.mkdir(mode=0o700, parents=True)
    home.chmod(0o700)
    os.chown(home, 4321, 4321)
    server = PostgreSQL(data_dir, durable=False)

    with running(server) as url:
        remember(url, "first")
        assert account_of(server) == ("65534", PASS_CLOSED_FOLDERS)
    with running(PostgreSQL(data_dir, durable=False)) as url:
        assert remembered(url) == ["first"]


@only_root
def test_the_cluster_of_another_person_is_left_alone(tmp_path: Path) -> None:
    with running(PostgreSQL(tmp_path, durable=False)):
        pass
    os.chown(tmp_path / "postgresql", 4321, 4321)

    with pytest.raises(EmbeddedError, match="belongs to user 4321"):
        PostgreSQL(tmp_path, durable=False).start()


AS_USER = ["setpriv", "--reuid=4321", "--regid=4321", "--clear-groups"]


def interpreter_of_everybody() -> str | None:
    """This Python, or the system's of the same version when this one lies in a closed home."""
    for program in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        if subprocess.run([*AS_USER, "/bin/sh", "-c", f"test -x {program}"], check=False).returncode == 0:
            return program
    return None


@only_root
def test_an_ordinary_user_starts_both_servers() -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("no setpriv to become an ordinary user with")
    program = interpreter_of_everybody()
    if program is None:
        pytest.skip("no Python that an ordinary user may start")
    folder = Path("/tmp") / f"motcua-user-{os.getpid()}"  # noqa: S108 - pytest's own folders are closed to others
    folder.mkdir(mode=0o700)
    os.chown(folder, 4321, 4321)
    try:
        with subprocess.Popen(
            [*AS_USER, program, "-c", START_AND_WAIT, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{PROJECT}:{Path(psycopg.__file__).parents[1]}"},
        ) as parent:
            assert parent.stdout is not None
            url, _, postgresql, valkey = parent.stdout.readline().split()
            remember(url, "as a user")
            assert "\nUid:\t4321\t" in Path(f"/proc/{postgresql}/status").read_text()
            parent.terminate()
        assert children.wait_until(lambda: is_gone(int(postgresql)) and is_gone(int(valkey)), seconds=15)
    finally:
        shutil.rmtree(folder)
