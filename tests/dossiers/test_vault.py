"""What a party has given before is offered again, and never to anybody else."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments.models import Attachment, FileView, ScanState
from portal.dossiers import vault
from portal.dossiers.models import Draft
from portal.foundation.settings import Settings
from portal.foundation.storage import storage_at
from portal.workflow.lifecycle import Role
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser


def test_a_paper_handed_in_before_is_taken_with_one_click_and_its_bytes_are_not_copied(
    filer: Browser, world: World, session: Session
) -> None:
    earlier = world.file()
    session.execute(sa.update(Attachment).values(scan_state=ScanState.CLEAN, number="12/HĐ", valid_until="2099-01-01"))
    address = pages.begin(filer, world)
    shown = filer.get(f"{address}/documents")
    file = session.scalars(sa.select(Attachment).where(Attachment.document_key == "drawings")).first()
    assert file is not None
    assert f"nộp ngày 02/03/2026 cùng hồ sơ {earlier.code}" in pages.words(shown)
    assert "Số 12/HĐ, có giá trị đến 01/01/2099" in pages.words(shown)

    for _twice in range(2):
        answer = filer.post(f"{address}/documents/drawings/again", data={"file": str(file.id)})

    assert answer.status_code in {303, 404}  # the second time it is not offered any more
    draft = session.scalars(sa.select(Draft).where(Draft.closed_at.is_(None))).one()
    taken = session.scalars(sa.select(Attachment).where(Attachment.draft_id == draft.id)).one()
    assert (taken.storage_key, taken.taken_from, taken.number) == (file.storage_key, file.id, "12/HĐ")
    assert taken.scan_state is ScanState.CLEAN


def test_a_stranger_s_paper_is_neither_offered_nor_taken(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    world.file()
    file = session.scalars(sa.select(Attachment)).first()
    assert file is not None
    stranger = new_client()
    company = people.party(session)
    person = people.filer(session, company=company)
    people.sign_in(stranger, person)
    world.company = company
    address = pages.begin(stranger, world)

    assert "12/HĐ" not in stranger.get(f"{address}/documents").text
    assert file.filename not in stranger.get("/documents").text
    answer = stranger.post(f"{address}/documents/{file.document_key}/again", data={"file": str(file.id)})
    assert answer.status_code == 404


def test_an_infected_or_removed_paper_is_not_offered(world: World, session: Session) -> None:
    world.file()
    draft = world.draft(seed=7, now=MONDAY + timedelta(days=1))
    session.execute(sa.update(Attachment).where(Attachment.draft_id == draft.id).values(removed_at=MONDAY))
    assert vault.offered(session, draft, viewer=world.company_viewer)
    session.execute(sa.update(Attachment).values(scan_state=ScanState.INFECTED))

    assert vault.offered(session, draft, viewer=world.company_viewer) == {}


def test_answers_given_before_fill_what_is_empty_and_nothing_else(
    filer: Browser, world: World, session: Session
) -> None:
    world.file()
    address = pages.begin(filer, world)
    page = filer.get(f"{address}/sections/site")
    assert "đã khai trước đây" in pages.words(page)
    seen = {name: pages.hidden(page, name) for name in ("version", "seen")}

    answer = filer.post(f"{address}/sections/site", data={**seen, "works_name": "Kho số 9", "use": "earlier"})

    assert answer.status_code == 303
    draft = session.scalars(sa.select(Draft).where(Draft.closed_at.is_(None))).one()
    session.refresh(draft)
    assert draft.answers["works_name"] == ["Kho số 9"]
    assert draft.answers["plot_number"] == pages.example(world)["plot_number"]


def test_an_undertaking_is_never_offered_from_an_earlier_dossier(
    filer: Browser, world: World, session: Session
) -> None:
    world.file()
    address = pages.begin(filer, world)
    page = filer.get(f"{address}/sections/schedule")
    offered = page.text.partition("mc-offers")[2].partition("</details>")[0]
    assert "Dự kiến thời gian hoàn thành" in offered
    assert "Tôi cam đoan" not in offered
    seen = {name: pages.hidden(page, name) for name in ("version", "seen")}

    filer.post(f"{address}/sections/schedule", data={**seen, "use": "earlier"})

    session.expire_all()
    answers = session.scalars(sa.select(Draft).where(Draft.closed_at.is_(None))).one().answers
    assert "months_to_build" in answers
    assert "commitment" not in answers


def test_what_was_given_before_is_still_offered_beside_what_is_wrong(filer: Browser, world: World) -> None:
    world.file()
    address = pages.begin(filer, world)

    refused = pages.save(filer, address, "site", {"works_name": "Kho số 9"})

    page = filer.get(refused.location)
    assert "govuk-error-summary" in page.text
    assert 'name="use"' in page.text
    assert 'value="Kho số 9"' in page.text


def test_the_number_and_the_validity_of_a_paper_are_kept_and_checked(
    filer: Browser, world: World, session: Session
) -> None:
    draft = world.draft()
    file = session.scalars(sa.select(Attachment)).first()
    assert file is not None
    address = f"/drafts/{draft.id}/documents/{file.document_key}/{file.id}/details"

    wrong = filer.post(address, data={"number": "1", "issued_on": "2026-02-01", "valid_until": "2026-01-01"})
    unread = filer.post(address, data={"issued_on": "01/02/2026"})
    answer = filer.post(address, data={"number": " 7/GP ", "issued_on": "2026-02-01", "valid_until": ""})

    assert (wrong.status_code, unread.status_code, answer.status_code) == (422, 422, 303)
    session.refresh(file)
    assert (file.number, str(file.issued_on), file.valid_until) == ("7/GP", "2026-02-01", None)


def test_every_paper_of_the_company_is_on_one_page_and_a_look_of_an_officer_is_kept(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser], settings: Settings
) -> None:
    dossier = world.file()
    session.execute(sa.update(Attachment).values(size_bytes=len(pages.PDF)))
    file = session.scalars(sa.select(Attachment)).first()
    assert file is not None
    officer = new_client()
    post = world.posts["service_centre", Role.ONE_STOP]
    person = session.get_one(people.Person, post.person_id)
    people.sign_in(officer, person)

    storage_at(settings.storage_url).put(file.storage_key, pages.PDF)
    filer.get(f"/files/{file.id}")
    before = datetime.now(UTC)
    officer.get(f"/files/{file.id}")

    assert dossier.code in filer.get("/documents").text
    seen = session.scalars(sa.select(FileView)).one()
    assert (seen.person_id, seen.dossier_id) == (person.id, dossier.id)
    assert seen.at >= before


def test_everything_of_a_dossier_comes_in_one_zip_with_checksums_that_hold(
    filer: Browser, world: World, session: Session, settings: Settings
) -> None:
    dossier = world.file()
    attached = session.scalars(sa.select(Attachment)).all()
    attached[0].scan_state = ScanState.INFECTED
    for number, one in enumerate(attached):
        storage_at(settings.storage_url).put(one.storage_key, pages.PDF + str(number).encode())
    session.flush()

    answer = filer.get(f"/dossiers/{dossier.code}/everything.zip")

    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    sums = archive.read("SHA256SUMS.txt").decode().splitlines()
    assert len(sums) == len(attached) - 1 + 1
    answers = archive.read("answers.txt").decode()
    assert "Tên chủ đầu tư (chủ hộ): " in answers
    assert "  Diện tích khu đất: " in answers
    assert not any(name.startswith(("/", "..")) for name in archive.namelist())
    for line in sums:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
