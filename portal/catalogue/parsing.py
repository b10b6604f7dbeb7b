"""From a TOML file to a definition, or to every complaint about it with its line."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import pydantic

from portal.catalogue.definition import Definition
from portal.catalogue.findings import Finding
from portal.catalogue.locating import KeyPath, line_at, lines_of

MAX_BYTES: Final = 1_500_000
"""Many times the longest procedure there is; as much is judged within seconds on a slow machine."""
MAX_DEPTH: Final = 40
MOST_FINDINGS: Final = 200
"""Mistakes of shape told one by one; a file of a hundred thousand empty steps says the same again and again."""
SHAPES: Final = MappingProxyType(
    {
        "missing": "This key is missing",
        "extra_forbidden": "There is no such key here",
        "model_type": "A table of keys is expected here",
        "dict_type": "A table of keys is expected here",
        "tuple_type": "A list is expected here",
        "string_type": "Words in quotation marks are expected here",
    }
)
"""What whoever writes files is told of a shape; of all else the model's own words, which say what may stand there."""
_DEEP_KEY: Final = re.compile(rf"""(?<![\w"'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}""")
"""A key of so many dotted parts: it is nested too deeply, and a reader of TOML would take minutes to say so."""

AnyModel = TypeVar("AnyModel", bound=pydantic.BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed(Generic[AnyModel]):
    """What a file says: the thing, or None and why; `lines` finds the line of each part."""

    thing: AnyModel | None
    findings: tuple[Finding, ...]
    lines: Mapping[KeyPath, int]
    file: str


def parse_definition(file: Path) -> Parsed[Definition]:
    """Read the procedure written in `file`. Never fails, whatever the file holds."""
    return parse_file(file, Definition)


def parse_file(file: Path, model: type[AnyModel]) -> Parsed[AnyModel]:
    """Read `file` as `model`."""
    name = str(file)
    try:
        content = _beginning(file)
        if len(content) > MAX_BYTES:
            return _refused(name, "too_big", limit=MAX_BYTES)
        text = content.decode("utf-8")
    except OSError as failure:
        return _refused(name, "unreadable", why=failure.strerror or type(failure).__name__)
    except UnicodeDecodeError:
        return _refused(name, "unreadable", why="not UTF-8")
    return parse_text(text, model, file=name)


def _beginning(file: Path) -> bytes:
    """As much as may be judged, and one byte more: a pipe or a device has no size, and may have no end."""
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def parse_text(text: str, model: type[AnyModel], *, file: str = "") -> Parsed[AnyModel]:
    """Read `text` as `model`; `file` is named in complaints. A byte order mark is no part of the text."""
    text = text.removeprefix("\ufeff")
    if _DEEP_KEY.search(text):
        return _refused(file, "too_deep", limit=MAX_DEPTH)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        found = re.search(r"line (\d+)", str(failure))
        why = str(failure).replace("Cannot overwrite a value", "The key is written twice")
        return _refused(file, "not_toml", line=int(found[1]) if found else None, why=why)
    except RecursionError:
        return _refused(file, "too_deep", limit=MAX_DEPTH)
    except ValueError as failure:  # a number of thousands of digits
        return _refused(file, "not_toml", why=str(failure))
    if _is_deeper(content, MAX_DEPTH):
        return _refused(file, "too_deep", limit=MAX_DEPTH)
    lines = lines_of(text)
    try:
        thing = model.model_validate(content)
    except pydantic.ValidationError as failure:
        errors = list(_without_echoes(failure.errors(include_url=False, include_input=False)))
        findings = tuple(_finding(error, content, lines, file) for error in errors[:MOST_FINDINGS])
        if len(errors) > MOST_FINDINGS:
            rest = Finding(code="and_more", path=(), detail={"count": len(errors) - MOST_FINDINGS}, file=file)
            findings = (*findings, rest)
        return Parsed(thing=None, findings=findings, lines=lines, file=file)
    return Parsed(thing=thing, findings=(), lines=lines, file=file)


def _refused(file: str, code: str, *, line: int | None = None, **detail: str | int) -> Parsed[Any]:
    finding = Finding(code=code, path=(), detail=detail, file=file, line=line)
    return Parsed(thing=None, findings=(finding,), lines={}, file=file)


def _is_deeper(content: object, limit: int) -> bool:
    waiting: list[tuple[object, int]] = [(content, 1)]
    while waiting:
        current, depth = waiting.pop()
        if depth > limit:
            return True
        waiting += [(part, depth + 1) for part in _parts(current)]
    return False


def _parts(content: object) -> Iterator[object]:
    if isinstance(content, dict):
        yield from content.values()
    elif isinstance(content, list):
        yield from content


def _without_echoes(errors: Sequence[Any]) -> Iterator[Any]:
    """Leave out that a list is too short where that is only so because something in it is wrong."""
    around = {error["loc"][:end] for error in errors for end in range(len(error["loc"]))}
    for error in errors:
        if error["type"] != "too_short" or error["loc"] not in around:
            yield error


def _finding(error: Any, content: object, lines: Mapping[KeyPath, int], file: str) -> Finding:
    path = _real_path(error["loc"], content)
    if error["type"] == "union_tag_invalid":
        path = (*path, error["ctx"]["discriminator"].strip("'"))
    why = SHAPES.get(str(error["type"]), str(error["msg"])) + (f" ({path[-1]})" if path else "")
    return Finding(
        code="wrong_shape",
        path=path,
        detail={"why": why, "type": str(error["type"])},
        file=file,
        line=line_at(path, lines),
    )


def _real_path(location: tuple[str | int, ...], content: object) -> KeyPath:
    """Drop the names of alternatives (`choice`, `fixed`) that are no keys of the file; keep a missing last key."""
    path: list[str | int] = []
    current: Any = content
    for number, part in enumerate(location):
        if _is_key(part, current):
            current = current[part]
        elif not (isinstance(current, dict) and isinstance(part, str) and number == len(location) - 1):
            continue
        path.append(part)
    return tuple(path)


def _is_key(part: str | int, content: object) -> bool:
    if isinstance(part, int):
        return isinstance(content, list) and part < len(content)
    return isinstance(content, dict) and part in content
