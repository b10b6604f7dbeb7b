"""From somebody before the counter to Form 01 in their hand."""

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Agency, AuditRow, Party, PartyKind, PartyStatus, Person
from portal.catalogue.queries import definition_of
from portal.dossiers.gathering import Gathered
from portal.dossiers.models import Channel, Dossier, DossierEvent, Draft, WalkIn
from portal.dossiers.queries import way_of
from portal.dossiers.receiving import Way, offered
from portal.facts.models import DossierFact
from portal.foundation.outbox import OutboxRow
from portal.notices.models import Notice
from portal.payments.kinds import BillState
from portal.payments.models import Bill
from portal.routing.actions import route
from portal.workflow.lifecycle import Role, State
from tests.counter import walking
from tests.counter.conftest import SignIn
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser

UNKNOWN = people.tax_code(7654321)
NEW = {"party_name": "Công ty Xuân Lộc", "party_address": "Số 2, phường Kỳ Lừa", "party_representative": "Vi Văn Lộc"}


def filed(officer: Browser, world: World, session: Session) -> Dossier:
    address = walking.complete(officer, world, UNKNOWN, **NEW)
    answer = pages.file(officer, address)
    assert answer.status_code == 303, pages.words(answer)
    session.expire_all()
    return session.scalars(sa.select(Dossier)).one()


def test_a_company_nobody_knows_is_taken_down_filed_and_accepted_at_any_counter(
    officer: Browser, world: World, session: Session, commune: Agency, clerk_at_counter: Person
) -> None:
    found = officer.post("/counter/look-up", data=walking.first(UNKNOWN))
    assert "Chưa ai có số này" in pages.words(found)

    dossier = filed(officer, world, session)

    assert dossier.intake_agency_id == commune.id
    assert dossier.code.startswith(f"{commune.code}-")
    assert (dossier.channel, dossier.state) == (Channel.COUNTER, State.FILED)
    party = session.get_one(Party, dossier.party_id)
    assert (party.tax_code, party.status, party.name) == (UNKNOWN, PartyStatus.APPROVED, NEW["party_name"])
    assert party.taken_down_at is not None
    page = officer.get(f"/counter/dossiers/{dossier.code}")
    assert page.status_code == 200
    assert "Nông Thị Bảy" in pages.words(page)
    assert clerk_at_counter.name in pages.words(page)

    answer = officer.post(f"/counter/dossiers/{dossier.code}/accept")

    assert answer.status_code == 303, pages.words(answer)
    session.expire_all()
    assert dossier.accepted_at is not None
    assert dossier.promised_due_at is not None
    assert dossier.agency_id == world.agencies["construction"].id, "routed by competence, not by where it was filed"
    assert dossier.accepted_at >= dossier.filed_at
    letters = session.scalars(sa.select(OutboxRow.id).where(OutboxRow.kind == "render_letter")).all()
    assert len(letters) == 2, "the filing receipt and Form 01"


def test_the_record_names_the_officer_and_whoever_stood_there(
    officer: Browser, world: World, session: Session, commune: Agency, clerk_at_counter: Person
) -> None:
    dossier = filed(officer, world, session)

    event = session.scalars(sa.select(DossierEvent).where(DossierEvent.dossier_id == dossier.id)).first()
    assert event is not None
    walk_in = session.scalars(sa.select(WalkIn)).one()
    assert event.actor is not None
    assert event.actor.startswith("post:")
    assert event.params["channel"] == "counter"
    assert event.params["walk_in"] == str(walk_in.id)
    assert "Bảy" not in str(event.params)
    assert walk_in.identity_number == "020180001234"
    review = pages.words(officer.get(f"/desk/{dossier.code}"))
    assert f"{clerk_at_counter.name} làm tại quầy cho Nông Thị Bảy" in review


def test_form_01_names_the_person_who_stood_there_as_the_filer(
    officer: Browser, world: World, session: Session
) -> None:
    dossier = filed(officer, world, session)

    gathered = Gathered(session, dossier)

    assert gathered.filer.name == "Nông Thị Bảy"
    assert gathered.filer.identifier == "020180001234"
    assert gathered.owner.name == NEW["party_name"]


def test_the_figures_count_it_as_not_online(officer: Browser, world: World, session: Session) -> None:
    dossier = filed(officer, world, session)

    assert session.get_one(DossierFact, dossier.id).channel == "counter"


def test_a_party_that_is_known_is_found_by_its_number_and_not_taken_down_again(
    officer: Browser, world: World, session: Session
) -> None:
    assert world.company is not None
    assert world.company.tax_code is not None
    page = officer.post("/counter/look-up", data=walking.first(world.company.tax_code))
    assert world.company.name in pages.words(page)
    assert 'name="party_name"' not in page.text

    walking.begun(officer, world.company.tax_code)

    session.expire_all()
    draft = session.scalars(sa.select(Draft)).one()
    assert draft.party_id == world.company.id
    assert session.scalar(sa.select(sa.func.count()).where(Party.tax_code == world.company.tax_code)) == 1


def test_the_companys_people_do_not_see_the_counters_draft_and_are_told_once_it_is_filed(
    officer: Browser, world: World, session: Session, sign_in: SignIn
) -> None:
    assert world.company is not None
    assert world.company.tax_code is not None
    assert world.filer is not None
    owner = sign_in(world.filer)
    address = walking.complete(officer, world, world.company.tax_code)
    assert owner.get(address).status_code == 404
    assert world.company.name not in pages.words(owner.get("/dossiers")).partition("Bản nháp")[2]

    pages.file(officer, address)

    session.expire_all()
    dossier = session.scalars(sa.select(Dossier)).one()
    assert owner.get(f"/dossiers/{dossier.code}").status_code == 200
    assert session.scalars(sa.select(Notice.person_id)).all() == [world.filer.id]


def test_a_person_files_their_own_matter_with_the_very_card_they_show(
    officer: Browser, world: World, session: Session
) -> None:
    own = {**NEW, "party_name": "Hoàng Văn Tám", "kind": "individual", "standing": "owner"}
    wrong = walking.begin(officer, walking.CARD, **own)
    assert wrong.status_code == 422
    assert "giấy tờ tùy thân" in pages.words(wrong)

    address = walking.begun(officer, walking.CARD, **{**own, "identity_number": walking.CARD, "name": "Hoàng Văn Tám"})

    session.expire_all()
    party = session.scalars(sa.select(Party).where(Party.tax_code == walking.CARD)).one()
    assert (party.kind, party.name) == (PartyKind.INDIVIDUAL, "Hoàng Văn Tám")
    assert officer.get(address).status_code == 200


def test_a_colleague_at_the_counter_goes_on_with_the_draft_and_nobody_elsewhere_does(
    officer: Browser, world: World, session: Session, commune: Agency, sign_in: SignIn
) -> None:
    address = walking.begun(officer, UNKNOWN, **NEW)
    colleague = people.officer(session, commune, Role.ONE_STOP, name="Đàm Thị Sáu")
    elsewhere = session.get_one(Person, world.posts["service_centre", Role.ONE_STOP].person_id)

    there = sign_in(colleague)
    assert "Công ty Xuân Lộc" in pages.words(there.get("/counter/"))
    pages.fill(there, world, address, walking.PROCEDURE, walking.HOUSE)
    pages.upload_all(there, world, address, walking.PROCEDURE, walking.HOUSE)
    assert sign_in(elsewhere).get(address).status_code == 404
    assert pages.file(there, address).status_code == 303

    session.expire_all()
    dossier = session.scalars(sa.select(Dossier)).one()
    assert dossier.filer_id == colleague.id, "who filed it is who is named"


def test_the_owner_follows_it_without_an_account_by_code_and_number(
    officer: Browser, client: Browser, world: World, session: Session
) -> None:
    dossier = filed(officer, world, session)

    for fact in (UNKNOWN, "020180001234"):
        answer = client.post("/vi/track", data={"code": dossier.code, "fact": fact})
        assert answer.status_code == 200, fact
    assert client.post("/vi/track", data={"code": dossier.code, "fact": "020180001235"}).status_code == 422


def test_cash_is_taken_at_the_till_of_the_counter_with_a_numbered_receipt(
    officer: Browser, world: World, session: Session
) -> None:
    dossier = filed(officer, world, session)
    officer.post(f"/counter/dossiers/{dossier.code}/accept")
    bill = session.scalars(sa.select(Bill)).one()
    assert f"/till/bills/{bill.id}" in officer.get(f"/counter/dossiers/{dossier.code}").text

    answer = officer.post(f"/till/bills/{bill.id}/cash", data={"payer_name": "Nông Thị Bảy"})

    assert answer.status_code == 303, pages.words(answer)
    session.expire_all()
    assert bill.state is BillState.PAID
    assert re.search(r"số 1/20\d\d", pages.words(officer.get(f"/counter/dossiers/{dossier.code}")))


def test_nothing_typed_is_lost_where_the_sign_in_has_ended(
    officer: Browser, world: World, session: Session, clerk_at_counter: Person
) -> None:
    address = walking.begun(officer, UNKNOWN, **NEW)
    section = next(iter(re.findall(rf"{address}/sections/([a-z_]+)", officer.get(address).text)))
    page = officer.get(f"{address}/sections/{section}")
    typed = pages.example(world, walking.PROCEDURE, walking.HOUSE)
    sent = {"version": pages.hidden(page, "version"), "seen": pages.hidden(page, "seen"), "later": "yes", **typed}
    session.execute(sa.text("UPDATE sign_ins SET ended_at = now()"))
    session.commit()

    answer = officer.post(f"{address}/sections/{section}", data=sent)
    assert "/sign-in" in answer.location
    people.sign_in(officer, clerk_at_counter)

    kept = officer.get("/accounts/continue")
    assert kept.status_code == 200
    assert f"{address}/sections/{section}" in kept.text, "what was typed is sent again with one press"
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().closed_at is None


def test_an_officer_files_nothing_at_the_counter_for_a_company_of_their_own(
    officer: Browser, world: World, session: Session, clerk_at_counter: Person
) -> None:
    own = people.party(session, owner=clerk_at_counter)
    session.commit()

    answer = walking.begin(officer, str(own.tax_code))

    assert answer.status_code == 403
    assert session.scalars(sa.select(Draft)).all() == []


def test_bad_input_is_answered_beside_its_field_and_keeps_what_was_typed(officer: Browser, world: World) -> None:
    wrong = officer.post("/counter/look-up", data=walking.first("123"))
    assert wrong.status_code == 422
    assert 'value="123"' in wrong.text
    assert officer.post("/counter/look-up", data={}).status_code == 422
    assert officer.post("/counter/look-up", data=walking.first(UNKNOWN, procedure="9.999999")).status_code == 422

    answer = walking.begin(
        officer, UNKNOWN, **{**NEW, "party_name": "", "phone": "gọi tôi", "email": "", "consent": "y", "case": "x"}
    )

    words = pages.words(answer)
    assert answer.status_code == 422
    assert "gọi tôi" in answer.text
    for said in ("Hãy nhập tên", "số điện thoại bằng chữ số", "địa chỉ thư điện tử"):
        assert said in words


def test_who_stands_there_can_be_put_right_until_it_is_filed(officer: Browser, world: World, session: Session) -> None:
    address = walking.begun(officer, UNKNOWN, **NEW)
    who = f"/counter{address}/who"
    assert "Nông Thị Bảy" in officer.get(who).text

    answer = officer.post(who, data=walking.stander(name="Nông Thị Bẩy", consent="y"))

    assert answer.status_code == 303
    session.expire_all()
    walk_in = session.scalars(sa.select(WalkIn)).one()
    assert (walk_in.name, walk_in.consent_wording) == ("Nông Thị Bẩy", 1)
    assert officer.post(who, data=walking.stander(phone="")).status_code == 422


def test_taking_a_company_down_leaves_a_row_in_the_record_of_changes(
    officer: Browser, world: World, session: Session
) -> None:
    walking.begun(officer, UNKNOWN, **NEW)

    verbs = session.scalars(sa.select(AuditRow.verb).where(AuditRow.verb.startswith("counter."))).all()
    assert verbs == ["counter.take_down"]


def test_a_supplement_is_answered_at_the_counter_and_the_record_says_for_whom(
    officer: Browser, world: World, session: Session, clerk_at_counter: Person
) -> None:
    dossier = filed(officer, world, session)
    route(session, dossier.id, now=dossier.filed_at)
    session.commit()
    assert officer.get(f"/dossiers/{dossier.code}/supplement").status_code == 409, "nothing is asked for yet"
    assert officer.get(f"/dossiers/{dossier.code}").status_code == 403, "the company's own page"


def test_who_stood_at_the_counter_comes_there_again_for_the_result_unless_they_choose(
    officer: Browser, world: World, session: Session
) -> None:
    filed(officer, world, session)
    session.expunge_all()

    known = session.scalars(sa.select(Dossier).options(joinedload(Dossier.procedure))).one()
    assert Way.ONLINE in offered(definition_of(known.procedure).results)
    assert way_of(session, known) is Way.COUNTER
