"""The sandbox bank: the other side of the wire in a demonstration, with books of its own.

It reads the same signed redirect as a real bank, and answers with the same signed messages; only its pages are in
the same house.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.clock.zone import VIETNAM
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, Refused
from portal.payments import vnpay
from portal.payments.gateways import Gateway
from portal.payments.models import SandboxEntry

PAYS: Final = "00"
CHOICES: Final = (PAYS, "24", "51")
"""What the payer may do there: pay, turn back, or find the account empty."""


def read(gateway: Gateway, parameters: Mapping[str, str], *, now: datetime) -> vnpay.Notification:
    """The redirect as the bank reads it; refused if it is forged or its time is over."""
    if not gateway.is_genuine(parameters) or parameters.get("vnp_Command") != "pay":
        raise Invalid("payment.redirect_forged")
    asked = vnpay.notification(parameters)
    if asked.amount_vnd is None or not asked.reference:
        raise Invalid("payment.redirect_forged")
    expires = datetime.strptime(parameters.get("vnp_ExpireDate", ""), "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
    if now > expires + timedelta(seconds=1):
        raise Refused("payment.attempt_over")
    return asked


def book(
    session: Session, gateway: Gateway, parameters: Mapping[str, str], choice: str, *, now: datetime
) -> dict[str, str]:
    """Enter the payer's choice in the books; returns the signed message for notification and return alike.

    What is in the books stays: a second press changes nothing and tells the same.
    """
    asked = read(gateway, parameters, now=now)
    if choice not in CHOICES:
        raise Invalid("payment.choice_unknown")
    entry = session.get(SandboxEntry, asked.reference, with_for_update=True)
    if entry is None:
        entry = SandboxEntry(
            reference=asked.reference,
            amount_vnd=asked.amount_vnd,
            outcome_code=choice,
            bank_reference=str(10**13 + secrets.randbelow(10**13)),
            booked_at=now,
        )
        session.add(entry)
        session.flush()
    return message(gateway, entry)


def entered(session: Session, reference: str) -> SandboxEntry | None:
    """What the books hold of this payment: somebody has paid it, or has turned back."""
    return session.get(SandboxEntry, reference)


def message(gateway: Gateway, entry: SandboxEntry) -> dict[str, str]:
    """What the bank tells of an entry, signed."""
    is_paid = entry.outcome_code == PAYS
    told = {
        "vnp_TmnCode": gateway.terminal,
        "vnp_Amount": vnpay.hundredths(entry.amount_vnd),
        "vnp_BankCode": "NCB",
        "vnp_OrderInfo": "Sandbox",
        "vnp_PayDate": vnpay.stamp(entry.booked_at),
        "vnp_ResponseCode": entry.outcome_code,
        "vnp_TransactionStatus": "00" if is_paid else "02",
        "vnp_TransactionNo": entry.bank_reference if is_paid else "0",
        "vnp_TxnRef": entry.reference,
    }
    return {**told, vnpay.HASH: vnpay.signature(told, gateway.secret)}


def answer(session: Session, secret: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """The merchant interface of the sandbox bank: `querydr` and `refund` on its books."""
    is_refund = fields["vnp_Command"] == "refund"
    asked: tuple[str, ...] = vnpay.REFUND_ORDER if is_refund else vnpay.QUERY_ORDER
    answered: tuple[str, ...] = vnpay.REFUND_ANSWER_ORDER if is_refund else vnpay.QUERY_ANSWER_ORDER
    reply = {
        "vnp_ResponseId": new_id().hex,
        "vnp_Command": fields["vnp_Command"],
        "vnp_TmnCode": fields["vnp_TmnCode"],
        "vnp_TxnRef": fields["vnp_TxnRef"],
        "vnp_Message": "",
    }
    if vnpay.joined_signature(fields, asked, secret) != fields.get(vnpay.HASH):
        reply["vnp_ResponseCode"] = "97"
    else:
        reply.update(_refunded(session, fields) if is_refund else _queried(session, fields))
    return {**reply, vnpay.HASH: vnpay.joined_signature(reply, answered, secret)}


def _queried(session: Session, fields: Mapping[str, str]) -> dict[str, str]:
    entry = session.get(SandboxEntry, fields["vnp_TxnRef"])
    if entry is None:
        return {"vnp_ResponseCode": "91"}
    return {
        "vnp_ResponseCode": "00",
        "vnp_Amount": vnpay.hundredths(entry.amount_vnd),
        "vnp_TransactionNo": entry.bank_reference,
        "vnp_TransactionStatus": "00" if entry.outcome_code == PAYS else "02",
    }


def _refunded(session: Session, fields: Mapping[str, str]) -> dict[str, str]:
    entry = session.get(SandboxEntry, fields["vnp_TxnRef"], with_for_update=True)
    amount = vnpay.dong(fields["vnp_Amount"])
    if entry is None or entry.outcome_code != PAYS or amount is None:
        return {"vnp_ResponseCode": "91"}
    if entry.refunded_vnd + amount > entry.amount_vnd:
        return {"vnp_ResponseCode": "02"}
    entry.refunded_vnd += amount
    session.flush()
    return {
        "vnp_ResponseCode": "00",
        "vnp_Amount": fields["vnp_Amount"],
        "vnp_TransactionNo": entry.bank_reference,
        "vnp_TransactionStatus": "05",
    }
