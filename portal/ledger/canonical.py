r"""One value, one sequence of bytes: what is hashed and signed.

The form is JSON with nothing left to choice:

- objects: keys are text, sorted by Unicode code point; no white space anywhere;
- text: Unicode NFC, in UTF-8; escaped are only ``"``, ``\`` and the control characters below U+0020
  (``\b \t \n \f \r`` by letter, the others as ``\u00xx`` in lower case);
- numbers: whole, between -(2^53 - 1) and 2^53 - 1, so that every language reads the same; never a fraction;
- instants: text, in UTC, always with six decimals: ``2026-01-08T02:00:00.000000Z``;
- days: text, ``2026-01-08``;
- ``true``, ``false``, ``null``; lists keep their order.

In Python an outsider needs only this, given the value as JSON::

    json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"] | None

LARGEST_NUMBER: Final = 2**53 - 1
"""The largest whole number every JSON reader keeps exactly. Source: RFC 8259, section 6."""


class NotCanonical(TypeError):
    """The value has no canonical form; ``path`` says where."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


def canonical_bytes(value: Mapping[str, object]) -> bytes:
    """Return the canonical bytes of a record. Raises ``NotCanonical``."""
    plain = _plain(value, "$")
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def canonical_instant(at: datetime) -> str:
    """Return an aware instant in its canonical text. Raises ``NotCanonical`` for a naive one."""
    if at.utcoffset() is None:
        raise NotCanonical(str(at), "an instant must know its offset")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)


def _plain(value: object, path: str) -> Plain:
    match value:
        case None | bool():
            return value
        case str():
            return _text(value, path)
        case int():
            if abs(value) > LARGEST_NUMBER:
                raise NotCanonical(path, "too large for every reader to keep")
            return int(value)
        case datetime():
            return canonical_instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return _record(value, path)
        case bytes() | bytearray():
            raise NotCanonical(path, "bytes have no canonical form; write them in hex")
        case Sequence():
            return [_plain(item, f"{path}[{place}]") for place, item in enumerate(value)]
        case _:
            raise NotCanonical(path, f"{type(value).__name__} has no canonical form")


def _record(value: Mapping[object, object], path: str) -> dict[str, Plain]:
    record: dict[str, Plain] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotCanonical(path, "a key must be text")
        name = _text(key, path)
        if name in record:
            raise NotCanonical(path, f"two keys are the same text: {name}")
        record[name] = _plain(item, f"{path}.{name}")
    return record


def _text(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(path, "half of a surrogate pair is not text") from error
    return unicodedata.normalize("NFC", value)
