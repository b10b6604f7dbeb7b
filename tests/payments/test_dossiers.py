"""What money does to a dossier: prepayment files it, an obligation stops its clock, some ends give it back."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments import queries as files
from portal.calendars.queries import in_force
from portal.catalogue.actions import publish
from portal.catalogue.queries import definition_of
from portal.clock.due import clock_starts_at, due
from portal.clock.stopwatch import Pause
from portal.dossiers.actions import filing, intake, obligation, payment, stopping, withdrawal
from portal.dossiers.actions.obligation import Due
from portal.dossiers.actions.steps import complete, leads_to_payment
from portal.dossiers.models import Dossier, DossierAnswers, DossierStep, Draft
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import Wanted, listed, visible
from portal.dossiers.record import history
from portal.dossiers.terms import Terms
from portal.facts.models import DossierFact
from portal.foundation.errors import Forbidden, NotFound, Refused
from portal.foundation.outbox import Job, OutboxRow, Timer, TimerKind
from portal.payments import queries
from portal.payments.actions import settling
from portal.payments.kinds import BillState, RefundGround
from portal.payments.models import Bill, Payment, Refund
from portal.routing.actions import route
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role, State, StopReason
from portal.workflow.replay import replay
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.payments.conftest import LATER, accepted, begun, bill_of, terminal, told

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def pay(session: Session, dossier: Dossier, at: datetime) -> Payment:
    """The bank says yes, and the worker lets the dossier hear of it an hour later."""
    one = begun(session, bill_of(session, dossier), at)
    assert settling.hear(session, terminal(), told(one), now=at).code == "00"
    payment.note_settlement(session, one.id, now=at + HOUR)
    return one


def with_fees(world: World, session: Session, code: str = "1.013225", **changes: str) -> None:
    """From now on the procedure collects, or gives back, otherwise."""
    definition = definition_of(world.versions[code])
    fees = tuple(fee.model_copy(update=changes) if fee.kind != "exempt" else fee for fee in definition.fees)
    made = publish(session, definition.model_copy(update={"fees": fees}), now=MONDAY, origin="test.toml")
    assert made is not None
    world.versions[code] = made


@pytest.fixture
def prepaid(world: World, session: Session) -> Dossier:
    with_fees(world, session, collect="at_filing", refund="before_acceptance")
    return world.file("1.013225")


def test_a_prepaid_dossier_has_its_code_but_is_not_filed(world: World, session: Session, prepaid: Dossier) -> None:
    assert prepaid.code == "H37.01-260302-0001"
    assert prepaid.state is State.AWAITING_PREPAYMENT
    assert bill_of(session, prepaid).amount_vnd > 0
    assert session.get(DossierFact, prepaid.id) is None
    assert not session.scalars(sa.select(OutboxRow).where(OutboxRow.kind == Job.ROUTE_DOSSIER.value)).all()
    timer = session.scalars(sa.select(Timer).where(Timer.dossier_id == prepaid.id)).one()
    assert timer.kind is TimerKind.PREPAYMENT_DEADLINE
    with pytest.raises(NotFound):
        visible(session, prepaid.code, viewer=world.viewer("service_centre", Role.ONE_STOP))
    owed_vnd = bill_of(session, prepaid).amount_vnd
    assert listed(session, Wanted(), viewer=world.company_viewer) == [(prepaid, owed_vnd)]


def test_paying_files_it_and_the_acceptance_limit_counts_from_the_settlement(
    session: Session, prepaid: Dossier
) -> None:
    at = MONDAY + timedelta(hours=5, minutes=7)
    pay(session, prepaid, at)

    assert prepaid.state is State.FILED
    assert prepaid.filed_at == at
    assert prepaid.acceptance_due_at == in_force(session).calendar.add_working_minutes(at, 480)
    timers = session.scalars(sa.select(Timer).where(Timer.cancelled_at.is_(None))).all()
    assert [one.kind for one in timers] == [TimerKind.ACCEPTANCE_LIMIT]
    asked, filed = history(session, prepaid.id)
    assert (asked.kind, filed.kind) == (EventKind.PREPAYMENT_REQUESTED, EventKind.FILED)
    assert asked.commitments == filed.commitments
    kinds = [one["kind"] for one in session.scalars(
        sa.select(OutboxRow.payload).where(OutboxRow.kind == Job.RENDER_LETTER.value)
    )]  # fmt: skip
    assert sorted(kinds) == ["fee_receipt", "filing_receipt"]
    assert replay(history(session, prepaid.id), graph_of(prepaid)).filed_at == at


def test_unpaid_it_is_a_draft_again_with_all_its_documents(world: World, session: Session, prepaid: Dossier) -> None:
    payment.expire_prepayment(session, prepaid.id, now=MONDAY + 2 * DAY)
    payment.expire_prepayment(session, prepaid.id, now=MONDAY + 3 * DAY)

    assert prepaid.state is State.DRAFT
    assert bill_of(session, prepaid).state is BillState.CANCELLED
    draft = session.scalars(sa.select(Draft)).one()
    assert draft.closed_at is None
    assert files.of(session, draft_id=draft.id)
    assert not session.scalars(sa.select(DossierAnswers)).all()
    assert not listed(session, Wanted(), viewer=world.company_viewer)
    session.refresh(draft, ["procedure", "party"])
    again = filing.file(session, draft, viewer=world.company_viewer, language="vi", now=MONDAY + 3 * DAY)
    assert again.id != prepaid.id
    assert again.state is State.AWAITING_PREPAYMENT


def test_money_that_comes_after_the_wait_is_over_goes_back(session: Session, prepaid: Dossier) -> None:
    bill = bill_of(session, prepaid)
    one = begun(session, bill, MONDAY + HOUR)
    payment.expire_prepayment(session, prepaid.id, now=MONDAY + 2 * DAY)
    settling.hear(session, terminal(), told(one), now=MONDAY + 2 * DAY + HOUR)
    payment.note_settlement(session, one.id, now=MONDAY + 2 * DAY + HOUR)

    assert prepaid.state is State.DRAFT
    assert history(session, prepaid.id)[-1].kind is EventKind.FEE_SETTLED
    assert session.scalars(sa.select(Refund)).one().ground is RefundGround.NOT_OWED_ANY_MORE


def test_after_its_time_a_prepayment_is_not_begun(session: Session, prepaid: Dossier) -> None:
    with pytest.raises(Refused, match="not_owed"):
        begun(session, bill_of(session, prepaid), MONDAY + DAY + HOUR)


@pytest.mark.parametrize(
    ("rule", "how", "goes_back"),
    [
        ("never", "refused", False), ("never", "withdrawn", False),
        ("if_not_accepted", "refused", True), ("if_not_accepted", "withdrawn", False),
        ("before_acceptance", "refused", True), ("before_acceptance", "withdrawn", True),
        ("before_acceptance", "stopped", False), ("full", "stopped", True), ("full", "refused", True),
    ],
)  # fmt: skip
def test_an_end_without_decision_gives_back_what_the_versions_rule_says(
    world: World, session: Session, rule: str, how: str, goes_back: bool
) -> None:
    with_fees(world, session, collect="at_filing", refund=rule)
    dossier = world.file("1.013225")
    paid = pay(session, dossier, MONDAY)
    route(session, dossier.id, now=MONDAY)
    officer = world.viewer("service_centre", Role.ONE_STOP)
    if how == "refused":
        intake.refuse_intake(session, dossier, viewer=officer, reason="Sai", legal_ground="", now=LATER)
    elif how == "withdrawn":
        withdrawal.withdraw(session, dossier, viewer=world.company_viewer, reason="", now=LATER)
    else:
        intake.accept(session, dossier, viewer=officer, now=LATER)
        head = world.holder(dossier.agency_id, Role.HEAD)
        ground = StopReason.CLOSED_ADMINISTRATIVELY
        stopping.stop(session, dossier, ground=ground, reason="", viewer=head, now=LATER + HOUR)

    found = session.scalars(sa.select(Refund)).all()
    assert [(one.payment_id, one.amount_vnd) for one in found] == ([(paid.id, paid.amount_vnd)] if goes_back else [])


def test_what_is_owed_is_not_owed_any_more_when_the_dossier_ends(world: World, session: Session) -> None:
    dossier = accepted(world, session)
    head = world.holder(dossier.agency_id, Role.HEAD)
    stopping.stop(session, dossier, ground=StopReason.CLOSED_ADMINISTRATIVELY, reason="", viewer=head, now=LATER + HOUR)

    assert bill_of(session, dossier).state is BillState.CANCELLED


def notice(session: Session, dossier: Dossier, world: World, role: Role, at: datetime) -> Bill:
    return obligation.draft_notice(
        session, dossier, [Due(name="Tiền sử dụng đất", amount_vnd=120_000_000)], reason="Theo thông báo thuế",
        legal_ground="", due_on=None, viewer=world.holder(dossier.agency_id, role), now=at,
    )  # fmt: skip


def statutory(session: Session, dossier: Dossier, *pauses: tuple[datetime, datetime]) -> datetime:
    """The clock's own answer for these pauses."""
    terms = Terms.from_json(dossier.terms)
    assert dossier.accepted_at is not None
    calendar = in_force(session).hours_of(dossier.agency_id)
    return due(
        received_at=clock_starts_at(terms.statutory, filed_at=dossier.filed_at, accepted_at=dossier.accepted_at),
        limit=terms.statutory,
        calendar=calendar,
        pauses=tuple(Pause(began_at=began, ended_at=ended, reason="payment") for began, ended in pauses),
        policy=terms.policy,
        now=max(ended for _, ended in pauses),
    ).due_at


def test_a_notice_stops_the_clock_and_its_payment_starts_it_again(world: World, session: Session) -> None:
    dossier = accepted(world, session)
    began, ended = LATER + DAY, LATER + 9 * DAY
    before = dossier.statutory_due_at

    bill = notice(session, dossier, world, Role.SPECIALIST, LATER + HOUR)
    assert (bill.state, dossier.state) == (BillState.DRAFTED, State.IN_PROGRESS)
    assert bill not in queries.bills_of(session, dossier.id)
    with pytest.raises(Forbidden):
        obligation.send_notice(session, dossier, viewer=world.holder(dossier.agency_id, Role.SPECIALIST), now=began)
    obligation.send_notice(session, dossier, viewer=world.holder(dossier.agency_id, Role.HEAD), now=began)
    assert (bill.state, dossier.state) == (BillState.OWED, State.PAYMENT_DUE)
    papers = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == Job.RENDER_LETTER)).all()
    assert [one["event_version"] for one in papers if one["kind"] == "obligation"] == [dossier.version]
    pay(session, dossier, ended)

    assert (bill.state, dossier.state) == (BillState.PAID, State.IN_PROGRESS)
    assert dossier.statutory_due_at == statutory(session, dossier, (began, ended))
    assert before is not None
    assert dossier.statutory_due_at > before


def test_a_notice_the_head_does_not_want_stops_nothing(world: World, session: Session) -> None:
    dossier = accepted(world, session)
    bill = notice(session, dossier, world, Role.SPECIALIST, LATER)
    obligation.drop_notice(session, dossier, viewer=world.holder(dossier.agency_id, Role.HEAD), now=LATER)

    assert (bill.state, dossier.state) == (BillState.CANCELLED, State.IN_PROGRESS)


def test_money_on_its_way_arrives_while_withdrawal_is_considered(world: World, session: Session) -> None:
    dossier = accepted(world, session)
    notice(session, dossier, world, Role.HEAD, LATER)
    one = begun(session, bill_of(session, dossier), LATER)
    withdrawal.withdraw(session, dossier, viewer=world.company_viewer, reason="", now=LATER + HOUR)
    settling.hear(session, terminal(), told(one), now=LATER + 2 * HOUR)
    payment.note_settlement(session, one.id, now=LATER + 2 * HOUR)

    assert dossier.state is State.WITHDRAWAL_REQUESTED
    assert history(session, dossier.id)[-1].kind is EventKind.PAYMENT_CONFIRMED


LAND = "1.115797"


@pytest.fixture
def land(session: Session) -> tuple[World, Dossier]:
    """A dossier for land whose decision is made; the next thing is what it costs."""
    world = worlds.build(session, procedures=(LAND,))
    for seed in range(1, 20):
        draft_truths = Terms.from_json(world.file(LAND, seed=seed).terms).truths
        dossier = session.scalars(sa.select(Dossier).order_by(Dossier.code.desc()).limit(1)).one()
        if draft_truths.get("obligation", True):
            break
    dossier = visible(session, dossier.code, viewer=world.company_viewer)
    route(session, dossier.id, now=MONDAY)
    intake.accept(session, dossier, viewer=world.viewer("service_centre", Role.ONE_STOP), now=LATER)
    while leads_to_payment(session, dossier) is None:
        work_on(world, session, dossier)
    return world, dossier


def work_on(world: World, session: Session, dossier: Dossier) -> None:
    open_step = session.scalars(
        sa.select(DossierStep).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
    ).first()
    assert open_step is not None
    act = graph_of(dossier)[open_step.node_key].act
    conclusion = {Act.OPINION: "agree", Act.APPRAISE: "grant"}.get(act)
    viewer = world.holder(open_step.agency_id, open_step.role)
    complete(
        session, dossier, open_step.node_key, viewer=viewer, note="Đã xem", conclusion=conclusion, now=LATER + HOUR
    )


def test_behind_the_financial_stop_the_second_phase_begins_with_the_payment(
    land: tuple[World, Dossier], session: Session
) -> None:
    world, dossier = land
    before = leads_to_payment(session, dossier)
    assert before == "notify"
    began, ended = LATER + DAY, LATER + 6 * DAY
    with pytest.raises(Refused, match="notice_first"):
        complete(session, dossier, before, viewer=world.holder(dossier.agency_id, Role.SPECIALIST), note="x", now=began)

    notice(session, dossier, world, Role.SPECIALIST, LATER + HOUR)
    obligation.send_notice(session, dossier, viewer=world.holder(dossier.agency_id, Role.HEAD), now=began)
    projected = replay(history(session, dossier.id), graph_of(dossier))
    assert (dossier.state, projected.standing) == (State.PAYMENT_DUE, frozenset({"obligation"}))
    pay(session, dossier, ended)

    standing = replay(history(session, dossier.id), graph_of(dossier)).standing
    assert (dossier.state, standing) == (State.IN_PROGRESS, frozenset({"handover"}))
    assert dossier.statutory_due_at == statutory(session, dossier, (began, ended))
    opened = session.scalars(
        sa.select(DossierStep).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
    ).one()
    assert opened.node_key == "handover"


def test_a_notice_of_nothing_is_met_at_once(land: tuple[World, Dossier], session: Session) -> None:
    world, dossier = land
    obligation.draft_notice(
        session, dossier, [Due(name="Được miễn", amount_vnd=0)], reason="Miễn theo luật", legal_ground="",
        due_on=None, viewer=world.holder(dossier.agency_id, Role.HEAD), now=LATER + DAY,
    )  # fmt: skip

    assert dossier.state is State.IN_PROGRESS
    assert replay(history(session, dossier.id), graph_of(dossier)).standing == frozenset({"handover"})
