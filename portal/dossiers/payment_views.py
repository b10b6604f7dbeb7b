"""What is owed for a dossier, and paying it, for those who see the dossier."""

from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.dossiers import queries
from portal.dossiers.models import Dossier
from portal.dossiers.policy import capacities
from portal.dossiers.views.room import now, page, see, settings
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.payments import queries as payments
from portal.payments import wording
from portal.payments.actions import links, settling
from portal.payments.forms import PayForm
from portal.payments.kinds import BillState, GatewayName
from portal.payments.models import Bill
from portal.payments.offered import gateways_of
from portal.workflow.lifecycle import CompanyRole

blueprint = flask.Blueprint("paying", __name__)
blueprints = (blueprint,)

PAYERS = frozenset({CompanyRole.OWNER, CompanyRole.FILER, CompanyRole.PAYER})


@blueprint.get("/dossiers/<code>/payments")
@open_to(Audience.COMPANY)
def bills(code: str) -> Response:
    """Every bill line by line, what was paid, what goes back, the links for others."""
    return _page(queries.visible(request_session(), code, viewer=current_viewer()))


@blueprint.post("/dossiers/<code>/payments/<uuid:bill_id>/start")
@open_to(Audience.COMPANY)
def start(code: str, bill_id: UUID) -> Response:
    """On to the bank. The amount is the bill's, whatever a browser sends."""
    found, bill = _payable(code, bill_id)
    form = _form(bill)
    if not form.validate_on_submit():
        return _page(found, forms={bill.id: form}, status=422)
    viewer = current_viewer()
    payer = settling.Payer(
        name=form.payer_name.data,
        person_id=viewer.person_id,
        address=flask.request.remote_addr or "127.0.0.1",
        language=spoken(),
    )
    gateway = gateways_of(settings()).one(form.gateway.data)
    try:
        with unit_of_work() as session:
            _payment, address = settling.start(session, bill_id, gateway, payer=payer, now=now())
    except (Refused, Invalid) as refused:
        return _page(_again(code), forms={bill.id: form}, status=refused.status, refusal=explanation(refused))
    return see(address)


@blueprint.post("/dossiers/<code>/payments/<uuid:bill_id>/links")
@open_to(Audience.COMPANY)
def make_link(code: str, bill_id: UUID) -> Response:
    """A link for somebody else to pay with."""
    _payable(code, bill_id)
    try:
        with unit_of_work() as session:
            links.make(session, bill_id, person_id=current_viewer().person_id, now=now())
    except Refused as refused:
        return _page(_again(code), status=refused.status, refusal=explanation(refused))
    flask.flash(_("The link is made. Send it to whoever pays for you."), "success")
    return see(flask.url_for("paying.bills", code=code))


@blueprint.post("/dossiers/<code>/payments/links/<uuid:link_id>/revoke")
@open_to(Audience.COMPANY)
def revoke_link(code: str, link_id: UUID) -> Response:
    """The link opens nothing any more."""
    found = _mine(code)
    with unit_of_work() as session:
        links.revoke(session, found.id, link_id, person_id=current_viewer().person_id, now=now())
    flask.flash(_("The link is taken back."), "success")
    return see(flask.url_for("paying.bills", code=code))


def may_pay(found: Dossier) -> bool:
    """Whether the viewer may pay for the party: whoever may only look may not."""
    return bool(PAYERS & capacities(current_viewer(), found))


def _mine(code: str) -> Dossier:
    found = queries.visible(request_session(), code, viewer=current_viewer())
    if not may_pay(found):
        raise Forbidden("payment.role_may_not")
    return found


def _payable(code: str, bill_id: UUID) -> tuple[Dossier, Bill]:
    found = _mine(code)
    return found, payments.owed_of(request_session(), found.id, bill_id)


def _again(code: str) -> Dossier:
    return queries.visible(request_session(), code, viewer=current_viewer())


def _form(bill: Bill, **options: Any) -> PayForm:
    form = PayForm(prefix=f"bill-{bill.id.hex}-", **options).offer(gateways_of(settings()).online)
    if not form.payer_name.data and not form.is_submitted():
        form.payer_name.data = bill.party_name
    return form


def _page(
    found: Dossier, *, forms: dict[UUID, PayForm] | None = None, status: int = 200, refusal: str = ""
) -> Response:
    session, at, sent = request_session(), now(), forms or {}
    bills = payments.bills_of(session, found.id)
    owed = [bill for bill in bills if bill.state is BillState.OWED and (bill.pay_by is None or bill.pay_by > at)]
    made = payments.links_of(session, found.id, now=at)
    tries = payments.payments_of(session, found.id)
    written = queries.receipts_of(session, found.id)
    secret, public_url = settings().secret_key, settings().public_url
    return page(
        "payments",
        status=status,
        dossier=found,
        bills=bills,
        owed=owed,
        forms={bill.id: sent.get(bill.id) or _form(bill, formdata=None) for bill in owed},
        tries=tries,
        notices=queries.notices_of(session, found.id),
        receipts={one.id: letter for one in tries if (letter := written.get(one.event_version)) is not None},
        refunds=payments.refunds_of(session, found.id),
        links=[(link, f"{public_url}/pay/{links.word_of(link.id, secret)}") for link in made],
        may_pay=may_pay(found),
        has_gateways=bool(gateways_of(settings()).online),
        counter=GatewayName.COUNTER,
        offices=queries.agency_names(session),
        refusal=refusal,
        occasions=wording.OCCASIONS,
        gateways=wording.GATEWAYS,
        states=wording.PAYMENTS,
        outcomes=wording.OUTCOMES,
        refund_states=wording.REFUNDS,
        grounds=wording.GROUNDS,
        rules=wording.rules_now(is_accepted=found.accepted_at is not None, is_decided=found.outcome is not None),
        error_count=sum(form.error_count for form in sent.values()) or bool(refusal),
    )
