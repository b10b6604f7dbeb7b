"""Asking ClamAV whether a file is infected: the INSTREAM command over TCP or a Unix socket.

Source of the protocol: clamd(8). "The scanner did not answer" is an error, never "clean" (decision 28).
"""

import socket
import struct
from collections.abc import Iterable
from contextlib import closing
from urllib.parse import urlsplit

from portal.attachments.models import ScanState
from portal.foundation.errors import Unavailable

PATIENCE_SECONDS = 60
SHORT_SECONDS = 1
CLAMD_PORT = 3310
LONGEST_ANSWER_BYTES = 4096


def scan(pieces: Iterable[bytes], clamd_url: str) -> ScanState:
    """Have the content scanned: CLEAN or INFECTED. Raises Unavailable where there is no verdict."""
    try:
        with closing(_connected(clamd_url)) as connection:
            connection.sendall(b"zINSTREAM\0")
            for piece in pieces:
                if piece:
                    connection.sendall(struct.pack(">I", len(piece)) + piece)
            connection.sendall(struct.pack(">I", 0))
            answer = _answer(connection)
    except OSError as fault:
        raise Unavailable("attachments.scanner_down") from fault
    if answer.endswith(b"FOUND"):
        return ScanState.INFECTED
    if answer.endswith(b"OK"):
        return ScanState.CLEAN
    raise Unavailable("attachments.scanner_down", answer=answer.decode("ascii", "replace"))


def answers(clamd_url: str) -> bool:
    """Whether the scanner is there: the command PING, within a second."""
    try:
        with closing(_connected(clamd_url, patience=SHORT_SECONDS)) as connection:
            connection.sendall(b"zPING\0")
            return _answer(connection) == b"PONG"
    except OSError:
        return False


def _connected(clamd_url: str, *, patience: float = PATIENCE_SECONDS) -> socket.socket:
    parts = urlsplit(clamd_url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(patience)
        try:
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((parts.hostname or "localhost", parts.port or CLAMD_PORT), patience)


def _answer(connection: socket.socket) -> bytes:
    received = b""
    while len(received) < LONGEST_ANSWER_BYTES and not received.endswith(b"\0"):
        piece = connection.recv(LONGEST_ANSWER_BYTES)
        if not piece:
            break
        received += piece
    return received.rstrip(b"\0\n")
