"""`portal database` against a real server."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from portal.foundation.database import newest_migration
from tests.conftest import new_database
from tests.servers import Servers

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare_url(servers: Servers, worker_number: int) -> str:
    """A database without tables."""
    name = f"bare_{worker_number}"
    with psycopg.connect(servers.administration_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return servers.database_url(name)


def start(url: str, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "database", *arguments],
        cwd=PROJECT,
        env={
            **os.environ,
            "MODE": "test",
            "DATABASE_URL": url,
            "REDIS_URL": "redis://localhost:1",
            "SECRET_KEY": "x",
            "DATA_DIR": str(folder),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(url: str, *arguments: str, folder: Path) -> tuple[int, str, str]:
    process = start(url, *arguments, folder=folder)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_two_machines_migrating_at_once_leave_the_newest_tables(bare_url: str, tmp_path: Path) -> None:
    code, _, err = said(bare_url, "check", folder=tmp_path)
    assert code == 1
    assert "run “portal database migrate”" in err

    waiting = start(bare_url, "wait", folder=tmp_path)
    both = [start(bare_url, "migrate", folder=tmp_path) for _ in range(2)]
    answers = sorted(process.communicate(timeout=60)[0].strip() for process in both)
    newest = newest_migration()

    assert answers == [f"at {newest}, as before", f"from nothing to {newest}"]
    assert waiting.communicate(timeout=60)[0] == "ready\n"
    assert said(bare_url, "check", folder=tmp_path)[:2] == (0, f"at {newest}, the newest\n")


def test_waiting_ends_with_what_is_wrong(tmp_path: Path) -> None:
    code, _, err = said("postgresql://nobody@127.0.0.1:1/nothing", "wait", "--seconds=0", folder=tmp_path)

    assert code == 1
    assert "does not answer" in err
    assert "Traceback" not in err


def test_a_migrated_database_is_ready_at_once(servers: Servers, worker_number: int, tmp_path: Path) -> None:
    with new_database(servers, f"ready_{worker_number}") as url:
        assert said(url, "wait", folder=tmp_path)[:2] == (0, "ready\n")
