"""A mail server for tests: real sockets, the few commands of RFC 5321 a client says, and what it was given."""

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self, cast


@dataclass
class Letter:
    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.content, policy=policy.default))


@dataclass
class MailServer:
    """Use as a context manager. `refuse` maps an address to the answer its RCPT gets, such as `550 no such user`.

    `swallow` is how many letters are taken without a word of thanks: the connection breaks instead.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    swallow: int = 0

    def __enter__(self) -> Self:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                Conversation(self, outer).hold()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}?from=cong@example.vn"


class Conversation:
    def __init__(self, handler: socketserver.StreamRequestHandler, server: MailServer) -> None:
        self.handler, self.server = handler, server
        self.sender, self.recipients = "", list[str]()

    def hold(self) -> None:
        self._say("220 test")
        while line := self.handler.rfile.readline():
            words = line.decode("utf-8", "replace").strip()
            verb = words[:4].upper()
            if verb in {"EHLO", "HELO"}:
                self._say("250-test\r\n250 SMTPUTF8")
            elif verb == "MAIL":
                self.sender, self.recipients = _address(words), []
                self._say("250 ok")
            elif verb == "RCPT":
                self._recipient(_address(words))
            elif verb == "DATA":
                if not self._data():
                    return
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _recipient(self, address: str) -> None:
        refusal = self.server.refuse.get(address)
        if refusal is None:
            self.recipients.append(address)
        self._say(refusal or "250 ok")

    def _data(self) -> bool:
        self._say("354 go on")
        content = b""
        while (line := self.handler.rfile.readline()) not in {b".\r\n", b""}:
            content += line.removeprefix(b".") if line.startswith(b"..") else line
        self.server.letters.append(Letter(self.sender, self.recipients, content))
        if self.server.swallow:
            self.server.swallow -= 1
            return False
        self._say("250 taken")
        return True

    def _say(self, words: str) -> None:
        self.handler.wfile.write(words.encode() + b"\r\n")


def _address(words: str) -> str:
    return words.partition("<")[2].partition(">")[0]
