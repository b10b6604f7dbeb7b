"""The pages of the sandbox bank, in a demonstration only: pay, turn back, or find the account empty."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import flask
from werkzeug.wrappers import Response

from portal.foundation.errors import Invalid
from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.payments import sandbox
from portal.payments.actions import settling
from portal.payments.gateways import Gateway
from portal.payments.kinds import GatewayName
from portal.payments.models import SandboxEntry
from portal.payments.views.room import blueprint, gateways, now, page, parameters, see
from portal.payments.vnpay import Notification

LONGEST_QUERY = 4000


@blueprint.get("/payments/sandbox-bank")
@public
def bank() -> Response:
    """What a payer sees at a bank: who asks for how much, and the choice; or how it ended."""
    gateway = gateways().one(GatewayName.SANDBOX.value)
    sent = parameters()
    asked = sandbox.read(gateway, sent, now=now())
    entry = sandbox.entered(request_session(), asked.reference)
    return _bank_page(asked, sent, entry=None) if entry is None else _over(gateway, asked, sent, entry)


@blueprint.post("/payments/sandbox-bank")
@public
def choose_at_bank() -> Response:
    """The bank books the choice, tells the portal by its notification, and sends the payer back.

    A payer who comes with a choice that is in the books already is told so; nothing is taken twice.
    """
    gateway = gateways().one(GatewayName.SANDBOX.value)
    sent = dict(parse_qsl(flask.request.form.get("query", "")[:LONGEST_QUERY]))
    choice = flask.request.form.get("choice", "")
    asked = sandbox.read(gateway, sent, now=now())
    with unit_of_work() as session:
        entry = sandbox.entered(session, asked.reference)
        told = sandbox.book(session, gateway, sent, choice, now=now())
    with unit_of_work() as session:
        settling.hear(session, gateway, told, now=now())
    if sent.get("vnp_ReturnUrl", "") != gateway.return_url:
        raise Invalid("payment.redirect_forged")
    return see(f"{gateway.return_url}?{urlencode(told)}") if entry is None else _over(gateway, asked, sent, entry)


def _over(gateway: Gateway, asked: Notification, sent: Mapping[str, str], entry: SandboxEntry) -> Response:
    back = f"{gateway.return_url}?{urlencode(sandbox.message(gateway, entry))}"
    return _bank_page(asked, sent, entry=entry, is_paid=entry.outcome_code == sandbox.PAYS, back=back)


def _bank_page(asked: Notification, sent: Mapping[str, str], **ended: Any) -> Response:
    return page("bank", asked=asked, info=sent.get("vnp_OrderInfo", ""), query=urlencode(sent), **ended)
