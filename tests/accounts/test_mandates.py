"""Mandates: what an agent may do, for how long, and that it ends at once."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.actions import mandates
from portal.accounts.actions import sign_in as signing
from portal.accounts.models import AuditRow, Mandate, PartyStatus, Person
from portal.accounts.viewer import ActingFor
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.workflow.lifecycle import CompanyRole
from tests.factories import people
from tests.fixtures.app import Browser

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 09:00 at the office
TODAY = date(2026, 3, 2)


class Sides:
    """A principal and an agent with an owner each."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.principal_owner, self.agent_owner = people.person(session), people.person(session)
        self.principal = people.party(session, name="Công ty Hoa Hồi", owner=self.principal_owner)
        self.agent = people.party(session, name="Đại lý Hữu Nghị", owner=self.agent_owner)

    def grant(self, *, first: date = TODAY, last: date = TODAY + timedelta(days=30), **scope: list[str]) -> Mandate:
        return mandates.grant(
            self.session,
            self.principal.id,
            agent_tax_code=self.agent.tax_code or "",
            fields=scope.get("fields", []),
            procedures=scope.get("procedures", []),
            valid_from=first,
            valid_until=last,
            by=self.principal_owner.id,
            now=NOW,
        )

    def accept(self, mandate: Mandate) -> None:
        mandates.accept(self.session, mandate.id, agent_id=self.agent.id, by=self.agent_owner.id, now=NOW)

    def seen_by(self, person: Person, *, at: datetime = NOW) -> ActingFor | None:
        """What the person may do for the principal at an instant."""
        key = signing.begin(self.session, person.id, browser="", second_factor_shown=False, replaces=None, now=at)
        self.session.flush()
        viewer = queries.viewer(self.session, key, now=at)
        assert viewer is not None
        return viewer.acting_for_party(self.principal.id)


@pytest.fixture
def sides(session: Session) -> Sides:
    return Sides(session)


def test_a_mandate_counts_once_the_agent_has_accepted(sides: Sides) -> None:
    mandate = sides.grant()
    before = sides.seen_by(sides.agent_owner)

    sides.accept(mandate)
    after = sides.seen_by(sides.agent_owner)

    assert before is None
    assert after is not None
    assert (after.agent_party_id, after.agent_party_name) == (sides.agent.id, "Đại lý Hữu Nghị")


def test_the_agents_owner_files_for_the_principal_but_does_not_own_it(sides: Sides) -> None:
    sides.accept(sides.grant())

    acting = sides.seen_by(sides.agent_owner)

    assert acting is not None
    assert acting.role is CompanyRole.FILER


def test_a_colleague_acts_with_the_role_held_in_the_agent(sides: Sides) -> None:
    viewer = people.filer(sides.session, company=sides.agent, role=CompanyRole.VIEWER)
    sides.accept(sides.grant())

    acting = sides.seen_by(viewer)

    assert acting is not None
    assert not acting.may_file(field="trade", procedure_code="1.004191")


@pytest.mark.parametrize(
    ("scope", "field", "code", "allowed"),
    [
        ({}, "trade", "1.004191", True),
        ({"fields": ["trade"]}, "trade", "1.004191", True),
        ({"fields": ["trade"]}, "land", "1.013952", False),
        ({"procedures": ["1.004191"]}, "trade", "1.004191", True),
        ({"procedures": ["1.004191"]}, "trade", "1.000001", False),
        ({"fields": ["land"], "procedures": ["1.004191"]}, "trade", "1.004191", False),
    ],
)
def test_the_scope_limits_what_may_be_filed(
    sides: Sides, scope: dict[str, list[str]], field: str, code: str, allowed: bool
) -> None:
    sides.accept(sides.grant(**scope))

    acting = sides.seen_by(sides.agent_owner)

    assert acting is not None
    assert acting.may_file(field=field, procedure_code=code) is allowed


@pytest.mark.parametrize(
    ("at", "in_force"),
    [
        (datetime(2026, 3, 4, 16, 59, tzinfo=UTC), False),  # 4 March, 23:59 at the office
        (datetime(2026, 3, 4, 17, 0, tzinfo=UTC), True),  # 5 March, 00:00
        (datetime(2026, 3, 10, 16, 59, tzinfo=UTC), True),  # 10 March, 23:59
        (datetime(2026, 3, 10, 17, 0, tzinfo=UTC), False),  # 11 March, 00:00
    ],
)
def test_a_mandate_counts_from_its_first_to_its_last_day_at_the_office(
    sides: Sides, at: datetime, in_force: bool
) -> None:
    sides.accept(sides.grant(first=date(2026, 3, 5), last=date(2026, 3, 10)))

    assert (sides.seen_by(sides.agent_owner, at=at) is not None) is in_force


def test_an_agent_that_is_not_approved_acts_for_nobody(sides: Sides) -> None:
    sides.accept(sides.grant())
    sides.agent.status = PartyStatus.REFUSED
    sides.session.flush()

    assert sides.seen_by(sides.agent_owner) is None


def test_membership_wins_over_a_mandate(sides: Sides) -> None:
    sides.accept(sides.grant(fields=["land"]))
    people.membership(sides.session, sides.agent_owner, sides.principal, CompanyRole.FILER)

    acting = sides.seen_by(sides.agent_owner)

    assert acting is not None
    assert acting.agent_party_id is None


def test_revocation_is_seen_at_the_next_request_of_a_live_sign_in(client: Browser, session: Session) -> None:
    agent_owner = people.person(session)
    principal = people.party(session, name="Công ty Hoa Hồi", owner=people.person(session))
    agent = people.party(session, owner=agent_owner)
    mandate = people.mandate(session, principal, agent)
    people.sign_in(client, agent_owner)
    before = client.get("/accounts").text

    mandates.revoke(session, mandate.id, party_id=agent.id, by=agent_owner.id, now=datetime.now(UTC))
    session.flush()

    assert "Công ty Hoa Hồi" in before
    assert "Công ty Hoa Hồi" not in client.get("/accounts").text


@pytest.mark.parametrize("side", ["principal", "agent"])
def test_either_side_ends_a_mandate_and_it_stays_ended(sides: Sides, side: str) -> None:
    mandate = sides.grant()
    sides.accept(mandate)
    party, owner = {
        "principal": (sides.principal, sides.principal_owner),
        "agent": (sides.agent, sides.agent_owner),
    }[side]

    mandates.revoke(sides.session, mandate.id, party_id=party.id, by=owner.id, now=NOW)

    assert sides.seen_by(sides.agent_owner) is None
    with pytest.raises(Refused):
        sides.accept(mandate)


def test_a_stranger_neither_accepts_nor_revokes(sides: Sides) -> None:
    mandate = sides.grant()
    stranger = people.filer(sides.session)
    own = people.party(sides.session, owner=stranger)

    with pytest.raises(NotFound):
        mandates.accept(sides.session, mandate.id, agent_id=own.id, by=stranger.id, now=NOW)
    with pytest.raises(NotFound):
        mandates.revoke(sides.session, mandate.id, party_id=own.id, by=stranger.id, now=NOW)
    with pytest.raises(NotFound):
        mandates.revoke(sides.session, mandate.id, party_id=sides.principal.id, by=stranger.id, now=NOW)


def test_the_principal_cannot_accept_for_the_agent(sides: Sides) -> None:
    mandate = sides.grant()

    with pytest.raises(NotFound):
        mandates.accept(sides.session, mandate.id, agent_id=sides.agent.id, by=sides.principal_owner.id, now=NOW)


def test_a_filer_of_the_principal_cannot_grant(sides: Sides) -> None:
    sides.principal_owner = people.filer(sides.session, company=sides.principal, role=CompanyRole.FILER)

    with pytest.raises(Forbidden):
        sides.grant()


def test_an_agent_cannot_hand_a_mandate_on(client: Browser, session: Session) -> None:
    agent_owner = people.person(session)
    principal = people.party(session, owner=people.person(session))
    agent = people.party(session, owner=agent_owner)
    people.mandate(session, principal, agent)
    people.sign_in(client, agent_owner)

    assert client.get(f"/accounts/companies/{principal.tax_code}/mandates").status_code == 404


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (TODAY, TODAY - timedelta(days=1), "valid_until"),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "valid_until"),
    ],
)
def test_a_mandate_needs_a_time_that_can_be(sides: Sides, first: date, last: date, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        sides.grant(first=first, last=last)

    assert set(refused.value.fields) == {field}


def test_a_company_is_not_its_own_agent_and_not_that_of_nobody(sides: Sides) -> None:
    sides.agent = sides.principal
    with pytest.raises(Invalid):
        sides.grant()
    sides.agent = people.party(sides.session, status=PartyStatus.WAITING)
    with pytest.raises(Invalid):
        sides.grant()


def test_a_mandate_is_given_and_accepted_through_the_pages(client: Browser, session: Session) -> None:
    principal_owner, agent_owner = people.person(session), people.person(session)
    principal = people.party(session, owner=principal_owner)
    agent = people.party(session, owner=agent_owner)
    last = datetime.now(UTC).date() + timedelta(days=40)
    people.sign_in(client, principal_owner)

    granted = client.post(
        f"/accounts/companies/{principal.tax_code}/mandates",
        data={
            "agent_tax_code": agent.tax_code,
            "fields_of_business": ["trade"],
            "procedures": "1.004191, 1.000001",
            "valid_from": "01/01/2026",
            "valid_until": last.strftime("%d/%m/%Y"),
        },
    )
    mandate = session.scalars(sa.select(Mandate).where(Mandate.principal_id == principal.id)).one()
    people.sign_in(client, agent_owner)
    page = f"/accounts/companies/{agent.tax_code}/mandates"
    accepted = client.post(f"{page}/{mandate.id}/accept")

    assert (granted.status_code, accepted.status_code) == (303, 303)
    assert (mandate.fields, mandate.procedures) == (["trade"], ["1.000001", "1.004191"])
    assert "Đang có hiệu lực" in client.get(page).text
    assert _audited(session, mandate) == ["accounts.grant_mandate", "accounts.accept_mandate"]


def test_a_mandate_is_revoked_only_after_one_was_asked(client: Browser, session: Session) -> None:
    owner = people.person(session)
    principal = people.party(session, owner=owner)
    agent = people.party(session, name="Đại lý Hữu Nghị", owner=people.person(session))
    mandate = people.mandate(session, principal, agent)
    people.sign_in(client, owner)
    page = f"/accounts/companies/{principal.tax_code}/mandates"
    revoke = f"{page}/{mandate.id}/revoke"

    linked = f'href="{revoke}"' in client.get(page).text
    asked = client.get(revoke)
    session.refresh(mandate)
    before = mandate.revoked_at
    client.post(revoke)
    session.refresh(mandate)

    assert linked
    assert "Thu hồi ủy quyền của Đại lý Hữu Nghị?" in asked.text
    assert (before, mandate.revoked_at is None) == (None, False)
    assert client.get(revoke).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [("procedures", "1.004191 nonsense"), ("valid_until", "31/02/2027"), ("agent_tax_code", "12"), ("valid_from", "")],
)
def test_what_is_wrong_with_a_mandate_is_said_beside_the_field(
    client: Browser, session: Session, field: str, value: str
) -> None:
    owner = people.person(session)
    company = people.party(session, owner=owner)
    agent = people.party(session, owner=people.person(session))
    people.sign_in(client, owner)
    data = {"agent_tax_code": agent.tax_code, "valid_from": "01/01/2026", "valid_until": "01/01/2030", field: value}

    answer = client.post(f"/accounts/companies/{company.tax_code}/mandates", data=data)

    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.text
    assert session.scalars(sa.select(Mandate)).all() == []


@pytest.mark.parametrize("code", ["12", "0100109106"])
def test_everything_wrong_with_a_mandate_is_said_at_once_each_beside_its_field(
    client: Browser, session: Session, code: str
) -> None:
    owner = people.person(session)
    company = people.party(session, owner=owner)
    people.sign_in(client, owner)
    data = {"agent_tax_code": code, "procedures": "nonsense", "valid_from": "", "valid_until": "01/01/2020"}

    answer = client.post(f"/accounts/companies/{company.tax_code}/mandates", data=data)

    assert answer.status_code == 422
    assert [field for field in data if f'id="{field}-error"' not in answer.text] == ["valid_from", "valid_until"]
    assert {f'id="{field}-group-error"' in answer.text for field in ("valid_from", "valid_until")} == {True}


def test_a_person_may_give_a_mandate_for_themselves(client: Browser, session: Session) -> None:
    mai = people.person(session, own_party=True)
    agent = people.party(session, owner=people.person(session))
    people.sign_in(client, mai)

    answer = client.post(
        "/accounts/companies/me/mandates",
        data={"agent_tax_code": agent.tax_code, "valid_from": "01/01/2026", "valid_until": "01/01/2030"},
    )

    assert answer.status_code == 303
    assert session.scalars(sa.select(Mandate.agent_id)).all() == [agent.id]
    assert client.get("/accounts/companies/me/members").status_code == 404


def _audited(session: Session, mandate: Mandate) -> list[str]:
    rows = sa.select(AuditRow.verb).where(AuditRow.thing == f"mandate:{mandate.id}").order_by(AuditRow.id)
    return list(session.scalars(rows))
