"""A province whose permit fee is owed, and a bank terminal whose messages the tests sign themselves."""

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier
from portal.payments.actions import settling
from portal.payments.gateways import Gateway
from portal.payments.kinds import GatewayName
from portal.payments.models import Bill, Payment
from portal.routing.actions import route
from portal.workflow.lifecycle import Role
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
LATER = MONDAY + timedelta(hours=1)
PAYER = settling.Payer(name="Nguyễn Văn An")


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


def terminal(**changes: Any) -> Gateway:
    made = Gateway(
        name=GatewayName.VNPAY,
        terminal="LANGSON1",
        secret=SECRET,
        pay_url="https://bank.example/pay",
        return_url="http://localhost/payments/vnpay/return",
        send=lambda fields: fields,
    )
    return replace(made, **changes)


def told(payment: Payment, *, code: str = "00", **changes: str) -> dict[str, str]:
    """A notification as the bank would send it, signed here by hand."""
    message = {
        "vnp_TmnCode": "LANGSON1",
        "vnp_Amount": str(payment.amount_vnd * 100),
        "vnp_TxnRef": payment.reference,
        "vnp_ResponseCode": code,
        "vnp_TransactionStatus": "00" if code == "00" else "02",
        "vnp_TransactionNo": "14422574",
        "vnp_BankCode": "NCB",
        **changes,
    }
    text = "&".join(f"{quote_plus(name)}={quote_plus(message[name])}" for name in sorted(message) if message[name])
    return {**message, "vnp_SecureHash": hmac.new(SECRET.encode(), text.encode(), hashlib.sha512).hexdigest()}


def accepted(world: World, session: Session, code: str = "1.013225") -> Dossier:
    """A dossier of which the office has just accepted; its fee is owed."""
    dossier = world.file(code)
    route(session, dossier.id, now=MONDAY)
    officer = world.viewer("service_centre", Role.ONE_STOP)
    intake.accept(session, dossier, viewer=officer, now=LATER)
    route(session, dossier.id, now=LATER)
    return dossier


def bill_of(session: Session, dossier: Dossier) -> Bill:
    return session.scalars(
        sa.select(Bill).where(Bill.dossier_id == dossier.id).order_by(Bill.raised_at.desc(), Bill.id.desc()).limit(1)
    ).one()


def begun(session: Session, bill: Bill, now: datetime = LATER) -> Payment:
    return settling.start(session, bill.id, terminal(), payer=PAYER, now=now)[0]
