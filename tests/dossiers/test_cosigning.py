"""Two persons for one filing: one asks, the other reads and signs, and only what was signed is filed."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import AuditRow, Membership, Party, Person
from portal.attachments.models import Attachment
from portal.catalogue.queries import definition_of
from portal.dossiers.models import Cosignature, Dossier, DossierEvent, EventText
from portal.dossiers.queries import locked
from portal.dossiers.writing import Writer
from portal.foundation.settings import Settings
from portal.letters.printing import PrintingOffice
from portal.letters.signature import SoftwareSigner
from portal.notices.models import Notice
from portal.workflow.lifecycle import CompanyRole, Role
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser

REASON = "Diện tích sàn chưa khớp với bản vẽ"


class Two:
    """A draft ready to be filed by one owner of a company that wants two persons, and a browser of the other owner."""

    def __init__(self, filer: Browser, second: Browser, signer: Person, world: World, session: Session) -> None:
        assert world.company is not None
        self.filer, self.second, self.signer = filer, second, signer
        self.world, self.session = world, session
        self.company: Party = world.company
        self.address = pages.complete(filer, world)
        self.draft_id = UUID(self.address.rsplit("/", 1)[1])

    def ask(self, person: Person | None = None) -> TestResponse:
        data = {"person": str((person or self.signer).id)}
        return self.filer.post(f"{self.address}/cosignature", data=data)

    def sign(self, browser: Browser | None = None) -> TestResponse:
        signer = browser or self.second
        pages.confirm(signer)
        page = signer.get(f"{self.address}/cosign")
        seen = pages.hidden(page, "fingerprint")
        answer = signer.post(f"{self.address}/cosign", data={"fingerprint": seen, "declared": "y"})
        self.session.expire_all()
        return answer

    def change(self) -> None:
        definition = definition_of(self.world.versions["1.013225"])
        part = next(one for one in definition.sections if one.code == "owner")
        typed = pages.own(part, pages.example(self.world))
        pages.save(self.filer, self.address, "owner", {**typed, "owner_phone": ["0912345678"]})

    def row(self) -> Cosignature:
        self.session.expire_all()
        open_ones = sa.select(Cosignature).where(Cosignature.ended_at.is_(None))
        return self.session.scalars(open_ones).one()

    def filed(self) -> int:
        self.session.expire_all()
        return self.session.scalar(sa.select(sa.func.count()).select_from(Dossier)) or 0

    def told(self, person: Person) -> list[str]:
        kinds = sa.select(Notice.kind).where(Notice.person_id == person.id).order_by(Notice.created_at, Notice.id)
        return [kind for kind in self.session.scalars(kinds) if kind.startswith("cosign")]


@pytest.fixture
def second(session: Session, world: World) -> Person:
    assert world.company is not None
    signer = people.person(session, name="Lý Thị Cùng")
    people.membership(session, signer, world.company)
    world.company.needs_cosignature = True
    session.commit()
    return signer


@pytest.fixture
def two(filer: Browser, second: Person, world: World, session: Session, new_client: Callable[[], Browser]) -> Two:
    browser = new_client()
    people.sign_in(browser, second)
    return Two(filer, browser, second, world, session)


def test_without_the_second_signature_nothing_is_filed_and_the_page_says_so_beside_it(two: Two) -> None:
    answer = pages.file(two.filer, two.address)

    assert answer.status_code == 422
    assert 'href="#cosignature"' in answer.text
    assert "phải có người thứ hai cùng ký" in pages.words(answer)
    assert two.filed() == 0


def test_the_task_list_leads_to_whom_to_ask_and_offers_owners_only(two: Two, session: Session) -> None:
    clerk = people.filer(session, company=two.company, role=CompanyRole.FILER)
    session.commit()

    assert f"{two.address}/cosignature" in two.filer.get(two.address).text
    page = two.filer.get(f"{two.address}/cosignature")

    assert two.signer.name in pages.words(page)
    assert str(clerk.id) not in page.text
    assert str(two.world.filer.id if two.world.filer else "") not in page.text


@pytest.mark.parametrize("person", ["", "not a person", "00000000-0000-0000-0000-000000000000"])
def test_somebody_who_may_not_sign_cannot_be_asked(two: Two, person: str) -> None:
    answer = two.filer.post(f"{two.address}/cosignature", data={"person": person})

    assert answer.status_code == 422
    assert 'id="person-error"' in answer.text or "govuk-error-message" in answer.text
    assert two.session.scalars(sa.select(Cosignature)).all() == []


def test_who_asks_cannot_be_the_second_person(two: Two) -> None:
    assert two.world.filer is not None

    assert two.ask(two.world.filer).status_code == 422


def test_a_draft_with_gaps_is_completed_before_anybody_is_asked(two: Two) -> None:
    address = pages.begin(two.filer, two.world)

    answer = two.filer.post(f"{address}/cosignature", data={"person": str(two.signer.id)})

    assert answer.status_code == 303
    assert two.session.scalars(sa.select(Cosignature)).all() == []
    assert "Hồ sơ còn thiếu" in pages.words(two.filer.get(str(answer.location)))


def test_the_second_person_is_told_and_finds_it_on_the_front_page_with_its_fingerprint(two: Two) -> None:
    assert two.ask().status_code == 303

    assert two.told(two.signer) == ["cosignature_asked"]
    front = two.second.get("/dossiers")
    assert "Chờ bạn cùng ký" in pages.words(front)
    assert f"{two.address}/cosign" in front.text
    page = two.second.get(f"{two.address}/cosign")
    fingerprint = two.row().content_fingerprint
    number = "-".join(fingerprint[:12].upper()[at : at + 4] for at in (0, 4, 8))
    assert number in page.text
    assert "/sections/" not in page.text, "it is read, not changed, on this page"
    assert "Chờ bạn cùng ký" not in pages.words(two.filer.get("/dossiers"))


def test_asking_the_same_person_twice_tells_them_once(two: Two) -> None:
    two.ask()
    two.ask()

    assert two.told(two.signer) == ["cosignature_asked"]


def test_a_signed_draft_is_filed_and_the_record_names_both(two: Two) -> None:
    two.ask()
    assert two.sign().status_code == 303
    assert two.world.filer is not None
    assert two.told(two.world.filer) == ["cosigned"]

    answer = pages.file(two.filer, two.address)

    assert answer.status_code == 303, pages.words(answer)
    assert two.filed() == 1
    event = two.session.scalars(sa.select(DossierEvent).where(DossierEvent.version == 1)).one()
    assert event.params["cosigned"] == "step_up"
    assert event.params["cosigner"] == f"person:{two.signer.id}"
    texts = dict(two.session.execute(sa.select(EventText.key, EventText.text)).all())
    assert {"filed_by", "cosigned_by"} <= set(event.commitments)
    assert (texts["filed_by"], texts["cosigned_by"]) == (two.world.filer.name, two.signer.name)
    assert two.session.scalars(sa.select(Cosignature)).all() == []


def test_timeline_officers_page_and_receipt_name_both_persons(
    two: Two, session: Session, new_client: Callable[[], Browser]
) -> None:
    two.ask()
    two.sign()
    pages.file(two.filer, two.address)
    code = session.scalars(sa.select(Dossier.code)).one()
    assert two.world.filer is not None
    names = (two.world.filer.name, two.signer.name)
    officer = new_client()
    intake = session.scalars(sa.select(Dossier.intake_agency_id)).one()
    people.sign_in(officer, session.get_one(Person, two.world.holder(intake, Role.ONE_STOP).person_id))

    pages_shown = [two.filer.get(f"/dossiers/{code}"), officer.get(f"/desk/{code}")]
    dossier = locked(session, session.scalars(sa.select(Dossier.id)).one())
    assert dossier is not None
    receipt = Writer(session, dossier, "http://localhost").filing_receipt(
        session.get_one(DossierEvent, (dossier.id, 1))
    )

    for page in pages_shown:
        assert page.status_code == 200
        assert "Hai người cùng chịu trách nhiệm" in pages.words(page)
        assert all(name in pages.words(page) for name in names)
    assert receipt.declared is not None
    assert all(name in receipt.declared.vi and name in receipt.declared.zh for name in names)


def test_what_is_changed_after_signing_is_named_and_has_to_be_signed_anew(two: Two) -> None:
    two.ask()
    two.sign()
    two.change()

    answer = pages.file(two.filer, two.address)

    assert answer.status_code == 422
    assert "chữ ký thứ hai không còn giá trị" in pages.words(answer)
    named = pages.words(two.filer.get(f"{two.address}/cosignature")).partition("Có thay đổi ở:")[2]
    assert "Số điện thoại" in named
    two.ask()
    assert two.told(two.signer) == ["cosignature_asked", "cosignature_asked"]
    page = pages.words(two.second.get(f"{two.address}/cosign"))
    assert "Đã đổi từ khi bạn cùng ký lúc" in page
    assert two.sign().status_code == 303
    assert pages.file(two.filer, two.address).status_code == 303


def test_a_change_while_the_second_person_reads_signs_nothing(two: Two) -> None:
    two.ask()
    pages.confirm(two.second)
    seen = pages.hidden(two.second.get(f"{two.address}/cosign"), "fingerprint")
    two.change()

    answer = two.second.post(f"{two.address}/cosign", data={"fingerprint": seen, "declared": "y"})

    assert answer.status_code == 409
    assert "vừa được sửa khi bạn đang đọc" in pages.words(answer)
    assert "Số điện thoại" in pages.words(answer).partition("Đã đổi từ khi bạn được nhờ:")[2][:200]
    assert two.row().signed_at is None


def test_who_it_is_has_to_be_shown_again_before_co_signing(two: Two) -> None:
    two.ask()
    page = two.second.get(f"{two.address}/cosign")
    data = {"fingerprint": pages.hidden(page, "fingerprint"), "declared": "y"}

    answer = two.second.post(f"{two.address}/cosign", data=data)

    assert answer.status_code == 303
    assert "/step-up" in str(answer.location)
    assert two.row().signed_at is None
    back = two.second.post(str(answer.location), data={"password": people.PASSWORD})
    assert "confirmed=" in str(back.location)
    assert re.search(r'name="declared"[^>]*checked|checked[^>]*name="declared"', two.second.get(back.location).text)


def test_the_tick_is_asked_for_beside_itself(two: Two) -> None:
    two.ask()
    pages.confirm(two.second)

    answer = two.second.post(f"{two.address}/cosign", data={"fingerprint": "x"})

    assert answer.status_code == 422
    assert "Hãy đánh dấu nếu bạn cùng ký" in pages.words(answer)


def test_declining_needs_a_reason_and_whoever_asked_reads_it(two: Two) -> None:
    two.ask()
    assert two.second.post(f"{two.address}/cosign/decline", data={"reason": " "}).status_code == 422

    assert two.second.post(f"{two.address}/cosign/decline", data={"reason": REASON}).status_code == 303

    assert two.world.filer is not None
    assert two.told(two.world.filer) == ["cosignature_declined"]
    assert REASON in pages.words(two.filer.get(f"{two.address}/cosignature"))
    assert "không cùng ký" in pages.words(pages.file(two.filer, two.address))
    assert two.filed() == 0


def test_a_signature_can_be_taken_back_until_it_is_filed(two: Two) -> None:
    two.ask()
    two.sign()

    two.second.post(f"{two.address}/cosign/decline", data={"reason": REASON})

    assert two.row().signed_at is None
    assert pages.file(two.filer, two.address).status_code == 422


def test_the_second_person_cannot_file_what_they_have_signed(two: Two) -> None:
    two.ask()
    two.sign()

    answer = pages.file(two.second, two.address)

    assert answer.status_code == 422
    assert "hai người khác nhau" in pages.words(answer)


def test_a_signature_of_somebody_who_is_no_owner_any_more_does_not_count(two: Two) -> None:
    two.ask()
    two.sign()
    held = sa.update(Membership).where(Membership.person_id == two.signer.id)
    two.session.execute(held.values(ended_at=datetime.now(UTC)))
    two.session.commit()

    answer = pages.file(two.filer, two.address)

    assert answer.status_code == 422
    assert "không còn là chủ tài khoản" in pages.words(answer)


def test_only_who_is_asked_signs_and_strangers_know_of_nothing(
    two: Two, session: Session, new_client: Callable[[], Browser]
) -> None:
    two.ask()
    third, stranger = people.filer(session, company=two.company), people.filer(session)
    session.commit()
    colleague, outsider = new_client(), new_client()
    people.sign_in(colleague, third)
    people.sign_in(outsider, stranger)

    shown = colleague.get(f"{two.address}/cosign")
    assert shown.status_code == 303
    assert str(shown.location).endswith("/cosignature")
    for act in ("cosign", "cosign/decline", "cosign/signed"):
        assert colleague.post(f"{two.address}/{act}", data={"reason": "x"}).status_code == 403
        assert outsider.post(f"{two.address}/{act}", data={"reason": "x"}).status_code == 404
    assert outsider.get(f"{two.address}/cosign").status_code == 404
    assert outsider.get(f"{two.address}/cosignature").status_code == 404


def test_an_agents_filing_is_signed_by_an_owner_of_the_company_and_never_by_the_agent(
    second: Person, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    assert world.company is not None
    agent = people.party(session, name="Công ty Dịch vụ Khai thuê")
    clerk, chief = people.filer(session, company=agent), people.filer(session, company=agent)
    people.mandate(session, world.company, agent)
    session.commit()
    by_agent, by_owner = new_client(), new_client()
    people.sign_in(by_agent, clerk)
    people.sign_in(by_owner, second)
    two = Two(by_agent, by_owner, second, world, session)

    assert two.ask(chief).status_code == 422
    assert two.ask().status_code == 303
    assert two.sign().status_code == 303
    assert pages.file(by_agent, two.address).status_code == 303

    event = session.scalars(sa.select(DossierEvent).where(DossierEvent.version == 1)).one()
    assert event.params["agent_party"] == str(agent.id)
    assert event.params["cosigner"] == f"person:{second.id}"


class Sealing:
    """Signing papers outside with certificates of the company."""

    def __init__(self, two: Two, settings: Settings) -> None:
        self.two, self.authority = two, PrintingOffice.of(settings).authority

    def signed(self, *, number: str = "", key: str = "token") -> bytes:
        paper = self.two.second.post(f"{self.two.address}/declaration")
        assert paper.status_code == 200, pages.words(paper)
        return self.certificate(number, key).seal(bytes(paper.data), signed_at=datetime.now(UTC))

    def certificate(self, number: str, key: str) -> SoftwareSigner:
        number = number or f"MST:{self.two.company.tax_code}"
        before = datetime.now(UTC) - timedelta(minutes=1)
        return self.authority.company_signer(key, self.two.company.name, number=number, now=before)

    def send(self, content: bytes) -> TestResponse:
        data = {"signed": (io.BytesIO(content), "signed.pdf")}
        address = f"{self.two.address}/cosign/signed"
        return self.two.second.post(address, data=data, content_type="multipart/form-data")


@pytest.fixture
def sealing(two: Two, settings: Settings) -> Sealing:
    two.ask()
    return Sealing(two, settings)


def test_a_paper_signed_with_the_companys_certificate_co_signs_and_lies_among_the_files(sealing: Sealing) -> None:
    two = sealing.two

    assert sealing.send(sealing.signed()).status_code == 303
    assert two.row().paper_sha256
    assert pages.file(two.filer, two.address).status_code == 303

    event = two.session.scalars(sa.select(DossierEvent).where(DossierEvent.version == 1)).one()
    assert event.params["cosigned"] == "signature"
    assert event.params["documents"] == two.session.scalar(
        sa.select(sa.func.count()).where(
            Attachment.dossier_id == event.dossier_id, sa.not_(Attachment.document_key.startswith("+"))
        )
    )
    code = two.session.scalars(sa.select(Dossier.code)).one()
    page = pages.words(two.filer.get(f"/dossiers/{code}"))
    assert "bằng chữ ký số của" in page
    assert "Bản cam đoan có chữ ký của người thứ hai" in page


@pytest.mark.parametrize(
    ("number", "words"),
    [("MST:0100109106", "0100109106"), ("CCCD:001099012345", "phải")],
    ids=["another company", "an employee's own"],
)
def test_a_certificate_of_somebody_else_is_refused_beside_the_box(sealing: Sealing, number: str, words: str) -> None:
    answer = sealing.send(sealing.signed(number=number))

    assert answer.status_code == 422
    assert words in pages.words(answer)
    assert 'id="signed-error"' in answer.text
    assert sealing.two.row().signed_at is None


def test_nothing_and_a_file_that_is_no_paper_of_this_draft_are_refused(sealing: Sealing) -> None:
    assert "Hãy chọn tệp PDF đã ký" in pages.words(sealing.send(b""))
    assert "không phải là tệp PDF" in pages.words(sealing.send(b"hello"))
    assert sealing.two.row().signed_at is None


def test_one_certificate_does_not_sign_for_two_persons(sealing: Sealing) -> None:
    two = sealing.two
    assert sealing.send(sealing.signed()).status_code == 303
    paper = two.filer.post(f"{two.address}/declaration")
    own = sealing.certificate("", "token").seal(bytes(paper.data), signed_at=datetime.now(UTC))

    answer = two.filer.post(
        f"{two.address}/declaration/signed",
        data={"signed": (io.BytesIO(own), "signed.pdf")},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 422
    assert "Chứng thư số này đã được dùng để cùng ký" in pages.words(answer)
    assert two.filed() == 0


def test_a_paper_of_a_signature_taken_back_does_not_stay_with_the_draft(sealing: Sealing) -> None:
    two = sealing.two
    sealing.send(sealing.signed())

    two.second.post(f"{two.address}/cosign/decline", data={"reason": REASON})

    two.session.expire_all()
    kept = sa.select(Attachment).where(Attachment.document_key == "+cosignature", Attachment.removed_at.is_(None))
    assert two.session.scalars(kept).all() == []


def test_what_two_have_signed_one_alone_does_not_correct(two: Two) -> None:
    two.ask()
    two.sign()
    pages.file(two.filer, two.address)
    code = two.session.scalars(sa.select(Dossier.code)).one()

    assert f"/dossiers/{code}/correct/" not in two.filer.get(f"/dossiers/{code}").text
    answer = two.filer.get(f"/dossiers/{code}/correct/owner")

    assert answer.status_code == 409
    assert "đã được hai người ký" in pages.words(answer)


def test_who_asked_and_who_answered_is_in_the_audit(two: Two) -> None:
    two.ask()
    two.sign()
    two.second.post(f"{two.address}/cosign/decline", data={"reason": REASON})

    verbs = two.session.scalars(sa.select(AuditRow.verb).where(AuditRow.verb.contains("cosign")).order_by(AuditRow.id))
    assert list(verbs) == ["dossiers.ask_cosignature", "dossiers.cosign", "dossiers.decline_cosignature"]


def test_both_find_it_in_the_copy_of_what_is_held_about_them(two: Two) -> None:
    two.ask()
    two.second.post(f"{two.address}/cosign/decline", data={"reason": REASON})

    for browser, is_asked in ((two.filer, False), (two.second, True)):
        pages.confirm(browser)
        copy = browser.post("/personal/copy")
        held = json.loads(zipfile.ZipFile(io.BytesIO(copy.data)).read("data.json"))["cosignatures"]
        assert [(one["reason"], one["asked_of_you"]) for one in held] == [(REASON, is_asked)]


def test_a_discarded_draft_takes_its_requests_along(two: Two) -> None:
    two.ask()

    two.filer.post(f"{two.address}/discard")

    assert two.session.scalars(sa.select(Cosignature)).all() == []
    assert "Chờ bạn cùng ký" not in pages.words(two.second.get("/dossiers"))


def test_a_company_that_asks_for_nobody_has_no_page_for_it(filer: Browser, world: World) -> None:
    address = pages.complete(filer, world)

    assert "cosignature" not in filer.get(address).text
    assert filer.get(f"{address}/cosignature").status_code == 303
    assert filer.post(f"{address}/cosignature", data={"person": "x"}).status_code == 409
