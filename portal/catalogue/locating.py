"""On which line of a TOML file something stands, so that a complaint can name it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

KeyPath = tuple[str | int, ...]

_OPEN: Final = {"[": "]", "{": "}"}
_PLAIN: Final = re.compile(r"""[^"'#\n\[\]{}]+""")
_INSIDE: Final = re.compile(r"""[^"'\n\\]+""")
_QUOTES: Final = ('"""', "'''", '"', "'")


def lines_of(text: str) -> dict[KeyPath, int]:
    """Map the path of every table, key and array element of a valid TOML text to its line, counted from 1.

    Of a text that is no TOML it returns what could be made out; it never fails.
    """
    found: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for line, statement in _statements(text):
        if statement.startswith("["):
            array = statement.startswith("[[")
            names = _names(statement.strip("[] \t"))
            table = _resolved(names[:-1] if array else names, counts)
            if array and names:
                base = (*table, names[-1])
                counts[base] = counts.get(base, -1) + 1
                table = (*base, counts[base])
                found.setdefault(base, line)
            found.setdefault(table, line)
        else:
            key, _, value = _cut(statement)
            path = (*table, *_names(key))
            found.setdefault(path, line)
            _locate_inside(value, path, line + key.count("\n"), found)
    return found


def line_at(path: KeyPath, lines: Mapping[KeyPath, int]) -> int | None:
    """Return the line of `path`, or of the nearest thing around it."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each header and each key with its whole value, comments left out."""
    line, begin, depth, position, kept = 1, 1, 0, 0, ""
    while position < len(text):
        if plain := _PLAIN.match(text, position):
            kept += plain.group()
            position = plain.end()
            continue
        letter = text[position]
        quote = next((mark for mark in _QUOTES if text.startswith(mark, position)), None)
        if quote:
            end = _string_end(text, position, quote)
            kept += text[position:end]
            line += text.count("\n", position, end)
            position = end
            continue
        if letter == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        if letter == "\n" and (depth == 0 or not kept.strip()):
            if kept.strip():
                yield begin, kept.strip()
            kept, depth, begin = "", 0, line + 1
        else:
            depth += (letter in _OPEN) - (letter in "]}")
            kept += letter
        line += letter == "\n"
        position += 1
    if kept.strip():
        yield begin, kept.strip()


def _string_end(text: str, begin: int, quote: str) -> int:
    position = begin + len(quote)
    while position < len(text):
        if plain := _INSIDE.match(text, position):
            position = plain.end()
        elif text[position] == "\\" and quote[0] == '"':
            position += 2
        elif text.startswith(quote, position):
            return position + len(quote)
        elif text[position] == "\n" and len(quote) == 1:
            return position
        else:
            position += 1
    return len(text)


def _names(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split(".") if part.strip())


def _cut(statement: str) -> tuple[str, str, str]:
    return statement.partition("=")


def _resolved(names: tuple[str, ...], counts: Mapping[KeyPath, int]) -> KeyPath:
    """Return the path of a header's names: an array of tables stands for its last element."""
    path: KeyPath = ()
    for name in names:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path])
    return path


def _locate_inside(value: str, path: KeyPath, line: int, found: dict[KeyPath, int]) -> None:
    """Note the line of every element of an array that is written over several lines."""
    if not value.lstrip().startswith("["):
        return
    depth, element, position, fresh = 0, 0, 0, True
    while position < len(value):
        letter = value[position]
        quote = next((mark for mark in _QUOTES if value.startswith(mark, position)), None)
        if depth == 1 and fresh and (quote or not (letter.isspace() or letter in "],")):
            found.setdefault((*path, element), line)
            fresh = False
        if quote:
            end = _string_end(value, position, quote)
            line += value.count("\n", position, end)
            position = end
            continue
        depth += (letter in _OPEN) - (letter in "]}")
        if letter == "," and depth == 1:
            element, fresh = element + 1, True
        line += letter == "\n"
        position += 1
