"""A small load generator: so many connections kept open, each asking again as soon as it is answered."""

import http.client
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request on the loopback. `status` is the only acceptable answer."""

    path: str
    method: str = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


class WrongAnswer(Exception):
    """What was measured does not work; a figure of it would be worthless."""


class Client:
    """Some kept connections to one port."""

    def __init__(self, port: int, connections: int) -> None:
        self.connections = [
            http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS) for _ in range(connections)
        ]

    def close(self) -> None:
        for connection in self.connections:
            connection.close()

    def per_second(self, requests: Iterator[Request], *, seconds: float) -> float:
        """Requests answered a second over about so many seconds, all connections together."""
        supply, lock = requests, threading.Lock()
        counts, failures = [0] * len(self.connections), list[BaseException]()
        began = time.perf_counter()
        until = began + seconds

        def work(index: int) -> None:
            try:
                while time.perf_counter() < until and not failures:
                    with lock:
                        request = next(supply)
                    ask(self.connections[index], request)
                    counts[index] += 1
            except BaseException as failure:  # noqa: BLE001 - told to whoever measures
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(index,)) for index in range(len(self.connections))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return sum(counts) / (time.perf_counter() - began)


@contextmanager
def client(port: int, connections: int) -> Iterator[Client]:
    """Connections that are closed at the end."""
    made = Client(port, connections)
    try:
        yield made
    finally:
        made.close()


def ask(connection: http.client.HTTPConnection, request: Request) -> bytes:
    """Send one request and read the whole answer; a closed connection is opened once again."""
    for is_last in (False, True):
        try:
            connection.request(request.method, request.path, body=request.body, headers=dict(request.headers))
            answer = connection.getresponse()
            content = answer.read()
            break
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            connection.close()
            if is_last:
                raise
    if answer.status != request.status:
        raise WrongAnswer(
            f"{request.method} {request.path}: {answer.status}\n{content[:2000].decode(errors='replace')}"
        )
    return content
