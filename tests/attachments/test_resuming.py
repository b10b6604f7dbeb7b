"""A large file in parts: what arrived is kept whatever breaks off, belongs to its sender, and is cleaned up."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.attachments import resuming
from portal.attachments.models import Attachment, PartialUpload, UploadPart
from portal.foundation.errors import Invalid, NotFound, Refused
from portal.foundation.outbox import Job, OutboxRow
from portal.foundation.storage import Storage
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser
from tests.journeys.filing import small_pdf

CONTENT = b"0123456789"
LATER = MONDAY + timedelta(hours=23)
TOO_LATE = MONDAY + timedelta(hours=25)


@pytest.fixture
def shelf() -> Storage:
    return Storage.at("memory://")


@pytest.fixture
def sender(session: Session) -> Person:
    return people.person(session)


def begun(session: Session, sender: Person, size: int = len(CONTENT)) -> PartialUpload:
    return resuming.begin(session, filename="ban-ve.pdf", size_bytes=size, by=sender.id, now=MONDAY)


def test_a_part_sent_again_changes_nothing_and_a_gap_is_refused(
    session: Session, sender: Person, shelf: Storage
) -> None:
    upload = begun(session, sender)
    resuming.append(session, upload, 0, CONTENT[:4], shelf=shelf, now=MONDAY)
    resuming.append(session, upload, 0, b"else", shelf=shelf, now=MONDAY)
    with pytest.raises(Refused, match="part_out_of_order"):
        resuming.append(session, upload, 5, CONTENT[5:], shelf=shelf, now=MONDAY)
    with pytest.raises(Refused, match="part_out_of_order"):
        resuming.append(session, upload, 4, CONTENT, shelf=shelf, now=MONDAY)  # more than was announced
    with pytest.raises(Refused, match="part_out_of_order"):
        resuming.whole(session, upload, shelf=shelf)
    resuming.append(session, upload, 4, CONTENT[4:], shelf=shelf, now=MONDAY)

    assert resuming.whole(session, upload, shelf=shelf) == CONTENT


def test_who_dies_between_the_bytes_and_the_row_is_overtaken_by_the_same_part(
    session: Session, sender: Person, shelf: Storage
) -> None:
    upload = begun(session, sender)
    dying = session.begin_nested()
    resuming.append(session, upload, 0, b"half", shelf=shelf, now=MONDAY)
    dying.rollback()
    again = resuming.one(session, upload.id, by=sender.id, now=MONDAY, for_change=True)
    assert again.received_bytes == 0

    resuming.append(session, again, 0, CONTENT, shelf=shelf, now=MONDAY)

    assert resuming.whole(session, again, shelf=shelf) == CONTENT


def test_it_belongs_to_its_sender_and_lasts_a_day(session: Session, sender: Person, shelf: Storage) -> None:
    upload = begun(session, sender)
    with pytest.raises(NotFound):
        resuming.one(session, upload.id, by=people.person(session).id, now=MONDAY)
    assert resuming.one(session, upload.id, by=sender.id, now=LATER) is upload
    with pytest.raises(NotFound):
        resuming.one(session, upload.id, by=sender.id, now=TOO_LATE)

    resuming.append(session, upload, 0, CONTENT[:4], shelf=shelf, now=MONDAY)
    assert resuming.forget_stale(session, now=LATER) == 0
    assert resuming.forget_stale(session, now=TOO_LATE) == 1
    (job,) = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == Job.ERASE_FILES))
    assert job["keys"] == [f"parts/{upload.id}/0", f"parts/{upload.id}/4"]  # the second of one who may have died
    assert session.scalars(sa.select(UploadPart)).all() == []


@pytest.mark.parametrize("size", [0, -1, resuming.LARGEST_FILE + 1])
def test_an_impossible_size_is_refused(session: Session, sender: Person, size: int) -> None:
    with pytest.raises(Invalid):
        begun(session, sender, size)


def test_nobody_fills_the_disk_with_beginnings(session: Session, sender: Person) -> None:
    for _ in range(resuming.MOST_AT_ONCE):
        begun(session, sender)

    with pytest.raises(Refused, match="too_many_begun"):
        begun(session, sender)
    resuming.begin(session, filename="x", size_bytes=1, by=sender.id, now=TOO_LATE)  # the old ones are over


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=("1.013225",))


@pytest.fixture
def filer(world: World, client: Browser) -> Browser:
    assert world.filer is not None
    people.sign_in(client, world.filer)
    return client


def send(browser: Browser, address: str, start: int | None, content: bytes) -> tuple[int, dict[str, object]]:
    headers = {"X-CSRFToken": browser.csrf_token()} | ({} if start is None else {"X-Part-Start": str(start)})
    answer = browser.post(address, data=content, headers=headers, content_type="application/octet-stream")
    return answer.status_code, answer.get_json(silent=True) or {}


def test_a_file_in_parts_becomes_a_document_like_any_other(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    draft = world.draft()
    (key,) = set(session.scalars(sa.select(Attachment.document_key).limit(1)))
    session.execute(sa.delete(Attachment).where(Attachment.document_key == key))
    session.commit()
    content = small_pdf("bản vẽ lớn")
    told = filer.post("/uploads", data={"filename": "ban-ve.pdf", "size": str(len(content))}).get_json()
    address, upload_id = told["address"], told["id"]

    assert send(filer, address, 0, content[:100])[1]["received"] == 100
    assert send(filer, address, None, content[100:])[0] == 409
    assert filer.get(address).get_json()["received"] == 100
    stranger = new_client()
    people.sign_in(stranger, people.filer(session))
    assert stranger.get(address).status_code == 404
    assert send(stranger, address, 100, content[100:])[0] == 404
    where = f"/drafts/{draft.id}/documents/{key}"
    assert filer.post(where, data={"parts": upload_id}).status_code == 409  # not whole yet
    assert send(filer, address, 100, content[100:])[1]["received"] == len(content)
    assert filer.post(where, data={"parts": upload_id}).status_code == 303

    kept = session.scalars(sa.select(Attachment).where(Attachment.document_key == key)).one()
    assert (kept.filename, kept.size_bytes, kept.media_type) == ("ban-ve.pdf", len(content), "application/pdf")
    assert filer.get(f"/files/{kept.id}").data == content
    assert session.get(PartialUpload, UUID(upload_id)) is None
    assert filer.post(where, data={"parts": upload_id}).status_code == 404
    assert filer.post(where, data={"parts": "nonsense"}).status_code == 404


def test_a_disguised_file_is_refused_in_parts_too(filer: Browser, world: World, session: Session) -> None:
    draft = world.draft()
    (key,) = set(session.scalars(sa.select(Attachment.document_key).limit(1)))
    session.execute(sa.delete(Attachment))
    session.commit()
    told = filer.post("/uploads", data={"filename": "ban-ve.pdf", "size": "2"}).get_json()
    send(filer, told["address"], 0, b"MZ")

    answer = filer.post(f"/drafts/{draft.id}/documents/{key}", data={"parts": told["id"]})

    assert answer.status_code == 422
    assert "ban-ve.pdf" in answer.text
    assert filer.post("/uploads", data={"filename": "x.pdf", "size": "nonsense"}).status_code == 422
