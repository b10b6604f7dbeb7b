"""What the filer's side is told: what a list hangs on, how one pays, why the clock stands, that it is over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.actions import decision, steps, stopping, supplement
from portal.dossiers.models import Dossier
from portal.foundation.errors import Forbidden, Refused
from portal.foundation.settings import Settings
from portal.foundation.storage import storage_at
from portal.letters.authority import DemoAuthority
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.notices.models import Notice
from portal.workflow.graph import Act
from portal.workflow.lifecycle import CompanyRole, Outcome, Role, State, StopReason
from tests.dossiers import pages
from tests.dossiers.test_following_pages import accepted, track
from tests.dossiers.test_life import worked
from tests.factories import people
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser
from tests.fixtures.workers import drain

GROUND = "Khoản 2 Điều 10 Thông tư 01"


def asked(world: World, session: Session) -> Dossier:
    dossier = accepted(world, session)
    items = [supplement.Item(kind="document", key="drawings", what_is_wrong="Thiếu mặt cắt.")]
    head = world.holder(dossier.agency_id, Role.HEAD)
    supplement.draft_request(
        session, dossier, items, reason="Cần khớp bản vẽ", legal_ground=GROUND, viewer=head, now=MONDAY
    )
    session.flush()
    return dossier


def test_the_task_list_says_that_the_documents_depend_on_the_answers_and_why_one_was_added(
    filer: Browser, world: World
) -> None:
    address = pages.begin(filer, world)
    as_company = pages.words(filer.get(address))
    pages.save(filer, address, "owner", {"owner_kind": "person"})
    as_person = pages.words(filer.get(address))

    assert "Đến lúc này có 4 giấy tờ." in as_company
    assert "Danh sách tùy thuộc vào câu trả lời của bạn" in as_company
    assert "Cần có do câu trả lời của bạn: “Chủ đầu tư là” – Tổ chức, doanh nghiệp" in as_company
    assert "Đến lúc này có" in as_person
    assert "Tổ chức, doanh nghiệp" not in as_person


def test_a_finished_form_no_longer_says_so_far(filer: Browser, world: World) -> None:
    address = pages.complete(filer, world)

    assert "Đến lúc này" not in pages.words(filer.get(address))


def test_a_courtesy_translation_is_said_once_per_draft(filer: Browser, world: World) -> None:
    address = pages.begin(filer, world)
    note = "courtesy translations"
    filer.post("/language", data={"language": "en", "next": "/dossiers"})

    assert note in filer.get("/drafts/new?procedure=1.013225").text
    assert note in filer.get(f"{address}/review").text
    for path in ("", "/documents", "/sections/owner"):
        assert note not in filer.get(f"{address}{path}").text, path


def test_it_is_said_where_the_fee_is_paid_before_and_after_filing(
    filer: Browser, world: World, session: Session
) -> None:
    address = pages.complete(filer, world)
    review = pages.words(filer.get(f"{address}/review"))
    pages.file(filer, address)
    dossier = session.scalars(sa.select(Dossier)).one()
    page = pages.words(filer.get(f"/dossiers/{dossier.code}"))

    for said in (review, page):
        assert "Bạn nộp khi hồ sơ được tiếp nhận" in said
        assert "hoặc tại quầy của" in said
        assert "75.000 đồng" in said


def test_the_confirmation_waits_for_the_receipt_where_a_script_can_find_it(
    filer: Browser, world: World, session: Session, settings: Settings
) -> None:
    answer = pages.file(filer, pages.complete(filer, world))
    waiting = filer.get(answer.location).text
    drain(session, settings=settings)
    letter = session.scalars(sa.select(Letter)).one()
    there = filer.get(answer.location).text

    assert 'id="receipt" aria-live="polite" data-waiting' in waiting
    assert "data-look-again" in waiting
    assert 'id="receipt" aria-live="polite">' in there
    assert f"/letters/{letter.id}" in there
    assert "js/receipt.js" in there


def test_filers_read_the_legal_ground_of_a_pause_and_the_public_does_not(
    filer: Browser, client: Browser, world: World, session: Session
) -> None:
    dossier = asked(world, session)
    assert world.company is not None

    assert GROUND in filer.get(f"/dossiers/{dossier.code}").text
    assert GROUND not in track(client, dossier.code, str(world.company.tax_code)).text


def test_a_dossier_closed_as_not_supplied_is_told_and_gets_its_letter(world: World, session: Session) -> None:
    dossier = asked(world, session)
    head = world.holder(dossier.agency_id, Role.HEAD)
    request = supplement.open_request(session, dossier.id)
    assert request is not None
    close = partial(stopping.stop, session, dossier, ground=StopReason.NOT_SUPPLIED, reason="Quá hạn", viewer=head)

    with pytest.raises(Refused, match="not_over_yet"):
        close(now=MONDAY + timedelta(days=1))
    close(now=MONDAY + timedelta(days=1 + (request.answer_due_on - MONDAY.date()).days))

    assert (dossier.state, dossier.stop_reason) == (State.STOPPED, StopReason.NOT_SUPPLIED)
    assert "stopped" in set(session.scalars(sa.select(Notice.kind).where(Notice.dossier_id == dossier.id)))
    kinds = sa.select(sa.text("payload->>'kind'")).select_from(sa.text("outbox")).where(sa.text("kind='render_letter'"))
    assert "stop" in set(session.scalars(kinds))


def test_only_the_right_people_stop_a_dossier_and_only_for_a_ground_that_fits(world: World, session: Session) -> None:
    dossier = accepted(world, session)
    head = world.holder(dossier.agency_id, Role.HEAD)

    with pytest.raises(Forbidden):
        stopping.stop(
            session, dossier, ground=StopReason.NOT_SUPPLIED, reason="x", viewer=world.company_viewer, now=MONDAY
        )
    with pytest.raises(Refused, match="reason_not_allowed"):
        stopping.stop(session, dossier, ground=StopReason.UNPAID, reason="x", viewer=head, now=MONDAY)


@pytest.fixture
def settled(
    world: World, session: Session, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Dossier, Letter]:
    """A dossier whose result can be fetched."""
    office = PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=storage_at(settings.storage_url),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )
    dossier, now = accepted(world, session), MONDAY + timedelta(hours=2)
    node = worked(world, session, dossier, until=Act.SIGN)
    leader = replace(world.holder(steps.open_step(session, dossier, node).agency_id, Role.LEADER), stepped_up_at=now)
    letter = decision.sign(session, dossier, node, outcome=Outcome.GRANTED, viewer=leader, office=office, now=now)
    for act, verb in ((Act.NUMBER, decision.number), (Act.ISSUE, partial(decision.issue, office=office))):
        node = worked(world, session, dossier, until=act)
        step = steps.open_step(session, dossier, node)
        verb(session, dossier, node, viewer=world.holder(step.agency_id, step.role), now=now)
    session.commit()
    return dossier, letter


@pytest.mark.parametrize(
    ("role", "state"),
    [
        (CompanyRole.VIEWER, State.SETTLED),
        (CompanyRole.PAYER, State.SETTLED),
        (CompanyRole.FILER, State.RETURNED),
        (CompanyRole.OWNER, State.RETURNED),
    ],
)
def test_the_result_is_delivered_when_somebody_who_files_fetches_it(
    settled: tuple[Dossier, Letter],
    world: World,
    session: Session,
    new_client: Callable[[], Browser],
    role: CompanyRole,
    state: State,
) -> None:
    dossier, letter = settled
    reader = people.filer(session, company=world.company, role=role)
    browser = new_client()
    people.sign_in(browser, reader)

    answer = browser.get(f"/dossiers/{dossier.code}/letters/{letter.id}")

    session.expire_all()
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")
    assert session.get_one(Dossier, dossier.id).state is state


def test_an_agent_under_a_mandate_receives_the_result_for_its_principal(
    settled: tuple[Dossier, Letter], world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    dossier, letter = settled
    agency = people.party(session, name="Công ty Dịch vụ Kỳ Cùng")
    clerk = people.filer(session, company=agency)
    assert world.company is not None
    people.mandate(session, world.company, agency, fields=["construction"])
    dossier.agent_party_id = agency.id
    session.flush()
    browser = new_client()
    people.sign_in(browser, clerk)

    answer = browser.get(f"/dossiers/{dossier.code}/letters/{letter.id}")

    session.expire_all()
    assert answer.status_code == 200
    assert session.get_one(Dossier, dossier.id).state is State.RETURNED
