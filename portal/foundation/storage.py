"""Where the bytes of files lie: a folder, memory in tests, or an S3 bucket, behind five methods.

Names are made by the portal from random identifiers, never from what a person typed. A file is written before
the transaction that mentions it commits; a rolled-back act leaves an unmentioned file, never a missing one.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.store import LocalStore, MemoryStore, S3Store

PIECE_BYTES = 256 * 1024


class Storage:
    """The files of one installation."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str) -> "Storage":
        """Open the storage at `file:///folder`, `memory://` or `s3://bucket/prefix`."""
        parts = urlsplit(url)
        if parts.scheme == "memory":
            return cls(MemoryStore())
        if parts.scheme == "file":
            Path(parts.path).mkdir(parents=True, exist_ok=True)
            return cls(LocalStore(parts.path, mkdir=True))
        return cls(S3Store.from_url(url))

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` under `name`; the name must be new."""
        obstore.put(self._store, name, content, mode="create")

    def get(self, name: str) -> bytes:
        """The whole content of `name`."""
        return bytes(obstore.get(self._store, name).bytes())

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of `name` piece by piece, for sending without holding it all."""
        for piece in obstore.get(self._store, name).stream(min_chunk_size=PIECE_BYTES):
            yield bytes(piece)

    def delete(self, name: str) -> None:
        """Forget `name`; forgetting twice is forgetting once."""
        if self.has(name):
            obstore.delete(self._store, name)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        try:
            obstore.head(self._store, name)
        except FileNotFoundError:
            return False
        return True


@lru_cache(maxsize=4)
def storage_at(url: str) -> Storage:
    """The storage at `url`, opened once per process."""
    return Storage.at(url)
