"""A calendar as a document, in the form of `procedures/calendars/vietnam.toml`: read, kept as JSON, written back.

In the JSON form days are ISO texts; everything else is as in the file. The order of lines means nothing except for
opening hours, where the last one that fits wins.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.clock.calendar import Calendar
from portal.clock.calendar_file import check_written, pages_of, read_document
from portal.clock.errors import CalendarFault
from portal.clock.year import Pages
from portal.foundation.errors import Invalid
from portal.ledger.canonical import canonical_bytes

Document = dict[str, Any]
Row = dict[str, Any]

SECTIONS = ("years", "off", "works", "hours")
_SORTED_BY = {"years": "year", "off": "on", "works": "on"}


def read(text: str) -> Document:
    """The document in a TOML text, tidied. Raises CalendarFault."""
    content = read_document(text)
    written_pages = pages_of(content)
    Calendar(written_pages)
    check_written(content, written_pages)
    return tidied(plain(content))


def plain(content: Mapping[str, Any]) -> Document:
    """The same with days as texts and nothing but JSON's own kinds."""
    made: Document = {key: _plain(value) for key, value in content.items()}
    return made


def judged(document: Document) -> Calendar:
    """The calendar of the document, if it is one. Raises CalendarFault."""
    return Calendar(pages(document))


def pages(document: Document) -> Pages:
    """What is written in the document. Raises CalendarFault."""
    return pages_of(_with_days(document))


def refused(fault: CalendarFault, field: str = "") -> Invalid:
    """The refusal that says in the reader's language what is wrong, beside the field it was typed into."""
    code = f"calendars.unreadable.{fault.kind}"
    return Invalid(code, fields={field: code} if field else {}, **fault.parameters)


def tidied(document: Document) -> Document:
    """The document with its days in order and no name that no line uses."""
    used = {row["name"] for row in document.get("off", ())}
    tidy: Document = {"title": document.get("title", "")}
    for section in SECTIONS:
        rows = [dict(row) for row in document.get(section, ())]
        key = _SORTED_BY.get(section)
        tidy[section] = rows if key is None else sorted(rows, key=lambda row, key=key: str(row[key]))  # type: ignore[misc]
    tidy["names"] = {key: dict(name) for key, name in sorted(document.get("names", {}).items()) if key in used}
    return tidy


def content_hash(document: Document, agencies: Mapping[str, str]) -> str:
    """The identity of a calendar: of its document and of which agencies its keys mean (SHA-256, hex)."""
    return hashlib.sha256(canonical_bytes({"document": document, "agencies": dict(agencies)})).hexdigest()


def written(document: Document) -> str:
    """The document as a TOML file that `portal clock due --calendar` reads."""
    parts = [f"title = {_text(document.get('title', ''))}", ""]
    for section in ("years", "off", "works"):
        rows = document.get(section, ())
        parts.append(f"{section} = [")
        parts += [f"  {_inline(row)}," for row in rows]
        parts += ["]", ""]
    for row in document.get("hours", ()):
        parts.append("[[hours]]")
        parts += [f"{key} = {_value(key, value)}" for key, value in row.items() if value is not None]
        parts.append("")
    parts.append("[names]")
    parts += [f"{key} = {_inline(name)}" for key, name in document.get("names", {}).items()]
    return "\n".join(parts) + "\n"


def agency_keys(document: Document) -> tuple[str, ...]:
    """The keys of the agencies that have hours of their own."""
    return tuple(sorted({str(row["agency"]) for row in document.get("hours", ()) if row.get("agency")}))


def years_of(document: Document) -> tuple[int, ...]:
    """The loaded years."""
    return tuple(sorted(int(row["year"]) for row in document.get("years", ())))


_DAYS = frozenset({"on", "instead_of", "since", "until"})


def _with_days(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _with_days(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_days(item) for item in value]
    return date.fromisoformat(value) if key in _DAYS and isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _inline(row: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {_value(key, value)}" for key, value in row.items()) + " }"


def _value(key: str, value: Any) -> str:
    if key in _DAYS:
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, except that TOML also escapes DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
