"""Outlines on the map: read from GeoJSON or a list of coordinates, measured, drawn without tiles.

Coordinates are WGS 84 degrees. Areas are those of the ellipsoid, in square metres; lengths in metres.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Final, Literal

from portal.catalogue.numbers import write_number

Shape = Literal["polygon", "line"]
Point = tuple[Decimal, Decimal]
"""Latitude and longitude."""

MOST_POINTS: Final = 500
LEAST_POINTS: Final = {"polygon": 3, "line": 2}
LATITUDES: Final = (Decimal(8), Decimal(24))
LONGITUDES: Final = (Decimal(102), Decimal(118))
SMALLEST_M2: Final = 1
EQUATOR_M: Final = 6_378_137.0
FLATTENING: Final = 1 / 298.257223563
ECCENTRICITY_2: Final = FLATTENING * (2 - FLATTENING)
_NUMBER: Final = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,15})?")


class NotAnOutline(Exception):
    """What was given is no outline; `code` names the sentence to tell."""

    def __init__(self, code: str, **detail: int) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A closed polygon (its first point is not repeated) or a line."""

    shape: Shape
    points: tuple[Point, ...]

    @property
    def text(self) -> str:
        """The points in one way of writing: `21.8537, 106.7613; 21.8540, 106.7620`."""
        return "; ".join(f"{write_number(lat)}, {write_number(long)}" for lat, long in self.points)

    @property
    def area_m2(self) -> Decimal:
        """The area inside a polygon, to a tenth of a square metre; 0 for a line."""
        if self.shape == "line":
            return Decimal(0)
        return round(Decimal(abs(sum(_strips(self.points)))), 1)

    @property
    def length_m(self) -> Decimal:
        """The length of the line, or of the polygon's border, to a tenth of a metre."""
        points = (*self.points, self.points[0]) if self.shape == "polygon" else self.points
        return round(Decimal(sum(_distance(a, b) for a, b in pairwise(points))), 1)


def read_outline(typed: str, shapes: Sequence[Shape]) -> Outline:
    """Read an outline of one of the `shapes`, from GeoJSON or from one pair of degrees per line.

    Raises:
        NotAnOutline: it cannot be read, lies elsewhere, crosses itself or holds nothing.

    """
    typed = unicodedata.normalize("NFKC", typed).strip()
    found, points = _of_geojson(typed) if typed.startswith(("{", "[")) else (None, list(_of_lines(typed)))
    shape: Shape = found or ("line" if "polygon" not in shapes else "polygon")
    if shape not in shapes:
        raise NotAnOutline("outline_polygon" if "polygon" in shapes else "outline_line")
    points = [_placed(point) for point in points]
    if shape == "polygon" and len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    points = [point for number, point in enumerate(points) if number == 0 or point != points[number - 1]]
    if len(set(points)) < LEAST_POINTS[shape]:
        raise NotAnOutline("outline_points", least=LEAST_POINTS[shape])
    if len(points) > MOST_POINTS:
        raise NotAnOutline("outline_too_many", limit=MOST_POINTS)
    outline = Outline(shape=shape, points=tuple(points))
    if shape == "polygon":
        _check_polygon(outline)
    return outline


def _check_polygon(outline: Outline) -> None:
    if _is_flat(outline.points):
        raise NotAnOutline("outline_empty")
    if _crosses_itself(outline.points):
        raise NotAnOutline("outline_crosses")
    if outline.area_m2 < SMALLEST_M2:
        raise NotAnOutline("outline_empty")


def outline_of(shape: object, text: object) -> Outline | None:
    """Return an outline as it was kept; None where it is none."""
    try:
        return read_outline(str(text), ["line" if shape == "line" else "polygon"])
    except NotAnOutline:
        return None


def _of_lines(typed: str) -> Iterator[Point]:
    for line in re.split(r"[\n;]+", typed):
        numbers = _NUMBER.findall(line)
        if not line.strip():
            continue
        if len(numbers) != 2 or re.search(r"[^0-9.,\s°]", line):  # noqa: PLR2004 - a pair
            raise NotAnOutline("not_an_outline")
        lat, long = (Decimal(number.replace(",", ".")) for number in numbers)
        yield lat, long


def _of_geojson(typed: str) -> tuple[Shape, list[Point]]:
    try:
        told = json.loads(typed, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError, InvalidOperation):
        raise NotAnOutline("not_an_outline") from None
    for _ in range(4):
        match told:
            case {"type": "FeatureCollection", "features": [one]}:
                told = one
            case {"type": "Feature", "geometry": geometry}:
                told = geometry
            case {"type": "GeometryCollection", "geometries": [one]}:
                told = one
            case {"type": "MultiPolygon", "coordinates": [rings]}:
                told = {"type": "Polygon", "coordinates": rings}
            case {"type": "MultiLineString", "coordinates": [line]}:
                told = {"type": "LineString", "coordinates": line}
    match told:
        case {"type": "Polygon", "coordinates": [ring]}:
            return "polygon", list(_of_positions(ring))
        case {"type": "LineString", "coordinates": line}:
            return "line", list(_of_positions(line))
    raise NotAnOutline("outline_one_shape")


def _refuse(constant: str) -> Decimal:
    raise ValueError(constant)


def _of_positions(positions: Any) -> Iterator[Point]:
    if not isinstance(positions, list):
        raise NotAnOutline("not_an_outline")
    for position in positions:
        match position:
            case [Decimal() as long, Decimal() as lat, *_]:
                yield lat, long
            case _:
                raise NotAnOutline("not_an_outline")


def _placed(point: Point) -> Point:
    """Return the point inside Vietnam, the right way round: the two ranges of degrees do not meet."""
    for lat, long in (point, point[::-1]):
        if LATITUDES[0] <= lat <= LATITUDES[1] and LONGITUDES[0] <= long <= LONGITUDES[1]:
            return round(lat, 7), round(long, 7)
    raise NotAnOutline("outline_outside")


def _strips(points: Sequence[Point]) -> Iterator[float]:
    """Yield the signed areas between each side and a fixed parallel, which add up to the area inside."""
    base = points[0]
    height = [_parallel(float(lat)) - _parallel(float(base[0])) for lat, _ in points]
    east = [math.radians(float(long - base[1])) for _, long in points]
    for number in range(len(points)):
        after = (number + 1) % len(points)
        yield (east[after] - east[number]) * (height[number] + height[after]) / 2


def _parallel(latitude: float) -> float:
    """Return the area between the equator and a parallel per radian of longitude, in m²."""
    sine, e = math.sin(math.radians(latitude)), math.sqrt(ECCENTRICITY_2)
    minor_2 = EQUATOR_M**2 * (1 - ECCENTRICITY_2)
    return minor_2 / 2 * (sine / (1 - ECCENTRICITY_2 * sine**2) + math.atanh(e * sine) / e)


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Return how many metres a degree of latitude and one of longitude are here."""
    sine = math.sin(math.radians(latitude))
    across = EQUATOR_M / math.sqrt(1 - ECCENTRICITY_2 * sine**2)
    along = across * (1 - ECCENTRICITY_2) / (1 - ECCENTRICITY_2 * sine**2)
    return math.radians(along), math.radians(across * math.cos(math.radians(latitude)))


def _distance(a: Point, b: Point) -> float:
    north, east = metres_per_degree(float(a[0] + b[0]) / 2)
    return math.hypot(float(b[0] - a[0]) * north, float(b[1] - a[1]) * east)


def _is_flat(points: Sequence[Point]) -> bool:
    return all(_turn(points[0], points[1], point) == 0 for point in points[2:])


def _crosses_itself(points: Sequence[Point]) -> bool:
    sides = [(points[n], points[(n + 1) % len(points)]) for n in range(len(points))]
    for first, (a, b) in enumerate(sides):
        for second in range(first + 1, len(sides)):
            c, d = sides[second]
            neighbours = second == first + 1 or (first == 0 and second == len(sides) - 1)
            if not neighbours and _meet(a, b, c, d):
                return True
    return False


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((turns[0], a, b, c), (turns[1], a, b, d), (turns[2], c, d, a), (turns[3], c, d, b))
    return any(turn == 0 and _is_between(one, other, point) for turn, one, other, point in ends)


def _turn(a: Point, b: Point, c: Point) -> Decimal:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_between(a: Point, b: Point, point: Point) -> bool:
    return all(min(a[axis], b[axis]) <= point[axis] <= max(a[axis], b[axis]) for axis in (0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlinePicture:
    """An outline as an SVG path, north up, with a bar of a round length as its scale."""

    width: int
    height: int
    path: str
    is_closed: bool
    corners: tuple[tuple[float, float], ...]
    bar_m: int
    bar_width: float


def picture_of(outline: Outline, *, width: int = 320, height: int = 240, margin: int = 24) -> OutlinePicture:
    """Draw an outline into a picture of that size, in pixels."""
    middle = float(sum(lat for lat, _ in outline.points) / len(outline.points))
    north, east = metres_per_degree(middle)
    flat = [(float(long) * east, -float(lat) * north) for lat, long in outline.points]
    left, top = (min(point[axis] for point in flat) for axis in (0, 1))
    spans = [max(point[axis] for point in flat) - start for axis, start in ((0, left), (1, top))]
    room = (width - 2 * margin, height - 3 * margin)
    scale = min(space / span for space, span in zip(room, spans, strict=True) if span > 0)
    offset = [margin + (space - span * scale) / 2 for space, span in zip(room, spans, strict=True)]
    corners = tuple(
        (round(offset[0] + (x - left) * scale, 1), round(offset[1] + (y - top) * scale, 1)) for x, y in flat
    )
    bar = _round_length(width / 3 / scale)
    return OutlinePicture(
        width=width,
        height=height,
        path="M" + " L".join(f"{x} {y}" for x, y in corners) + (" Z" if outline.shape == "polygon" else ""),
        is_closed=outline.shape == "polygon",
        corners=corners,
        bar_m=bar,
        bar_width=round(bar * scale, 1),
    )


def _round_length(most_m: float) -> int:
    lengths: Iterable[int] = (digit * 10**power for power in range(7) for digit in (1, 2, 5))
    return max((length for length in lengths if length <= most_m), default=1)
