"""What an uploaded file really is."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.attachments.inspection import (
    LONGEST_NAME,
    MEGABYTE,
    check_size,
    extension_of,
    inspect,
    kind_of,
    shown_name,
)
from portal.foundation.errors import Invalid

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MACROS = "application/vnd.ms-word.document.macroEnabled"


def package(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return made.getvalue()


def office(media_type: str) -> bytes:
    return package(**{"[Content_Types].xml": f'<Override ContentType="{media_type}.main+xml"/>', "a.xml": "<a/>"})


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size).save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4\n%\xe2\xe3", "pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.7", "pdf"),
        (picture("PNG"), "png"),
        (picture("JPEG"), "jpg"),
        (office(WORD), "docx"),
        (office(SHEET), "xlsx"),
        (package(**{"drawing.dwg": "AC1027"}), "zip"),
        (b"AC1027\0\0", "dwg"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "dxf"),
        (b"999\nmade by hand\n0\nSECTION\n", "dxf"),
        (b"AutoCAD Binary DXF\r\n\x1a\0", "dxf"),
        (office(MACROS), None),
        (b"MZ\x90\0", None),
        (b"<html><script>alert(1)</script>", None),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', None),
        (b"PK\x03\x04 and then nothing of an archive", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, None),
        (b"", None),
    ],
)
def test_the_kind_is_read_from_the_content_alone(content: bytes, kind: str | None) -> None:
    assert kind_of(content) == kind


def refusal(content: bytes, name: str, *, accepts: tuple[str, ...] = ("pdf", "jpg"), megabytes: int = 1) -> Invalid:
    with pytest.raises(Invalid) as refused:
        inspect(content, name, accepts=accepts, max_megabytes=megabytes)  # type: ignore[arg-type]
    return refused.value


def test_each_refusal_says_which_file_and_why() -> None:
    assert refusal(b"", "a.pdf").code == "attachments.empty"
    assert refusal(b"MZ" + b"\0" * 99, "đơn.pdf").code == "attachments.disguised"
    assert refusal(office(WORD), "đơn.docx").code == "attachments.not_accepted"
    assert refusal(office(WORD), "đơn.docx").details["wanted"] == "PDF, JPG"
    assert refusal(office(WORD), "đơn.pdf").code == "attachments.disguised"
    assert refusal(b"%PDF" + b"0" * MEGABYTE, "a.pdf").code == "attachments.too_large"
    huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (30_000).to_bytes(4, "big") * 2
    assert refusal(huge, "a.png", accepts=("png",)).code == "attachments.picture_too_large"


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    check_size(20 * MEGABYTE, "a.pdf", max_megabytes=20)
    with pytest.raises(Invalid) as refused:
        check_size(20 * MEGABYTE + 1, "a.pdf", max_megabytes=20)
    assert refused.value.details["size"] == "20,1"


def test_a_right_file_with_a_wrong_ending_gets_the_right_one() -> None:
    found = inspect(picture("JPEG"), "ảnh chụp.exe", accepts=("pdf", "jpg"), max_megabytes=1)
    assert (found.kind, found.media_type, found.filename) == ("jpg", "image/jpeg", "ảnh chụp.exe.jpg")
    assert inspect(picture("JPEG"), "a.JPEG", accepts=("jpg",), max_megabytes=1).filename == "a.JPEG"


@given(st.text(max_size=400))
def test_no_name_leads_out_of_its_folder_or_hides_anything(name: str) -> None:
    shown = shown_name(name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert not set(shown) & set("/\\\0\r\n\u202e")
    assert shown not in {".", ".."}
    assert len(extension_of(shown)) <= 10


@given(st.binary(max_size=300))
def test_any_bytes_are_judged_without_a_fault(content: bytes) -> None:
    for start in (b"", b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        with suppress(Invalid):
            found = inspect(start + content, "x.pdf", accepts=("pdf", "png", "jpg", "zip"), max_megabytes=1)
            assert found.kind == kind_of(start + content)
