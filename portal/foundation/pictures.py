"""Pictures that are only geometry: a QR code as one SVG path, so that no style, script or image is needed."""

from dataclasses import dataclass

import segno

QUIET_MODULES = 4  # the white margin a reader needs (ISO/IEC 18004)


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """`side` in modules, margin included; `path` draws the dark modules row by row."""

    side: int
    path: str


def qr_path(text: str) -> QrCode:
    """The code of an address, strong enough to be read from a creased paper (level Q)."""
    code = segno.make(text, error="q", micro=False, boost_error=False)
    rows = [bytes(row) for row in code.matrix]
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                parts.append(f"M{x + QUIET_MODULES} {y + QUIET_MODULES}h{length}v1h-{length}z")
            x += length or 1
    return QrCode(side=len(rows) + 2 * QUIET_MODULES, path="".join(parts))
