"""The pages of the sandbox bank, in a demonstration only: pay, turn back, or find the account empty."""

from urllib.parse import parse_qsl, urlencode

import flask
from werkzeug.wrappers import Response

from portal.foundation.errors import Invalid
from portal.foundation.guards import public
from portal.foundation.unit_of_work import unit_of_work
from portal.payments import sandbox
from portal.payments.actions import settling
from portal.payments.kinds import GatewayName
from portal.payments.views.room import blueprint, gateways, now, page, parameters, see

LONGEST_QUERY = 4000


@blueprint.get("/payments/sandbox-bank")
@public
def bank() -> Response:
    """What a payer sees at a bank: who asks for how much, and the choice."""
    gateway = gateways().one(GatewayName.SANDBOX.value)
    sent = parameters()
    asked = sandbox.read(gateway, sent, now=now())
    return page("bank", asked=asked, info=sent.get("vnp_OrderInfo", ""), query=urlencode(sent))


@blueprint.post("/payments/sandbox-bank")
@public
def choose_at_bank() -> Response:
    """The bank books the choice, tells the portal by its notification, and sends the payer back."""
    gateway = gateways().one(GatewayName.SANDBOX.value)
    sent = dict(parse_qsl(flask.request.form.get("query", "")[:LONGEST_QUERY]))
    choice = flask.request.form.get("choice", "")
    with unit_of_work() as session:
        told = sandbox.book(session, gateway, sent, choice, now=now())
    with unit_of_work() as session:
        settling.hear(session, gateway, told, now=now())
    address = sent.get("vnp_ReturnUrl", "")
    if address != gateway.return_url:
        raise Invalid("payment.redirect_forged")
    return see(f"{address}?{urlencode(told)}")
