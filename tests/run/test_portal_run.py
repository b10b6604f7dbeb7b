"""The real command: from nothing to a healthy portal, and back to nothing in every way it may end."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from portal.foundation import children
from portal.foundation.embedded.ground import free_port
from portal.foundation.settings import running_note

PROJECT = Path(__file__).resolve().parents[2]
PROGRAMS = {"postgresql", "valkey", "worker", "relay", "beat", "web"}
LAST_LINE = "Ctrl-C stops everything"


def environment(data_dir: Path, port: int, **more: str) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "DATA_DIR": str(data_dir), "PORT": str(port), "DEMO_DOSSIERS": "12", **more}


def complaint(data_dir: Path, port: int, **more: str) -> subprocess.CompletedProcess[str]:
    """A start that cannot succeed."""
    return subprocess.run(
        [sys.executable, "-m", "portal.cli", "run"],
        env=environment(data_dir, port, **more),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def running(data_dir: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`portal run` and what it printed until it was ready; killed at the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "run"],
        env=environment(data_dir, port),
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        try:
            for line in process.stdout:
                lines.append(line)
                if LAST_LINE in line:
                    break
            printed = "".join(lines)
            assert LAST_LINE in printed, printed
            yield process, printed
        finally:
            process.kill()
            wait_for_the_end(data_dir)


def pids(data_dir: Path) -> dict[str, int]:
    found = {}
    for note in (data_dir / "run").glob("*.json"):
        with suppress(FileNotFoundError):  # a program that has just ended takes its note away
            found[note.stem] = json.loads(note.read_text())["pid"]
    return found


def members(leaders: set[int]) -> set[int]:
    """Every living process in the sessions of these leaders, the leaders among them."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] not in "ZX" and int(fields[3]) in leaders:
                found.add(int(folder.name))
    return found


def wait_for_the_end(data_dir: Path) -> None:
    leaders = set(pids(data_dir).values())
    children.wait_until(lambda: not members(leaders), seconds=30)


def ready(port: int) -> dict[str, object]:
    with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=10) as answer:
        assert answer.status == 200
        body: dict[str, object] = json.load(answer)
        return body


def rows(data_dir: Path) -> int:
    with psycopg.connect(running_note(data_dir)["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM people").fetchone()
    assert row is not None
    return int(row[0])


def test_from_nothing_to_healthy_and_back_and_again(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as (process, printed):
        assert f"Open  http://localhost:{port}" in printed
        assert ready(port)
        leaders = pids(tmp_path)
        assert set(leaders) == PROGRAMS
        people = rows(tmp_path)
        assert people > 0

        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert members(set(leaders.values())) == set()
        assert not (tmp_path / "running.env").exists()

    with running(tmp_path, port) as (process, printed):
        assert "left behind" not in printed
        assert rows(tmp_path) == people
        leaders = pids(tmp_path)

        process.kill()
        process.wait()
        assert children.wait_until(lambda: not members(set(leaders.values())), seconds=30)

    with running(tmp_path, port) as (process, _):
        assert ready(port)
        assert rows(tmp_path) == people
        second = complaint(tmp_path, free_port())
        assert second.returncode == 1
        assert f"http://localhost:{port}" in second.stderr

        worker = pids(tmp_path)["worker"]
        os.kill(worker, signal.SIGKILL)
        os.kill(pids(tmp_path)["valkey"], signal.SIGKILL)
        assert children.wait_until(lambda: pids(tmp_path).get("worker", worker) != worker, seconds=30)
        assert children.wait_until(lambda: is_ready(port), seconds=60)

        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def is_ready(port: int) -> bool:
    try:
        return bool(ready(port))
    except OSError:
        return False


def test_a_taken_port_is_one_message_and_nothing_is_left(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        result = complaint(tmp_path, other.getsockname()[1])

    assert result.returncode == 1
    assert "is taken by another program" in result.stderr
    assert "Traceback" not in result.stderr
    assert pids(tmp_path) == {}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "The database 127.0.0.1:1/none cannot be used"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "The Redis or Valkey server 127.0.0.1:1/0 cannot be used"),
        ({"PORT": "eight"}, "PORT is “eight”"),
        ({"MODE": "prod"}, "MODE is “prod”"),
    ],
)
def test_what_was_given_wrongly_is_one_message(tmp_path: Path, more: dict[str, str], message: str) -> None:
    result = complaint(tmp_path, free_port(), **more)

    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert pids(tmp_path) == {}


def test_a_data_folder_below_a_file_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = complaint(tmp_path / "file" / "data", free_port())

    assert result.returncode == 1
    assert "cannot be written to" in result.stderr
    assert "Traceback" not in result.stderr
