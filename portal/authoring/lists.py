"""Adding, moving, copying and removing the things of a draft's lists. Pure."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from portal.authoring import naming
from portal.authoring.documents import Document, replaced
from portal.authoring.shapes import content_at, list_trait
from portal.catalogue.locating import KeyPath
from portal.foundation.errors import Invalid, NotFound

MOST: Final = 500
SKELETONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "cases": {},
    "questions": {"ask": {"type": "yes_no"}},
    "sections": {"fields": []},
    "fields": {"type": "text"},
    "documents": {"kind": "copy"},
    "fees": {"kind": "fixed"},
    "limits": {"unit": "working_day"},
    "promised_limits": {"unit": "working_day"},
    "competence": {},
    "steps": {"act": "appraise", "role": "specialist"},
    "results": {"kind": "decision", "collection": ["online", "post", "counter"]},
    "letters": {"kind": "refusal"},
    "legal_basis": {},
    "forms": {},
}
"""What a new thing begins as, by the name of its list."""

CODED: Final = frozenset(
    {"cases", "questions", "sections", "fields", "documents", "fees", "steps", "results", "options"}
)


def things(document: Document, path: KeyPath) -> list[Any]:
    """The things of the list at a place. Raises `NotFound` where no list is."""
    if list_trait(path, document) is None:
        raise NotFound("authoring.no_such_place")
    found = content_at(document, path)
    return list(found) if isinstance(found, list) else []


def added(document: Document, path: KeyPath) -> tuple[Document, int]:
    """Return the draft with a new thing at the end of a list, and its number."""
    held = things(document, path)
    if len(held) >= MOST:
        raise Invalid("authoring.too_many")
    fresh = copy.deepcopy(dict(SKELETONS[str(path[-1])]))
    if path[-1] == "steps" and held:
        fresh["after"] = [held[-1]["code"]] if held[-1].get("code") else []
    return replaced(document, path, [*held, fresh]), len(held)


def moved(document: Document, path: KeyPath, number: int, *, by: int) -> Document:
    """Return the draft with a thing one place up (-1) or down (1)."""
    held = _with(things(document, path), number)
    to = number + by
    if 0 <= to < len(held):
        held[number], held[to] = held[to], held[number]
    return replaced(document, path, held)


def duplicated(document: Document, path: KeyPath, number: int) -> Document:
    """Return the draft with a copy of a thing after it; the copy has a code of its own."""
    held = _with(things(document, path), number)
    if len(held) >= MOST:
        raise Invalid("authoring.too_many")
    twin = copy.deepcopy(held[number])
    if twin.get("code"):
        taken = codes(document, path)
        twin["code"] = naming.code_for({"name": {"vi": twin["code"]}}, taken, otherwise="copy")
        if isinstance(twin.get("ask"), dict):
            twin["ask"]["code"] = twin["code"]
    if path == ("sections",):
        _rename_fields(twin, document)
    held.insert(number + 1, twin)
    return replaced(document, path, held)


def removed(document: Document, path: KeyPath, number: int) -> Document:
    """Return the draft without a thing."""
    held = _with(things(document, path), number)
    del held[number]
    return replaced(document, path, held)


def codes(document: Document, path: KeyPath) -> list[str]:
    """The codes a new thing of this list may not have; questions share theirs over all pages of the form."""
    if path[0] == "sections" and path[-1] == "fields" and len(path) == 3:  # noqa: PLR2004 - sections.0.fields
        pages = content_at(document, ("sections",)) or []
        return [str(field.get("code", "")) for page in pages for field in page.get("fields", ())]
    return [str(one.get("code", "")) for one in content_at(document, path) or () if isinstance(one, dict)]


def _rename_fields(page: dict[str, Any], document: Document) -> None:
    taken = codes(document, ("sections", 0, "fields"))
    for field in page.get("fields", ()):
        if field.get("code"):
            field["code"] = naming.code_for({"name": {"vi": field["code"]}}, taken, otherwise="copy")
            taken.append(field["code"])


def _with(held: list[Any], number: int) -> list[Any]:
    if not 0 <= number < len(held):
        raise NotFound("authoring.no_such_place")
    return held
