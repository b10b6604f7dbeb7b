"""What the parts of a definition are made of, read from its models: the editor's forms follow from this. Pure."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from portal.catalogue.definition import Definition
from portal.catalogue.locating import KeyPath
from portal.catalogue.text import Model, Text

TAGS: Final = ("type", "kind")
"""The settings that say which of several shapes a part has."""

INLINE_LISTS: Final = frozenset({"options", "brackets"})
"""Short lists that stand as a table on the page of what they belong to."""


class Kind(StrEnum):
    """How a setting is asked for."""

    TEXT = "text"  # in three languages
    TEXTS = "texts"
    LINE = "line"
    NUMBER = "number"
    DATE = "date"
    YES = "yes"
    CHOICE = "choice"
    MANY = "many"
    CONDITION = "condition"
    GROUP = "group"
    TABLE = "table"
    BY_CASE = "by_case"
    LIST = "list"  # things with pages of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One setting of a part. `models` are the shapes of what lies in it, `choices` what it may be."""

    name: str
    kind: Kind
    owner: str
    is_required: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    models: tuple[type[Model], ...] = ()
    is_whole: bool = True


Shapes = tuple[type[Model], ...]
"""What stands at a place: one model, or several told apart by a tag."""


@lru_cache(maxsize=256)
def traits_of(model: type[Model]) -> tuple[Trait, ...]:
    """Return the settings of a model in the order it names them."""
    return tuple(_trait(model, name, info) for name, info in model.model_fields.items())


def tag_of(shapes: Shapes) -> str | None:
    """Return the setting that tells the shapes apart; None where there is only one."""
    if len(shapes) == 1:
        return None
    return next(tag for tag in TAGS if tag in shapes[0].model_fields)


def tags(shapes: Shapes) -> dict[str, type[Model]]:
    """Return the shapes by the value of their tag."""
    tag = tag_of(shapes)
    return {} if tag is None else {str(get_args(model.model_fields[tag].annotation)[0]): model for model in shapes}


def shape_of(shapes: Shapes, content: object) -> type[Model]:
    """Return the shape something has; the first where it does not say."""
    tag = tag_of(shapes)
    if tag is None or not isinstance(content, Mapping):
        return shapes[0]
    return tags(shapes).get(str(content.get(tag, "")), shapes[0])


def shapes_at(path: KeyPath, content: object) -> Shapes | None:
    """Return what may stand at a place of a definition; None where there is no such place."""
    shapes: Shapes = (Definition,)
    position = 0
    while position < len(path):
        trait = next((one for one in traits_of(shape_of(shapes, content)) if one.name == path[position]), None)
        if trait is None or not trait.models or not isinstance(content, Mapping):
            return None
        content = content.get(trait.name)
        position += 1
        if trait.kind in {Kind.LIST, Kind.TABLE}:
            if position == len(path) or not isinstance(content, list):
                return None
            number = path[position]
            if not isinstance(number, int) or not 0 <= number < len(content):
                return None
            content = content[number]
            position += 1
        shapes = trait.models
    return shapes


def list_trait(path: KeyPath, content: object) -> Trait | None:
    """Return the list at a place (`sections`, `sections.0.fields`); None where there is none."""
    if not path:
        return None
    shapes = shapes_at(path[:-1], content)
    if shapes is None:
        return None
    holder = content_at(content, path[:-1])
    found = (one for one in traits_of(shape_of(shapes, holder)) if one.name == path[-1] and one.kind is Kind.LIST)
    return next(found, None)


def content_at(content: object, path: KeyPath) -> Any:
    """Return what stands at a place; None where nothing does."""
    for part in path:
        if isinstance(part, int):
            content = content[part] if isinstance(content, list) and 0 <= part < len(content) else None
        else:
            content = content.get(part) if isinstance(content, Mapping) else None
    return content


def _trait(model: type[Model], name: str, info: FieldInfo) -> Trait:
    default = None if info.is_required() else _plain(info.get_default(call_default_factory=True))
    kind, choices, models, is_whole = _kind(name, info.annotation, is_definition=model is Definition)
    return Trait(
        name=name,
        kind=kind,
        owner=model.__name__,
        is_required=info.is_required(),
        default=default,
        choices=choices,
        models=models,
        is_whole=is_whole,
    )


def _kind(
    name: str, annotation: Any, *, is_definition: bool
) -> tuple[Kind, tuple[str, ...], tuple[type[Model], ...], bool]:
    members = _members(annotation)
    first = members[0]
    origin = get_origin(first)
    if origin is tuple:
        inside = _members(get_args(first)[0])
        if _is_model(inside[0]):
            if inside[0] is Text:
                return Kind.TEXTS, (), (Text,), True
            return (Kind.TABLE if name in INLINE_LISTS and not is_definition else Kind.LIST), (), tuple(inside), True
        return Kind.MANY, _choices(inside[0]), (), True
    if origin is dict:
        return Kind.BY_CASE, (), tuple(_members(get_args(first)[1])), True
    if _is_model(first):
        if first is Text:
            return Kind.TEXT, (), (Text,), True
        return (Kind.CONDITION, (), (), True) if "op" in first.model_fields else (Kind.GROUP, (), tuple(members), True)
    if choices := _choices(first):
        return Kind.CHOICE, choices, (), True
    plain: dict[Any, Kind] = {bool: Kind.YES, int: Kind.NUMBER, Decimal: Kind.NUMBER, date: Kind.DATE}
    return plain.get(first, Kind.LINE), (), (), first is not Decimal


def _members(annotation: Any) -> list[Any]:
    """What an annotation allows, without the notes about it and without nothing."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return [member for one in get_args(annotation) for member in _members(one) if member is not type(None)]
    return [annotation]


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(one) for one in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(one.value) for one in annotation)
    return ()


def _is_model(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Model)


def _plain(value: object) -> Any:
    if value is PydanticUndefined:
        return None
    if isinstance(value, Enum):
        return value.value
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
