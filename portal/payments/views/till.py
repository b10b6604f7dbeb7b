"""The cash desk: what is owed, cash and its receipts, refunds by two persons, the day's reconciliation."""

import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import HeldPost
from portal.clock.zone import office_day
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.outbox import Job, enqueue
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.payments import queries, wording
from portal.payments.actions import refunds, settling
from portal.payments.forms import PayerForm, RefundForm
from portal.payments.kinds import BillState, GatewayName
from portal.payments.models import Bill
from portal.payments.reconciliation import Day, Row, day_of
from portal.payments.views.room import now, page, receipt_file, see
from portal.payments.views.room import till_blueprint as blueprint
from portal.workflow.roles import Role

MOST_DAYS_BACK = 3660
FORMULA = ("=", "+", "-", "@", "\t", "\r")
APPROVERS = (Audience.CASHIER, Audience.HEAD, Audience.LEADER)


@blueprint.get("/")
@open_to(Audience.CASHIER)
def owed() -> Response:
    """What is owed at the viewer's desk, the oldest first."""
    code = flask.request.args.get("code", "").strip()[:60]
    bills = queries.owed_at(request_session(), _collects_for(), code=code)
    return _page("owed", bills=bills, code=code, occasions=wording.OCCASIONS, most=queries.PAGE)


@blueprint.get("/bills/<uuid:bill_id>")
@open_to(Audience.CASHIER)
def bill(bill_id: UUID) -> Response:
    """One bill, line by line, with the form for cash."""
    return _bill_page(_own_bill(bill_id), PayerForm())


@blueprint.post("/bills/<uuid:bill_id>/cash")
@open_to(Audience.CASHIER)
def take_cash(bill_id: UUID) -> Response:
    """The whole amount is in hand: the receipt gets its number."""
    found, form, viewer = _own_bill(bill_id), PayerForm(), current_viewer()
    if not form.validate_on_submit():
        return _bill_page(found, form, status=422)
    post = next(post for post in _posts() if post.agency_id == found.agency_id)
    try:
        with unit_of_work() as session:
            payment = settling.take_cash(
                session,
                bill_id,
                post_id=post.id,
                agency_id=post.agency_id,
                person_id=viewer.person_id,
                payer_name=form.payer_name.data,
                now=now(),
            )
            number, year = payment.receipt_number, payment.receipt_year
    except (Refused, Invalid) as refused:
        return _bill_page(_own_bill(bill_id), form, status=refused.status, refusal=explanation(refused))
    flask.flash(_("Receipt %(number)s/%(year)s is written.", number=number, year=year), "success")
    return see(flask.url_for("till.receipts"))


@blueprint.get("/receipts")
@open_to(Audience.CASHIER)
def receipts() -> Response:
    """The receipts of a day, in the order of their numbers."""
    day = _day()
    found = queries.receipts_at(request_session(), _collects_for(), day)
    return _page("receipts", payments=found, day=day, gateways=wording.GATEWAYS, **_around(day))


@blueprint.get("/payments/<uuid:payment_id>")
@open_to(Audience.CASHIER)
def payment(payment_id: UUID) -> Response:
    """One payment: its receipt, and the way to ask for a refund."""
    return _payment_page(payment_id, RefundForm())


@blueprint.get("/payments/<uuid:payment_id>/receipt")
@open_to(Audience.CASHIER)
def receipt(payment_id: UUID) -> Response:
    """The sealed receipt, to be printed for whoever paid."""
    return receipt_file(queries.receipt_at(request_session(), _collects_for(), payment_id))


@blueprint.post("/payments/<uuid:payment_id>/refund")
@open_to(Audience.CASHIER)
def propose_refund(payment_id: UUID) -> Response:
    """The cashier asks for a refund, whole or in part; a second person has to approve."""
    queries.receipt_at(request_session(), _collects_for(), payment_id)
    form = RefundForm()
    if not form.validate_on_submit():
        return _payment_page(payment_id, form, status=422)
    try:
        with unit_of_work() as session:
            refunds.propose_by_cashier(
                session,
                payment_id,
                amount_vnd=form.amount_vnd,
                note=form.note.data,
                viewer=current_viewer(),
                now=now(),
            )
    except (Refused, Invalid) as refused:
        return _payment_page(payment_id, form, status=refused.status, refusal=explanation(refused))
    flask.flash(_("The refund is proposed. A second person has to approve it."), "success")
    return see(flask.url_for("till.refund_list"))


@blueprint.get("/refunds")
@open_to(*APPROVERS)
def refund_list() -> Response:
    """The refunds somebody has to do something about."""
    return _refunds_page()


@blueprint.post("/refunds/<uuid:refund_id>/<any(approve, drop, carry_out):what>")
@open_to(*APPROVERS)
def decide_refund(refund_id: UUID, what: str) -> Response:
    """Approve, do not follow, or carry out."""
    verbs = {"approve": refunds.approve, "drop": refunds.drop, "carry_out": refunds.carry_out}
    try:
        with unit_of_work() as session:
            verbs[what](session, refund_id, viewer=current_viewer(), now=now())
    except (Refused, Forbidden) as refused:
        return _refunds_page(status=refused.status, refused=refund_id, refusal=explanation(refused))
    said = {
        "approve": _("The refund is approved. Somebody else carries it out."),
        "drop": _("The refund is not followed."),
        "carry_out": _("The refund is on its way."),
    }
    flask.flash(said[what], "success")
    return see(flask.url_for("till.refund_list"))


@blueprint.get("/reconciliation")
@open_to(Audience.CASHIER)
def reconciliation() -> Response:
    """A day in both books: what we hold, what the gateways say, and what lies between."""
    day = _day()
    return _page(
        "reconciliation",
        report=_report(day),
        day=day,
        differences=wording.DIFFERENCES,
        gateways=wording.GATEWAYS,
        **_around(day),
    )


@blueprint.get("/reconciliation.csv")
@open_to(Audience.CASHIER)
def reconciliation_file() -> Response:
    """The same as a file. Text that a spreadsheet would compute is made harmless."""
    day, target = _day(), io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["gateway", "reference", "dossier", "receipt", "ours_vnd", "theirs_vnd", "difference"])
    for row in _report(day).rows:
        writer.writerow([_harmless(cell) for cell in _cells(row)])
    answer = flask.Response("\ufeff" + target.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="reconciliation-{day.isoformat()}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/reconciliation/ask")
@open_to(Audience.CASHIER)
def ask_gateways() -> Response:
    """Ask the banks how every online payment of the day stands."""
    day = _day()
    with unit_of_work() as session:
        for one in queries.attempts_on(session, _collects_for(), day):
            if one.gateway is not GatewayName.COUNTER:
                enqueue(session, Job.ASK_GATEWAY, {"payment_id": str(one.id)})
    flask.flash(_("The banks are being asked. Load this page again in a moment."), "success")
    return see(flask.url_for("till.reconciliation", day=day.isoformat()))


def _report(day: date) -> Day:
    session = request_session()
    payments = queries.attempts_on(session, _collects_for(), day)
    heard = queries.heard_about(session, [one.reference for one in payments])
    return day_of(payments, heard, queries.heard_of_nothing(session, day))


def _cells(row: Row) -> list[str]:
    amounts = ["" if amount is None else str(amount) for amount in (row.ours_vnd, row.theirs_vnd)]
    return [row.gateway.value, row.reference, row.dossier_code, row.receipt, *amounts, row.difference.value]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _posts() -> tuple[HeldPost, ...]:
    return tuple(post for post in current_viewer().posts if post.role is Role.CASHIER)


def _collects_for() -> list[UUID]:
    return [post.agency_id for post in _posts()]


def _approves_for() -> list[UUID]:
    return [post.agency_id for post in current_viewer().posts if post.role in refunds.APPROVERS]


def _own_bill(bill_id: UUID) -> Bill:
    found = queries.bill(request_session(), bill_id)
    if found is None or found.agency_id not in _collects_for() or found.state is BillState.DRAFTED:
        raise NotFound("payment.bill_unknown")
    return found


def _bill_page(found: Bill, form: PayerForm, *, status: int = 200, refusal: str = "") -> Response:
    if not form.is_submitted():
        form.payer_name.data = found.party_name
    return _page(
        "bill",
        status=status,
        bill=found,
        form=form,
        refusal=refusal,
        occasions=wording.OCCASIONS,
        rules=wording.rules_while_owed(found),
        error_count=form.error_count,
    )


def _payment_page(payment_id: UUID, form: RefundForm, *, status: int = 200, refusal: str = "") -> Response:
    found = queries.receipt_at(request_session(), _collects_for(), payment_id)
    return _page(
        "payment",
        status=status,
        payment=found,
        bill=found.bill,
        form=form,
        refusal=refusal,
        gateways=wording.GATEWAYS,
        states=wording.PAYMENTS,
        error_count=form.error_count,
    )


def _refunds_page(*, status: int = 200, refused: UUID | None = None, refusal: str = "") -> Response:
    viewer = current_viewer()
    cashier_at = {post.agency_id for post in _posts()}
    return _page(
        "refunds",
        status=status,
        refunds=queries.refunds_at(request_session(), _approves_for()),
        refused=refused,
        refusal=refusal,
        states=wording.REFUNDS,
        grounds=wording.GROUNDS,
        gateways=wording.GATEWAYS,
        me=viewer.person_id,
        cashier_at=cashier_at,
    )


def _page(template: str, *, status: int = 200, **values: Any) -> Response:
    return page(template, status=status, tabs=_tabs(template), **values)


def _tabs(current: str) -> list[dict[str, Any]]:
    """The tabs; whoever only approves has one of them."""
    offered = [("refunds", _("Refunds"), "till.refund_list")]
    if _posts():
        offered = [
            ("owed", _("Owed"), "till.owed"),
            ("receipts", _("Receipts"), "till.receipts"),
            *offered,
            ("reconciliation", _("Reconciliation"), "till.reconciliation"),
        ]
    return [
        {"text": text, "href": flask.url_for(endpoint), "current": key == current, "count": ""}
        for key, text, endpoint in offered
    ]


def _day() -> date:
    """The day asked for, by default today; never one to come, and none before the portal."""
    today = office_day(now())
    try:
        asked = date.fromisoformat(flask.request.values.get("day", today.isoformat()))
    except ValueError:
        return today
    return asked if today - timedelta(days=MOST_DAYS_BACK) <= asked <= today else today


def _around(day: date) -> dict[str, Any]:
    """The days before and after, as the query has them."""
    after = day + timedelta(days=1)
    return {
        "before": (day - timedelta(days=1)).isoformat(),
        "after": after.isoformat() if after <= office_day(now()) else "",
    }
