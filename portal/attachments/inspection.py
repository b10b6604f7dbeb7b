"""What an uploaded file really is, read from its content. Its name and what the browser said count for nothing.

A closed list of kinds is recognised here, byte by byte; what else it may be is put into words by `looks`, so that
the refusal can say it.
"""

import io
import struct
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from portal.attachments.looks import looks_like
from portal.catalogue.documents import FileType
from portal.foundation.errors import Invalid

MEGABYTE: Final = 1024 * 1024
LONGEST_NAME: Final = 180
HEAD_BYTES: Final = 4096
MOST_MEMBERS: Final = 5_000
MOST_UNPACKED_BYTES: Final = 600 * MEGABYTE
LARGEST_CONTENT_TYPES_BYTES: Final = MEGABYTE
MOST_PIXELS: Final = 120_000_000
"""A scan of A0 at 300 dpi has about 140 million; more is no scan of a paper."""

MEDIA_TYPES: Final[Mapping[FileType, str]] = MappingProxyType(
    {
        "pdf": "application/pdf",
        "jpg": "image/jpeg",
        "png": "image/png",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "dwg": "image/vnd.dwg",
        "dxf": "image/vnd.dxf",
        "zip": "application/zip",
    }
)
EXTENSIONS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {kind: frozenset({kind}) for kind in MEDIA_TYPES} | {"jpg": frozenset({"jpg", "jpeg", "jpe", "jfif"})}
)
_OFFICE: Final[Mapping[bytes, FileType]] = MappingProxyType(
    {
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """An accepted file: its kind by content, and the name it is shown under."""

    kind: FileType
    media_type: str
    filename: str


def inspect(content: bytes, filename: str, *, accepts: Sequence[FileType], max_megabytes: int) -> Inspected:
    """Judge one uploaded file.

    Raises Invalid with a code and details for the sentence beside the field: `attachments.empty`,
    `attachments.too_large`, `attachments.disguised` (the content is not what the name says),
    `attachments.not_accepted` (both with `_unknown` where nobody can tell what it is), `attachments.unpacks_too_large`,
    `attachments.picture_too_large`.
    """
    shown = shown_name(filename)
    if not content:
        raise Invalid("attachments.empty", name=shown)
    check_size(len(content), filename, max_megabytes=max_megabytes)
    kind = kind_of(content)
    wanted = ", ".join(accepted.upper() for accepted in accepts)
    extension = extension_of(shown)
    if kind is None or kind not in accepts:
        is_disguise = any(extension in EXTENSIONS[accepted] for accepted in accepts)
        code = "attachments.disguised" if is_disguise else "attachments.not_accepted"
        found = looks_like(content)
        if not found:
            code += "_unknown"
        raise Invalid(code, name=shown, found=found, wanted=wanted, extension=extension.upper())
    if kind in {"zip", "docx", "xlsx"} and _unpacks_too_large(content):
        raise Invalid("attachments.unpacks_too_large", name=shown)
    if kind in {"png", "jpg"} and _pixels(content, kind) > MOST_PIXELS:
        raise Invalid("attachments.picture_too_large", name=shown)
    if extension not in EXTENSIONS[kind]:
        shown = f"{shown[: LONGEST_NAME - 5]}.{kind}"
    return Inspected(kind=kind, media_type=MEDIA_TYPES[kind], filename=shown)


def check_size(size_bytes: int, filename: str, *, max_megabytes: int) -> None:
    """Raise Invalid (`attachments.too_large`) for a file above its limit, before it is read."""
    if size_bytes > max_megabytes * MEGABYTE:
        size = -(-size_bytes * 10 // MEGABYTE) / 10
        written = f"{size:.1f}".replace(".", ",")
        raise Invalid("attachments.too_large", name=shown_name(filename), size=written, limit=max_megabytes)


def kind_of(content: bytes) -> FileType | None:
    """The kind of the content, or None for anything that is not on the list."""
    head = content[:HEAD_BYTES]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head[:4] == b"AC10" and head[4:6].isdigit():
        return "dwg"
    if head.startswith(b"AutoCAD Binary DXF") or _is_text_dxf(head):
        return "dxf"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_package(content)
    return None


def shown_name(filename: str) -> str:
    """The name as it may be shown: no folders, no control or direction marks, not too long."""
    last = PurePosixPath(filename.replace("\\", "/")).name
    kept = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    tidy = " ".join(unicodedata.normalize("NFC", kept).split()).strip(". ") or "file"
    if len(tidy) <= LONGEST_NAME:
        return tidy
    extension = extension_of(tidy)
    return f"{tidy[: LONGEST_NAME - len(extension) - 1]}.{extension}" if extension else tidy[:LONGEST_NAME]


def extension_of(filename: str) -> str:
    """The ending of the name in small letters, without the dot; empty where it has none."""
    return PurePosixPath(filename).suffix.removeprefix(".").lower()[:10]


def _is_text_dxf(head: bytes) -> bool:
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    while lines[:1] == [b"999"]:  # comments may come first
        lines = lines[2:]
    return lines[:2] == [b"0", b"SECTION"]


def _kind_of_package(content: bytes) -> FileType | None:
    """An office document says what it is in `[Content_Types].xml`; one with macros is none of ours."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if "[Content_Types].xml" not in package.namelist():
                return "zip"
            with package.open("[Content_Types].xml") as part:
                types = part.read(LARGEST_CONTENT_TYPES_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return None
    return next((kind for mark, kind in _OFFICE.items() if mark in types), None)


def _unpacks_too_large(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        members = package.infolist()
    return len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED_BYTES


def _pixels(content: bytes, kind: FileType) -> int:
    """Width times height as the picture's header says, without decoding it."""
    if kind == "png":
        width, height = struct.unpack(">II", content[16:24]) if len(content) >= 24 else (0, 0)  # noqa: PLR2004
        return int(width) * int(height)
    position = 2
    while position + 9 < len(content):
        if content[position] != 0xFF:  # noqa: PLR2004
            position += 1
            continue
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 - start of frame
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return int(width) * int(height)
        if marker == 0xFF or 0xD0 <= marker <= 0xD9:  # noqa: PLR2004 - fill bytes and markers without a length
            position += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        position += 2 + int(struct.unpack(">H", content[position + 2 : position + 4])[0])
    return 0
