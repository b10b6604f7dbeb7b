"""Accounts, companies and the people who act for them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import parties
from portal.accounts.actions import people as people_actions
from portal.accounts.models import AuditRow, Membership, Party, PartyKind, PartyStatus, Person
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.foundation.outbox import OutboxRow
from portal.workflow.lifecycle import CompanyRole, Role
from tests.factories import people
from tests.fixtures.app import Browser
from tests.journeys.filing import small_pdf

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
GOOD = "ba con vịt bơi qua sông"
COMPANY = {
    "name": "Công ty TNHH Hoa Hồi",
    "country": "VN",
    "tax_code": "0100109106",
    "address": "Số 1 đường Hùng Vương",
    "representative": "Trần Văn Bình",
    "phone": "0205 3 123 456",
}


def test_a_new_account_may_sign_in_and_file_for_itself(client: Browser, session: Session) -> None:
    answer = client.post(
        "/accounts/register", data={"name": "Hoàng  Thị Mai", "email": "Mai@Example.vn", "password": GOOD}
    )

    assert answer.status_code == 303
    mai = session.scalars(sa.select(Person).where(Person.email == "mai@example.vn")).one()
    assert mai.name == "Hoàng Thị Mai"
    people.sign_in(client, mai, password=GOOD)
    party = session.scalars(
        sa.select(Party).join(Membership, Membership.party_id == Party.id).where(Membership.person_id == mai.id)
    ).one()
    assert (party.kind, party.status) == (PartyKind.INDIVIDUAL, PartyStatus.APPROVED)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("email", "no address"), ("email", ""), ("password", "short"), ("password", "passwordpassword")],
)
def test_what_is_wrong_with_a_registration_is_said_beside_the_field_and_the_rest_is_kept(
    client: Browser, session: Session, field: str, value: str
) -> None:
    data = {"name": "Hoàng Thị Mai", "email": "mai@example.vn", "password": GOOD, field: value}

    answer = client.post("/accounts/register", data=data)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert ("Hoàng Thị Mai" in answer.text) is (field != "name")
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0


def test_a_short_password_is_said_together_with_whatever_else_is_wrong(client: Browser) -> None:
    data = {"name": "Hoàng Thị Mai", "email": "no address", "password": "123"}

    answer = client.post("/accounts/register", data=data)

    assert 'id="email-error"' in answer.text
    assert "Hãy dùng ít nhất 15 ký tự" in answer.text


def test_an_address_with_an_account_cannot_be_registered_again(client: Browser, session: Session) -> None:
    hoa = people.person(session)

    answer = client.post("/accounts/register", data={"name": "Another", "email": hoa.email, "password": GOOD})

    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_a_company_waits_until_the_one_stop_office_approves_it(
    new_client: Callable[[], Browser], session: Session
) -> None:
    owner_browser, office_browser = new_client(), new_client()
    owner = people.person(session)
    people.sign_in(owner_browser, owner)
    people.sign_in(office_browser, people.officer(session, people.agency(session), Role.ONE_STOP))
    owner_browser.post("/accounts/companies/new", data=COMPANY)
    company = session.scalars(sa.select(Party).where(Party.tax_code == "0100109106")).one()
    assert company.status is PartyStatus.WAITING

    without_paper = office_browser.post("/accounts/registrations/0100109106/approve")
    certificate = {"file": (io.BytesIO(small_pdf("GCN")), "giay-chung-nhan.pdf")}
    owner_browser.post("/accounts/companies/0100109106/certificate", data=certificate)
    listed = office_browser.get("/accounts/registrations").text
    answer = office_browser.post("/accounts/registrations/0100109106/approve")
    office_browser.get("/accounts")  # shows the message about what was just done

    session.expire_all()
    assert "Công ty TNHH Hoa Hồi" in listed
    assert without_paper.status_code == 409
    assert answer.status_code == 303
    assert company.status is PartyStatus.APPROVED
    assert "Công ty TNHH Hoa Hồi" not in office_browser.get("/accounts/registrations").text
    assert _audited(session, f"party:{company.id}") == ["accounts.register_company", "accounts.decide_registration"]


def test_a_refused_registration_says_why_and_may_be_sent_again(
    new_client: Callable[[], Browser], session: Session
) -> None:
    owner_browser, office_browser = new_client(), new_client()
    people.sign_in(owner_browser, people.person(session))
    people.sign_in(office_browser, people.officer(session, people.agency(session), Role.ONE_STOP))
    owner_browser.post("/accounts/companies/new", data=COMPANY)

    without_reason = office_browser.post("/accounts/registrations/0100109106/refuse", data={"reason": " "})
    office_browser.post("/accounts/registrations/0100109106/refuse", data={"reason": "The address is another one."})
    told = owner_browser.get("/accounts").text
    again = owner_browser.post("/accounts/companies/new", data={**COMPANY, "address": "Số 2"})

    session.expire_all()
    company = session.scalars(sa.select(Party).where(Party.tax_code == "0100109106")).one()
    assert without_reason.status_code == 422
    assert "The address is another one." in told
    assert again.status_code == 303
    assert (company.status, company.address, company.refusal_reason) == (PartyStatus.WAITING, "Số 2", None)


def test_a_registration_is_decided_once_and_never_by_the_companys_own_people(session: Session) -> None:
    owner, officer = people.person(session), people.person(session)
    company = people.party(session, owner=owner, status=PartyStatus.WAITING)
    code = company.tax_code or ""

    with pytest.raises(Forbidden):
        parties.approve(session, code, by=owner.id, now=NOW)
    parties.approve(session, code, by=officer.id, now=NOW)
    with pytest.raises(Refused):
        parties.refuse(session, code, reason="too late", by=officer.id, now=NOW)
    with pytest.raises(NotFound):
        parties.approve(session, "0100109106", by=officer.id, now=NOW)


@pytest.mark.parametrize("tax_code", ["0100109107", "", "12"])
def test_a_wrong_tax_code_is_said_beside_its_field(client: Browser, session: Session, tax_code: str) -> None:
    people.sign_in(client, people.person(session))

    answer = client.post("/accounts/companies/new", data={**COMPANY, "tax_code": tax_code})

    assert answer.status_code == 422
    assert 'id="tax_code-error"' in answer.text
    assert "Trần Văn Bình" in answer.text


@pytest.mark.parametrize("tax_code", ["0100109107", "0100109106"])
def test_everything_wrong_with_a_registration_is_said_at_once_each_beside_its_field(
    client: Browser, session: Session, tax_code: str
) -> None:
    people.party(session, code="0100109106", owner=people.person(session))  # so the second code is taken
    people.sign_in(client, people.person(session))

    answer = client.post(
        "/accounts/companies/new", data={**COMPANY, "name": "", "tax_code": tax_code, "phone": "ask for Mai"}
    )

    assert answer.status_code == 422
    wrong = {"name", "tax_code", "phone"}
    assert {field for field in COMPANY if f'id="{field}-error"' in answer.text} == wrong
    assert "ask for Mai" in answer.text


def test_a_company_is_registered_once(client: Browser, session: Session) -> None:
    people.party(session, code="0100109106", owner=people.person(session))
    people.sign_in(client, people.person(session))

    answer = client.post("/accounts/companies/new", data=COMPANY)

    assert answer.status_code == 422


def test_an_owner_adds_a_person_changes_the_role_and_ends_it(client: Browser, session: Session) -> None:
    owner, clerk = people.person(session), people.person(session, name="Lý Văn Cường")
    company = people.party(session, owner=owner)
    people.sign_in(client, owner)
    page = f"/accounts/companies/{company.tax_code}/members"

    client.post(page, data={"email": clerk.email.upper(), "role": "viewer"})
    client.post(page, data={"email": clerk.email, "role": "filer"})
    roles = _roles(session, company, clerk)
    asked = client.get(f"{page}/{clerk.id}/end")
    still = _roles(session, company, clerk)
    client.post(f"{page}/{clerk.id}/end")

    assert roles == still == [(CompanyRole.VIEWER, True), (CompanyRole.FILER, False)]
    assert "Chấm dứt vai trò của Lý Văn Cường?" in asked.text
    assert _roles(session, company, clerk) == [(CompanyRole.VIEWER, True), (CompanyRole.FILER, True)]
    assert len(_audited(session, f"party:{company.id}")) == 3


def test_only_an_owner_changes_people(client: Browser, session: Session) -> None:
    company = people.party(session, owner=people.person(session))
    filer, other = people.filer(session, company=company, role=CompanyRole.FILER), people.person(session)
    people.sign_in(client, filer)

    answer = client.post(
        f"/accounts/companies/{company.tax_code}/members", data={"email": other.email, "role": "owner"}
    )

    assert answer.status_code == 403
    assert _roles(session, company, other) == []


def test_the_people_of_another_company_do_not_exist(client: Browser, session: Session) -> None:
    foreign = people.party(session, owner=people.person(session))
    people.sign_in(client, people.filer(session))

    for path in ("members", "mandates"):
        assert client.get(f"/accounts/companies/{foreign.tax_code}/{path}").status_code == 404
    own = session.scalars(sa.select(Membership.person_id).where(Membership.party_id == foreign.id)).one()
    assert client.post(f"/accounts/companies/{foreign.tax_code}/members/{own}/end").status_code == 404


def test_the_last_owner_cannot_leave_or_step_down(session: Session) -> None:
    owner = people.person(session)
    company = people.party(session, owner=owner)
    people.filer(session, company=company, role=CompanyRole.FILER)

    with pytest.raises(Refused) as leaving:
        parties.end_membership(session, company.id, owner.id, by=owner.id, now=NOW)
    with pytest.raises(Refused):
        parties.add_member(session, company.id, email=owner.email, role=CompanyRole.FILER, by=owner.id, now=NOW)

    assert leaving.value.code == "accounts.last_owner"


def test_an_owner_whose_account_is_disabled_does_not_count(session: Session) -> None:
    owner, other = people.person(session), people.person(session)
    company = people.party(session, owner=owner)
    people.membership(session, other, company, CompanyRole.OWNER)
    people_actions.disable(session, other.id, by=None, now=NOW)
    session.flush()

    with pytest.raises(Refused):
        parties.end_membership(session, company.id, owner.id, by=owner.id, now=NOW)


def test_with_a_second_owner_the_first_may_leave(client: Browser, session: Session) -> None:
    owner = people.person(session)
    company = people.party(session, owner=owner)
    people.filer(session, company=company)
    people.sign_in(client, owner)

    leave = f"/accounts/companies/{company.tax_code}/members/{owner.id}/end"
    assert f"Rời {company.name}?" in client.get(leave).text
    answer = client.post(leave)

    assert answer.location == "/accounts"
    assert client.get(f"/accounts/companies/{company.tax_code}/members").status_code == 404


def test_the_last_owner_is_told_on_the_page_of_the_people_why_they_cannot_leave(
    client: Browser, session: Session
) -> None:
    owner = people.person(session)
    company = people.party(session, owner=owner)
    people.sign_in(client, owner)
    page = client.get(f"/accounts/companies/{company.tax_code}/members")
    assert "chủ tài khoản cuối cùng" in page.text
    leave = f"/accounts/companies/{company.tax_code}/members/{owner.id}/end"
    assert leave not in page.text

    answer = client.post(leave)

    assert answer.status_code == 422
    assert "Đây là chủ tài khoản cuối cùng." in answer.text
    assert "Thêm người hoặc đổi vai trò" in answer.text


def test_an_unknown_person_cannot_be_added(session: Session) -> None:
    owner = people.person(session)
    company = people.party(session, owner=owner)

    with pytest.raises(Invalid) as refused:
        parties.add_member(session, company.id, email="nobody@example.vn", role=CompanyRole.FILER, by=owner.id, now=NOW)

    assert refused.value.fields == {"email": "accounts.no_such_person"}


def _roles(session: Session, company: Party, person: Person) -> list[tuple[CompanyRole, bool]]:
    session.expire_all()
    rows = session.scalars(
        sa.select(Membership)
        .where(Membership.party_id == company.id, Membership.person_id == person.id)
        .order_by(Membership.id)
    )
    return [(row.role, row.ended_at is not None) for row in rows]


def _audited(session: Session, thing: str) -> list[str]:
    return list(session.scalars(sa.select(AuditRow.verb).where(AuditRow.thing == thing).order_by(AuditRow.id)))


def test_an_owner_has_filings_co_signed_and_every_other_owner_is_told(client: Browser, session: Session) -> None:
    owner, other = people.person(session, name="Nguyễn Thị Hoa"), people.person(session, name="Lý Thị Cùng")
    company = people.party(session, owner=owner)
    people.membership(session, other, company)
    session.commit()
    people.sign_in(client, owner)
    address = f"/accounts/companies/{company.tax_code}/cosigning"

    assert client.post(address, data={}).status_code == 422
    assert client.post(address, data={"needed": "yes"}).status_code == 303
    assert client.post(address, data={"needed": "yes"}).status_code == 303

    session.expire_all()
    assert company.needs_cosignature
    verbs = session.scalars(sa.select(AuditRow.verb).where(AuditRow.verb == "accounts.require_cosignature")).all()
    assert len(verbs) == 1, "set twice is set once"
    wanted = sa.select(OutboxRow.payload).where(OutboxRow.kind == "send_notice")
    told = [row for row in session.scalars(wanted) if row.get("kind") == "cosigning_changed"]
    assert [row["person_id"] for row in told] == [str(other.id)]
    assert told[0]["params"]["colleague"] == "Nguyễn Thị Hoa"


def test_whoever_is_no_owner_reads_the_rule_and_does_not_set_it(client: Browser, session: Session) -> None:
    company = people.party(session)
    clerk = people.filer(session, company=company, role=CompanyRole.FILER)
    session.commit()
    people.sign_in(client, clerk)

    page = client.get(f"/accounts/companies/{company.tax_code}/members")
    answer = client.post(f"/accounts/companies/{company.tax_code}/cosigning", data={"needed": "yes"})

    assert "Một người là đủ" in page.text
    assert 'name="needed"' not in page.text
    assert answer.status_code == 403
    session.expire_all()
    assert not company.needs_cosignature


def test_a_company_with_one_owner_is_warned_that_nobody_could_co_sign(client: Browser, session: Session) -> None:
    owner = people.person(session)
    company = people.party(session, owner=owner)
    session.commit()
    people.sign_in(client, owner)

    assert "chỉ có một chủ tài khoản" in client.get(f"/accounts/companies/{company.tax_code}/members").text
