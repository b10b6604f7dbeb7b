"""Bills, attempts to pay them, links for others, refunds, what gateways tell; a timer for prepayments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EARLIER = (
    "acceptance_limit", "step_limit", "total_limit", "supplement_deadline", "opinion_deadline",
    "step_half", "step_most", "opinion_reminder", "result_uncollected", "promise_near",
)  # fmt: skip
PREPAYMENT = "prepayment_deadline"


def upgrade() -> None:
    op.create_table(
        "bills",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_code", sa.String(), nullable=False),
        sa.Column("party_name", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column(
            "occasion",
            sa.Enum(
                "at_filing",
                "at_intake",
                "financial_obligation",
                name="occasion",
                native_enum=False,
                create_constraint=True,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("occasion_round", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "drafted",
                "owed",
                "paid",
                "cancelled",
                name="bill_state",
                native_enum=False,
                create_constraint=True,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("pay_by", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("legal_ground", sa.String(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("paid_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_bills_cancelled_at")),
        sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name=op.f("ck_bills_paid_at")),
        sa.CheckConstraint(
            "drafted_by IS NULL OR state <> 'owed' OR approved_by IS NOT NULL", name=op.f("ck_bills_approved")
        ),
        sa.CheckConstraint("amount_vnd >= 0", name=op.f("ck_bills_amount")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_bills_agency_id")),
        sa.ForeignKeyConstraint(["approved_by"], ["posts.id"], name=op.f("fk_bills_approved_by")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_bills_dossier_id")),
        sa.ForeignKeyConstraint(["drafted_by"], ["posts.id"], name=op.f("fk_bills_drafted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint(
            "dossier_id", "occasion", "occasion_round", name=op.f("uq_bills_dossier_id_occasion_occasion_round")
        ),
    )
    op.create_index(
        "ix_bills_owed",
        "bills",
        ["agency_id", "raised_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.create_index(
        "uq_bills_open_notice",
        "bills",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("occasion = 'financial_obligation' AND state IN ('drafted', 'owed')"),
    )
    op.create_table(
        "bill_lines",
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("exempt", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("refund", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint(
            "refund IN ('never', 'before_acceptance', 'if_not_accepted', 'full')", name=op.f("ck_bill_lines_refund")
        ),
        sa.CheckConstraint("amount_vnd >= 0", name=op.f("ck_bill_lines_amount")),
        sa.CheckConstraint("exempt IS NULL OR amount_vnd = 0", name=op.f("ck_bill_lines_exempt")),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_bill_lines_bill_id")),
        sa.PrimaryKeyConstraint("bill_id", "position", name=op.f("pk_bill_lines")),
    )
    op.create_table(
        "payment_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_payment_links_expires")),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_payment_links_bill_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_payment_links_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_links")),
    )
    op.create_index("ix_payment_links_bill", "payment_links", ["bill_id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column(
            "gateway",
            sa.Enum(
                "sandbox", "vnpay", "counter", name="gateway_name", native_enum=False, create_constraint=True, length=64
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "started",
                "succeeded",
                "failed",
                name="payment_state",
                native_enum=False,
                create_constraint=True,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("is_surplus", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("outcome_code", sa.String(), nullable=True),
        sa.Column("bank_reference", sa.String(), nullable=True),
        sa.Column("receipt_year", sa.Integer(), nullable=True),
        sa.Column("receipt_number", sa.Integer(), nullable=True),
        sa.Column("event_version", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("said_code", sa.String(), nullable=True),
        sa.Column("said_amount_vnd", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(gateway = 'counter') = (taken_by IS NOT NULL)", name=op.f("ck_payments_taken_by")),
        sa.CheckConstraint("(state = 'started') = (ended_at IS NULL)", name=op.f("ck_payments_ended_at")),
        sa.CheckConstraint("(state = 'succeeded') = (receipt_number IS NOT NULL)", name=op.f("ck_payments_receipt")),
        sa.CheckConstraint("(receipt_number IS NULL) = (receipt_year IS NULL)", name=op.f("ck_payments_receipt_year")),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_payments_agency_id")),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_payments_bill_id")),
        sa.ForeignKeyConstraint(["link_id"], ["payment_links.id"], name=op.f("fk_payments_link_id")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("fk_payments_started_by")),
        sa.ForeignKeyConstraint(["taken_by"], ["posts.id"], name=op.f("fk_payments_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "agency_id",
            "receipt_year",
            "receipt_number",
            name=op.f("uq_payments_agency_id_receipt_year_receipt_number"),
        ),
        sa.UniqueConstraint("gateway", "reference", name=op.f("uq_payments_gateway_reference")),
    )
    op.create_index("ix_payments_bill", "payments", ["bill_id"], unique=False)
    op.create_index("ix_payments_day", "payments", ["agency_id", "started_at"], unique=False)
    op.create_index(
        "ix_payments_open", "payments", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'started'")
    )
    op.create_index(
        "uq_payments_settling",
        "payments",
        ["bill_id"],
        unique=True,
        postgresql_where=sa.text("state = 'succeeded' AND NOT is_surplus"),
    )
    op.create_table(
        "receipt_counters",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_receipt_counters_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "year", name=op.f("pk_receipt_counters")),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "not_accepted",
                "withdrawn_before_acceptance",
                "ended_without_decision",
                "paid_twice",
                "not_owed_any_more",
                "other",
                name="refund_ground",
                native_enum=False,
                create_constraint=True,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "sending",
                "done",
                "failed",
                "dropped",
                name="refund_state",
                native_enum=False,
                create_constraint=True,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("proposed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("carried_out_by", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome_code", sa.String(), nullable=True),
        sa.Column("bank_reference", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_refunds_done_at")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'sending', 'done') OR approved_by IS NOT NULL", name=op.f("ck_refunds_approved")
        ),
        sa.CheckConstraint(
            "state NOT IN ('sending', 'done') OR carried_out_by IS NOT NULL", name=op.f("ck_refunds_carried_out")
        ),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_refunds_amount")),
        sa.CheckConstraint(
            "carried_out_by IS NULL OR carried_out_by <> approved_by", name=op.f("ck_refunds_two_persons")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_refunds_agency_id")),
        sa.ForeignKeyConstraint(["approved_by"], ["people.id"], name=op.f("fk_refunds_approved_by")),
        sa.ForeignKeyConstraint(["carried_out_by"], ["people.id"], name=op.f("fk_refunds_carried_out_by")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name=op.f("fk_refunds_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index(
        "ix_refunds_live",
        "refunds",
        ["agency_id", "proposed_at"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('done', 'dropped')"),
    )
    op.create_index("ix_refunds_payment", "refunds", ["payment_id"], unique=False)
    op.create_index(
        "uq_refunds_by_rule",
        "refunds",
        ["payment_id", "ground"],
        unique=True,
        postgresql_where=sa.text("proposed_by IS NULL"),
    )
    op.create_table(
        "gateway_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "gateway",
            sa.Enum(
                "sandbox", "vnpay", "counter", name="gateway_name", native_enum=False, create_constraint=True, length=64
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("heard_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=True),
        sa.Column("is_success", sa.Boolean(), nullable=False),
        sa.Column("outcome_code", sa.String(), nullable=False),
        sa.Column("bank_reference", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_messages")),
    )
    op.create_index(op.f("ix_gateway_messages_heard_at"), "gateway_messages", ["heard_at"], unique=False)
    op.create_index("ix_gateway_messages_reference", "gateway_messages", ["gateway", "reference"], unique=False)
    op.create_table(
        "sandbox_bank_entries",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("outcome_code", sa.String(), nullable=False),
        sa.Column("bank_reference", sa.String(), nullable=False),
        sa.Column("booked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("refunded_vnd", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("refunded_vnd BETWEEN 0 AND amount_vnd", name=op.f("ck_sandbox_bank_entries_refunded")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_sandbox_bank_entries")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_sandbox_bank_entries_bank_reference")),
    )
    _timers(*EARLIER, PREPAYMENT)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM timers WHERE kind = :kind").bindparams(kind=PREPAYMENT))
    _timers(*EARLIER)
    for name in (
        "sandbox_bank_entries", "gateway_messages", "refunds", "receipt_counters", "payments", "payment_links",
        "bill_lines", "bills",
    ):  # fmt: skip
        op.drop_table(name)


def _timers(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_timers_timer_kind"), "timers")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint("timer_kind", "timers", f"kind IN ({words})")
