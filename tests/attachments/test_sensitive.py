"""Sensitive papers: marked, opened only by those who need them, every opening recorded."""

import io
import zipfile
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.attachments.models import Attachment, FileView
from portal.dossiers.models import Dossier
from portal.foundation.unit_of_work import unit_of_work
from portal.workflow.lifecycle import CompanyRole, Role
from tests.dossiers import pages
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import World
from tests.fixtures.app import Browser


class Town:
    """A company with an owner and colleagues, and a draft of theirs."""

    def __init__(self, world: World, session: Session, new_client: Callable[[], Browser]) -> None:
        assert world.filer is not None
        self.world, self.session, self.new_client = world, session, new_client
        self.owner = self.browser(world.filer)
        self.address = pages.complete(self.owner, world)

    def browser(self, person: Person) -> Browser:
        browser = self.new_client()
        people.sign_in(browser, person)
        return browser

    def colleague(self, role: CompanyRole) -> Browser:
        made = people.person(self.session, name=f"Đồng nghiệp {role.value}")
        assert self.world.company is not None
        people.membership(self.session, made, self.world.company, role)
        self.session.commit()
        return self.browser(made)

    def officer(self, key: str, role: Role) -> Browser:
        post = self.world.posts[key, role]
        return self.browser(self.session.get_one(Person, post.person_id))

    def add(self, **data: str) -> Attachment:
        content = pages.PDF + b"secret"
        sent = {"file": (io.BytesIO(content), "can-cuoc.pdf"), "copy_kind": "copy", **data}
        answer = self.owner.post(f"{self.address}/documents/land_paper", data=sent)
        assert answer.status_code == 303, pages.words(answer)
        self.session.expire_all()
        return self.session.scalars(sa.select(Attachment).where(Attachment.filename == "can-cuoc.pdf")).one()

    def file(self) -> Dossier:
        assert pages.file(self.owner, self.address).status_code == 303
        self.session.expire_all()
        return self.session.scalars(sa.select(Dossier)).one()

    def looks(self) -> list[FileView]:
        self.session.expire_all()
        return list(self.session.scalars(sa.select(FileView).order_by(FileView.at)))


@pytest.fixture
def town(session: Session, new_client: Callable[[], Browser]) -> Town:
    return Town(worlds.build(session, procedures=("1.013225",)), session, new_client)


def test_the_uploader_marks_a_paper_and_may_take_the_mark_away(town: Town) -> None:
    paper = town.add(sensitive="y")
    assert paper.is_sensitive
    assert "Nhạy cảm" in pages.words(town.owner.get(f"{town.address}/documents"))

    town.owner.post(f"{town.address}/documents/land_paper/{paper.id}/details", data={"number": "1"})

    town.session.expire_all()
    assert not town.session.get_one(Attachment, paper.id).is_sensitive


def test_what_the_procedure_calls_sensitive_is_so_whatever_the_browser_sends(town: Town) -> None:
    with unit_of_work() as session:
        version = town.world.versions["1.013225"]
        documents = [dict(one) for one in version.definition["documents"]]

        assert [one["code"] for one in documents if one.get("sensitive")] == ["identity"]
        assert session is not None


def test_every_opening_of_a_sensitive_paper_is_recorded_in_a_draft_too(town: Town) -> None:
    paper = town.add(sensitive="y")

    town.owner.get(f"/files/{paper.id}")
    town.colleague(CompanyRole.FILER).get(f"/files/{paper.id}?inline=1")

    assert [(look.attachment_id, look.dossier_id, look.agency_id) for look in town.looks()] == [
        (paper.id, None, None),
        (paper.id, None, None),
    ]
    town.file()
    told = pages.words(town.owner.get("/personal/looks"))
    assert "Đồng nghiệp filer" in told
    assert "can-cuoc.pdf" in told


def test_the_preview_waits_until_it_is_asked_for(town: Town) -> None:
    paper = town.add(sensitive="y")

    closed, opened = town.owner.get(f"/files/{paper.id}/look"), town.owner.get(f"/files/{paper.id}/look?show=1")

    assert "<iframe" not in closed.text
    assert "Hiển thị giấy tờ" in pages.words(closed)
    assert "<iframe" in opened.text


def test_a_payer_sees_that_it_is_there_and_opens_it_nowhere(town: Town) -> None:
    paper, code = town.add(sensitive="y"), town.file().code
    payer = town.colleague(CompanyRole.PAYER)

    page = payer.get(f"/dossiers/{code}")

    assert "chỉ dành cho người cần giấy tờ này" in pages.words(page)
    assert f"/files/{paper.id}" not in page.text
    assert payer.get(f"/files/{paper.id}").status_code == 403
    assert payer.get(f"/files/{paper.id}/look").status_code == 403
    assert [name for name in _zip(payer, code) if "can-cuoc" in name] == []
    assert "WITHHELD.txt" in _zip(payer, code)
    assert any("can-cuoc" in name for name in _zip(town.owner, code))
    assert [look.attachment_id for look in town.looks()] == [paper.id]


def test_the_officer_who_checks_it_may_open_it_and_the_cashier_may_not(town: Town) -> None:
    paper = town.add(sensitive="y")
    dossier = town.file()
    key = next(key for key, one in town.world.agencies.items() if one.id == dossier.intake_agency_id)
    officer = town.officer(key, Role.ONE_STOP)

    page = officer.get(f"/desk/{dossier.code}")

    assert "Nhạy cảm" in pages.words(page)
    assert f'src="/files/{paper.id}' not in page.text
    assert f'src="/files/{paper.id}' in officer.get(f"/desk/{dossier.code}?file={paper.id}").text
    assert officer.get(f"/files/{paper.id}").status_code == 200
    assert town.looks()[-1].agency_id == dossier.intake_agency_id
    if (key, Role.CASHIER) in town.world.posts:
        assert town.officer(key, Role.CASHIER).get(f"/files/{paper.id}").status_code == 403


def test_the_vault_offers_it_again_to_the_owner_alone(town: Town) -> None:
    town.add(sensitive="y")
    town.file()
    filer = town.colleague(CompanyRole.FILER)

    theirs, owners = pages.begin(filer, town.world), pages.begin(town.owner, town.world)

    assert "can-cuoc.pdf" not in filer.get(f"{theirs}/documents").text
    assert "can-cuoc.pdf" in town.owner.get(f"{owners}/documents").text
    assert "can-cuoc.pdf" not in filer.get("/documents").text
    assert "can-cuoc.pdf" in town.owner.get("/documents").text


def test_a_paper_taken_over_keeps_its_mark(town: Town) -> None:
    paper = town.add(sensitive="y")
    town.file()
    address = pages.begin(town.owner, town.world)

    town.owner.post(f"{address}/documents/land_paper/again", data={"file": str(paper.id)})

    taken = town.session.scalars(sa.select(Attachment).where(Attachment.taken_from == paper.id)).one()
    assert taken.is_sensitive


def _zip(browser: Browser, code: str) -> list[str]:
    answer = browser.get(f"/dossiers/{code}/everything.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return archive.namelist()
