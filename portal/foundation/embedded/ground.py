"""What both embedded servers stand on: secrets kept on disk, a free port, words for a failed start."""

import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

from portal.foundation.children import Child

START_SECONDS = 30
ATTEMPTS = 3


class EmbeddedError(Exception):
    """A server cannot be started. The message says why and what to do."""


def kept_secret(data_dir: Path, name: str) -> str:
    """The secret of that name, made at the first question and kept, readable by us alone."""
    file = data_dir / "secrets" / name
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = secrets.token_hex(24)
        write_private(file, secret + "\n")
        return secret


def write_private(file: Path, text: str) -> None:
    """Write the file whole or not at all, readable by us alone."""
    unfinished = file.with_name(file.name + ".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    unfinished.replace(file)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)  # noqa: S101 - for the type checker
    return port


def bare_environment() -> Mapping[str, str]:
    """No PGPORT, no LC_ALL of the person at the keyboard may change what the server does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def failure(name: str, child: Child | None) -> str:
    lines = child.last_lines() if child else ""
    return f"{name} did not start: {explain(lines)}"


def lost_its_port(child: Child | None) -> bool:
    """Whether the server did not start because another program took the free port in between."""
    return child is not None and "address already in use" in child.last_lines().lower()


def explain(output: str) -> str:
    if "No space left on device" in output:
        return "the disk is full. Free some space, or set DATA_DIR to a folder on another disk."
    return "its last words were\n" + "\n".join(f"    {line}" for line in output.strip().splitlines()[-12:])
