"""Moments ring once, late rather than never, and never while the time is the filer's. Time is moved, not waited for."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.clock.zone import office_day
from portal.dossiers import moves
from portal.dossiers.actions import decision, steps, supplement
from portal.dossiers.actions.letters import WRITERS
from portal.dossiers.models import Dossier, DossierEvent, SupplementState
from portal.dossiers.projection import graph_of
from portal.dossiers.record import history
from portal.dossiers.writing import Writer
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.foundation.outbox import Timer, TimerKind
from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.contents import LetterKind
from portal.letters.printing import PrintingOffice
from portal.notices.models import Notice
from portal.routing.actions import ring, route
from portal.routing.actions.apologies import drop_apology, send_apology
from portal.routing.models import Apology, ApologyState
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role, State
from tests.factories import world as worlds
from tests.factories.world import MONDAY
from tests.routing.conftest import Bureau


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )


def waiting(session: Session, dossier: Dossier, kind: TimerKind) -> list[Timer]:
    return list(
        session.scalars(
            sa.select(Timer)
            .where(
                Timer.dossier_id == dossier.id,
                Timer.kind == kind,
                Timer.fired_at.is_(None),
                Timer.cancelled_at.is_(None),
            )
            .execution_options(populate_existing=True)
        )
    )


def pass_time(session: Session, dossier: Dossier, until: datetime, *, late: bool = False) -> list[TimerKind]:
    """What rings up to that moment, in order, as the relay and the worker would do it.

    `late`: nothing ran meanwhile, so it all rings at the end.
    """
    rung = []
    for _ in range(200):
        due = sa.select(Timer).where(
            Timer.dossier_id == dossier.id,
            Timer.fired_at.is_(None),
            Timer.cancelled_at.is_(None),
            Timer.due_at <= until,
        )
        timer = session.scalars(due.order_by(Timer.due_at, Timer.kind)).first()
        if timer is None:
            return rung
        timer.fired_at = until if late else timer.due_at
        session.flush()
        ring(session, timer, now=timer.fired_at)
        rung.append(timer.kind)
    raise AssertionError("it rings for ever")


def told(session: Session, kind: str) -> list[Notice]:
    return list(session.scalars(sa.select(Notice).where(Notice.kind == kind)))


def test_a_step_rings_at_half_most_and_all_of_its_limit_up_the_ladder(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    step = bureau.step(dossier)
    officer = bureau.person(step.post_id).id
    head, leader = bureau.post(Role.HEAD).person_id, bureau.post(Role.LEADER).person_id

    assert waiting(session, dossier, TimerKind.STEP_HALF)[0].due_at == MONDAY + timedelta(hours=2)
    pass_time(session, dossier, MONDAY + timedelta(days=3))

    assert {one.person_id for one in told(session, "step_half")} == {officer}
    assert {one.person_id for one in told(session, "step_most")} == {officer, head}
    assert {one.person_id for one in told(session, "step_late")} == {officer, head, leader}
    escalated = [one for one in history(session, dossier.id) if one.kind is EventKind.ESCALATED]
    assert [one.params["node"] for one in escalated] == [step.node_key]


def test_what_has_rung_does_not_ring_again_whoever_routes_anew(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    pass_time(session, dossier, MONDAY + timedelta(days=3))
    counted = len(told(session, "step_half"))
    route(session, dossier.id, now=MONDAY + timedelta(days=3))

    assert pass_time(session, dossier, MONDAY + timedelta(days=4)) == []
    assert len(told(session, "step_half")) == counted


def test_a_step_done_in_time_rings_for_nobody(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    step = bureau.step(dossier)
    steps.complete(session, dossier, step.node_key, viewer=bureau.holder(step), note="Đủ.", now=MONDAY)
    pass_time(session, dossier, MONDAY + timedelta(days=3))

    assert not told(session, "step_late")


def test_nothing_rings_in_the_filers_turn_and_it_rings_later_after_it(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    wrong = [supplement.Item(kind="field", key="project_name", what_is_wrong="Chưa rõ.")]
    supplement.draft_request(
        session, dossier, wrong, reason="Thiếu", legal_ground="", viewer=bureau.viewer(Role.HEAD), now=MONDAY
    )
    assert dossier.state is State.SUPPLEMENT_REQUESTED

    pass_time(session, dossier, MONDAY + timedelta(days=4))
    assert not told(session, "step_half")
    assert not told(session, "step_late")


def test_the_office_hears_that_a_supplement_was_not_answered(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    wrong = [supplement.Item(kind="field", key="project_name", what_is_wrong="Chưa rõ.")]
    request = supplement.draft_request(
        session, dossier, wrong, reason="Thiếu", legal_ground="", viewer=bureau.viewer(Role.HEAD), now=MONDAY
    )
    assert request.state is SupplementState.SENT
    rung = pass_time(session, dossier, MONDAY + timedelta(days=120))

    assert rung.count(TimerKind.SUPPLEMENT_DEADLINE) == 1
    assert {one.person_id for one in told(session, "supplement_unanswered")} == {bureau.post(Role.HEAD).person_id}


def test_an_apology_is_drafted_before_the_promise_is_broken_and_sent_by_the_leader(
    bureau: Bureau, session: Session
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    promised = dossier.promised_due_at
    assert promised is not None
    pass_time(session, dossier, promised)

    apology = session.get_one(Apology, dossier.id)
    assert apology.drafted_at < promised
    assert apology.state is ApologyState.DRAFTED
    assert apology.new_day > office_day(promised)
    assert {one.person_id for one in told(session, "apology_drafted")} == {bureau.post(Role.HEAD).person_id}

    head, late = bureau.viewer(Role.HEAD), promised - timedelta(hours=1)
    specialist = bureau.holder(bureau.step(dossier))
    reason = "Chờ kết quả đo đạc lại."
    with pytest.raises(Forbidden):
        send_apology(session, dossier, new_day=apology.new_day, reason=reason, viewer=specialist, now=late)
    with pytest.raises(Invalid):
        send_apology(session, dossier, new_day=apology.promised_on, reason=reason, viewer=head, now=late)
    assert not send_apology(session, dossier, new_day=apology.new_day, reason=reason, viewer=head, now=late)
    assert (dossier.promised_due_at, apology.state) == (promised, ApologyState.DRAFTED)
    leader = bureau.viewer(Role.LEADER)
    assert send_apology(session, dossier, new_day=apology.new_day, reason=reason, viewer=leader, now=late)

    assert dossier.promised_due_at is not None
    assert office_day(dossier.promised_due_at) == apology.new_day
    event = session.get_one(DossierEvent, (dossier.id, dossier.version))
    letter = WRITERS[LetterKind.APOLOGY](Writer(session, dossier), event)
    assert (letter.promised_at, letter.new_promised_at) == (promised, dossier.promised_due_at)  # type: ignore[union-attr]
    assert letter.reason.vi == reason  # type: ignore[union-attr]
    assert told(session, "promise_moved")
    with pytest.raises(Refused):
        drop_apology(session, dossier, viewer=head, now=late)


def test_a_draft_that_comes_late_promises_a_day_that_still_lies_ahead(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    assert dossier.promised_due_at is not None
    back = dossier.promised_due_at + timedelta(days=30)
    pass_time(session, dossier, back, late=True)

    apology = session.get_one(Apology, dossier.id)
    assert apology.state is ApologyState.DRAFTED
    assert apology.new_day > office_day(back)


def test_what_came_while_nothing_ran_rings_late_each_once_rather_than_never(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    back = MONDAY + timedelta(days=90)
    rung = pass_time(session, dossier, back, late=True)

    assert (rung.count(TimerKind.TOTAL_LIMIT), rung.count(TimerKind.PROMISE_NEAR)) == (1, 1)
    head, leader = bureau.post(Role.HEAD).person_id, bureau.post(Role.LEADER).person_id
    officer = bureau.person(bureau.step(dossier).post_id).id
    for kind, people in (
        ("step_half", {officer}),
        ("step_most", {officer, head}),
        ("step_late", {officer, head, leader}),
    ):
        assert sorted(one.person_id for one in told(session, kind)) == sorted(people)
    assert pass_time(session, dossier, back + timedelta(days=1), late=True) == []


def test_the_whole_limit_is_told_to_the_officer_the_head_and_the_leader(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    assert dossier.statutory_due_at is not None
    pass_time(session, dossier, dossier.statutory_due_at + timedelta(minutes=2))

    officer = bureau.person(bureau.step(dossier).post_id).id
    everybody = {officer, bureau.post(Role.HEAD).person_id, bureau.post(Role.LEADER).person_id}
    assert {one.person_id for one in told(session, "limit_passed")} == everybody
    escalated = [one.params["limit"] for one in history(session, dossier.id) if one.kind is EventKind.ESCALATED]
    assert escalated.count("total_limit") == 1


def test_a_dossier_nobody_accepts_is_told_at_the_counter_and_never_accepted_by_silence(
    bureau: Bureau, session: Session
) -> None:
    dossier = bureau.world.file()
    route(session, dossier.id, now=MONDAY)
    rung = pass_time(session, dossier, MONDAY + timedelta(days=7))

    assert rung.count(TimerKind.ACCEPTANCE_LIMIT) == 1
    assert bureau.world.posts["service_centre", Role.ONE_STOP].person_id in {
        one.person_id for one in told(session, "limit_passed")
    }
    assert dossier.state is State.FILED


def test_a_consulted_officer_is_reminded_at_half_and_at_four_fifths(session: Session) -> None:
    world = worlds.build(session, procedures=("1.009645",))
    agency = world.agencies["finance"]
    bureau = Bureau(world=world, session=session, agency=agency, specialists=[])
    dossier = bureau.accepted(code="1.009645")
    bureau.walk(dossier, Act.OPINION)
    step = bureau.step(dossier)
    assert step.due_at is not None
    pass_time(session, dossier, step.due_at - timedelta(minutes=1))

    consulted = bureau.person(step.post_id).id
    for kind in ("step_half", "opinion_reminder"):
        assert [one.event_version for one in told(session, kind) if one.person_id == consulted] == [step.entry]
    assert not told(session, "step_late")


def test_a_result_that_nobody_fetches_is_told_to_the_filer_once(
    bureau: Bureau, session: Session, office: PrintingOffice
) -> None:
    dossier = bureau.at(Act.SIGN)
    for act in (Act.SIGN, Act.NUMBER, Act.ISSUE):
        step = bureau.step(dossier)
        assert graph_of(dossier)[step.node_key].act is act
        settle(session, dossier, act, viewer=bureau.holder(step), office=office)
        route(session, dossier.id, now=MONDAY)
    assert dossier.state is State.SETTLED
    rung = pass_time(session, dossier, MONDAY + timedelta(days=30))

    assert rung.count(TimerKind.RESULT_UNCOLLECTED) == 1
    assert bureau.world.filer is not None
    assert [one.person_id for one in told(session, "result_waits")] == [bureau.world.filer.id]


def settle(session: Session, dossier: Dossier, act: Act, *, viewer: Viewer, office: PrintingOffice) -> None:
    """Sign, number or issue what stands there."""
    (node,) = moves.open_nodes(session, dossier)
    if act is Act.SIGN:
        granted = Outcome.GRANTED
        decision.sign(session, dossier, node, outcome=granted, viewer=viewer, office=office, now=MONDAY)
    elif act is Act.NUMBER:
        decision.number(session, dossier, node, viewer=viewer, now=MONDAY)
    else:
        decision.issue(session, dossier, node, viewer=viewer, office=office, now=MONDAY)
