"""Payments: dossiers hear of settlements, gateways are asked and give money back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from config import settings
from portal.dossiers.actions import payment as dossiers
from portal.foundation.errors import Unavailable
from portal.foundation.jobs import database_now
from portal.foundation.outbox import Job, enqueue
from portal.foundation.unit_of_work import unit_of_work
from portal.payments import queries
from portal.payments.actions import refunds, settling
from portal.payments.models import Refund
from portal.payments.offered import gateways_of
from workers.handlers import Payload, Work, handles, handles_slowly


@handles(Job.NOTE_SETTLEMENT)
def note_settlement(session: Session, payload: Payload, now: datetime) -> None:
    dossiers.note_settlement(session, UUID(payload["payment_id"]), now=now)


@handles_slowly(Job.ASK_GATEWAY)
def ask_gateway(work: Work) -> None:
    """Ask how an attempt ended. A gateway that does not answer is asked again later, as the job is."""
    payment_id = UUID(work.payload["payment_id"])
    with unit_of_work() as session:
        payment, now = queries.payment(session, payment_id), database_now(session)
        said = None
        if payment is not None:
            gateway = gateways_of(settings()).online.get(payment.gateway)
            attempt = settling.attempt_of(payment, payment.bill.dossier_code)
    if payment is not None and gateway is not None:
        said = gateway.ask(attempt, now=now)
    with work.closing() as (session, now):
        if said is not None:
            settling.believe(session, payment_id, said, now=now)


@handles_slowly(Job.SEND_REFUND)
def send_refund(work: Work) -> None:
    """Have the gateway give money back. Sent twice with the same request it is done once."""
    refund_id = UUID(work.payload["refund_id"])
    with unit_of_work() as session:
        refund = session.get_one(Refund, refund_id)
        payment = queries.payment(session, refund.payment_id)
        now = database_now(session)
        session.expunge_all()
    assert payment is not None  # noqa: S101 - a foreign key
    gateway = gateways_of(settings()).online.get(payment.gateway)
    if gateway is None:
        raise Unavailable("payment.gateway_silent")
    said = gateway.refund(
        settling.attempt_of(payment, payment.bill.dossier_code),
        request_id=refund.id.hex,
        amount_vnd=refund.amount_vnd,
        bank_reference=payment.bank_reference or "",
        by=str(refund.carried_out_by),
        now=now,
    )
    with work.closing() as (session, now):
        refunds.note_answer(session, refund_id, said, now=now)


@handles(Job.CHECK_PAYMENTS)
def check_payments(session: Session, _payload: Payload, now: datetime) -> None:
    """Ask about every attempt whose time is over and whose end nobody told."""
    for payment_id in queries.unheard(session, now=now):
        key = f"ask:{payment_id}:{now:%Y-%m-%dT%H}"
        enqueue(session, Job.ASK_GATEWAY, {"payment_id": str(payment_id)}, dedupe_key=key)
