"""Bills with their lines, attempts to pay them, links for others, refunds, and what gateways told us.

Money is whole đồng. That a bill is settled once is a partial unique index, not a hope; a further success is kept as
a surplus and refunded. Numbers of receipts are unique per agency and year and come from a counter row, so they have
no gaps.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.database import Base, new_id, text_enum
from portal.payments.kinds import BillState, GatewayName, Occasion, PaymentState, RefundGround, RefundState

_LIVE_REFUNDS = "state NOT IN ('done', 'dropped')"


class Bill(Base):
    """What is owed for one dossier on one occasion. A notice of obligation may be written more than once.

    `pay_by` is the moment after which a prepayment is no longer waited for; `due_on` the last day of a notice, which
    only informs. `agency_id` collects.
    """

    __tablename__ = "bills"
    __table_args__ = (
        sa.UniqueConstraint("dossier_id", "occasion", "occasion_round"),
        sa.CheckConstraint("amount_vnd >= 0", name="amount"),
        sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid_at"),
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        sa.CheckConstraint("drafted_by IS NULL OR state <> 'owed' OR approved_by IS NOT NULL", name="approved"),
        sa.Index(
            "uq_bills_open_notice",
            "dossier_id",
            unique=True,
            postgresql_where=sa.text("occasion = 'financial_obligation' AND state IN ('drafted', 'owed')"),
        ),
        sa.Index("ix_bills_owed", "agency_id", "raised_at", "id", postgresql_where=sa.text("state = 'owed'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    dossier_code: Mapped[str]
    party_name: Mapped[str]
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    occasion: Mapped[Occasion] = mapped_column(text_enum(Occasion))
    occasion_round: Mapped[int]
    state: Mapped[BillState] = mapped_column(text_enum(BillState))
    amount_vnd: Mapped[int] = mapped_column(sa.BigInteger)
    raised_at: Mapped[datetime]
    pay_by: Mapped[datetime | None]
    due_on: Mapped[date | None]
    reason: Mapped[str]
    legal_ground: Mapped[str]
    drafted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    approved_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    paid_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    lines: Mapped[list["BillLine"]] = relationship(lazy="raise", order_by="BillLine.position")


class BillLine(Base):
    """One charge of a bill: what for, how much, by which source, and when it is paid back."""

    __tablename__ = "bill_lines"
    __table_args__ = (
        sa.CheckConstraint("amount_vnd >= 0", name="amount"),
        sa.CheckConstraint("exempt IS NULL OR amount_vnd = 0", name="exempt"),
        sa.CheckConstraint("refund IN ('never', 'before_acceptance', 'if_not_accepted', 'full')", name="refund"),
    )

    bill_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bills.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str]
    names: Mapped[dict[str, Any]]
    amount_vnd: Mapped[int] = mapped_column(sa.BigInteger)
    exempt: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    refund: Mapped[str]
    source: Mapped[str]


class Payment(Base):
    """One attempt to pay a bill through one gateway; `reference` is what the gateway knows it by.

    `is_surplus`: the money came although the bill was settled or no longer owed. `receipt_number` is given with
    success. `event_version` is the dossier's event that tells of it, once the dossier has heard.
    `said_*` is what the gateway answered when it was last asked.
    """

    __tablename__ = "payments"
    __table_args__ = (
        sa.UniqueConstraint("gateway", "reference"),
        sa.UniqueConstraint("agency_id", "receipt_year", "receipt_number"),
        sa.CheckConstraint("amount_vnd > 0", name="amount"),
        sa.CheckConstraint("(state = 'started') = (ended_at IS NULL)", name="ended_at"),
        sa.CheckConstraint("(state = 'succeeded') = (receipt_number IS NOT NULL)", name="receipt"),
        sa.CheckConstraint("(receipt_number IS NULL) = (receipt_year IS NULL)", name="receipt_year"),
        sa.CheckConstraint("(gateway = 'counter') = (taken_by IS NOT NULL)", name="taken_by"),
        sa.Index(
            "uq_payments_settling",
            "bill_id",
            unique=True,
            postgresql_where=sa.text("state = 'succeeded' AND NOT is_surplus"),
        ),
        sa.Index("ix_payments_bill", "bill_id"),
        sa.Index("ix_payments_day", "agency_id", "started_at"),
        sa.Index("ix_payments_open", "expires_at", postgresql_where=sa.text("state = 'started'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    bill_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bills.id"))
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    gateway: Mapped[GatewayName] = mapped_column(text_enum(GatewayName))
    reference: Mapped[str]
    amount_vnd: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[PaymentState] = mapped_column(text_enum(PaymentState))
    is_surplus: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    started_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    link_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payment_links.id"))
    taken_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    payer_name: Mapped[str]
    outcome_code: Mapped[str | None]
    bank_reference: Mapped[str | None]
    receipt_year: Mapped[int | None]
    receipt_number: Mapped[int | None]
    event_version: Mapped[int | None]
    said_at: Mapped[datetime | None]
    said_code: Mapped[str | None]
    said_amount_vnd: Mapped[int | None] = mapped_column(sa.BigInteger)

    bill: Mapped[Bill] = relationship(lazy="raise")


class ReceiptCounter(Base):
    """The last receipt number of an agency in a year."""

    __tablename__ = "receipt_counters"

    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class PaymentLink(Base):
    """A way for somebody else to pay a bill. The word in the address is made from this id and the secret key."""

    __tablename__ = "payment_links"
    __table_args__ = (
        sa.CheckConstraint("expires_at > created_at", name="expires"),
        sa.Index("ix_payment_links_bill", "bill_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    bill_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bills.id"))
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    bill: Mapped[Bill] = relationship(lazy="raise")


class Refund(Base):
    """Money that goes back for one payment, whole or in part. Who approves it never carries it out."""

    __tablename__ = "refunds"
    __table_args__ = (
        sa.CheckConstraint("amount_vnd > 0", name="amount"),
        sa.CheckConstraint("state NOT IN ('approved', 'sending', 'done') OR approved_by IS NOT NULL", name="approved"),
        sa.CheckConstraint("state NOT IN ('sending', 'done') OR carried_out_by IS NOT NULL", name="carried_out"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at"),
        sa.CheckConstraint("carried_out_by IS NULL OR carried_out_by <> approved_by", name="two_persons"),
        sa.Index("ix_refunds_payment", "payment_id"),
        sa.Index("ix_refunds_live", "agency_id", "proposed_at", postgresql_where=sa.text(_LIVE_REFUNDS)),
        sa.Index(
            "uq_refunds_by_rule",
            "payment_id",
            "ground",
            unique=True,
            postgresql_where=sa.text("proposed_by IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payments.id"))
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    amount_vnd: Mapped[int] = mapped_column(sa.BigInteger)
    ground: Mapped[RefundGround] = mapped_column(text_enum(RefundGround))
    note: Mapped[str]
    state: Mapped[RefundState] = mapped_column(text_enum(RefundState))
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    approved_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    approved_at: Mapped[datetime | None]
    carried_out_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    sent_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    outcome_code: Mapped[str | None]
    bank_reference: Mapped[str | None]

    payment: Mapped[Payment] = relationship(lazy="raise")


class GatewayMessage(Base):
    """A notification with a valid signature, as it was heard and answered. Forged ones leave only a log line."""

    __tablename__ = "gateway_messages"
    __table_args__ = (sa.Index("ix_gateway_messages_reference", "gateway", "reference"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    gateway: Mapped[GatewayName] = mapped_column(text_enum(GatewayName))
    reference: Mapped[str]
    heard_at: Mapped[datetime] = mapped_column(index=True)
    amount_vnd: Mapped[int | None] = mapped_column(sa.BigInteger)
    is_success: Mapped[bool]
    outcome_code: Mapped[str]
    bank_reference: Mapped[str]
    answer: Mapped[str]


class SandboxEntry(Base):
    """What the sandbox bank holds in its own books: the other side, for queries, refunds and reconciliation."""

    __tablename__ = "sandbox_bank_entries"
    __table_args__ = (sa.CheckConstraint("refunded_vnd BETWEEN 0 AND amount_vnd", name="refunded"),)

    reference: Mapped[str] = mapped_column(primary_key=True)
    amount_vnd: Mapped[int] = mapped_column(sa.BigInteger)
    outcome_code: Mapped[str]
    bank_reference: Mapped[str] = mapped_column(unique=True)
    booked_at: Mapped[datetime]
    refunded_vnd: Mapped[int] = mapped_column(sa.BigInteger, default=0)
