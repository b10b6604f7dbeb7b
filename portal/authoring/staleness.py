"""What happened to a draft while somebody typed: the changes in words, and where the typed part is now. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from portal.authoring import documents, editing
from portal.authoring.documents import Document
from portal.authoring.shapes import content_at
from portal.catalogue import registers
from portal.catalogue.change_words import differences
from portal.catalogue.locating import KeyPath
from portal.foundation.errors import NotFound
from portal.foundation.formats import Language

MOST: Final = 40
"""Changes named on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """`path` is where the part that was typed in is now (None: it is gone), `mine` what was typed there."""

    by: str
    at: datetime
    changes: tuple[str, ...]
    path: KeyPath | None
    mine: Any


def meanwhile(
    before: str | None,
    after: str,
    path: KeyPath,
    posted: Mapping[str, Sequence[str]],
    *,
    by: str,
    at: datetime,
    language: Language,
) -> Meanwhile:
    """Compare the draft a page was made from (None: too long ago) with the draft as it is."""
    now = documents.read(after)
    base = now if before is None else documents.read(before)
    there = _moved_to(base, now, path)
    try:
        mine = content_at(editing.saved(base, path, posted), path)
    except NotFound:
        mine, there = None, None
    changes = () if before is None else _changes(before, after, language)
    return Meanwhile(by=by, at=at, changes=changes, path=there, mine=mine)


def _changes(before: str, after: str, language: Language) -> tuple[str, ...]:
    old, new = documents.parsed(before).thing, documents.parsed(after).thing
    if old is not None and new is not None:
        found = differences(old, new, agencies=registers.agencies().by_key, language=language)
        return tuple(one.sentence for one in found[:MOST])
    earlier = dict(documents.paths_of(documents.read(before)))
    later = dict(documents.paths_of(documents.read(after)))
    changed = [path for path in {**earlier, **later} if earlier.get(path) != later.get(path)]
    return tuple(
        f"{documents.as_text(path)}: {earlier.get(path, '–')} → {later.get(path, '–')}" for path in changed[:MOST]
    )


def _moved_to(base: Document, now: Document, path: KeyPath) -> KeyPath | None:
    """Follow a place by the codes of the things it lies in."""
    there: KeyPath = ()
    for part in path:
        if not isinstance(part, int):
            there = (*there, part)
            continue
        was = content_at(base, path[: len(there) + 1])
        things = content_at(now, there)
        number = _same(was, things if isinstance(things, list) else [], part)
        if number is None:
            return None
        there = (*there, number)
    return there


def _same(thing: Any, things: list[Any], number: int) -> int | None:
    code = thing.get("code") if isinstance(thing, Mapping) else None
    if code:
        return next((at for at, one in enumerate(things) if isinstance(one, Mapping) and one.get("code") == code), None)
    return number if number < len(things) else None
