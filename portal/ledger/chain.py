"""A chain of events: each hash covers the event and the hash before it.

    hash(1) = SHA-256(32 zero bytes ‖ canonical(event 1))
    hash(n) = SHA-256(hash(n-1)     ‖ canonical(event n))

What may have to be erased one day is not in the event; a *commitment* to it is: HMAC-SHA-256 of its canonical
bytes under a random salt that is kept, and erased, beside the data. Without the salt nobody can guess the
value from the commitment; with it, anybody can check it.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.ledger.canonical import canonical_bytes

GENESIS: Final = bytes(32)
"""What stands before the first event."""

SHORTEST_SALT: Final = 16
"""Bytes. Callers draw 32 from the operating system."""


def event_hash(previous: bytes, content: Mapping[str, object]) -> bytes:
    """Return the hash (32 bytes) of an event that follows the one with the hash ``previous``."""
    return hash_after(previous, canonical_bytes(content))


def hash_after(previous: bytes, canonical: bytes) -> bytes:
    """The same for the canonical bytes of an event's content."""
    if len(previous) != len(GENESIS):
        raise ValueError("a previous hash has 32 bytes")
    return hashlib.sha256(previous + canonical).digest()


def commitment(value: object, salt: bytes) -> str:
    """Return the commitment (hex) to a value that is kept elsewhere under this salt."""
    if len(salt) < SHORTEST_SALT:
        raise ValueError(f"a salt has at least {SHORTEST_SALT} bytes")
    return hmac.new(salt, canonical_bytes({"value": value}), hashlib.sha256).hexdigest()


def opens(committed: str, value: object, salt: bytes) -> bool:
    """Tell whether this value, under this salt, is the one committed to."""
    return hmac.compare_digest(committed.encode(), commitment(value, salt).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One event as stored: its place, its content, the hash it says it follows, and its own."""

    version: int
    content: Mapping[str, object]
    previous: bytes
    hash: bytes


class Finding(StrEnum):
    """What a verifier can say of a chain."""

    INTACT = "intact"
    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found first, and at which version (None if the chain is intact)."""

    finding: Finding
    version: int | None = None

    @property
    def intact(self) -> bool:
        return self.finding is Finding.INTACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last event's version and hash, as somebody noted them elsewhere: a receipt, a sealed log."""

    version: int
    hash: bytes


def verify(links: Sequence[Link], *, head: Head | None = None) -> Verdict:
    """Check a whole chain, in stored order, and name the first event that is not as it was written.

    Without a ``head`` known from elsewhere, an end cut off, or everything after a point written anew with new
    hashes, cannot be seen: that is what receipts and the Merkle log are for.
    """
    previous = GENESIS
    for place, link in enumerate(links):
        version = place + 1
        if link.version != version:
            return Verdict(finding=_misplaced(links, place), version=version)
        finding = _judge(links, place, previous)
        if finding is not None:
            return finding
        if head is not None and head.version == version and head.hash != link.hash:
            return Verdict(finding=Finding.CHANGED, version=version)
        previous = link.hash
    if head is not None and len(links) < head.version:
        return Verdict(finding=Finding.REMOVED, version=len(links) + 1)
    return Verdict(finding=Finding.INTACT)


def _misplaced(links: Sequence[Link], place: int) -> Finding:
    """Say why another version stands where the next one should: twice, later in the row, or gone."""
    found = links[place].version
    if found <= place:
        return Finding.INSERTED
    return Finding.REORDERED if any(link.version == place + 1 for link in links[place:]) else Finding.REMOVED


def _judge(links: Sequence[Link], place: int, previous: bytes) -> Verdict | None:
    link = links[place]
    if event_hash(link.previous, link.content) != link.hash or link.content.get("version") != link.version:
        return Verdict(finding=Finding.CHANGED, version=link.version)
    if link.previous != previous:
        # True to itself, but it follows another: then the one before was written anew, hash and all.
        return Verdict(finding=Finding.CHANGED, version=max(place, 1))
    return None
