"""What banks send: the notification, which settles, and the payer coming back, which changes nothing."""

import flask
import sqlalchemy as sa
import structlog
from werkzeug.wrappers import Response

from portal.foundation.errors import NotFound
from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.payments import queries, vnpay
from portal.payments.actions import links, settling
from portal.payments.views.room import blueprint, gateways, now, page, parameters, settings
from portal.payments.wording import OTHER_OUTCOME, OUTCOMES

log = structlog.get_logger(__name__)


@blueprint.get("/payments/<gateway>/ipn")
@public
def notify(gateway: str) -> Response:
    """The bank's own word, server to server. The guide has it as GET; its signature is its only credential.

    There is no form and no cookie behind it, so there is no token against forgery to check.
    """
    found = gateways().one(gateway)
    try:
        with unit_of_work() as session:
            answer = settling.hear(session, found, parameters(), now=now())
    except sa.exc.SQLAlchemyError:
        log.exception("notification could not be kept", gateway=gateway)
        answer = settling.OTHER
    return flask.jsonify(answer.to_json())


@blueprint.get("/payments/<gateway>/return")
@public
def come_back(gateway: str) -> Response:
    """The payer is back. What counts is what the bank has told us itself; this only reads it."""
    found, sent = gateways().one(gateway), parameters()
    if not found.is_genuine(sent):
        raise NotFound("payment.unknown")
    told = vnpay.notification(sent)
    payment = queries.payment_by(request_session(), found.name, told.reference)
    if payment is None:
        raise NotFound("payment.unknown")
    word = links.word_of(payment.link_id, settings().secret_key) if payment.link_id else ""
    code = payment.outcome_code or told.outcome_code
    return page(
        "returned",
        payment=payment,
        bill=payment.bill,
        link_word=word,
        reason=OUTCOMES.get(code, OTHER_OUTCOME),
        again=flask.request.full_path,
    )
