"""A definition written as a procedure file: the same text for the same definition, read back as the very same.

One format for import, export and the editor. What stands at its default is left out. Short things stand on one
line, long ones get a table of their own, so that a change of one sentence is a change of one line.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from portal.catalogue.definition import Definition

LINE: Final = 118
FIRST: Final = ("code", "type", "kind", "op", "key", "act", "role", "agency")
LAST: Final = ("source", "verified")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}

Table = Mapping[str, Any]


def write(definition: Definition, *, heading: str = "") -> str:
    """Return the procedure file of a definition; `heading` becomes the comment it begins with."""
    return write_content(definition.model_dump(mode="python", exclude_defaults=True), heading=heading)


def write_content(content: Table, *, heading: str = "") -> str:
    """Return the procedure file of what may yet become a definition: a draft with gaps, as plain TOML values."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in heading.strip().splitlines())
    body = "\n".join(_table((), content, top=True)).strip() + "\n"
    return f"{comment}\n{body}" if comment else body


def heading_of(text: str) -> str:
    """Return the comment a procedure file begins with, so that it can be written again."""
    kept: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        kept.append(line[1:].strip())
    return "\n".join(kept)


def _table(path: tuple[str, ...], table: Table, *, top: bool = False) -> Iterator[str]:
    """Yield the lines of a table: first what fits beside its key, then the tables inside it."""
    inside: list[tuple[str, Any]] = []
    for key, value in sorted(table.items(), key=_place):
        line = None if top and _is_nested(value) else _line(key, value)
        if line is None:
            inside.append((key, value))
        else:
            yield line
    for key, value in inside:
        name = (*path, key)
        header = ".".join(map(_key, name))
        for part in [value] if isinstance(value, Mapping) else value:
            if top or (_is_list(value) and any(map(_is_nested, part.values()))):
                yield ""
            yield f"[{header}]" if isinstance(value, Mapping) else f"[[{header}]]"
            yield from _table(name, part)


def _place(entry: tuple[str, Any]) -> tuple[int, int]:
    """What names a thing comes first, where it was read last; the rest stays in the order of the model."""
    key, _ = entry
    if key in FIRST:
        return -1, FIRST.index(key)
    return (1, LAST.index(key)) if key in LAST else (0, 0)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) or (_is_list(value) and any(isinstance(part, Mapping) for part in value))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _line(key: str, value: object) -> str | None:
    """Return `key = value`, or None for what is too long for a line and can have a table of its own."""
    if isinstance(value, str) and "\n" in value:
        return f"{_key(key)} = {_paragraph(value)}"
    line = f"{_key(key)} = {_inline(value)}"
    if len(line) <= LINE or not (_is_list(value) or isinstance(value, Mapping)):
        return line
    if isinstance(value, Mapping):
        return None
    assert isinstance(value, Sequence)  # noqa: S101 - said by _is_list
    lines = [f"  {_inline(part)}," for part in value]
    if _is_nested(value) and any(len(part) > LINE for part in lines):
        return None
    return "\n".join([f"{_key(key)} = [", *lines, "]"])


def _inline(value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        parts = (f"{_key(key)} = {_inline(part)}" for key, part in sorted(value.items(), key=_place))
        return "{ " + ", ".join(parts) + " }" if value else "{}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_inline, value)) + "]"
    raise TypeError(type(value))


def _number(value: Decimal) -> str:
    """Return the number as TOML reads it back unchanged; as text where a float has too few digits for it."""
    if value == value.to_integral_value():
        return str(int(value))
    written = format(value, "f")
    return written if Decimal(repr(float(written))) == value else f'"{written}"'


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _paragraph(text: str) -> str:
    """Return a text of several lines as one reads it."""
    kept = "".join(letter if letter in '\n"' else _escaped(letter) for letter in text)
    kept = kept.replace('"""', '""\\"')
    if kept.endswith('"'):
        kept = kept[:-1] + '\\"'
    return f'"""\n{kept}"""'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter.isprintable() or letter > "\x7f" else f"\\u{ord(letter):04X}"
