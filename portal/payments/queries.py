"""Reading bills, attempts, links and refunds.

The company's pages come here after the dossier's own policy has let them in; the cashier's pages ask for the
agencies the viewer collects for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from portal.clock.zone import VIETNAM
from portal.foundation.errors import NotFound
from portal.payments.kinds import BillState, GatewayName, Occasion, PaymentState, RefundState
from portal.payments.models import Bill, GatewayMessage, Payment, PaymentLink, Refund, SandboxEntry

PAGE = 50
OPEN_REFUNDS = (RefundState.PROPOSED, RefundState.APPROVED, RefundState.SENDING, RefundState.FAILED)


def bills_of(session: Session, dossier_id: UUID) -> Sequence[Bill]:
    """What the filer may see of the dossier's bills, oldest first: a notice only once it is sent."""
    return session.scalars(
        sa.select(Bill)
        .where(
            Bill.dossier_id == dossier_id,
            Bill.state != BillState.DRAFTED,
            sa.or_(Bill.drafted_by.is_(None), Bill.approved_by.is_not(None)),
        )
        .options(selectinload(Bill.lines))
        .order_by(Bill.raised_at, Bill.id)
    ).all()


def owed_of(session: Session, dossier_id: UUID, bill_id: UUID) -> Bill:
    """One bill of the dossier with its lines."""
    found = next((bill for bill in bills_of(session, dossier_id) if bill.id == bill_id), None)
    if found is None:
        raise NotFound("payment.bill_unknown")
    return found


def notice_of(session: Session, dossier_id: UUID) -> Bill | None:
    """The notice of obligation that is drafted or owed, for the office."""
    return session.scalars(
        sa.select(Bill)
        .where(
            Bill.dossier_id == dossier_id,
            Bill.occasion == Occasion.FINANCIAL_OBLIGATION,
            Bill.state.in_((BillState.DRAFTED, BillState.OWED)),
        )
        .options(selectinload(Bill.lines))
    ).one_or_none()


def bill(session: Session, bill_id: UUID) -> Bill | None:
    """A bill with its lines, for machines and links."""
    return session.scalars(sa.select(Bill).where(Bill.id == bill_id).options(selectinload(Bill.lines))).one_or_none()


def payment(session: Session, payment_id: UUID) -> Payment | None:
    """An attempt with its bill, for machines."""
    return session.scalars(
        sa.select(Payment).where(Payment.id == payment_id).options(joinedload(Payment.bill, innerjoin=True))
    ).one_or_none()


def payment_by(session: Session, gateway: GatewayName, reference: str) -> Payment | None:
    """The attempt the gateway knows by this reference, with its bill."""
    return session.scalars(
        sa.select(Payment)
        .where(Payment.gateway == gateway, Payment.reference == reference)
        .options(joinedload(Payment.bill, innerjoin=True))
    ).one_or_none()


def payment_told_in(session: Session, dossier_id: UUID, event_version: int) -> Payment | None:
    """The payment a dossier's event tells of."""
    return session.scalars(
        sa.select(Payment)
        .join(Bill, Bill.id == Payment.bill_id)
        .where(Bill.dossier_id == dossier_id, Payment.event_version == event_version)
    ).one_or_none()


def payments_of(session: Session, dossier_id: UUID) -> Sequence[Payment]:
    """Every attempt to pay a bill of the dossier, newest first."""
    return session.scalars(
        sa.select(Payment)
        .join(Bill, Bill.id == Payment.bill_id)
        .where(Bill.dossier_id == dossier_id)
        .options(joinedload(Payment.bill, innerjoin=True))
        .order_by(Payment.started_at.desc(), Payment.id.desc())
    ).all()


def settling(session: Session, bill_id: UUID) -> Payment | None:
    """The attempt that settled the bill."""
    return session.scalars(
        sa.select(Payment).where(
            Payment.bill_id == bill_id, Payment.state == PaymentState.SUCCEEDED, Payment.is_surplus.is_(False)
        )
    ).one_or_none()


def refunds_of(session: Session, dossier_id: UUID) -> Sequence[Refund]:
    """The refunds of the dossier the filer is told of."""
    return session.scalars(
        sa.select(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Bill, Bill.id == Payment.bill_id)
        .where(Bill.dossier_id == dossier_id, Refund.state != RefundState.DROPPED)
        .order_by(Refund.proposed_at, Refund.id)
    ).all()


def links_of(session: Session, dossier_id: UUID, *, now: datetime) -> Sequence[PaymentLink]:
    """The links to bills of the dossier that still open."""
    return session.scalars(
        sa.select(PaymentLink)
        .join(Bill, Bill.id == PaymentLink.bill_id)
        .where(
            Bill.dossier_id == dossier_id,
            Bill.state == BillState.OWED,
            PaymentLink.revoked_at.is_(None),
            PaymentLink.expires_at > now,
        )
        .order_by(PaymentLink.created_at)
    ).all()


def is_all_paid(session: Session, dossier_id: UUID, occasion: Occasion) -> bool:
    """Whether nothing of this occasion is owed."""
    owed = sa.exists().where(Bill.dossier_id == dossier_id, Bill.occasion == occasion, Bill.state == BillState.OWED)
    return not session.scalar(sa.select(owed))


def owed_vnd(dossier_id: UUID | InstrumentedAttribute[UUID]) -> sa.ScalarSelect[int]:
    """What is still owed for a dossier, in whole đồng; for use in a statement, also about many of them."""
    owed = sa.select(sa.func.coalesce(sa.func.sum(Bill.amount_vnd), 0).cast(sa.BigInteger))
    return owed.where(Bill.dossier_id == dossier_id, Bill.state == BillState.OWED).scalar_subquery()


# The cashier


def owed_at(session: Session, agencies: Collection[UUID], *, code: str = "") -> Sequence[Bill]:
    """What is owed at these agencies, the oldest first; `code` is the end of a dossier's code, or all of it."""
    statement = (
        sa.select(Bill)
        .where(Bill.agency_id.in_(agencies), Bill.state == BillState.OWED)
        .options(selectinload(Bill.lines))
        .order_by(Bill.raised_at, Bill.id)
        .limit(PAGE)
    )
    if code:
        statement = statement.where(Bill.dossier_code.contains(code, autoescape=True))
    return session.scalars(statement).all()


def receipts_at(session: Session, agencies: Collection[UUID], day: date) -> Sequence[Payment]:
    """The receipts written at these agencies on this day of the office, in their order."""
    begin, end = day_span(day)
    return session.scalars(
        sa.select(Payment)
        .where(
            Payment.agency_id.in_(agencies),
            Payment.state == PaymentState.SUCCEEDED,
            Payment.ended_at >= begin,
            Payment.ended_at < end,
        )
        .options(joinedload(Payment.bill, innerjoin=True))
        .order_by(Payment.receipt_year, Payment.receipt_number)
    ).all()


def receipt_at(session: Session, agencies: Collection[UUID], payment_id: UUID) -> Payment:
    """One payment of these agencies with its bill; `NotFound` if there is none."""
    found = payment(session, payment_id)
    if found is None or found.agency_id not in agencies:
        raise NotFound("payment.unknown")
    return found


def refunds_at(session: Session, agencies: Collection[UUID]) -> Sequence[Refund]:
    """The refunds somebody still has to do something about."""
    return session.scalars(
        sa.select(Refund)
        .where(Refund.agency_id.in_(agencies), Refund.state.in_(OPEN_REFUNDS))
        .options(joinedload(Refund.payment, innerjoin=True).joinedload(Payment.bill, innerjoin=True))
        .order_by(Refund.proposed_at, Refund.id)
        .limit(PAGE)
    ).all()


# Reconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The last that was heard from a gateway about one reference."""

    reference: str
    amount_vnd: int | None
    is_success: bool
    answer: str


def attempts_on(session: Session, agencies: Collection[UUID], day: date) -> Sequence[Payment]:
    """The attempts begun at these agencies on this day, with their bills."""
    begin, end = day_span(day)
    return session.scalars(
        sa.select(Payment)
        .where(Payment.agency_id.in_(agencies), Payment.started_at >= begin, Payment.started_at < end)
        .options(joinedload(Payment.bill, innerjoin=True))
        .order_by(Payment.started_at, Payment.id)
    ).all()


def heard_about(session: Session, references: Collection[str]) -> dict[str, list[Heard]]:
    """Every genuine notification about these references, in the order they came."""
    rows = session.scalars(
        sa.select(GatewayMessage).where(GatewayMessage.reference.in_(references)).order_by(GatewayMessage.id)
    )
    found: dict[str, list[Heard]] = {}
    for row in rows:
        found.setdefault(row.reference, []).append(_heard(row))
    return found


def heard_of_nothing(session: Session, day: date) -> Sequence[GatewayMessage]:
    """The last genuine notification of this day about each reference nobody here knows."""
    begin, end = day_span(day)
    known = sa.exists().where(Payment.gateway == GatewayMessage.gateway, Payment.reference == GatewayMessage.reference)
    return session.scalars(
        sa.select(GatewayMessage)
        .where(GatewayMessage.heard_at >= begin, GatewayMessage.heard_at < end, sa.not_(known))
        .ext(distinct_on(GatewayMessage.gateway, GatewayMessage.reference))
        .order_by(GatewayMessage.gateway, GatewayMessage.reference, GatewayMessage.id.desc())
    ).all()


def unheard(session: Session, *, now: datetime, limit: int = 200) -> Sequence[UUID]:
    """Online attempts whose time is over and whose end nobody told: the notification may have been lost."""
    return session.scalars(
        sa.select(Payment.id)
        .where(Payment.state == PaymentState.STARTED, Payment.expires_at <= now)
        .order_by(Payment.expires_at)
        .limit(limit)
    ).all()


def booked(session: Session, reference: str) -> SandboxEntry | None:
    """What the sandbox bank has in its books."""
    return session.get(SandboxEntry, reference)


def day_span(day: date) -> tuple[datetime, datetime]:
    """The instants at which a day of the office begins and ends."""
    begin = datetime.combine(day, time(), VIETNAM)
    return begin, begin + timedelta(days=1)


def _heard(row: GatewayMessage) -> Heard:
    return Heard(reference=row.reference, amount_vnd=row.amount_vnd, is_success=row.is_success, answer=row.answer)
