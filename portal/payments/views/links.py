"""Paying for somebody else, by a link and without an account: the code, the amount, and a name for the receipt."""

import flask
from werkzeug.wrappers import Response

from portal.foundation.errors import Invalid, NotFound, Refused
from portal.foundation.guards import public
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.payments import queries
from portal.payments.actions import links, settling
from portal.payments.forms import PayForm
from portal.payments.models import PaymentLink
from portal.payments.views.room import blueprint, gateways, now, page, receipt_file, see, settings


@blueprint.get("/pay/<word>")
@public
def link(word: str) -> Response:
    """What is to be paid. Nothing else of the dossier is told."""
    return _page(word, _opened(word), _form())


@blueprint.post("/pay/<word>")
@public
def pay_by_link(word: str) -> Response:
    """On to the bank, with the amount the bill says."""
    opened, form = _opened(word), _form()
    if not form.validate_on_submit():
        return _page(word, opened, form, status=422)
    payer = settling.Payer(
        name=form.payer_name.data,
        link_id=opened.id,
        address=flask.request.remote_addr or "127.0.0.1",
        language=spoken(),
    )
    gateway = gateways().one(form.gateway.data)
    try:
        with unit_of_work() as session:
            _, address = settling.start(session, opened.bill_id, gateway, payer=payer, now=now())
    except (Refused, Invalid) as refused:
        return _page(word, _opened(word), form, status=refused.status, refusal=explanation(refused))
    return see(address)


@blueprint.get("/pay/<word>/receipt")
@public
def receipt_by_link(word: str) -> Response:
    """The receipt of what was paid by this very link."""
    opened = _opened(word)
    paid = queries.settling(request_session(), opened.bill_id)
    if paid is None or paid.link_id != opened.id:
        raise NotFound("payment.link_unknown")
    found = queries.payment(request_session(), paid.id)
    if found is None:
        raise NotFound("payment.link_unknown")
    return receipt_file(found)


def _opened(word: str) -> PaymentLink:
    return links.opened(request_session(), word, settings().secret_key, now=now())


def _form() -> PayForm:
    return PayForm().offer(gateways().online)


def _page(word: str, opened: PaymentLink, form: PayForm, *, status: int = 200, refusal: str = "") -> Response:
    paid = queries.settling(request_session(), opened.bill_id)
    return page(
        "link",
        status=status,
        word=word,
        bill=opened.bill,
        link=opened,
        form=form,
        refusal=refusal,
        has_gateways=bool(gateways().online),
        own_payment=paid if paid is not None and paid.link_id == opened.id else None,
        error_count=form.error_count,
    )
