"""Attempts and how they end: whatever the bank says, how often and in what order, a bill is settled once."""

from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts.models import AuditRow
from portal.dossiers.actions import payment as dossiers
from portal.dossiers.models import Dossier, DossierEvent
from portal.foundation.errors import Invalid, NotFound, Refused
from portal.foundation.outbox import Job, OutboxRow
from portal.payments import queries
from portal.payments.actions import links, refunds, settling
from portal.payments.gateways import Said
from portal.payments.kinds import BillState, PaymentState, RefundGround
from portal.payments.models import Bill, Payment, Refund
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role
from tests.factories.world import World
from tests.payments.conftest import LATER, PAYER, accepted, begun, bill_of, terminal, told


@pytest.fixture
def dossier(world: World, session: Session) -> Dossier:
    return accepted(world, session)


@pytest.fixture
def bill(dossier: Dossier, session: Session) -> Bill:
    return bill_of(session, dossier)


def hear(session: Session, message: dict[str, str], minutes: int = 1) -> str:
    return settling.hear(session, terminal(), message, now=LATER + timedelta(minutes=minutes)).code


def jobs(session: Session) -> int:
    wanted = sa.select(sa.func.count()).select_from(OutboxRow).where(OutboxRow.kind == Job.NOTE_SETTLEMENT.value)
    return session.scalar(wanted) or 0


def test_accepting_bills_the_fee_line_by_line_at_the_one_stop_office(
    bill: Bill, dossier: Dossier, session: Session
) -> None:
    lines = queries.bills_of(session, dossier.id)[0].lines
    assert bill.amount_vnd == 75_000
    assert bill.state is BillState.OWED
    assert bill.agency_id == dossier.intake_agency_id
    assert [(line.code, line.amount_vnd, line.refund) for line in lines] == [
        ("permit_fee_works", 75_000, "if_not_accepted")
    ]


def test_the_answers_of_the_guide_in_the_guides_order(bill: Bill, session: Session) -> None:
    payment = begun(session, bill)
    good = told(payment)

    assert hear(session, {**good, "vnp_Amount": "1"}) == "97"
    assert hear(session, told(payment, vnp_TxnRef="unknown", vnp_Amount="1")) == "01"
    assert hear(session, told(payment, vnp_Amount="7400000")) == "04"
    assert payment.state is PaymentState.STARTED
    assert hear(session, good) == "00"
    assert hear(session, good) == "02"
    assert (payment.state, bill.state, payment.receipt_number) == (PaymentState.SUCCEEDED, BillState.PAID, 1)
    assert jobs(session) == 1


def test_success_needs_both_codes(bill: Bill, session: Session) -> None:
    payment = begun(session, bill)

    assert hear(session, told(payment, vnp_TransactionStatus="07")) == "00"
    assert payment.state is PaymentState.FAILED
    assert bill.state is BillState.OWED


@pytest.mark.parametrize("order", list(permutations(["00", "24", "00"])))
def test_in_whatever_order_the_words_come_the_money_counts_once(
    order: tuple[str, ...], bill: Bill, session: Session
) -> None:
    payment = begun(session, bill)
    answers = [hear(session, told(payment, code=code), minute) for minute, code in enumerate(order, start=1)]

    assert payment.state is PaymentState.SUCCEEDED
    assert bill.state is BillState.PAID
    assert jobs(session) == 1
    assert answers.count("00") == (2 if order[0] == "24" else 1)


def test_a_second_success_is_kept_as_a_surplus_and_its_refund_proposed(bill: Bill, session: Session) -> None:
    first, second = begun(session, bill), begun(session, bill)

    assert [hear(session, told(one)) for one in (second, first)] == ["00", "00"]
    assert (second.is_surplus, first.is_surplus) == (False, True)
    refund = session.scalars(sa.select(Refund)).one()
    assert (refund.payment_id, refund.amount_vnd, refund.ground) == (first.id, 75_000, RefundGround.PAID_TWICE)
    assert {first.receipt_number, second.receipt_number} == {1, 2}


def test_a_notification_long_after_the_attempts_time_still_settles(bill: Bill, session: Session) -> None:
    payment = begun(session, bill)

    assert hear(session, told(payment), minutes=60 * 24 * 3) == "00"
    assert bill.state is BillState.PAID


def test_what_the_bank_says_when_asked_makes_up_for_a_lost_notification(bill: Bill, session: Session) -> None:
    payment = begun(session, bill)
    after = LATER + timedelta(minutes=30)

    assert payment.id in queries.unheard(session, now=after)
    said = Said(code="00", is_success=True, amount_vnd=75_000, bank_reference="9")
    settling.believe(session, payment.id, said, now=after)
    settling.believe(session, payment.id, said, now=after)

    assert bill.state is BillState.PAID
    assert jobs(session) == 1
    assert hear(session, told(payment)) == "02"


def test_an_attempt_the_bank_knows_nothing_of_ends_with_its_time(bill: Bill, session: Session) -> None:
    payment = begun(session, bill)
    nothing = Said(code="91", is_known=False)

    states = []
    for minutes in (0, 16):
        settling.believe(session, payment.id, nothing, now=LATER + timedelta(minutes=minutes))
        states.append(payment.state)
    assert states == [PaymentState.STARTED, PaymentState.FAILED]


def test_a_paid_bill_takes_no_further_attempt(bill: Bill, session: Session) -> None:
    hear(session, told(begun(session, bill)))

    with pytest.raises(Refused, match="paid_already"):
        begun(session, bill)


def test_a_payer_without_a_name_is_asked_for_it(bill: Bill, session: Session) -> None:
    with pytest.raises(Invalid):
        settling.start(session, bill.id, terminal(), payer=settling.Payer(name="  "), now=LATER)


def cash(world: World, session: Session, bill: Bill) -> Payment:
    viewer = world.viewer("service_centre", Role.CASHIER)
    return settling.take_cash(
        session, bill.id, post_id=viewer.posts[0].id, agency_id=viewer.posts[0].agency_id,
        person_id=viewer.person_id, payer_name=PAYER.name, now=LATER,
    )  # fmt: skip


def test_cash_receipts_are_numbered_without_gaps_even_if_one_is_taken_back(world: World, session: Session) -> None:
    numbers = []
    for seed in (1, 2, 3):
        dossier = accepted_again(world, session, seed)
        nested = session.begin_nested()
        cash(world, session, bill_of(session, dossier))
        nested.rollback()
        session.expire_all()
        numbers.append(cash(world, session, bill_of(session, dossier)).receipt_number)

    assert numbers == [1, 2, 3]
    rows = session.scalars(sa.select(AuditRow.verb).where(AuditRow.verb == "payments.take_cash")).all()
    assert len(rows) == 3


def accepted_again(world: World, session: Session, seed: int) -> Dossier:
    assert seed
    return accepted(world, session)


def test_cash_is_taken_at_the_desk_the_bill_belongs_to(world: World, session: Session, bill: Bill) -> None:
    viewer = world.viewer("service_centre", Role.CASHIER)
    elsewhere = world.agencies["construction"].id

    with pytest.raises(NotFound):
        settling.take_cash(
            session, bill.id, post_id=viewer.posts[0].id, agency_id=elsewhere,
            person_id=viewer.person_id, payer_name=PAYER.name, now=LATER,
        )  # fmt: skip


def test_the_dossier_hears_of_it_once_and_the_receipt_is_asked_for(
    bill: Bill, dossier: Dossier, session: Session
) -> None:
    payment = begun(session, bill)
    hear(session, told(payment))
    version = dossier.version

    dossiers.note_settlement(session, payment.id, now=LATER + timedelta(hours=1))
    dossiers.note_settlement(session, payment.id, now=LATER + timedelta(hours=2))

    assert dossier.version == version + 1 == payment.event_version
    event = session.get_one(DossierEvent, (dossier.id, dossier.version))
    assert event.kind is EventKind.FEE_SETTLED
    assert event.at == payment.ended_at
    assert event.params == {
        "bill": str(bill.id), "payment": str(payment.id), "amount_vnd": 75_000, "is_surplus": False
    }  # fmt: skip
    letters = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == Job.RENDER_LETTER.value)).all()
    assert sum(one["kind"] == "fee_receipt" for one in letters) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["00", "24", "forged", "wrong"])), max_size=12))
def test_no_storm_of_notifications_settles_twice(bill: Bill, session: Session, storm: list[tuple[int, str]]) -> None:
    with session.begin_nested() as nested:
        tries = [begun(session, bill) for _ in range(3)]
        for number, what in storm:
            message = told(tries[number], code=what if what in {"00", "24"} else "00")
            if what == "forged":
                message["vnp_TransactionNo"] = "1"
            elif what == "wrong":
                message = told(tries[number], vnp_Amount="100")
            hear(session, message)
        paid = {number for number, what in storm if what == "00"}
        session.flush()
        settled = [one for one in tries if one.state is PaymentState.SUCCEEDED]
        assert len(settled) == len(paid)
        assert sum(not one.is_surplus for one in settled) == min(1, len(paid))
        assert (bill.state is BillState.PAID) == bool(paid)
        assert session.scalar(sa.select(sa.func.count()).select_from(Refund)) == max(0, len(paid) - 1)
        nested.rollback()
    session.expire_all()


def test_a_link_opens_for_its_time_and_not_after_it_is_taken_back(
    world: World, bill: Bill, dossier: Dossier, session: Session
) -> None:
    me = world.company_viewer.person_id
    link = links.make(session, bill.id, person_id=me, now=LATER)
    word = links.word_of(link.id, "secret")

    assert links.opened(session, word, "secret", now=LATER).bill_id == bill.id
    for wrong in (word[:-1], word + "A", "B" + word[1:], "", "%%%", links.word_of(link.id, "another secret")):
        with pytest.raises(NotFound):
            links.opened(session, wrong, "secret", now=LATER)
    with pytest.raises(NotFound):
        links.opened(session, word, "secret", now=link.expires_at)
    links.revoke(session, dossier.id, link.id, person_id=me, now=LATER)
    with pytest.raises(NotFound):
        links.opened(session, word, "secret", now=LATER)


def test_a_refund_needs_two_persons_and_never_exceeds_the_payment(world: World, bill: Bill, session: Session) -> None:
    payment = cash(world, session, bill)
    cashier, head = world.viewer("service_centre", Role.CASHIER), world.viewer("service_centre", Role.HEAD)

    part = refunds.propose_by_cashier(
        session, payment.id, amount_vnd=25_000, note="Tính sai", viewer=cashier, now=LATER
    )
    with pytest.raises(Invalid, match="too_much"):
        refunds.propose_by_cashier(session, payment.id, amount_vnd=50_001, note="x", viewer=cashier, now=LATER)
    with pytest.raises(Refused, match="not_approved"):
        refunds.carry_out(session, part.id, viewer=cashier, now=LATER)
    with pytest.raises(Exception, match="two_persons"):
        refunds.approve(session, part.id, viewer=cashier, now=LATER)
    refunds.approve(session, part.id, viewer=head, now=LATER)
    with pytest.raises(Exception, match="role_may_not"):
        refunds.carry_out(session, part.id, viewer=head, now=LATER)
    refunds.carry_out(session, part.id, viewer=cashier, now=LATER)

    assert part.done_at == LATER
    verbs = session.scalars(sa.select(AuditRow.verb).where(AuditRow.thing == f"refund:{part.id}")).all()
    assert verbs == ["payments.propose_refund", "payments.approve_refund", "payments.carry_out_refund"]
