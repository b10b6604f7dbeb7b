"""A dossier filed at a counter comes into an account: by a claim the counter grants, or by registering."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import parties
from portal.accounts.models import Agency, Membership, Party, PartyStatus, Person
from portal.counter.models import PartyClaim
from portal.dossiers.models import Dossier
from portal.dossiers.telling import walk_in_notice
from portal.foundation.outbox import OutboxRow
from portal.workflow.lifecycle import Role
from tests.counter import walking
from tests.counter.conftest import SignIn
from tests.counter.test_walk_in import NEW, UNKNOWN, filed
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser


def test_the_counter_grants_a_claim_and_nothing_is_seen_before(
    officer: Browser, world: World, session: Session, sign_in: SignIn
) -> None:
    dossier = filed(officer, world, session)
    person = people.person(session, name="Vi Văn Lộc", own_party=True)
    own = sign_in(person)
    for wrong in ({"code": dossier.code, "number": "4900000000"}, {"code": "H37.01-000000-0001", "number": UNKNOWN}):
        answer = own.post("/counter/claim", data=wrong)
        assert answer.status_code == 422
        assert "Không có hồ sơ nộp tại quầy nào" in pages.words(answer)

    for _twice in range(2):
        assert own.post("/counter/claim", data={"code": dossier.code, "number": UNKNOWN}).status_code == 303
    claim = session.scalars(sa.select(PartyClaim)).one()
    assert own.get(f"/dossiers/{dossier.code}").status_code == 404

    assert "Vi Văn Lộc" in pages.words(officer.get("/counter/claims"))
    assert officer.post(f"/counter/claims/{claim.id}/grant").status_code == 303

    assert own.get(f"/dossiers/{dossier.code}").status_code == 200
    assert officer.post(f"/counter/claims/{claim.id}/grant").status_code == 409
    late = sign_in(people.person(session, own_party=True))
    assert late.post("/counter/claim", data={"code": dossier.code, "number": UNKNOWN}).status_code == 409


def test_a_claim_that_is_turned_down_says_why_and_shows_nothing(
    officer: Browser, world: World, session: Session, sign_in: SignIn
) -> None:
    dossier = filed(officer, world, session)
    own = sign_in(people.person(session, own_party=True))
    own.post("/counter/claim", data={"code": dossier.code, "number": UNKNOWN})
    claim = session.scalars(sa.select(PartyClaim)).one()
    assert officer.post(f"/counter/claims/{claim.id}/refuse").status_code == 422

    reason = {f"claim-{claim.id.hex}-reason": "Chưa xuất trình giấy tờ"}
    assert officer.post(f"/counter/claims/{claim.id}/refuse", data=reason).status_code == 303

    assert "Chưa xuất trình giấy tờ" in pages.words(own.get("/counter/claim"))
    assert own.get(f"/dossiers/{dossier.code}").status_code == 404
    assert session.scalars(sa.select(Membership).where(Membership.party_id == dossier.party_id)).all() == []


def test_another_counter_decides_about_no_claim_of_this_one(
    officer: Browser, world: World, session: Session, sign_in: SignIn
) -> None:
    dossier = filed(officer, world, session)
    own = sign_in(people.person(session, own_party=True))
    own.post("/counter/claim", data={"code": dossier.code, "number": UNKNOWN})
    claim = session.scalars(sa.select(PartyClaim)).one()
    other = sign_in(session.get_one(Person, world.posts["service_centre", Role.ONE_STOP].person_id))

    assert other.post(f"/counter/claims/{claim.id}/grant").status_code == 404


def test_a_company_that_registers_sees_its_counter_dossiers_once_it_is_approved_and_not_before(
    officer: Browser, world: World, session: Session, commune: Agency, sign_in: SignIn
) -> None:
    dossier = filed(officer, world, session)
    person = people.person(session, own_party=True)
    parties.register_company(
        session,
        by=person.id,
        name="Tên khác",
        tax_code=UNKNOWN,
        address="x",
        representative="y",
        phone=None,
        now=MONDAY,
    )
    own = sign_in(person)
    party = session.get_one(Party, dossier.party_id)
    assert (party.status, party.name) == (PartyStatus.WAITING, NEW["party_name"]), "the office's own papers stay"
    assert own.get(f"/dossiers/{dossier.code}").status_code == 404

    walking.begun(officer, UNKNOWN)  # the counter goes on serving whoever stands there meanwhile
    officer_person = people.officer(session, commune, Role.ONE_STOP)
    parties.approve(session, UNKNOWN, by=officer_person.id, now=MONDAY)
    session.commit()

    assert own.get(f"/dossiers/{dossier.code}").status_code == 200


def test_a_mail_goes_only_to_whoever_agreed_and_not_after_they_took_it_back(
    officer: Browser, world: World, session: Session
) -> None:
    address = walking.complete(officer, world, UNKNOWN, **NEW, consent="y")
    pages.file(officer, address)
    session.expire_all()
    dossier = session.scalars(sa.select(Dossier)).one()
    payloads = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == "send_notice")).all()
    told = next(one for one in payloads if "walk_in_id" in one)
    assert "bay@example.vn" not in str(told)

    waiting = walk_in_notice(session, told, now=MONDAY)
    assert waiting is not None
    assert (waiting.address, waiting.kind) == ("bay@example.vn", "filed")
    assert waiting.link == f"/vi/track?code={dossier.code}"

    assert officer.post(f"/counter/dossiers/{dossier.code}/no-mails").status_code == 303
    session.expire_all()
    assert walk_in_notice(session, told, now=MONDAY) is None
