"""Which characters the letters' own fonts can draw.

An archival PDF must not contain a character without a drawing, so what no font has is printed as a hollow
square. The fonts are read once per process; the reader knows the two table formats that matter (4 and 12).
"""

import functools
import struct
import unicodedata
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
HOLLOW_SQUARE = "□"
_KEPT_CONTROLS = "\n"
_DROPPED = {"Cc", "Cf", "Cn", "Co", "Cs"}
"""Controls, invisible direction marks, unassigned and private characters: nothing to print, and a way to deceive."""


def characters_of(font: bytes) -> frozenset[int]:
    """Return the code points a TrueType font maps to a glyph."""
    found: set[int] = set()
    for offset in _map_offsets(font):
        (table_format,) = struct.unpack_from(">H", font, offset)
        if table_format == 12:  # noqa: PLR2004 - the number of the table format
            found |= _segmented_coverage(font, offset)
        elif table_format == 4:  # noqa: PLR2004
            found |= _segment_mapping(font, offset)
    return frozenset(found)


def _map_offsets(font: bytes) -> list[int]:
    (tables,) = struct.unpack_from(">H", font, 4)
    for index in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * index)
        if tag == b"cmap":
            (records,) = struct.unpack_from(">H", font, start + 2)
            return [start + struct.unpack_from(">HHL", font, start + 4 + 8 * record)[2] for record in range(records)]
    return []


def _segmented_coverage(font: bytes, offset: int) -> set[int]:
    (groups,) = struct.unpack_from(">L", font, offset + 12)
    found: set[int] = set()
    for group in range(groups):
        first, last, _ = struct.unpack_from(">LLL", font, offset + 16 + 12 * group)
        found.update(range(first, last + 1))
    return found


def _segment_mapping(font: bytes, offset: int) -> set[int]:
    (doubled,) = struct.unpack_from(">H", font, offset + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", font, offset + 14)
    starts = struct.unpack_from(f">{count}H", font, offset + 16 + doubled)
    found: set[int] = set()
    for first, last in zip(starts, ends, strict=True):
        if first != 0xFFFF:  # noqa: PLR2004 - the closing segment
            found.update(range(first, last + 1))
    return found


@functools.cache
def printable() -> frozenset[int]:
    """Return every code point that the serif face or the Chinese face can draw."""
    faces = ("Tinos-Regular.ttf", "NotoSansSC-Regular.ttf")
    return frozenset().union(*(characters_of((FONTS / face).read_bytes()) for face in faces))


def drawable(text: str) -> str:
    """Return `text` composed (NFC), without invisible controls, and with a hollow square for what no font has."""
    composed = unicodedata.normalize("NFC", text)
    known = printable()
    return "".join(
        character if character in _KEPT_CONTROLS or ord(character) in known else HOLLOW_SQUARE
        for character in composed.replace("\t", " ").replace("\r\n", "\n")
        if character in _KEPT_CONTROLS or unicodedata.category(character) not in _DROPPED
    )
