"""What a file seems to be, in words, for the sentence of a refusal. It never decides what is taken in."""

from typing import Final

import puremagic
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

HEAD_BYTES: Final = 4096

_MARKS: Final[tuple[tuple[bytes, LazyString], ...]] = (
    (b"MZ", _("a program for Windows")),
    (b"\x7fELF", _("a program for Linux")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _("a document of an old Word or Excel (DOC, XLS)")),
    (b"{\\rtf", _("a text document (RTF)")),
    (b"%PDF", _("a PDF")),
    (b"\x89PNG", _("a picture (PNG)")),
    (b"\xff\xd8\xff", _("a photo (JPG)")),
    (b"GIF8", _("a picture (GIF)")),
    (b"BM", _("a picture (BMP)")),
    (b"II*\0", _("a picture (TIFF)")),
    (b"MM\0*", _("a picture (TIFF)")),
    (b"AC10", _("a drawing (DWG)")),
    (b"Rar!", _("a packed archive (RAR)")),
    (b"7z\xbc\xaf", _("a packed archive (7Z)")),
    (b"\x1f\x8b", _("a packed archive (GZ)")),
)
_PACKAGES: Final[tuple[tuple[bytes, LazyString], ...]] = (
    (b"word/", _("a Word document (DOCX)")),
    (b"xl/", _("an Excel table (XLSX)")),
    (b"ppt/", _("a PowerPoint presentation (PPTX)")),
    (b"opendocument", _("a LibreOffice document")),
)
_PICTURE: Final = {b"heic": _("a photo of a telephone (HEIC)"), b"heix": _("a photo of a telephone (HEIC)")}


def looks_like(content: bytes) -> str | LazyString:
    """A few words in the reader's language, such as “a program for Windows”; empty where nobody can tell."""
    head = content[:HEAD_BYTES]
    for mark, words in _MARKS:
        if head.startswith(mark):
            return words
    if head.startswith(b"PK\x03\x04"):
        return next((words for mark, words in _PACKAGES if mark in content), _("a packed archive (ZIP)"))
    if head[4:8] == b"ftyp":
        return _PICTURE.get(head[8:12], _("a film"))
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _("a picture (WEBP)")
    return _text(head) or _guess(head)


def _text(head: bytes) -> str | LazyString:
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return ""
    if not text.strip() or any(letter < " " and letter not in "\t\r\n\f" for letter in text):
        return ""
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html")):
        return _("a web page (HTML)")
    return _("a picture (SVG)") if start.startswith("<svg") else _("plain text")


def _guess(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return found[0].extension.removeprefix(".").upper() if found and found[0].extension else ""
