"""Conditions as rows of a form: a question, how it is compared, the answer; rows joined by "all" or "any". Pure.

A place in a condition is written as the names of the boxes are: `when`, `when.0`, `when.0.1`. What a form sends back
unchanged leaves the condition as it is, to the letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.authoring.scope import Asked
from portal.authoring.typing_in import read_day, read_number, shown, tidy
from portal.catalogue.conditions import CASE

Node = dict[str, Any]
Posted = Mapping[str, Sequence[str]]

JOINS: Final = ("and", "or")
COMPARISONS: Final = ("is", "gt", "lt", "present")
DEEPEST: Final = 12
MOST_ROWS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A condition on the page: a group of rows (`join`), a row (`field`), or one that always holds."""

    name: str
    is_negated: bool
    join: str = ""
    rows: tuple["Shown", ...] = ()
    field: str = ""
    op: str = ""
    values: tuple[str, ...] = ()
    asked: Asked | None = None
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it holds rows of its own."""
        return bool(self.join)


def show(node: object, name: str, known: Mapping[str, Asked], language: str) -> Shown | None:
    """Return a condition as the page shows it; None for no condition."""
    if not isinstance(node, Mapping):
        return None
    inner, nots = _inner(node)
    is_negated = nots % 2 == 1
    op = str(inner.get("op", ""))
    if op in JOINS:
        rows = (show(part, f"{name}.{number}", known, language) for number, part in enumerate(_parts(inner)))
        return Shown(name=name, is_negated=is_negated, join=op, rows=tuple(row for row in rows if row is not None))
    if op == "always":
        return Shown(name=name, is_negated=is_negated, op="always")
    asked = known.get(str(inner.get("field", "")))
    return Shown(
        name=name,
        is_negated=is_negated,
        field=str(inner.get("field", "")),
        op=_shown_op(inner),
        values=tuple(_value_shown(value, asked) for value in _values(inner)),
        asked=asked,
        choices=_choices(asked, language),
    )


def applied(node: object, posted: Posted, name: str, known: Mapping[str, Asked]) -> Node | None:
    """Return the condition with what was typed in its rows."""
    if not isinstance(node, Mapping):
        return None
    inner, nots = _inner(node)
    op = inner.get("op")
    changed = dict(inner)
    if op in JOINS:
        join = _last(posted, f"{name}.join")
        parts = [applied(part, posted, f"{name}.{number}", known) for number, part in enumerate(_parts(inner))]
        changed |= {"op": join if join in JOINS else op, "of": [part for part in parts if part is not None]}
    elif op != "always":
        changed = _compared(inner, posted, name, known)
    wanted = "yes" in posted[f"{name}.not"] if f"{name}.not" in posted else nots % 2 == 1
    if wanted != (nots % 2 == 1):
        nots = nots - 1 if nots else 1
    for _ in range(nots):
        changed = {"op": "not", "of": changed}
    return changed


def with_row(node: object, name: str, place: str, *, as_group: bool = False) -> Node | None:
    """Return the condition with one more row at a place: in the group there, or beside the row there."""
    fresh: Node = {"op": "eq", "field": ""}
    added: Node = {"op": "or", "of": [fresh]} if as_group else fresh
    if not isinstance(node, Mapping):
        return added if place == name else None
    if place == name:
        inner, nots = _inner(node)
        if inner.get("op") in JOINS and nots == 0:
            return {**inner, "of": [*_parts(inner), added][:MOST_ROWS]}
        return {"op": "and", "of": [dict(node), added]}
    return _below(node, name, place, lambda part, at: with_row(part, at, place, as_group=as_group))


def without(node: object, name: str, place: str) -> Node | None:
    """Return the condition without the row or group at a place; a group with one row left becomes that row."""
    if not isinstance(node, Mapping) or place == name:
        return None
    changed = _below(node, name, place, lambda part, at: without(part, at, place))
    inner, nots = _inner(changed)
    if inner.get("op") in JOINS and len(_parts(inner)) == 1 and nots == 0:
        return dict(_parts(inner)[0])
    return changed if inner.get("op") not in JOINS or _parts(inner) else None


def depth(place: str) -> int:
    """How deep a place lies inside its condition."""
    return place.count(".")


def _below(node: Mapping[str, Any], name: str, place: str, change: Any) -> Node:
    """Change the part that leads to `place`; `change` gets it with its name and returns None to drop it."""
    inner, nots = _inner(node)
    if inner.get("op") in JOINS:
        parts = []
        for number, part in enumerate(_parts(inner)):
            at = f"{name}.{number}"
            kept = change(part, at) if place == at or place.startswith(f"{at}.") else dict(part)
            if kept is not None:
                parts.append(kept)
        inner = {**inner, "of": parts}
    result = dict(inner)
    for _ in range(nots):
        result = {"op": "not", "of": result}
    return result


def _inner(node: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    nots = 0
    while node.get("op") == "not" and isinstance(node.get("of"), Mapping):
        node, nots = node["of"], nots + 1
    return node, nots


def _parts(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    of = node.get("of")
    return [part for part in of if isinstance(part, Mapping)] if isinstance(of, list) else []


def _values(node: Mapping[str, Any]) -> list[Any]:
    if node.get("op") == "in":
        values = node.get("values")
        return list(values) if isinstance(values, list) else []
    return [node["value"]] if "value" in node else []


def _shown_op(node: Mapping[str, Any]) -> str:
    op = str(node.get("op", "eq"))
    return "is" if op in {"eq", "in"} else op


def _compared(node: Mapping[str, Any], posted: Posted, name: str, known: Mapping[str, Asked]) -> Node:
    wanted = _last(posted, f"{name}.field")
    if wanted is None:
        return dict(node)
    op = _last(posted, f"{name}.op") or "is"
    op = op if op in COMPARISONS else "is"
    if wanted != node.get("field"):
        return {"op": "present" if op == "present" else "eq", "field": wanted}
    asked = known.get(wanted)
    held = _values(node)
    as_shown = [_value_shown(value, asked) for value in held]
    typed = [line for text in posted.get(f"{name}.value", ()) for line in tidy(text).split("\n") if line]
    if op == _shown_op(node) and typed == [line for text in as_shown for line in tidy(text).split("\n") if line]:
        return dict(node)
    if op == "present":
        return {"op": "present", "field": wanted}
    values = [held[as_shown.index(text)] if text in as_shown else _value(text, asked) for text in typed]
    if op in {"gt", "lt"}:
        return {"op": op, "field": wanted, **({"value": values[0]} if values else {})}
    if len(values) > 1:
        return {"op": "in", "field": wanted, "values": values}
    return {"op": "eq", "field": wanted, **({"value": values[0]} if values else {})}


def _value(typed: str, asked: Asked | None) -> object:
    kind = asked.type if asked else "text"
    if kind == "yes_no":
        return typed == "true"
    if kind in {"number", "money"}:
        number = read_number(typed, is_whole=False)
        return number if isinstance(number, int | str) else float(number)
    if kind == "date":
        return str(read_day(typed))
    return typed


def _value_shown(value: object, asked: Asked | None) -> str:
    if asked is not None and asked.type == "date" and isinstance(value, str):
        return shown(read_day(value))
    return shown(value)


def _choices(asked: Asked | None, language: str) -> tuple[tuple[str, str], ...]:
    if asked is None:
        return ()
    names = {"vi": ("Có", "Không"), "en": ("Yes", "No"), "zh": ("是", "否")}.get(language, ("Có", "Không"))
    if asked.type == "yes_no":
        return (("true", names[0]), ("false", names[1]))
    return tuple((code, str(label.get(language) or label.get("vi") or code)) for code, label in asked.options)


def _last(posted: Posted, name: str) -> str | None:
    values = posted.get(name)
    return tidy(values[-1]) if values else None


__all__ = ["CASE", "Shown", "applied", "depth", "show", "with_row", "without"]
