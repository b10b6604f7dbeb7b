"""A page of the editor that was sent: what it makes of the draft. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.authoring import builder, lists, naming, scope, sending
from portal.authoring.documents import Document, replaced
from portal.authoring.shapes import Kind, Shapes, content_at, shape_of, shapes_at, traits_of
from portal.catalogue.locating import KeyPath
from portal.foundation.errors import Invalid, NotFound

Posted = Mapping[str, Sequence[str]]


def saved(document: Document, path: KeyPath, posted: Posted) -> Document:
    """Return the draft with what was sent for the part at `path` (empty: the general page).

    A thing without a code gets one from its name; whoever spoke of its old code speaks of the new one.
    """
    shapes = shapes_at(path, document)
    if shapes is None:
        raise NotFound("authoring.no_such_place")
    before = content_at(document, path)
    cases = [code for code, _ in scope.named(document, "cases")]
    after = sending.applied(shapes, before, posted, known=scope.asked_at(document, path), cases=cases)
    changed = replaced(document, path, _coded(document, path, after))
    return _renamed(changed, path, before, content_at(changed, path))


def pressed(document: Document, path: KeyPath, button: str) -> Document:
    """Return the draft after a button inside a form: a row more or less of a condition, a line less of a table.

    `button` is what it says and the name of the box it stands at: `add:when`, `group:when.0`, `remove:options.2`.
    """
    verb, _, place = button.partition(":")
    shapes = shapes_at(path, document)
    if shapes is None or not place:
        raise NotFound("authoring.no_such_place")
    part = content_at(document, path)
    kind, root = _root(shapes, part, place)
    name = ".".join(root)
    inside = content_at(part, _keys(root))
    if kind is Kind.CONDITION:
        if builder.depth(place) - builder.depth(name) > builder.DEEPEST:
            raise Invalid("authoring.too_many")
        if verb == "remove":
            changed = builder.without(inside, name, place)
        else:
            changed = builder.with_row(inside, name, place, as_group=verb == "group")
        return replaced(document, (*path, *_keys(root)), changed)
    number = place.removeprefix(f"{name}.")
    if verb == "remove" and isinstance(inside, list) and number.isascii() and number.isdecimal():
        kept = [one for position, one in enumerate(inside) if position != int(number[:4])]
        return replaced(document, (*path, *_keys(root)), kept)
    return document


def _coded(document: Document, path: KeyPath, thing: dict[str, Any]) -> dict[str, Any]:
    if isinstance(thing.get("options"), list):
        thing = {**thing, "options": _coded_options(thing["options"])}
    if isinstance(thing.get("ask"), dict) and isinstance(thing["ask"].get("options"), list):
        thing = {**thing, "ask": {**thing["ask"], "options": _coded_options(thing["ask"]["options"])}}
    if len(path) < 2 or path[-2] not in lists.CODED or thing.get("code"):  # noqa: PLR2004 - a list and a number
        return thing
    taken = lists.codes(document, path[:-1])
    code = naming.code_for(thing, taken, otherwise=str(path[-2]).rstrip("s"))
    if isinstance(thing.get("ask"), dict):
        thing = {**thing, "ask": {**thing["ask"], "code": code}}
    return {**thing, "code": code}


def _coded_options(options: list[Any]) -> list[Any]:
    made: list[Any] = []
    for one in options:
        taken = [str(other.get("code", "")) for other in (*options, *made) if isinstance(other, dict)]
        is_bare = isinstance(one, dict) and not one.get("code")
        made.append({**one, "code": naming.code_for(one, taken, otherwise="option")} if is_bare else one)
    return made


def _renamed(document: Document, path: KeyPath, before: object, after: object) -> Document:
    old = before.get("code") if isinstance(before, Mapping) else None
    new = after.get("code") if isinstance(after, Mapping) else None
    if len(path) < 2 or not isinstance(old, str) or not isinstance(new, str) or old == new:  # noqa: PLR2004
        return document
    if new in {code for number, code in enumerate(lists.codes(document, path[:-1])) if number != path[-1]}:
        return document  # two things of one name: nobody knows which of them is meant
    return naming.renamed(document, str(path[-2]), old, new)


def _root(shapes: Shapes, content: object, place: str) -> tuple[Kind, list[str]]:
    """Find the condition or table a place lies in, and the names that lead to it."""
    names = place.split(".")
    for end in range(1, len(names) + 1):
        trait = next((one for one in traits_of(shape_of(shapes, content)) if one.name == names[end - 1]), None)
        if trait is None:
            break
        if trait.kind in {Kind.CONDITION, Kind.TABLE, Kind.TEXTS}:
            return trait.kind, names[:end]
        shapes = trait.models
        content = content_at(content, (names[end - 1],))
        if trait.kind is not Kind.GROUP:
            break
    raise NotFound("authoring.no_such_place")


def _keys(names: Sequence[str]) -> KeyPath:
    return tuple(names)
