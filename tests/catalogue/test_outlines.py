"""Outlines: read from lists and GeoJSON, measured on the ellipsoid, drawn; nonsense refused."""

import contextlib
import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.answers import posted_from, read
from portal.catalogue.numbers import write_number
from portal.catalogue.outlines import NotAnOutline, outline_of, picture_of, read_outline
from portal.catalogue.shown import shown
from tests.catalogue.samples import PLACES, definition, words

SQUARE = "21.85, 106.76\n21.85, 106.761\n21.851, 106.761\n21.851, 106.76"
RING = [[106.76, 21.85], [106.761, 21.85], [106.761, 21.851], [106.76, 21.851], [106.76, 21.85]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}


@pytest.mark.parametrize(
    "typed",
    [
        SQUARE,
        SQUARE.replace(", ", " "),
        SQUARE.replace("\n", ";"),
        SQUARE.replace(", ", "\t"),
        SQUARE.replace(", ", "; ").replace("; ", " ").replace(".", ","),
        "\n".join(", ".join(reversed(line.split(", "))) for line in SQUARE.splitlines()),
        SQUARE + "\n21.85, 106.76\n",
        json.dumps(POLYGON),
        json.dumps({"type": "Feature", "properties": {}, "geometry": POLYGON}),
        json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": POLYGON}]}),
        json.dumps({"type": "MultiPolygon", "coordinates": [[RING]]}),
    ],
)
def test_every_way_of_writing_gives_the_same_outline(typed: str) -> None:
    assert read_outline(typed, ["polygon"]) == read_outline(SQUARE, ["polygon"])


def test_the_area_is_that_of_the_ellipsoid() -> None:
    """Beside the series for the length of a degree of latitude and of longitude on WGS 84."""
    outline = read_outline(SQUARE, ["polygon"])
    middle = math.radians(21.8505)
    north = 111.13292 - 0.55982 * math.cos(2 * middle) + 0.001175 * math.cos(4 * middle)
    east = 111.41284 * math.cos(middle) - 0.0935 * math.cos(3 * middle) + 0.000118 * math.cos(5 * middle)

    assert math.isclose(float(outline.area_m2), north * east, rel_tol=2e-5)
    assert math.isclose(float(outline.length_m), 2 * (north + east), abs_tol=0.1)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("somewhere", "not_an_outline"),
        ("21.85", "not_an_outline"),
        ("21.85, 106.76, 5", "not_an_outline"),
        ("21.85, 106.76\n21.86, 106.77", "outline_points"),
        ("1.0, 2.0\n1.0, 2.1\n1.1, 2.1", "outline_outside"),
        ("21.85, 106.76\n21.86, 106.77\n21.87, 106.78", "outline_empty"),
        ("21.85, 106.76\n21.851, 106.761\n21.85, 106.761\n21.851, 106.76", "outline_crosses"),
        ("{", "not_an_outline"),
        ("[" * 5_000, "not_an_outline"),
        ("{}", "outline_one_shape"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 2]]]}', "not_an_outline"),
        ('{"type": "Polygon", "coordinates": [["a", "b"]]}', "not_an_outline"),
        (json.dumps({"type": "Polygon", "coordinates": [RING, RING]}), "outline_one_shape"),
        (json.dumps({"type": "LineString", "coordinates": RING[:3]}), "outline_polygon"),
        ("\n".join(f"21.{n:04d}, 106.{n * n % 997:04d}" for n in range(600)), "outline_too_many"),
    ],
)
def test_what_is_no_outline_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(NotAnOutline) as refusal:
        read_outline(typed, ["polygon"])

    assert refusal.value.code == code


def test_a_line_has_a_length_and_no_area() -> None:
    line = read_outline(json.dumps({"type": "LineString", "coordinates": RING[:2]}), ["polygon", "line"])

    assert (line.shape, line.area_m2) == ("line", 0)
    assert math.isclose(float(line.length_m), 103.4, abs_tol=0.1)


@given(st.text(max_size=200))
def test_nothing_typed_crashes_it(typed: str) -> None:
    outline = None
    with contextlib.suppress(NotAnOutline):
        outline = read_outline(typed, ["polygon", "line"])

    assert outline is None or len(outline.points) >= 2


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.decimals(8, 24, places=6), st.decimals(102, 118, places=6)), min_size=3, max_size=12, unique=True
    )
)
def test_what_was_read_is_read_the_same_again_and_fits_its_picture(points: list[tuple[Decimal, Decimal]]) -> None:
    try:
        outline = read_outline("\n".join(f"{lat}, {long}" for lat, long in points), ["polygon"])
    except NotAnOutline:
        return

    picture = picture_of(outline)

    assert outline_of("polygon", outline.text) == outline
    assert all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in picture.corners)


def test_a_form_can_ask_for_it() -> None:
    def bend(told: dict[str, Any]) -> None:
        told["sections"][0]["fields"].append({"code": "plot", "type": "outline", "label": words(), "required": False})
        told["documents"][0]["when"] = {"op": "gt", "field": "plot.area", "value": 10_000}

    bent = definition(bend)
    answers = read(bent, "new", {"plot.points": [SQUARE]}, places=PLACES).answers

    assert answers["plot"] == {
        "shape": "polygon",
        "points": "21.85, 106.76; 21.85, 106.761; 21.851, 106.761; 21.851, 106.76",
        "area": write_number(read_outline(SQUARE, ["polygon"]).area_m2),
        "length": write_number(read_outline(SQUARE, ["polygon"]).length_m),
    }
    assert read(bent, "new", posted_from(bent, answers), places=PLACES).answers == answers
    field = bent.field("plot")
    assert field is not None
    assert shown(field, answers["plot"], "vi", PLACES).startswith("Thửa 4 điểm góc, diện tích 11.446 m²")
    refused = read(bent, "new", {"plot.points": ["here"]}, places=PLACES).problems
    assert [(problem.code, problem.path) for problem in refused] == [("not_an_outline", "plot.points")]
