"""The way through the offices as a picture: rows from top to bottom, steps side by side where they run at once.

Pure geometry in the units of the picture. Words are wrapped here, because SVG does not.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 960
GAP_X: Final = 16
GAP_Y: Final = 26
WIDEST: Final = 600
PAD: Final = 12
NAME_LINE, WHO_LINE = 19, 17
NAME_SIZE, WHO_SIZE = 15, 12.5
BADGE: Final = 30
LIMIT_ROOM: Final = 130
MOST_NAME_LINES, MOST_WHO_LINES = 5, 3
MOST_ABREAST: Final = 3
FRAME_PAD: Final = 14
FRAME_HEAD: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One step as it is to be drawn: its number, what is done, by whom, in what time, and whether always."""

    code: str
    number: int
    name: str
    who: str
    limit: str
    after: tuple[str, ...]
    conditional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text inside a box."""

    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A step in its place. Its time ends at (`limit_x`, `limit_y`); who does it begins at `who_x`."""

    station: Station
    x: float
    y: float
    width: float
    height: float
    names: tuple[Line, ...]
    who: tuple[Line, ...]
    who_x: float
    limit_x: float
    limit_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A border around many steps that run at once, so that one line leads in and one out."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything to be drawn; `ways` are SVG paths."""

    width: int
    height: float
    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    ways: tuple[str, ...]


def draw(stations: Sequence[Station]) -> Picture:
    """Lay the steps out, those before always above those after."""
    boxes: list[Box] = []
    frames: list[Frame] = []
    anchors: dict[str, Box | Frame] = {}
    y = 1.0
    for row in _rows(stations):
        if len(row) > MOST_ABREAST:
            frame, placed = _framed(row, y)
            frames.append(frame)
            anchors |= {station.code: frame for station in row}
            y += frame.height + GAP_Y
        else:
            placed = _placed(row, y, left=1, room=WIDTH - 2)
            anchors |= {box.station.code: box for box in placed}
            y += placed[0].height + GAP_Y
        boxes += placed
    ways = dict.fromkeys(
        _way(anchors[earlier], anchors[station.code])
        for station in stations
        for earlier in station.after
        if earlier in anchors
    )
    height = y - GAP_Y + 1 if boxes else 0
    return Picture(width=WIDTH, height=height, boxes=tuple(boxes), frames=tuple(frames), ways=tuple(ways))


def width_of(text: str, size: float) -> float:
    """About how wide the text is drawn: Chinese signs fill their square, Latin letters a little over half."""
    return sum(size if unicodedata.east_asian_width(sign) in "WF" else size * 0.53 for sign in text)


def wrapped(text: str, room: float, size: float, most: int) -> tuple[str, ...]:
    """Cut the text into lines no wider than `room`; what does not fit into `most` lines ends in an ellipsis."""
    lines: list[str] = []
    for piece in _pieces(text):
        joined = lines[-1] + piece if lines else piece
        if lines and width_of(joined.rstrip(), size) <= room:
            lines[-1] = joined
        else:
            lines.append(piece.lstrip())
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip() + "…"]
    return tuple(line.rstrip() for line in lines)


def _pieces(text: str) -> Iterable[str]:
    """Words with the space before them; each Chinese sign may begin a line."""
    piece = ""
    for sign in text:
        if piece and (sign == " " or unicodedata.east_asian_width(sign) == "W"):
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece


def _rows(stations: Sequence[Station]) -> list[list[Station]]:
    """Steps by how many stand before them on the longest way."""
    depth: dict[str, int] = {}
    by_code: Mapping[str, Station] = {station.code: station for station in stations}
    waiting = list(stations)
    for _ in range(len(stations)):
        rest = [s for s in waiting if any(a in by_code and a not in depth for a in s.after)]
        for station in waiting:
            if station not in rest:
                depth[station.code] = 1 + max((depth[a] for a in station.after if a in depth), default=-1)
        if len(rest) == len(waiting):
            break
        waiting = rest
    rows: dict[int, list[Station]] = {}
    for station in stations:
        rows.setdefault(depth.get(station.code, 0), []).append(station)
    return [rows[level] for level in sorted(rows)]


def _framed(row: Sequence[Station], y: float) -> tuple[Frame, list[Box]]:
    """Several lines of steps inside one frame."""
    placed: list[Box] = []
    inner = y + FRAME_HEAD
    for first in range(0, len(row), MOST_ABREAST):
        line = _placed(row[first : first + MOST_ABREAST], inner, left=1 + FRAME_PAD, room=WIDTH - 2 - 2 * FRAME_PAD)
        placed += line
        inner += line[0].height + FRAME_PAD
    return Frame(x=1, y=y, width=WIDTH - 2, height=inner - y), placed


def _placed(row: Sequence[Station], y: float, *, left: float, room: float) -> list[Box]:
    """One line of boxes of one size, in the middle of the room."""
    alone = len(row) == 1
    columns = MOST_ABREAST if room < WIDTH - 2 else len(row)
    width = min(WIDEST, (room - GAP_X * (columns - 1)) / columns)
    left += (room - len(row) * width - GAP_X * (len(row) - 1)) / 2
    drafts = [_box(station, left + number * (width + GAP_X), y, width, alone) for number, station in enumerate(row)]
    height = max(box.height for box in drafts)
    return [_box(box.station, box.x, y, width, alone, height) for box in drafts]


def _box(station: Station, x: float, y: float, width: float, alone: bool, height: float = 0) -> Box:
    """A wide box has its time at the right of the name, a narrow one below everything."""
    room = width - 2 * PAD - BADGE - (LIMIT_ROOM if alone else 0)
    first = wrapped(station.name, room, NAME_SIZE, MOST_NAME_LINES)
    low_room = room if alone else width - 2 * PAD
    who = wrapped(station.who, low_room, WHO_SIZE, MOST_WHO_LINES)
    top = y + PAD + NAME_LINE - 5
    names = tuple(Line(y=top + number * NAME_LINE, text=text) for number, text in enumerate(first))
    below = names[-1].y + WHO_LINE + 3
    lines = tuple(Line(y=below + number * WHO_LINE, text=text) for number, text in enumerate(who))
    own = (lines or names)[-1].y - y + PAD
    if not alone:
        own += WHO_LINE + 4
    height = max(height, own)
    return Box(
        station=station,
        x=x,
        y=y,
        width=width,
        height=height,
        names=names,
        who=lines,
        who_x=x + (PAD + BADGE if alone else PAD),
        limit_x=x + width - PAD,
        limit_y=top if alone else y + height - PAD,
    )


def _way(earlier: Box | Frame, later: Box | Frame) -> str:
    x1, y1 = earlier.x + earlier.width / 2, earlier.y + earlier.height
    x2, y2 = later.x + later.width / 2, later.y
    middle = y2 - GAP_Y / 2
    if abs(x1 - x2) < 1:
        return f"M{x1:.1f} {y1:.1f}V{y2:.1f}"
    return f"M{x1:.1f} {y1:.1f}V{middle:.1f}H{x2:.1f}V{y2:.1f}"
