"""A dossier's life through the real verbs, against the real database."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.answers import posted_from
from portal.catalogue.queries import definition_of
from portal.dossiers import moves
from portal.dossiers.actions import decision, filing, intake, steps, supplement
from portal.dossiers.models import Dossier, DossierEvent, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.record import history
from portal.facts.models import DossierFact
from portal.foundation.errors import Forbidden, Stale
from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.printing import PrintingOffice
from portal.letters.verify import verify_detached, verify_sealed
from portal.proof.queries import shown
from portal.routing.actions import route
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role, State
from portal.workflow.replay import replay
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

NUMBERS = {
    "1.013225": "{number}/GPXD",
    "1.004191": "{number}/GP-TNTX",
    "1.013952": "{number}/QĐ-UBND",
    "1.009645": "{number}/QĐ-UBND",
}


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )


def test_a_filed_dossier_has_a_code_of_its_intake_agency_and_day(world: World) -> None:
    first, second = world.file(seed=1), world.file(seed=2)

    assert first.code == "H37.01-260302-0001"
    assert second.code == "H37.01-260302-0002"
    assert first.state is State.FILED
    assert first.acceptance_due_at == MONDAY + timedelta(days=1)


def test_filing_twice_is_filing_once(world: World, session: Session) -> None:
    draft = world.draft()
    first = filing.file(session, draft, viewer=world.company_viewer, language="vi", now=MONDAY)
    again = filing.file(session, draft, viewer=world.company_viewer, language="vi", now=MONDAY)

    assert again.id == first.id
    assert session.scalar(sa.select(sa.func.count()).select_from(Dossier)) == 1


def test_a_draft_with_a_gap_is_not_filed_and_every_gap_is_named(world: World, session: Session) -> None:
    draft = world.draft()
    draft.answers = {name: value for name, value in draft.answers.items() if not name.startswith("works_name")}

    with pytest.raises(filing.Incomplete) as refusal:
        filing.file(session, draft, viewer=world.company_viewer, language="vi", now=MONDAY)

    assert [problem.path for problem in refusal.value.problems] == ["works_name"]


def accepted(world: World, session: Session, code: str = "1.013225") -> Dossier:
    dossier = world.file(code)
    route(session, dossier.id, now=MONDAY)
    officer = world.viewer("service_centre", Role.ONE_STOP)
    intake.note_opened(session, dossier, viewer=officer, now=MONDAY)
    intake.accept(session, dossier, viewer=officer, now=MONDAY + timedelta(hours=1))
    route(session, dossier.id, now=MONDAY + timedelta(hours=1))
    return dossier


def test_acceptance_starts_the_clock_and_opens_the_first_step_at_the_competent_agency(
    world: World, session: Session
) -> None:
    dossier = accepted(world, session)

    assert dossier.state is State.IN_PROGRESS
    assert dossier.statutory_due_at is not None
    open_step = session.scalars(
        sa.select(DossierStep).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
    ).one()
    assert open_step.role is Role.HEAD
    assert open_step.agency_id == dossier.agency_id
    assert open_step.post_id is not None
    assert open_step.due_at is not None


def test_only_the_one_stop_officer_accepts(world: World, session: Session) -> None:
    dossier = world.file()
    route(session, dossier.id, now=MONDAY)

    with pytest.raises(Forbidden):
        intake.accept(session, dossier, viewer=world.company_viewer, now=MONDAY)


def test_the_projection_is_the_replay_of_the_events(world: World, session: Session) -> None:
    dossier = accepted(world, session)

    replayed = replay(history(session, dossier.id), graph_of(dossier))

    assert replayed.state is dossier.state
    assert replayed.version == dossier.version
    assert replayed.standing == moves.open_nodes(session, dossier)


@pytest.mark.parametrize("code", ["1.013225", "1.004191", "1.013952", "1.009645"])
def test_each_procedure_reaches_the_leaders_desk(world: World, session: Session, code: str) -> None:
    dossier = accepted(world, session, code)
    node = worked(world, session, dossier, until=Act.SIGN)

    assert steps.open_step(session, dossier, node).role is Role.LEADER


def test_events_refuse_to_be_changed(world: World, session: Session) -> None:
    dossier = world.file()

    with pytest.raises(sa.exc.DatabaseError, match="only added"), session.begin_nested():
        session.execute(sa.update(DossierEvent).where(DossierEvent.dossier_id == dossier.id).values(actor="x"))


def test_the_turnaround_fact_follows_the_dossier(world: World, session: Session) -> None:
    dossier = accepted(world, session)

    fact = session.get_one(DossierFact, dossier.id)
    assert fact.version == dossier.version
    assert fact.state == "in_progress"
    assert fact.acceptance_was_late is False


def test_a_stale_act_is_refused(world: World, session: Session) -> None:
    dossier = accepted(world, session)
    other = session.scalars(sa.select(DossierEvent.version).where(DossierEvent.dossier_id == dossier.id)).all()
    dossier.version = len(other) - 1

    with pytest.raises(Stale):
        steps.assign(session, dossier, "assign", post_id=None, reason="test", actor="post:x", now=MONDAY)


def worked(world: World, session: Session, dossier: Dossier, *, until: Act) -> str:
    """Work the dossier through its steps until one with this act is open; returns the node."""
    graph = graph_of(dossier)
    now = MONDAY + timedelta(hours=2)
    for _ in range(60):
        nodes = sorted(moves.open_nodes(session, dossier))
        found = next((node for node in nodes if graph[node].act is until), None)
        if found is not None:
            return found
        step = steps.open_step(session, dossier, nodes[0])
        viewer = world.holder(step.agency_id, step.role)
        steps.complete(session, dossier, nodes[0], viewer=viewer, note="Đủ điều kiện.", now=now)
        route(session, dossier.id, now=now)
    raise AssertionError("the dossier never came there")


@pytest.mark.parametrize("code", ["1.013225", "1.004191", "1.013952", "1.009645"])
def test_sign_number_issue_deliver_settle_the_dossier(
    world: World, session: Session, office: PrintingOffice, code: str
) -> None:
    dossier = accepted(world, session, code)
    node = worked(world, session, dossier, until=Act.SIGN)
    now = MONDAY + timedelta(hours=2)
    step = steps.open_step(session, dossier, node)

    leader = replace(world.holder(step.agency_id, Role.LEADER), stepped_up_at=now)
    letter = decision.sign(session, dossier, node, outcome=Outcome.GRANTED, viewer=leader, office=office, now=now)
    for act, verb in ((Act.NUMBER, decision.number), (Act.ISSUE, partial(decision.issue, office=office))):
        node = worked(world, session, dossier, until=act)
        step = steps.open_step(session, dossier, node)
        verb(session, dossier, node, viewer=world.holder(step.agency_id, step.role), now=now)
    assert dossier.state is State.SETTLED
    decision.deliver(session, dossier, actor=world.company_viewer.actor, how="download", now=now)

    assert dossier.state is State.RETURNED
    roots = office.authority.roots()
    assert letter.storage_key is not None
    assert letter.signature is not None
    assert letter.signed_bytes is not None
    assert verify_sealed(office.storage.get(letter.storage_key), roots, now=now).valid
    assert verify_detached(letter.signature, letter.signed_bytes, roots, now=now).valid
    printed = NUMBERS[code].format(number=letter.number)
    found = shown(session, letter.token)
    assert found is not None
    assert found.number == printed
    fact = session.get_one(DossierFact, dossier.id, populate_existing=True)
    assert (fact.outcome, fact.was_on_time, fact.agency_minutes) == ("granted", True, 60)


def test_a_leader_signs_only_after_a_step_up(world: World, session: Session, office: PrintingOffice) -> None:
    dossier = accepted(world, session)
    node = worked(world, session, dossier, until=Act.SIGN)
    step = steps.open_step(session, dossier, node)
    leader = replace(world.holder(step.agency_id, Role.LEADER), stepped_up_at=None)

    with pytest.raises(Forbidden, match="step_up"):
        decision.sign(session, dossier, node, outcome=Outcome.GRANTED, viewer=leader, office=office, now=MONDAY)


def test_a_supplement_round_stops_the_clock_and_resumes_it(world: World, session: Session) -> None:
    dossier = accepted(world, session)
    before = dossier.statutory_due_at
    assert before is not None
    head = world.holder(dossier.agency_id, Role.HEAD)
    asked = [supplement.Item(kind="field", key="works_name", what_is_wrong="Tên công trình chưa khớp bản vẽ.")]
    supplement.draft_request(
        session, dossier, asked, reason="Chưa khớp", legal_ground="", viewer=head, now=MONDAY + timedelta(days=1)
    )
    assert dossier.state is State.SUPPLEMENT_REQUESTED

    answers = supplement.latest_answers(session, dossier.id).answers
    typed = posted_from(definition_of(dossier.procedure), answers)
    later = MONDAY + timedelta(days=8)
    supplement.answer(session, dossier, typed, viewer=world.company_viewer, now=later)

    assert dossier.state is State.IN_PROGRESS
    assert dossier.statutory_due_at is not None
    assert dossier.statutory_due_at - before >= timedelta(days=7)
