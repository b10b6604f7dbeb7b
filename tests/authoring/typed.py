"""What a browser sends back of a page of the editor when nobody has touched anything."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portal.authoring.boxes import Box, Drawing
from portal.authoring.builder import Shown
from portal.authoring.judging import BASICS, LISTS, TIMES, Judged
from portal.authoring.shapes import Kind, content_at, shapes_at
from portal.catalogue.locating import KeyPath

Posted = dict[str, list[str]]
UNJUDGED = Judged(definition=None, findings=())


def untouched(document: Mapping[str, Any], path: KeyPath) -> Posted:
    """Everything the page of this part sends."""
    shapes = shapes_at(path, document)
    assert shapes is not None, path
    drawing = Drawing(document=document, path=path, judged=UNJUDGED, language="vi")
    return of_boxes(drawing.boxes(shapes, content_at(document, path), path=path))


def pages(document: Mapping[str, Any]) -> Iterator[KeyPath]:
    """Every part of a draft that has a page with boxes."""
    yield ()
    yield (TIMES,)
    for part in LISTS:
        for number, thing in enumerate(document.get(part, ())):
            yield (part, number)
            for inner, field in enumerate(thing.get("fields", ())):
                yield (part, number, "fields", inner)
                for k, _ in enumerate(field.get("fields", ())):
                    yield (part, number, "fields", inner, "fields", k)


def of_boxes(boxes: Iterable[Box]) -> Posted:
    sent: Posted = {}
    for box in boxes:
        sent |= _of_box(box)
    return sent


def _of_box(box: Box) -> Posted:
    match box.kind:
        case Kind.TEXT:
            assert box.words is not None
            words = {f"{box.name}.{language}": [text] for language, text in box.words.items()}
            return words | {
                f"{box.name}.{one}_read": ["", *(["yes"] if one in box.reviewed else [])] for one in ("en", "zh")
            }
        case Kind.YES:
            return {box.name: ["", *(["yes"] if box.value else [])]}
        case Kind.MANY:
            return {box.name: ["", *(choice.value for choice in box.choices if choice.is_chosen)]}
        case Kind.GROUP:
            return of_boxes(box.boxes)
        case Kind.TEXTS | Kind.TABLE | Kind.BY_CASE:
            return of_boxes(inner for row in box.rows for inner in row.boxes)
        case Kind.CONDITION:
            return _of_condition(box.condition) if box.condition else {}
    return {box.name: [box.value]}


def _of_condition(shown: Shown) -> Posted:
    sent: Posted = {f"{shown.name}.not": ["", *(["yes"] if shown.is_negated else [])]}
    if shown.is_group:
        sent[f"{shown.name}.join"] = [shown.join]
        for row in shown.rows:
            sent |= _of_condition(row)
    elif shown.field or shown.op != "always":
        sent |= {f"{shown.name}.field": [shown.field], f"{shown.name}.op": [shown.op]}
        if shown.op != "present":
            sent[f"{shown.name}.value"] = list(shown.values)
    return sent


__all__ = ["BASICS", "Posted", "of_boxes", "pages", "untouched"]
