"""A dossier declared by a digital signature: the paper goes out, comes back signed, and files the dossier."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Party
from portal.attachments.models import Attachment
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.dossiers.models import DeclarationPaper, Dossier, DossierEvent, EventText
from portal.dossiers.queries import locked
from portal.dossiers.writing import Writer
from portal.foundation.settings import Settings
from portal.letters.authority import DemoAuthority
from portal.letters.printing import PrintingOffice
from portal.letters.signature import SoftwareSigner
from portal.workflow.events import EventKind
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser


class Signing:
    """A draft ready to be filed, and certificates to sign its declaration with."""

    def __init__(self, browser: Browser, world: World, session: Session, settings: Settings) -> None:
        assert world.company is not None
        self.browser, self.world, self.session = browser, world, session
        self.company: Party = world.company
        self.authority = PrintingOffice.of(settings).authority
        self.address = pages.complete(browser, world)

    def paper(self) -> bytes:
        answer = self.browser.post(f"{self.address}/declaration")
        assert answer.status_code == 200, pages.words(answer)
        assert answer.mimetype == "application/pdf"
        return bytes(answer.data)

    def certificate(self, number: str = "", name: str = "", authority: DemoAuthority | None = None) -> SoftwareSigner:
        now = datetime.now(UTC) - timedelta(minutes=1)
        number = number or f"MST:{self.company.tax_code}"
        key = f"{abs(hash((number, name)))}"
        return (authority or self.authority).company_signer(key, name or self.company.name, number=number, now=now)

    def signed(self, paper: bytes | None = None, *, by: SoftwareSigner | None = None) -> bytes:
        return (by or self.certificate()).seal(paper or self.paper(), signed_at=datetime.now(UTC))

    def send(self, content: bytes) -> tuple[int, str]:
        data = {"signed": (io.BytesIO(content), "signed.pdf")}
        answer = self.browser.post(f"{self.address}/declaration/signed", data=data, content_type="multipart/form-data")
        self.session.expire_all()
        return answer.status_code, pages.words(answer) if answer.status_code != 303 else str(answer.location)

    def filed(self) -> int:
        return self.session.scalar(sa.select(sa.func.count()).select_from(Dossier)) or 0


@pytest.fixture
def signing(filer: Browser, world: World, session: Session, settings: Settings) -> Signing:
    return Signing(filer, world, session, settings)


def test_the_paper_states_owner_answers_files_and_the_fingerprint(signing: Signing, session: Session) -> None:
    paper = signing.paper()

    kept = session.scalars(sa.select(DeclarationPaper)).one()
    with pikepdf.open(io.BytesIO(paper)) as file:
        assert "/AcroForm" in file.Root
    assert len(kept.content_fingerprint) == 64
    assert {name.partition(".")[0] for name in kept.digests} == {"rules", "field", "document"}


def test_a_paper_signed_by_the_company_files_the_dossier_and_is_kept_as_evidence(
    signing: Signing, session: Session, settings: Settings
) -> None:
    signed = signing.signed()

    status, location = signing.send(signed)

    assert status == 303, location
    assert location.endswith("/filed")
    dossier = session.scalars(sa.select(Dossier)).one()
    event = session.scalars(sa.select(DossierEvent).where(DossierEvent.kind == EventKind.FILED)).one()
    assert event.params["declared"] == "signature"
    kept = session.scalars(sa.select(Attachment).where(Attachment.document_key == "+declaration")).one()
    assert (kept.dossier_id, kept.sha256) == (dossier.id, event.params["declaration"])
    assert PrintingOffice.of(settings).storage.get(kept.storage_key) == signed
    texts = dict(session.execute(sa.select(EventText.key, EventText.text)).all())
    assert texts["declared_by"] == signing.company.name
    assert set(texts) <= set(event.commitments)
    assert session.scalars(sa.select(DeclarationPaper)).all() == []


def test_who_declared_is_told_on_the_dossiers_page_and_the_paper_lies_among_its_files(signing: Signing) -> None:
    signing.send(signing.signed())

    code = signing.session.scalars(sa.select(Dossier.code)).one()
    page = signing.browser.get(f"/dossiers/{code}")

    assert f"Cam đoan bằng chữ ký số của {signing.company.name}" in pages.words(page)
    assert "Bản cam đoan của người nộp" in pages.words(page)


def test_sending_the_signed_paper_twice_files_once(signing: Signing) -> None:
    signed = signing.signed()

    assert signing.send(signed)[0] == signing.send(signed)[0] == 303
    assert signing.filed() == 1


def test_a_changed_draft_is_named_part_by_part_and_a_new_paper_goes(signing: Signing) -> None:
    signed = signing.signed()
    pages.upload(signing.browser, signing.address, "land_paper", pages.PDF + b"another")
    page = signing.browser.get(f"{signing.address}/sections/owner")
    before = pages.hidden(page, "version")
    typed = pages.own(
        next(one for one in _definition(signing).sections if one.code == "owner"), pages.example(signing.world)
    )
    pages.save(signing.browser, signing.address, "owner", {**typed, "owner_phone": ["0912345678"]})
    assert pages.hidden(signing.browser.get(f"{signing.address}/sections/owner"), "version") != before

    status, words = signing.send(signed)

    assert status == 422
    assert "Có thay đổi ở:" in words, words
    named = words.partition("Có thay đổi ở:")[2]
    definition = _definition(signing)
    assert all(one.name.vi in named for one in definition.documents if one.code == "land_paper")
    assert "Số điện thoại" in named
    assert signing.filed() == 0
    assert signing.send(signing.signed())[0] == 303


def test_going_back_to_what_was_signed_makes_the_paper_count_again(signing: Signing) -> None:
    signed = signing.signed()
    answer = pages.upload(signing.browser, signing.address, "land_paper", pages.PDF + b"another")
    assert answer.status_code == 303
    added = signing.session.scalars(sa.select(Attachment).order_by(Attachment.uploaded_at.desc())).first()
    assert added is not None
    assert signing.send(signed)[0] == 422
    signing.browser.post(f"{signing.address}/documents/land_paper/{added.id}/remove")

    assert signing.send(signed)[0] == 303


def test_nothing_another_file_and_an_unsigned_paper_are_told_apart(signing: Signing) -> None:
    paper = signing.paper()

    assert "Hãy chọn tệp PDF đã ký" in signing.send(b"")[1]
    assert "không phải là tệp PDF" in signing.send(b"hello")[1]
    assert "không phải là bản cam đoan của bản nháp này" in signing.send(b"%PDF-1.7 another")[1]
    assert "chưa có chữ ký" in signing.send(paper)[1]
    assert "đã bị sửa sau khi ký" in signing.send(signing.signed(paper) + b"\n% one more line\n")[1]
    assert signing.filed() == 0


def test_a_paper_of_another_draft_is_refused(signing: Signing) -> None:
    other = Signing.__new__(Signing)
    other.__dict__.update(signing.__dict__)
    other.address = pages.complete(signing.browser, signing.world)

    status, words = signing.send(other.signed())

    assert status == 422
    assert "không phải là bản cam đoan của bản nháp này" in words


def test_an_authority_nobody_trusts_is_refused_even_with_the_right_number(
    signing: Signing, tmp_path_factory: pytest.TempPathFactory
) -> None:
    foreign = DemoAuthority(tmp_path_factory.mktemp("foreign"))

    status, words = signing.send(signing.signed(by=signing.certificate(authority=foreign)))

    assert status == 422
    assert "tổ chức được cấp phép" in words


def test_the_number_in_the_certificate_must_be_the_owners(signing: Signing) -> None:
    status, words = signing.send(signing.signed(by=signing.certificate("MST:0100109106", "Công ty Khác")))

    assert status == 422
    assert "Công ty Khác" in words
    assert "0100109106" in words
    assert str(signing.company.tax_code) in words


def test_a_certificate_without_a_number_and_an_employees_own_are_refused(signing: Signing) -> None:
    leader = signing.authority.leader_signer("x", "Nguyễn Văn A", post="", agency="A", now=datetime.now(UTC))

    assert "không ghi mã số thuế" in signing.send(signing.signed(by=leader))[1]
    assert signing.send(signing.signed(by=signing.certificate(f"CCCD:{signing.company.tax_code}", "A")))[0] == 422


def test_an_agent_under_a_mandate_may_sign_with_its_own_certificate(
    world: World, session: Session, client: Browser, settings: Settings
) -> None:
    assert world.company is not None
    agent = people.party(session, name="Công ty Dịch vụ Khai thuê")
    clerk = people.filer(session, company=agent)
    people.mandate(session, world.company, agent)
    session.commit()
    people.sign_in(client, clerk)
    signing = Signing(client, world, session, settings)

    by_agent = signing.certificate(f"MST:{agent.tax_code}", agent.name)

    status, location = signing.send(signing.signed(by=by_agent))
    assert status == 303, location


def test_what_is_missing_is_named_before_there_is_a_paper(filer: Browser, world: World) -> None:
    address = pages.begin(filer, world)

    answer = filer.post(f"{address}/declaration")

    assert answer.status_code == 422
    assert answer.mimetype == "text/html"


def test_a_strangers_draft_has_no_declaration(
    signing: Signing, session: Session, new_client: Callable[[], Browser]
) -> None:
    stranger = people.filer(session)
    session.commit()
    browser = new_client()
    people.sign_in(browser, stranger)

    assert browser.post(f"{signing.address}/declaration").status_code == 404
    data = {"signed": (io.BytesIO(b"x"), "signed.pdf")}
    assert browser.post(f"{signing.address}/declaration/signed", data=data).status_code == 404


def _definition(signing: Signing) -> Definition:
    return definition_of(signing.world.versions["1.013225"])


def test_the_receipt_says_by_whose_signature_it_was_declared(signing: Signing, session: Session) -> None:
    signing.send(signing.signed())

    dossier = locked(session, session.scalars(sa.select(Dossier.id)).one())
    assert dossier is not None
    receipt = Writer(session, dossier, "http://localhost").filing_receipt(
        session.get_one(DossierEvent, (dossier.id, 1))
    )

    assert receipt.declared is not None
    assert signing.company.name in receipt.declared.vi
    assert signing.company.name in receipt.declared.zh
