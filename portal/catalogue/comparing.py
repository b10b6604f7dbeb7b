"""What differs between two versions of a procedure, thing by thing; `change_words` says it in words.

Things are recognised by their code, not by their place: a document that moved down the list is still the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from portal.catalogue.conditions import Always, Condition
from portal.catalogue.definition import Definition, LimitRule
from portal.catalogue.fees import Bracket
from portal.catalogue.locating import KeyPath
from portal.catalogue.steps import StepLimit
from portal.catalogue.text import Model, Text

KEYS: Final = ("code", "kind", "act")
TOGETHER: Final[Mapping[str, tuple[str, ...]]] = {
    "LimitRule": ("amount", "unit"),
    "StepLimit": ("amount", "unit"),
    "Supplement": ("days", "unit"),
}
"""What only makes sense read together: twenty, and calendar days."""


class ChangeKind(StrEnum):
    """How a part of the procedure differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An amount of time with its unit."""

    amount: Any
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `things` are what it is about, from the outermost (a section) to the innermost (an option).

    `path` leads to it in the new definition, or in the old one for what was removed. `setting` is the attribute
    that changed from `before` to `after`; it is empty where the thing itself came, went or moved.
    """

    kind: ChangeKind
    path: KeyPath
    things: tuple[Model, ...] = ()
    setting: str = ""
    before: object = None
    after: object = None

    @property
    def part(self) -> str:
        """The part of the definition it lies in: `documents`."""
        return str(self.path[0])


def compare(old: Definition, new: Definition) -> tuple[Change, ...]:
    """Return every difference, in the order of the definition; nothing for equal ones."""
    return tuple(_compare_models(old, new, (), ()))


def _compare_models(old: Model, new: Model, path: KeyPath, things: tuple[Model, ...]) -> Iterator[Change]:
    together = TOGETHER.get(type(new).__name__, ())
    for name in dict.fromkeys((*type(new).model_fields, *type(old).model_fields)):
        before, after = getattr(old, name, None), getattr(new, name, None)
        if name in together:
            before, after = (_span(old, together), _span(new, together)) if name == together[0] else (None, None)
        if before == after:
            continue
        yield from _compare_values(before, after, (*path, name), things)


def _span(thing: Model, names: Sequence[str]) -> Span:
    amount, unit = (getattr(thing, name) for name in names)
    return Span(amount=amount, unit=str(getattr(unit, "value", unit)))


def _compare_values(before: object, after: object, path: KeyPath, things: tuple[Model, ...]) -> Iterator[Change]:
    if isinstance(before, tuple | None) and isinstance(after, tuple | None):
        both = (*(before or ()), *(after or ()))
        if both and all(map(_is_thing, both)):
            yield from _compare_lists(before or (), after or (), path, things)
            return
    if isinstance(before, Model) and isinstance(after, Model) and _is_thing(before) and _is_thing(after):
        yield from _compare_models(before, after, path, things)
    else:
        yield Change(
            kind=ChangeKind.CHANGED, path=path, things=things, setting=str(path[-1]), before=before, after=after
        )


def _is_thing(value: object) -> bool:
    """Whether a value is compared part by part; a text, a condition or a bracket is one whole."""
    return isinstance(value, Model) and not isinstance(value, Text | Bracket) and not is_condition(value)


def is_condition(value: object) -> bool:
    """Whether a value is a condition of the condition language."""
    return isinstance(value, Model) and isinstance(getattr(value, "op", None), str)


def _compare_lists(
    old: Sequence[Model], new: Sequence[Model], path: KeyPath, things: tuple[Model, ...]
) -> Iterator[Change]:
    pairs = _matched(old, new)
    was_at = {after: before for before, after in pairs}
    for number, thing in enumerate(new):
        if number in was_at:
            yield from _compare_models(old[was_at[number]], thing, (*path, number), (*things, thing))
        else:
            yield Change(kind=ChangeKind.ADDED, path=(*path, number), things=(*things, thing), after=thing)
    kept = set(was_at.values())
    for number, thing in enumerate(old):
        if number not in kept:
            yield Change(kind=ChangeKind.REMOVED, path=(*path, number), things=(*things, thing), before=thing)
    order = [before for before, _ in sorted(pairs, key=lambda pair: pair[1])]
    if order != sorted(order):
        yield Change(kind=ChangeKind.MOVED, path=path, things=things, setting=str(path[-1]))


def _matched(old: Sequence[Model], new: Sequence[Model]) -> list[tuple[int, int]]:
    """Return which of the old is which of the new: by name, then by condition, then in their order."""
    pairs: list[tuple[int, int]] = []
    free_old, free_new = dict(enumerate(old)), dict(enumerate(new))
    ways: tuple[Callable[[Model], object], ...] = (_name, _condition, type)
    has_names = any(_name(thing) is not None for thing in (*old, *new))
    for way in ways[:1] if has_names else ways[1:]:
        waiting: dict[object, list[int]] = {}
        for number, thing in free_old.items():
            waiting.setdefault(way(thing), []).append(number)
        for number, thing in list(free_new.items()):
            if waiting.get(way(thing)):
                earlier = waiting[way(thing)].pop(0)
                pairs.append((earlier, number))
                del free_old[earlier], free_new[number]
    return pairs


def _name(thing: Model) -> object:
    return next((getattr(thing, key) for key in KEYS if hasattr(thing, key)), None)


def _condition(thing: Model) -> object:
    when: Condition | None = getattr(thing, "when", None)
    return None if when is None or isinstance(when, Always) else when.model_dump_json()


def as_json(change: Change) -> dict[str, Any]:
    """Return the change as plain values, for programs."""
    return {
        "kind": change.kind.value,
        "path": list(change.path),
        "setting": change.setting,
        "before": _plain(change.before),
        "after": _plain(change.after),
    }


def _plain(value: object) -> Any:
    if isinstance(value, Model):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Span):
        return {"amount": _plain(value.amount), "unit": value.unit}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def span_of(limit: LimitRule | StepLimit) -> Span:
    """Return the time of a limit, to be put into words."""
    return _span(limit, TOGETHER[type(limit).__name__])
