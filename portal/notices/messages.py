"""Short messages to a telephone: a port, and the one adapter there is, which writes them into a folder.

A telephone network or Zalo needs a contract and a number of ours, which no test can have; whoever has one writes an
adapter with this one method. The folder stands for it: one file a message, named by the notice, so that sending twice
is sending once.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from portal.foundation.settings import Settings
from portal.notices.preferences import Channel

LONGEST = 300
"""Signs: about two SMS with Vietnamese letters besides the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortMessage:
    """One message. `id` is the notice's: whoever gets the same twice may drop the second."""

    id: UUID
    channel: Channel
    phone: str
    text: str


class MessageGateway(Protocol):
    """Whoever carries messages to telephones."""

    def send(self, message: ShortMessage) -> None:
        """Hand one message over. Raises OSError while that is not possible."""
        ...


@dataclass(frozen=True, slots=True)
class FolderGateway:
    """Writes each message as a file of its own."""

    folder: Path

    def send(self, message: ShortMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        content = {"channel": message.channel.value, "to": message.phone, "text": message.text}
        unfinished = self.folder / f".{message.id}.part"
        unfinished.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(self.folder / f"{message.id}.{message.channel.value}.json")


def gateway_of(settings: Settings) -> MessageGateway | None:
    """The gateway of this installation; None where it has none, and nobody is offered messages."""
    if not settings.messages_url:
        return None
    return FolderGateway(Path(unquote(urlsplit(settings.messages_url).path)))


def shortened(subject: str, address: str) -> str:
    """What fits on a telephone: the subject of the notice and where to read on."""
    room = LONGEST - len(address) - 1
    said = subject if len(subject) <= room else subject[: room - 1].rstrip() + "…"
    return f"{said} {address}"
