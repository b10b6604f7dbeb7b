"""The registers that come with the portal, read once: places, agencies, goals, and the procedure files."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from portal.catalogue.agencies import Agencies
from portal.catalogue.definition import Definition
from portal.catalogue.goals import Goals
from portal.catalogue.parsing import parse_definition, parse_file
from portal.catalogue.places import Places
from portal.catalogue.text import Model
from portal.foundation.settings import PROJECT

PROCEDURES = PROJECT / "procedures"
REGISTERS = frozenset({"agencies.toml", "communes.toml", "goals.toml"})

AnyModel = TypeVar("AnyModel", bound=Model)


class Unreadable(Exception):
    """A file of the portal's own cannot be read; the message names file, line and what is wrong."""


@lru_cache(maxsize=1)
def places() -> Places:
    """Provinces, and the communes of the home province."""
    return _read(PROCEDURES / "communes.toml", Places)


@lru_cache(maxsize=1)
def agencies() -> Agencies:
    """The agencies that take part."""
    return _read(PROCEDURES / "agencies.toml", Agencies)


@lru_cache(maxsize=1)
def goals() -> Goals:
    """What the province has promised."""
    return _read(PROCEDURES / "goals.toml", Goals)


def definition_files(folder: Path = PROCEDURES) -> Iterator[Path]:
    """The procedure files below a folder, in order."""
    for path in sorted(folder.rglob("*.toml")):
        if path.name not in REGISTERS and "calendars" not in path.parts:
            yield path


def read_definition(path: Path) -> Definition:
    """The definition in this file; raises `Unreadable` with the first finding."""
    parsed = parse_definition(path)
    if parsed.thing is None:
        raise Unreadable(str(parsed.findings[0]))
    return parsed.thing


def _read(path: Path, model: type[AnyModel]) -> AnyModel:
    parsed = parse_file(path, model)
    if parsed.thing is None:
        raise Unreadable(str(parsed.findings[0]))
    return parsed.thing
