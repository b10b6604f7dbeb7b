"""Attempts to pay, and how they end. A bill is settled once, whoever hears of it how often and in what order.

Locks are taken in one order: the attempt, then its bill. The dossier hears of a success by a job.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound, Refused
from portal.foundation.outbox import Job, enqueue
from portal.payments import vnpay
from portal.payments.actions.refunds import propose
from portal.payments.gateways import Attempt, Gateway, Said
from portal.payments.kinds import BillState, GatewayName, PaymentState, RefundGround
from portal.payments.models import Bill, GatewayMessage, Payment, PaymentLink, ReceiptCounter

log = structlog.get_logger(__name__)

ATTEMPT_LASTS: Final = timedelta(minutes=15)
LONGEST_NAME: Final = 120
MOST_OPEN_ATTEMPTS: Final = 20
"""Of one bill at the same time: more is no payer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a notification is answered with, in the guide's codes."""

    code: str
    message: str

    def to_json(self) -> dict[str, str]:
        """As the guide writes it."""
        return {"RspCode": self.code, "Message": self.message}


CONFIRMED: Final = Answer(code="00", message="Confirm Success")
UNKNOWN: Final = Answer(code="01", message="Order not found")
KNOWN_ALREADY: Final = Answer(code="02", message="Order already confirmed")
WRONG_AMOUNT: Final = Answer(code="04", message="Invalid amount")
FORGED: Final = Answer(code="97", message="Invalid signature")
OTHER: Final = Answer(code="99", message="Unknown error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays: a person who is signed in, or somebody with a link. The name is printed on the receipt."""

    name: str
    person_id: UUID | None = None
    link_id: UUID | None = None
    address: str = "127.0.0.1"
    language: str = "vi"


def start(session: Session, bill_id: UUID, gateway: Gateway, *, payer: Payer, now: datetime) -> tuple[Payment, str]:
    """Begin an attempt; returns it and the address at which the payer goes on. The amount is the bill's."""
    bill = locked_bill(session, bill_id)
    _require_owed(bill, now)
    name = payer.name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("payment.payer_missing", fields={"payer_name": "payer_missing"})
    _require_few(session, bill, now)
    payment = Payment(
        id=new_id(),
        bill_id=bill.id,
        agency_id=bill.agency_id,
        gateway=gateway.name,
        reference=f"{office_day(now):%y%m%d}{secrets.token_hex(8)}",
        amount_vnd=bill.amount_vnd,
        state=PaymentState.STARTED,
        started_at=now,
        expires_at=now + ATTEMPT_LASTS,
        started_by=payer.person_id,
        link_id=payer.link_id,
        payer_name=name,
    )
    session.add(payment)
    session.flush()
    return payment, gateway.redirect(
        attempt_of(payment, bill.dossier_code, address=payer.address, language=payer.language)
    )


def attempt_of(payment: Payment, dossier_code: str, *, address: str = "127.0.0.1", language: str = "vi") -> Attempt:
    """The attempt as its gateway must know it."""
    return Attempt(
        reference=payment.reference,
        amount_vnd=payment.amount_vnd,
        info=f"Nop phi le phi ho so {dossier_code}",
        started_at=payment.started_at,
        expires_at=payment.expires_at,
        address=address,
        language=language,
    )


def hear(session: Session, gateway: Gateway, parameters: Mapping[str, str], *, now: datetime) -> Answer:
    """A notification from the gateway: the only thing that settles an online attempt.

    The checks stand in the guide's order: signature (97), reference (01), amount (04), already settled (02). A
    success after a recorded failure is recorded: the money has come.
    """
    if not gateway.is_genuine(parameters):
        log.warning("notification with a bad signature", gateway=gateway.name.value)
        return FORGED
    told = vnpay.notification(parameters)
    answer = _answer(session, gateway, told, now=now)
    session.add(
        GatewayMessage(
            gateway=gateway.name,
            reference=told.reference,
            heard_at=now,
            amount_vnd=told.amount_vnd,
            is_success=told.is_success,
            outcome_code=told.outcome_code,
            bank_reference=told.bank_reference,
            answer=answer.code,
        )
    )
    session.flush()
    return answer


def believe(session: Session, payment_id: UUID, said: Said, *, now: datetime) -> None:
    """What the gateway answered when asked: kept for the reconciliation, and acted on if a notification was lost."""
    payment = session.scalars(
        sa.select(Payment).where(Payment.id == payment_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    payment.said_at, payment.said_code, payment.said_amount_vnd = now, said.code, said.amount_vnd
    if said.is_success and said.amount_vnd == payment.amount_vnd and payment.state is not PaymentState.SUCCEEDED:
        _succeed(session, payment, bank_reference=said.bank_reference, now=now)
    elif not said.is_success and payment.state is PaymentState.STARTED and now >= payment.expires_at:
        _fail(payment, said.code or "11", now)
    session.flush()


def take_cash(
    session: Session, bill_id: UUID, *, post_id: UUID, agency_id: UUID, person_id: UUID, payer_name: str, now: datetime
) -> Payment:
    """The cashier has the whole amount in hand; the receipt gets its number."""
    bill = locked_bill(session, bill_id)
    if bill.agency_id != agency_id:
        raise NotFound("payment.bill_unknown")
    _require_owed(bill, now)
    name = payer_name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("payment.payer_missing", fields={"payer_name": "payer_missing"})
    payment = Payment(
        id=new_id(),
        bill_id=bill.id,
        agency_id=bill.agency_id,
        gateway=GatewayName.COUNTER,
        reference=new_id().hex,
        amount_vnd=bill.amount_vnd,
        state=PaymentState.SUCCEEDED,
        started_at=now,
        expires_at=now,
        ended_at=now,
        taken_by=post_id,
        payer_name=name,
    )
    _number(session, payment, now)
    session.add(payment)
    bill.state, bill.paid_at = BillState.PAID, now
    audit.record(
        session, "payments.take_cash", f"payment:{payment.id}", by=person_id, now=now,
        after={"dossier": bill.dossier_code, "amount_vnd": bill.amount_vnd, "receipt": payment.receipt_number},
    )  # fmt: skip
    session.flush()
    _tell_dossier(session, payment)
    return payment


def locked_bill(session: Session, bill_id: UUID) -> Bill:
    """The bill, locked until the unit of work ends."""
    found = session.scalars(
        sa.select(Bill).where(Bill.id == bill_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("payment.bill_unknown")
    return found


def _answer(session: Session, gateway: Gateway, told: vnpay.Notification, *, now: datetime) -> Answer:
    payment = session.scalars(
        sa.select(Payment)
        .where(Payment.gateway == gateway.name, Payment.reference == told.reference)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if payment is None:
        return UNKNOWN
    if told.amount_vnd != payment.amount_vnd:
        return WRONG_AMOUNT
    if payment.state is PaymentState.SUCCEEDED or (payment.state is PaymentState.FAILED and not told.is_success):
        return KNOWN_ALREADY
    if told.is_success:
        _succeed(session, payment, bank_reference=told.bank_reference, now=now)
    else:
        _fail(payment, told.outcome_code, now)
    return CONFIRMED


def _succeed(session: Session, payment: Payment, *, bank_reference: str, now: datetime) -> None:
    bill = locked_bill(session, payment.bill_id)
    _number(session, payment, now)
    payment.state, payment.ended_at = PaymentState.SUCCEEDED, now
    payment.outcome_code, payment.bank_reference = vnpay.SUCCESS, bank_reference
    payment.is_surplus = bill.state is not BillState.OWED
    if payment.is_surplus:
        ground = RefundGround.PAID_TWICE if bill.state is BillState.PAID else RefundGround.NOT_OWED_ANY_MORE
        session.flush()
        propose(session, payment, amount_vnd=payment.amount_vnd, ground=ground, by=None, now=now)
    else:
        bill.state, bill.paid_at = BillState.PAID, now
    session.flush()
    _tell_dossier(session, payment)


def _fail(payment: Payment, code: str, now: datetime) -> None:
    payment.state, payment.ended_at, payment.outcome_code = PaymentState.FAILED, now, code


def _tell_dossier(session: Session, payment: Payment) -> None:
    payload = {"payment_id": str(payment.id)}
    enqueue(session, Job.NOTE_SETTLEMENT, payload, dedupe_key=f"settlement:{payment.id}")


def _number(session: Session, payment: Payment, now: datetime) -> None:
    """The agency's next receipt number of the year; a rolled-back settlement gives its number back."""
    year = office_day(now).year
    statement = insert(ReceiptCounter).values(agency_id=payment.agency_id, year=year, last=1)
    number = session.execute(
        statement.on_conflict_do_update(
            index_elements=["agency_id", "year"], set_={"last": ReceiptCounter.last + 1}
        ).returning(ReceiptCounter.last)
    ).scalar_one()
    payment.receipt_year, payment.receipt_number = year, number


def _require_owed(bill: Bill, now: datetime) -> None:
    if bill.state is BillState.PAID:
        raise Refused("payment.paid_already")
    if bill.state is not BillState.OWED or (bill.pay_by is not None and now > bill.pay_by):
        raise Refused("payment.not_owed")


def _require_few(session: Session, bill: Bill, now: datetime) -> None:
    under_way = session.scalar(
        sa.select(sa.func.count())
        .select_from(Payment)
        .where(Payment.bill_id == bill.id, Payment.state == PaymentState.STARTED, Payment.expires_at > now)
    )
    if (under_way or 0) >= MOST_OPEN_ATTEMPTS:
        raise Refused("payment.too_many_attempts")


def require_link(link: PaymentLink | None, now: datetime) -> PaymentLink:
    """The link if it still opens; one that is over, taken back or made up is the same to whoever holds it."""
    if link is None or link.revoked_at is not None or link.expires_at <= now:
        raise NotFound("payment.link_unknown")
    return link
