"""Turning a picture or the pages of a PDF that were scanned lying on their side. Pure."""

import io
from typing import Final

import pikepdf
from PIL import Image, ImageOps

from portal.foundation.errors import Invalid, Refused

DEGREES: Final = {"left": 270, "right": 90}
"""Clockwise."""
TURNED: Final = frozenset({"application/pdf", "image/jpeg", "image/png"})
MOST_PIXELS: Final = 60_000_000
"""A page has to answer while it turns; larger pictures are turned where they were made."""
QUALITY: Final = 92
_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG"}
_TURNS: Final = {90: Image.Transpose.ROTATE_270, 270: Image.Transpose.ROTATE_90}  # Pillow counts the other way round
_SIGNATURES_EXIST: Final = 1


def turned(content: bytes, media_type: str, direction: str, *, page: int | None = None) -> bytes:
    """The file with everything turned a quarter, or only one page of a PDF, counted from 1.

    Raises Invalid for a direction or page there is none, Refused for what cannot be turned without harm: a signed or
    locked PDF, a picture too large.
    """
    if direction not in DEGREES or media_type not in TURNED:
        raise Invalid("attachments.turn_unknown")
    if media_type == "application/pdf":
        return _pages_turned(content, DEGREES[direction], page)
    return _picture_turned(content, _FORMATS[media_type], DEGREES[direction])


def _pages_turned(content: bytes, degrees: int, page: int | None) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted or _is_signed(pdf):
                raise Refused("attachments.signed_stays")
            if page is not None and not 1 <= page <= len(pdf.pages):
                raise Invalid("attachments.no_such_page", count=len(pdf.pages))
            for one in pdf.pages if page is None else (pdf.pages[page - 1],):
                one.rotate(degrees, relative=True)
            out = io.BytesIO()
            pdf.save(out)
    except pikepdf.PasswordError as locked:
        raise Refused("attachments.signed_stays") from locked
    except pikepdf.PdfError as unreadable:
        raise Refused("attachments.cannot_be_turned") from unreadable
    return out.getvalue()


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    return form is not None and bool(int(form.get("/SigFlags", 0)) & _SIGNATURES_EXIST)


def _picture_turned(content: bytes, kind: str, degrees: int) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused("attachments.cannot_be_turned")
            dpi = picture.info.get("dpi")
            upright = ImageOps.exif_transpose(picture).transpose(_TURNS[degrees])
            out = io.BytesIO()
            upright.save(out, kind, **({"quality": QUALITY} if kind == "JPEG" else {}), **({"dpi": dpi} if dpi else {}))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as unreadable:
        raise Refused("attachments.cannot_be_turned") from unreadable
    return out.getvalue()
