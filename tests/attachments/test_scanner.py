"""Talking to clamd: with a real one where it is installed, and over a real socket for what it may answer."""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from portal.attachments.models import ScanState
from portal.attachments.scanner import answers, scan
from portal.foundation.children import wait_until
from portal.foundation.errors import Unavailable

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def listener(answer: bytes, heard: list[bytes]) -> Iterator[str]:
    """A server that hears one INSTREAM and gives this answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as reader:
                assert reader.read(10) == b"zINSTREAM\0"
                while size := struct.unpack(">I", reader.read(4))[0]:
                    heard.append(reader.read(size))
                connection.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "state"),
    [(b"stream: OK\0", ScanState.CLEAN), (b"stream: Eicar-Test-Signature FOUND\0", ScanState.INFECTED)],
)
def test_the_whole_file_is_sent_and_the_verdict_read(answer: bytes, state: ScanState) -> None:
    heard: list[bytes] = []
    with listener(answer, heard) as url:
        assert scan([b"first ", b"", b"second"], url) is state
    assert b"".join(heard) == b"first second"


@pytest.mark.parametrize("answer", [b"", b"stream: ERROR\0", b"INSTREAM size limit exceeded. ERROR\0"])
def test_no_verdict_is_never_clean(answer: bytes) -> None:
    with listener(answer, []) as url, pytest.raises(Unavailable):
        scan([b"x"], url)


def test_a_scanner_that_is_down_is_never_clean() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unavailable):
        scan([b"x"], f"tcp://127.0.0.1:{port}")
    with pytest.raises(Unavailable):
        scan([b"x"], "unix:///nowhere/clamd.sock")
    assert not answers(f"tcp://127.0.0.1:{port}")
    assert not answers("unix:///nowhere/clamd.sock")


@pytest.mark.skipif(shutil.which("clamd") is None, reason="clamd is not installed")
def test_a_real_clamd_finds_eicar_and_passes_a_letter() -> None:
    """Decision 28: a signature of our own for the test file, since no database is at hand."""
    with tempfile.TemporaryDirectory(prefix="clamd") as name:
        folder = Path(name)
        database = folder / "db"
        database.mkdir()
        (database / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
        configuration = folder / "clamd.conf"
        address = folder / "clamd.sock"
        configuration.write_text(f"LocalSocket {address}\nDatabaseDirectory {database}\nForeground yes\n")
        daemon = subprocess.Popen(
            [str(shutil.which("clamd")), "-c", str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ},
        )
        try:
            assert wait_until(address.exists, seconds=30)
            assert scan([EICAR], f"unix://{address}") is ScanState.INFECTED
            assert scan([b"a letter"], f"unix://{address}") is ScanState.CLEAN
            assert answers(f"unix://{address}")
        finally:
            daemon.terminate()
            daemon.wait(10)
