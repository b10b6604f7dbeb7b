"""A company shows its certificate, and the one-stop office decides by it."""

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import tax_codes
from portal.accounts.models import Membership, Party, PartyStatus
from portal.attachments.models import Attachment, ScanState
from portal.foundation.outbox import Job, OutboxRow
from portal.notices.kinds import NoticeKind
from portal.notices.models import Notice
from portal.notices.wording import words_of
from portal.registering import actions
from portal.workflow.lifecycle import CompanyRole, Role
from tests.factories import people
from tests.fixtures.app import Browser
from tests.journeys.filing import small_pdf

USCC = "91110000600037341L"


@pytest.fixture
def company(session: Session) -> Party:
    return people.party(session, status=PartyStatus.WAITING, owner=people.person(session))


@pytest.fixture
def owner(client: Browser, session: Session, company: Party) -> Browser:
    people.sign_in(client, people.filer(session, company=company))
    return client


@pytest.fixture
def office(session: Session, new_client: Callable[[], Browser]) -> Browser:
    browser = new_client()
    people.sign_in(browser, people.officer(session, people.agency(session), Role.ONE_STOP))
    return browser


def address(company: Party) -> str:
    return f"/accounts/companies/{company.tax_code}/certificate"


def add(browser: Browser, company: Party, content: bytes | None = None, name: str = "giay-chung-nhan.pdf") -> int:
    file = (io.BytesIO(small_pdf("GCN") if content is None else content), name)
    return browser.post(address(company), data={"file": file}).status_code


def test_the_certificate_is_read_by_the_office_which_then_approves(
    owner: Browser, office: Browser, session: Session, company: Party
) -> None:
    registration = f"/accounts/registrations/{company.tax_code}"
    before = office.get(registration).text
    early = office.post(f"{registration}/approve")

    assert add(owner, company) == 303
    paper = session.scalars(sa.select(Attachment)).one()
    page = office.get(registration).text
    read = office.get(f"{registration}/certificate/{paper.id}")
    approved = office.post(f"{registration}/approve")

    assert "Chưa có giấy chứng nhận" in before
    assert early.status_code == 409
    assert "giay-chung-nhan.pdf" in page
    assert read.data.startswith(b"%PDF")
    assert read.headers["Content-Disposition"].startswith("attachment")
    assert approved.status_code == 303
    session.expire_all()
    assert company.status is PartyStatus.APPROVED
    assert add(owner, company) == 409


def test_the_counter_says_how_many_companies_wait_and_leads_there(
    owner: Browser, office: Browser, company: Party
) -> None:
    assert "1 doanh nghiệp đang chờ xem xét đăng ký" in office.get("/counter/").text
    assert company.name in office.get("/accounts/registrations").text

    add(owner, company)
    office.post(f"/accounts/registrations/{company.tax_code}/approve")

    assert "đang chờ xem xét đăng ký" not in office.get("/counter/").text
    assert "/accounts/registrations" in office.get("/counter/").text


def test_the_account_page_leads_to_the_certificate(owner: Browser, company: Party) -> None:
    assert address(company) in owner.get("/accounts").text
    assert "Giấy chứng nhận đăng ký gửi cơ quan" in owner.get("/accounts").text


@pytest.mark.parametrize(
    ("content", "name"), [(b"MZ not a paper", "x.pdf"), (b"<svg onload=alert(1)>", "x.png"), (b"", "leer.pdf")]
)
def test_a_file_that_is_no_paper_is_refused_beside_its_field(
    owner: Browser, session: Session, company: Party, content: bytes, name: str
) -> None:
    assert add(owner, company, content, name) == 422
    assert session.scalars(sa.select(Attachment)).all() == []


def test_sending_nothing_is_said(owner: Browser, company: Party) -> None:
    answer = owner.post(address(company), data={})

    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text


def test_a_file_is_taken_away_while_nobody_has_decided(owner: Browser, session: Session, company: Party) -> None:
    add(owner, company)
    paper = session.scalars(sa.select(Attachment)).one()

    owner.post(f"{address(company)}/remove", data={"paper": str(paper.id)})

    assert "giay-chung-nhan.pdf" not in owner.get(address(company)).text
    assert owner.get(f"{address(company)}/{paper.id}").status_code == 404


def test_nobody_else_sees_the_certificate(
    owner: Browser, session: Session, company: Party, new_client: Callable[[], Browser]
) -> None:
    add(owner, company)
    paper = session.scalars(sa.select(Attachment)).one()
    stranger, reader = new_client(), new_client()
    other = people.party(session, status=PartyStatus.WAITING)
    people.sign_in(stranger, people.filer(session, company=other))
    people.sign_in(reader, people.filer(session, company=company, role=CompanyRole.VIEWER))

    assert stranger.get(address(company)).status_code == 404
    assert stranger.get(f"{address(other)}/{paper.id}").status_code == 404
    assert stranger.get(f"/files/{paper.id}").status_code == 404
    assert reader.get(address(company)).status_code == 200
    assert add(reader, company) == 403


@pytest.mark.parametrize(
    ("state", "must_be_clean", "good"),
    [
        (ScanState.CLEAN, True, True), (ScanState.NOT_SCANNED, True, False), (ScanState.NOT_SCANNED, False, True),
        (ScanState.INFECTED, False, False),
    ],
)  # fmt: skip
def test_an_infected_certificate_is_none_and_one_nobody_scanned_waits_where_there_is_a_scanner(
    owner: Browser, session: Session, company: Party, state: ScanState, must_be_clean: bool, good: bool
) -> None:
    add(owner, company)
    session.execute(sa.update(Attachment).values(scan_state=state))
    session.expire_all()

    assert actions.may_be_read(session, company.id, must_be_clean=must_be_clean) is good


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        (USCC, "CN", USCC), (USCC.lower(), "CN", USCC), ("91110000600037341M", "CN", None), ("0100109106", "CN", None),
        ("2019 12345-k", "SG", "SG-201912345K"), ("12", "SG", None), ("DE*123456", "DE", None),
        ("0100109106", "VN", "0100109106"), ("0100109106", "XX", "XX-0100109106"),
    ],
)  # fmt: skip
def test_a_company_from_abroad_is_known_by_its_register(typed: str, country: str, kept: str | None) -> None:
    assert tax_codes.canonical(typed, country) == kept


def test_a_chinese_company_registers_by_its_social_credit_code(client: Browser, session: Session) -> None:
    people.sign_in(client, people.person(session))
    given = {
        "name": "凭祥茴香贸易有限公司",
        "country": "CN",
        "tax_code": USCC,
        "address": "广西凭祥市",
        "representative": "王明",
    }

    wrong = client.post("/accounts/companies/new", data={**given, "tax_code": "91110000600037341M"})
    unknown = client.post("/accounts/companies/new", data={**given, "country": "ZZ"})
    answer = client.post("/accounts/companies/new", data=given)

    assert wrong.status_code == 422
    assert "mã tín dụng xã hội" in wrong.text
    assert unknown.status_code == 422
    assert answer.location == f"/accounts/companies/{USCC}/certificate"
    assert session.scalars(sa.select(Party).where(Party.country == "CN")).one().tax_code == USCC
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_those_who_file_for_the_company_are_told_how_the_office_decided(
    owner: Browser, office: Browser, session: Session, company: Party, language: str
) -> None:
    people.filer(session, company=company, role=CompanyRole.VIEWER)
    add(owner, company)
    registration = f"/accounts/registrations/{company.tax_code}"
    refused = {"reason": "Tên không khớp với đăng ký kinh doanh."}

    assert office.post(f"{registration}/refuse", data={"reason": " "}).status_code == 422
    assert session.scalars(sa.select(Notice)).all() == []
    assert office.post(f"{registration}/refuse", data=refused).status_code == 303
    assert office.post(f"{registration}/refuse", data=refused).status_code == 409

    told = session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.REGISTRATION_REFUSED.value)).all()
    filers = sa.select(Membership.person_id).where(
        Membership.party_id == company.id, Membership.role.in_([CompanyRole.OWNER, CompanyRole.FILER])
    )
    assert {one.person_id for one in told} == set(session.scalars(filers))
    words = words_of(told[0].kind, told[0].params, language)
    assert company.name in words.subject
    assert refused["reason"] in words.paragraphs[0]
    jobs = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == Job.SEND_NOTICE.value)).all()
    assert {row["notice_id"] for row in jobs if "notice_id" in row} >= {str(one.id) for one in told}


def test_an_approval_is_told_too(owner: Browser, office: Browser, session: Session, company: Party) -> None:
    add(owner, company)
    office.post(f"/accounts/registrations/{company.tax_code}/approve")

    told = session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.REGISTRATION_APPROVED.value)).all()
    assert told
    assert all(one.params["company"] == company.name for one in told)
