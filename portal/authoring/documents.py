"""A procedure being written: its file as a tree of plain values, which may still have gaps. Pure."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from portal.catalogue.definition import Definition
from portal.catalogue.locating import KeyPath
from portal.catalogue.parsing import Parsed, parse_text
from portal.catalogue.writing import write, write_content
from portal.foundation.errors import Invalid

Document = dict[str, Any]
"""What a procedure file says, key by key; not necessarily a definition yet."""

LONGEST: Final = 1_000_000
"""Letters of a draft's file. The longest of the portal's own procedures has a twentieth of it."""
MOST_BYTES: Final = 1_000_000
"""Of a file that becomes a draft, which then is not too long either."""
LONGEST_NUMBER: Final = 4
GAPS: Final = frozenset(
    {
        "missing",
        "too_short",
        "too_long",
        "string_too_short",
        "string_pattern_mismatch",
        "int_parsing",
        "decimal_parsing",
        "decimal_max_digits",
        "decimal_max_places",
        "date_parsing",
        "date_from_datetime_parsing",
        "greater_than_equal",
        "less_than_equal",
        "zero_of_unit",
        "literal_error",
        "enum",
        "union_tag_not_found",
    }
)
"""Mistakes of shape somebody who fills in the editor's boxes can leave behind; of any other a file has to be mended."""


def read(text: str) -> Document:
    """Return the tree of a draft's own text."""
    return tomllib.loads(text)


def parsed(text: str) -> Parsed[Definition]:
    """Return the definition a text is, or why it is none yet."""
    return parse_text(text, Definition)


def unfinished(text: str) -> Document | None:
    """Return what a file says that is a draft with gaps, as the editor writes one; None where it is not one."""
    found = parsed(text)
    if found.thing is None and any(one.detail.get("type") not in GAPS for one in found.findings):
        return None
    return read(text.removeprefix("\ufeff"))


def written(document: Document) -> str:
    """Write a draft in the one way a procedure file is written. Raises `Invalid` if it is far too long."""
    text = write_content(document)
    if len(text) <= LONGEST:
        found = parsed(text)
        text = write(found.thing) if found.thing is not None else text
    if len(text) > LONGEST:
        raise Invalid("authoring.too_long", limit=LONGEST)
    return text


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a draft's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def replaced(document: Document, path: KeyPath, value: object) -> Document:
    """Return the draft with another value at a place; the old one is left alone. None takes the key away."""
    changed: Document = _replaced(document, path, value)
    return changed


def _replaced(document: Any, path: KeyPath, value: object) -> Any:
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        inside = list(document)
        inside[first] = _replaced(inside[first], rest, value)
        return inside
    held = dict(document) if isinstance(document, Mapping) else {}
    changed = _replaced(held.get(first), rest, value)
    if changed is None:
        held.pop(first, None)
    else:
        held[first] = changed
    return held


def paths_of(document: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Yield every plain value of a tree with its place."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            yield from paths_of(value, (*path, key))
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from paths_of(value, (*path, number))
    else:
        yield path, document


def as_text(path: KeyPath) -> str:
    """Write a place as one word for an address: `sections.0.fields.3`."""
    return ".".join(map(str, path))


def as_path(text: str) -> KeyPath:
    """Read a place from an address."""
    return tuple(int(part) if _is_number(part) else part for part in text.split("."))


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) <= LONGEST_NUMBER
