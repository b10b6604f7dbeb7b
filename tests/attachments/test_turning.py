"""Turning what was scanned on its side: pictures, all pages of a PDF or one, kept as a new file."""

import io
from datetime import date

import pikepdf
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy.orm import Session

from portal.attachments.models import Attachment
from portal.attachments.turning import turned
from portal.dossiers.models import Draft
from portal.foundation.errors import Invalid, Refused
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import World
from tests.fixtures.app import Browser


def picture(kind: str = "PNG", size: tuple[int, int] = (3, 2)) -> bytes:
    image, out = Image.new("RGB", size, "white"), io.BytesIO()
    image.putpixel((0, 0), (255, 0, 0))
    image.save(out, kind)
    return out.getvalue()


def pdf(pages: int = 3, **catalogue: object) -> bytes:
    made, out = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    for name, value in catalogue.items():
        made.Root[f"/{name}"] = value
    made.save(out)
    return out.getvalue()


def rotations(content: bytes) -> list[int]:
    with pikepdf.open(io.BytesIO(content)) as found:
        return [int(page.get("/Rotate", 0)) % 360 for page in found.pages]


def test_a_picture_turned_right_has_its_first_corner_on_the_right() -> None:
    found = Image.open(io.BytesIO(turned(picture(), "image/png", "right")))

    assert found.size == (2, 3)
    assert found.getpixel((1, 0)) == (255, 0, 0)
    left = Image.open(io.BytesIO(turned(picture(), "image/png", "left")))
    assert left.getpixel((0, 2)) == (255, 0, 0)


@given(st.lists(st.sampled_from(["left", "right"]), max_size=6), st.integers(1, 6), st.integers(1, 6))
def test_turning_there_and_back_leaves_the_picture_as_it_was(ways: list[str], width: int, height: int) -> None:
    start = content = picture(size=(width, height))
    other = {"left": "right", "right": "left"}
    for way in [*ways, *(other[way] for way in reversed(ways))]:
        content = turned(content, "image/png", way)

    before, after = Image.open(io.BytesIO(start)), Image.open(io.BytesIO(content))
    assert (before.size, before.tobytes()) == (after.size, after.tobytes())


def test_a_photo_that_lies_by_its_mark_is_turned_from_how_it_is_seen() -> None:
    image, out = Image.new("RGB", (30, 20)), io.BytesIO()
    marks = Image.Exif()
    marks[0x0112] = 6  # shown a quarter to the right
    image.save(out, "JPEG", exif=marks)

    assert Image.open(io.BytesIO(turned(out.getvalue(), "image/jpeg", "right"))).size == (30, 20)


def test_all_pages_of_a_pdf_are_turned_or_only_one() -> None:
    assert rotations(turned(pdf(), "application/pdf", "right")) == [90, 90, 90]
    once = turned(pdf(), "application/pdf", "left", page=2)
    assert rotations(once) == [0, 270, 0]
    assert rotations(turned(once, "application/pdf", "right", page=2)) == [0, 0, 0]


@pytest.mark.parametrize(
    ("content", "media_type", "direction", "page", "refusal"),
    [
        (pdf(), "application/pdf", "right", 4, Invalid),
        (pdf(), "application/pdf", "right", 0, Invalid),
        (pdf(), "application/pdf", "upside down", None, Invalid),
        (pdf(), "application/zip", "right", None, Invalid),
        (pdf(AcroForm=pikepdf.Dictionary(SigFlags=3)), "application/pdf", "right", None, Refused),
        (b"%PDF-1.7 nothing", "application/pdf", "right", None, Refused),
        (b"\x89PNG\r\n\x1a\n", "image/png", "right", None, Refused),
        (picture("JPEG"), "image/png", "right", None, Refused),
    ],
)
def test_what_cannot_be_turned_without_harm_is_refused(
    content: bytes, media_type: str, direction: str, page: int | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        turned(content, media_type, direction, page=page)


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=("1.013225",))


@pytest.fixture
def filer(world: World, client: Browser) -> Browser:
    assert world.filer is not None
    people.sign_in(client, world.filer)
    return client


def uploaded(filer: Browser, session: Session, draft: Draft, content: bytes) -> Attachment:
    key = str(session.scalar(sa.select(Attachment.document_key).limit(1)))
    session.execute(sa.delete(Attachment).where(Attachment.document_key == key))
    session.commit()
    answer = filer.post(f"/drafts/{draft.id}/documents/{key}", data={"file": (io.BytesIO(content), "ban-ve.pdf")})
    assert answer.status_code == 303, answer.text
    return session.scalars(sa.select(Attachment).where(Attachment.document_key == key)).one()


def test_the_turned_file_takes_the_place_of_the_old_one(filer: Browser, world: World, session: Session) -> None:
    draft = world.draft()
    file = uploaded(filer, session, draft, pdf(2))
    file.number, file.issued_on = "12/GP", date(2026, 1, 5)
    session.commit()
    documents = filer.get(f"/drafts/{draft.id}/documents").text
    assert f"/files/{file.id}/look" in documents
    page = filer.get(f"/files/{file.id}/look")
    assert f"/files/{file.id}?inline=1" in page.text
    assert "frame-ancestors 'self'" in filer.get(f"/files/{file.id}?inline=1").headers["Content-Security-Policy"]

    wrong = filer.post(f"/files/{file.id}/turn", data={"turn": "right", "page": "9"})
    assert wrong.status_code == 422
    assert 'value="9"' in wrong.text
    done = filer.post(f"/files/{file.id}/turn", data={"turn": "right", "page": "2"})
    assert done.status_code == 303

    made = session.scalars(
        sa.select(Attachment).where(Attachment.document_key == file.document_key, Attachment.removed_at.is_(None))
    ).one()
    assert made.id != file.id
    assert (made.number, made.issued_on, made.filename) == ("12/GP", date(2026, 1, 5), file.filename)
    assert rotations(filer.get(f"/files/{made.id}").data) == [0, 90]
    assert filer.get(f"/files/{file.id}/look").status_code == 404


def test_what_has_been_handed_in_is_looked_at_and_not_turned(filer: Browser, world: World, session: Session) -> None:
    dossier = world.file()
    file = session.scalars(sa.select(Attachment).where(Attachment.dossier_id == dossier.id).limit(1)).one()
    session.commit()

    page = filer.get(f"/files/{file.id}/look")
    assert page.status_code == 200
    assert "/turn" not in page.text
    assert filer.post(f"/files/{file.id}/turn", data={"turn": "right"}).status_code in {403, 409}
