"""What must be true of this machine before anything is started; each complaint says what to do."""

import errno
import fcntl
import importlib.util
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import click

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRESQL = 15
LEAST_FREE_BYTES = 500 * 1024 * 1024
NEEDED = ("alembic", "celery", "flask", "gunicorn", "psycopg", "redis", "sqlalchemy", "typst")


class Trouble(click.ClickException):
    """The portal cannot run here. Shown as it is, without a traceback; exit code 1."""

    def show(self, file: IO[str] | None = None) -> None:
        click.echo(f"\n✗ {self.message}", err=True, file=file)


def check_program() -> None:
    """The interpreter and the libraries."""
    if sys.version_info < OLDEST_PYTHON:
        raise Trouble(f"Python {sys.version.split()[0]} is too old: 3.11 or later is needed.")
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise Trouble(f"Not installed: {', '.join(missing)}. Run “make install”.")


def prepare_data_dir(data_dir: Path, *, needed: int = LEAST_FREE_BYTES) -> int:
    """Make the data folder, see that it can be written to and has room; returns the free bytes."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data_dir / f".probe-{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
        free = shutil.disk_usage(data_dir).free
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _full_disk(data_dir, 0, needed) from None
        raise Trouble(
            f"The data folder {data_dir} cannot be written to ({error.strerror}). "
            "Set DATA_DIR to a folder of your own: make run DATA_DIR=/path/to/folder"
        ) from None
    if free < needed:
        raise _full_disk(data_dir, free, needed)
    return free


def _full_disk(data_dir: Path, free: int, needed: int) -> Trouble:
    return Trouble(
        f"The disk of {data_dir} is full: {free // 2**20} MB are free, {needed // 2**20} MB are needed. "
        "Free some space, or choose another disk: make run DATA_DIR=/path/to/folder"
    )


def hold(data_dir: Path) -> IO[str]:
    """Claim the data folder for this process until the returned file is closed, even by a crash."""
    lock = (data_dir / "run.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise Trouble(
            f"The portal already runs with the data folder {data_dir} ({holder}). Use that one, "
            "or start a second one beside it: make run PORT=8001 DATA_DIR=/path/to/folder"
        ) from None
    return lock


def sign(lock: IO[str], text: str) -> None:
    """Write who holds the folder into the lock, for the next one who asks."""
    lock.truncate(0)
    lock.write(text)
    lock.flush()


def check_port(host: str, port: int) -> None:
    """Whether the web server will be able to listen, and a browser that asks for `localhost` will find it."""
    try:
        _try_to_listen(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port)
        if host == "127.0.0.1" and socket.has_ipv6:
            _try_to_listen(socket.AF_INET6, "::1", port)  # a program there would get the browser's requests
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Trouble(
                f"Port {port} is taken by another program. "
                f"Stop that one, or choose another port: make run PORT={port + 1}"
            ) from None
        if error.errno == errno.EACCES:
            raise Trouble(f"Port {port} is reserved for root. Choose one above 1023: make run PORT=8000") from None
        if host == "127.0.0.1" and error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            return  # no IPv6 on this machine
        raise Trouble(f"Cannot listen on {host}, port {port}: {error.strerror}. Check HOST and PORT.") from None


def _try_to_listen(family: socket.AddressFamily, host: str, port: int) -> None:
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)


def check_database(url: str) -> str:
    """Whether the given database answers and is new enough; returns its version."""
    import psycopg  # noqa: PLC0415 - first make sure that it is installed

    address = _address(url)
    try:
        with psycopg.connect(_plain(url), connect_timeout=5) as connection:
            version = connection.info.server_version
            row = connection.execute("SHOW server_encoding").fetchone()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        raise Trouble(
            f"The database {address} cannot be used: {reason}\n  Check DATABASE_URL, or leave it out: "
            "the portal then starts a PostgreSQL of its own."
        ) from None
    if version < OLDEST_POSTGRESQL * 10_000:
        raise Trouble(f"The database {address} is PostgreSQL {version // 10_000}; {OLDEST_POSTGRESQL} is the oldest.")
    if row is None or row[0] != "UTF8":
        raise Trouble(f"The database {address} is not encoded in UTF-8. Create it with ENCODING 'UTF8'.")
    return f"{version // 10_000}.{version % 10_000}"


def check_redis(url: str) -> None:
    """Whether the given Redis or Valkey answers."""
    import redis  # noqa: PLC0415 - first make sure that it is installed

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Trouble(
            f"The Redis or Valkey server {_address(url)} cannot be used: {error}\n  Check REDIS_URL, or leave "
            "it out: the portal then starts a Valkey of its own."
        ) from None


def _address(url: str) -> str:
    """The URL without what opens doors."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
