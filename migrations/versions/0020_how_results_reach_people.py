"""How results reach people: wishes, slots at the counter, mail, with their events and timers; what was turned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)

EARLIER_EVENTS = (
    "prepayment_requested", "prepayment_expired", "filed", "corrected", "opened_by_office", "accepted",
    "refused_intake", "routed", "sent_to_dispatcher", "step_opened", "step_assigned", "step_completed",
    "step_sent_back", "step_dropped", "opinion_requested", "opinion_given", "opinion_silent", "moved_to_version",
    "supplement_requested", "supplement_answered", "payment_requested", "payment_confirmed", "withdrawal_requested",
    "withdrawal_granted", "withdrawal_declined", "stopped", "signed", "numbered", "issued", "returned",
    "reopened_by_correction", "due_changed", "extended", "escalated", "reminded", "letter_sent", "fee_settled",
    "message_sent", "viewed_sensitive", "appealed", "rated",
)  # fmt: skip
EVENTS = ("delivery_chosen", "slot_booked", "slot_released", "result_posted", "result_came_back")
EARLIER_TIMERS = (
    "acceptance_limit", "step_limit", "total_limit", "supplement_deadline", "opinion_deadline", "prepayment_deadline",
    "step_half", "step_most", "opinion_reminder", "result_uncollected", "promise_near", "matter_screening",
    "matter_limit", "matter_publishing", "result_renewal",
)  # fmt: skip
TIMERS = ("counter_slot",)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def allow(table: str, column: str, name: str, values: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({listed})")


def upgrade() -> None:
    allow("dossier_events", "kind", "event_kind", EARLIER_EVENTS + EVENTS)
    allow("timers", "kind", "timer_kind", EARLIER_TIMERS + TIMERS)
    op.create_table(
        "result_wishes",
        sa.Column("client_key", sa.Uuid(), nullable=False),
        sa.Column("way", one_of("way", "online", "counter", "post"), nullable=False),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("province", sa.String(), nullable=True),
        sa.Column("commune", sa.String(), nullable=True),
        sa.Column("street", sa.String(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("chosen_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "way != 'post' OR num_nulls(recipient, phone, province, commune, street) = 0",
            name=op.f("ck_result_wishes_post_has_address"),
        ),
        sa.PrimaryKeyConstraint("client_key", name=op.f("pk_result_wishes")),
    )
    op.create_table(
        "counters",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("slot_minutes BETWEEN 10 AND 120", name=op.f("ck_counters_slot_minutes")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 20", name=op.f("ck_counters_capacity")),
        references("counters", "agency_id", "agencies"),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_counters")),
    )
    _bookings()
    _postings()
    op.add_column("attachments", sa.Column("turned_from", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_attachments_turned_from"), "attachments", "attachments", ["turned_from"], ["id"])


def _bookings() -> None:
    states = ("booked", "came", "handed_over", "no_show", "cancelled", "moved", "void")
    op.create_table(
        "counter_bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", one_of("booking_state", *states), nullable=False),
        sa.Column("booked_by", sa.Uuid(), nullable=False),
        sa.Column("booked_at", INSTANT, nullable=False),
        sa.Column("came_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_counter_bookings_period")),
        sa.CheckConstraint("place >= 1", name=op.f("ck_counter_bookings_place")),
        sa.CheckConstraint(
            "(state IN ('booked', 'came')) = (ended_at IS NULL)", name=op.f("ck_counter_bookings_ended")
        ),
        references("counter_bookings", "dossier_id", "dossiers"),
        references("counter_bookings", "agency_id", "agencies"),
        references("counter_bookings", "booked_by", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_bookings")),
    )
    op.create_index("ix_counter_bookings_day", "counter_bookings", ["agency_id", "starts_at", "id"])
    op.create_index("ix_counter_bookings_dossier", "counter_bookings", ["dossier_id", "booked_at"])
    op.create_index(
        "uq_counter_bookings_standing",
        "counter_bookings",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('booked', 'came')"),
    )
    op.create_index(
        "uq_counter_bookings_place",
        "counter_bookings",
        ["agency_id", "starts_at", "place"],
        unique=True,
        postgresql_where=sa.text("state IN ('booked', 'came', 'handed_over')"),
    )


def _postings() -> None:
    op.create_table(
        "result_postings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking", sa.String(), nullable=False),
        sa.Column("address", postgresql.JSONB(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("state", one_of("posting_state", "on_the_way", "arrived", "came_back"), nullable=False),
        sa.Column("posted_by", sa.Uuid(), nullable=False),
        sa.Column("posted_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'on_the_way') = (ended_at IS NULL)", name=op.f("ck_result_postings_ended")),
        references("result_postings", "dossier_id", "dossiers"),
        references("result_postings", "posted_by", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_postings")),
    )
    op.create_index("ix_result_postings_dossier", "result_postings", ["dossier_id", "posted_at"])
    op.create_index(
        "uq_result_postings_on_the_way",
        "result_postings",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("state = 'on_the_way'"),
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_attachments_turned_from"), "attachments", type_="foreignkey")
    op.drop_column("attachments", "turned_from")
    for table in ("result_postings", "counter_bookings", "counters", "result_wishes"):
        op.drop_table(table)
    op.execute("DELETE FROM timers WHERE kind = 'counter_slot'")
    allow("timers", "kind", "timer_kind", EARLIER_TIMERS)
    # The record cannot be changed: events of the later kinds stay, and only new ones are refused.
    op.drop_constraint(op.f("ck_dossier_events_event_kind"), "dossier_events")
    listed = ", ".join(f"'{value}'" for value in EARLIER_EVENTS)
    op.execute(
        f"ALTER TABLE dossier_events ADD CONSTRAINT ck_dossier_events_event_kind CHECK (kind IN ({listed})) NOT VALID"
    )
