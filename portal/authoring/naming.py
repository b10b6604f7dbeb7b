"""Short codes made from names, and what else speaks of a thing when its code changes. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from portal.authoring.documents import Document
from portal.authoring.scope import words_of
from portal.catalogue.conditions import CASE
from portal.foundation.search import search_key

LONGEST: Final = 40
_NAMES: Final = ("name", "label", "title")
_REFERENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "steps": ("after", "returns_to"),
    "fees": ("covers",),
    "fields": ("states", "base", "location", "title_field"),
}
_OTHERS: Final = re.compile(r"[^a-z0-9]+")


def code_for(thing: Mapping[str, Any], taken: Iterable[str], *, otherwise: str) -> str:
    """Return a code from the thing's Vietnamese name that nothing else has."""
    asked = thing.get("ask")
    holders = (thing, asked if isinstance(asked, Mapping) else {})
    name = next((text for holder in holders for key in _NAMES if (text := words_of(holder.get(key), "vi"))), "")
    base = _OTHERS.sub("_", search_key(name)).strip("_")[:LONGEST].strip("_")
    if not base or not base[0].isalpha():
        base = f"{otherwise}_{base}".strip("_")
    known, code, number = set(taken), base, 1
    while code in known:
        number += 1
        code = f"{base}_{number}"
    return code


def renamed(document: Document, part: str, old: str, new: str) -> Document:
    """Return the draft with everything that spoke of `old` speaking of `new`; `part` is the list it stands in."""
    changed: Document = _walk(document, part, old, new)
    return changed


def _walk(thing: Any, part: str, old: str, new: str) -> Any:
    if isinstance(thing, list):
        return [_walk(one, part, old, new) for one in thing]
    if not isinstance(thing, Mapping):
        return _in_braces(thing, old, new) if part == "fields" and isinstance(thing, str) else thing
    result: dict[str, Any] = {}
    for key, value in thing.items():
        if key in _REFERENCES.get(part, ()):
            result[key] = [new if one == old else one for one in value] if isinstance(value, list) else value
            if value == old:
                result[key] = new
        elif part == "cases" and key == "limit_by_case" and isinstance(value, Mapping):
            result[key] = {new if case == old else case: limit for case, limit in value.items()}
        else:
            result[key] = _walk(value, part, old, new)
    if "op" in result and "field" in result:
        _in_condition(result, part, old, new)
    return result


def _in_condition(condition: dict[str, Any], part: str, old: str, new: str) -> None:
    root, dot, rest = str(condition["field"]).partition(".")
    if part in {"fields", "questions"} and root == old:
        condition["field"] = f"{new}{dot}{rest}"
    if part == "cases" and root == CASE:
        if condition.get("value") == old:
            condition["value"] = new
        if isinstance(condition.get("values"), list):
            condition["values"] = [new if one == old else one for one in condition["values"]]


def _in_braces(text: str, old: str, new: str) -> str:
    return text.replace(f"{{answers.{old}}}", f"{{answers.{new}}}")
