"""Money that goes back: proposed by the version's rule or by the cashier, approved by one person, done by another."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.viewer import Viewer
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.foundation.outbox import Job, enqueue
from portal.payments.actions.bills import cancel_open
from portal.payments.gateways import Said
from portal.payments.kinds import Ending, GatewayName, PaymentState, RefundGround, RefundState
from portal.payments.models import Bill, BillLine, Payment, Refund
from portal.workflow.roles import Role

RETURNED_AT: Final = {
    "never": frozenset[Ending](),
    "if_not_accepted": frozenset({Ending.NOT_ACCEPTED}),
    "before_acceptance": frozenset({Ending.NOT_ACCEPTED, Ending.WITHDRAWN_BEFORE_ACCEPTANCE}),
    "full": frozenset(Ending),
}
"""By the rule of a charge: the ends at which it is paid back."""

APPROVERS: Final = frozenset({Role.CASHIER, Role.HEAD, Role.LEADER})


def end(session: Session, dossier_id: UUID, ending: Ending, *, now: datetime) -> None:
    """The dossier has ended without a decision: nothing is owed any more, and what the rules say is paid back."""
    cancel_open(session, dossier_id, now=now)
    paid = session.execute(
        sa.select(Payment, BillLine)
        .join(Bill, Bill.id == Payment.bill_id)
        .join(BillLine, BillLine.bill_id == Bill.id)
        .where(Bill.dossier_id == dossier_id, Payment.state == PaymentState.SUCCEEDED, Payment.is_surplus.is_(False))
        .order_by(Payment.id, BillLine.position)
        .with_for_update(of=Payment)
    ).all()
    owed: dict[UUID, tuple[Payment, int]] = {}
    for payment, line in paid:
        back = line.amount_vnd if ending in RETURNED_AT[line.refund] else 0
        owed[payment.id] = (payment, owed.get(payment.id, (payment, 0))[1] + back)
    for payment, amount in owed.values():
        left = min(amount, payment.amount_vnd - _given_back(session, payment))
        if left > 0:
            propose(session, payment, amount_vnd=left, ground=RefundGround(ending.value), by=None, now=now)


def propose(
    session: Session,
    payment: Payment,
    *,
    amount_vnd: int,
    ground: RefundGround,
    by: UUID | None,
    now: datetime,
    note: str = "",
) -> Refund:
    """Write a proposal, by rule (`by` None) or by a person. Never more than is left of the payment."""
    if payment.state is not PaymentState.SUCCEEDED:
        raise Refused("payment.not_paid")
    if not 0 < amount_vnd <= payment.amount_vnd - _given_back(session, payment):
        raise Invalid("refund.too_much", fields={"amount": "too_much"})
    refund = Refund(
        payment_id=payment.id,
        agency_id=payment.agency_id,
        amount_vnd=amount_vnd,
        ground=ground,
        note=note.strip(),
        state=RefundState.PROPOSED,
        proposed_at=now,
        proposed_by=by,
    )
    session.add(refund)
    session.flush()
    return refund


def propose_by_cashier(
    session: Session, payment_id: UUID, *, amount_vnd: int, note: str, viewer: Viewer, now: datetime
) -> Refund:
    """The cashier asks for a refund the rules did not propose, whole or in part, with a reason."""
    payment = session.scalars(
        sa.select(Payment).where(Payment.id == payment_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if payment is None or viewer.post_for(payment.agency_id, Role.CASHIER) is None:
        raise NotFound("payment.unknown")
    if not note.strip():
        raise Invalid("refund.note_missing", fields={"note": "note_missing"})
    made = propose(
        session, payment, amount_vnd=amount_vnd, ground=RefundGround.OTHER, by=viewer.person_id, now=now, note=note
    )
    _audited(session, made, "propose_refund", viewer, now)
    return made


def approve(session: Session, refund_id: UUID, *, viewer: Viewer, now: datetime) -> None:
    """The second person agrees: a cashier, head or leader of the agency who did not propose it."""
    refund = locked(session, refund_id)
    _require(viewer, refund, APPROVERS)
    if refund.state is not RefundState.PROPOSED:
        raise Refused("refund.decided_already")
    if refund.proposed_by == viewer.person_id:
        raise Forbidden("refund.two_persons")
    refund.state, refund.approved_by, refund.approved_at = RefundState.APPROVED, viewer.person_id, now
    _audited(session, refund, "approve_refund", viewer, now)
    session.flush()


def drop(session: Session, refund_id: UUID, *, viewer: Viewer, now: datetime) -> None:
    """The proposal is not followed; only one that has not been sent can be dropped."""
    refund = locked(session, refund_id)
    _require(viewer, refund, APPROVERS)
    if refund.state not in {RefundState.PROPOSED, RefundState.APPROVED, RefundState.FAILED}:
        raise Refused("refund.decided_already")
    if refund.proposed_by == viewer.person_id:
        raise Forbidden("refund.two_persons")
    refund.state = RefundState.DROPPED
    _audited(session, refund, "drop_refund", viewer, now)
    session.flush()


def carry_out(session: Session, refund_id: UUID, *, viewer: Viewer, now: datetime) -> None:
    """The cashier gives the money back: cash at once, online money by a job that asks the gateway.

    One that failed may be tried again; the gateway knows it by the same request.
    """
    refund = locked(session, refund_id)
    _require(viewer, refund, frozenset({Role.CASHIER}))
    if refund.state not in {RefundState.APPROVED, RefundState.FAILED}:
        raise Refused("refund.not_approved" if refund.state is RefundState.PROPOSED else "refund.decided_already")
    if refund.approved_by == viewer.person_id:
        raise Forbidden("refund.two_persons")
    payment = session.get_one(Payment, refund.payment_id)
    refund.carried_out_by, refund.sent_at = viewer.person_id, now
    if payment.gateway is GatewayName.COUNTER:
        refund.state, refund.done_at = RefundState.DONE, now
    else:
        refund.state = RefundState.SENDING
        enqueue(session, Job.SEND_REFUND, {"refund_id": str(refund.id)})
    _audited(session, refund, "carry_out_refund", viewer, now)
    session.flush()


def note_answer(session: Session, refund_id: UUID, said: Said, *, now: datetime) -> None:
    """What the gateway answered to the refund; a repeated answer changes nothing."""
    refund = locked(session, refund_id)
    if refund.state is not RefundState.SENDING:
        return
    refund.outcome_code, refund.bank_reference = said.code, said.bank_reference
    if said.is_success:
        refund.state, refund.done_at = RefundState.DONE, now
    else:
        refund.state = RefundState.FAILED
    audit.record(
        session, "payments.refund_answered", f"refund:{refund.id}", by=None, now=now,
        after={"code": said.code, "state": refund.state.value},
    )  # fmt: skip
    session.flush()


def locked(session: Session, refund_id: UUID) -> Refund:
    """The refund, locked until the unit of work ends."""
    found = session.scalars(
        sa.select(Refund).where(Refund.id == refund_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("refund.unknown")
    return found


def _given_back(session: Session, payment: Payment) -> int:
    """What is already given back of the payment, or on its way."""
    total = session.scalar(
        sa.select(sa.func.sum(Refund.amount_vnd)).where(
            Refund.payment_id == payment.id, Refund.state != RefundState.DROPPED
        )
    )
    return int(total or 0)


def _require(viewer: Viewer, refund: Refund, roles: Iterable[Role]) -> None:
    held = viewer.roles_in(refund.agency_id)
    if not held & APPROVERS:
        raise NotFound("refund.unknown")
    if not held & frozenset(roles):
        raise Forbidden("refund.role_may_not")


def _audited(session: Session, refund: Refund, verb: str, viewer: Viewer, now: datetime) -> None:
    audit.record(
        session, f"payments.{verb}", f"refund:{refund.id}", by=viewer.person_id, now=now,
        after={"amount_vnd": refund.amount_vnd, "ground": refund.ground.value, "state": refund.state.value},
    )  # fmt: skip
