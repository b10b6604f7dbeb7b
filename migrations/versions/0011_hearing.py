"""What papers say of themselves and who looked at them; matters, ratings, consents; further timers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

EARLIER = (
    "acceptance_limit", "step_limit", "total_limit", "supplement_deadline", "opinion_deadline", "prepayment_deadline",
    "step_half", "step_most", "opinion_reminder", "result_uncollected", "promise_near",
)  # fmt: skip
FURTHER = ("matter_screening", "matter_limit", "matter_publishing", "result_renewal")
INSTANT = sa.TIMESTAMP(timezone=True)
PAPER = ("number", "issued_on", "valid_until", "taken_from")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column("attachments", sa.Column("number", sa.String(), nullable=True))
    op.add_column("attachments", sa.Column("issued_on", sa.Date(), nullable=True))
    op.add_column("attachments", sa.Column("valid_until", sa.Date(), nullable=True))
    op.add_column("attachments", sa.Column("taken_from", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_attachments_taken_from"), "attachments", "attachments", ["taken_from"], ["id"])
    op.create_table(
        "file_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        references("file_views", "attachment_id", "attachments"),
        references("file_views", "person_id", "people"),
        references("file_views", "agency_id", "agencies"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_views")),
    )
    op.create_index("ix_file_views_dossier", "file_views", ["dossier_id", "at"])
    op.create_table(
        "replaced_answers",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("event_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        references("replaced_answers", "dossier_id", "dossiers"),
        sa.PrimaryKeyConstraint("dossier_id", "event_version", name=op.f("pk_replaced_answers")),
    )
    _matters()
    op.create_table(
        "ratings",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("rated_at", INSTANT, nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_ratings_score")),
        references("ratings", "dossier_id", "dossiers"),
        references("ratings", "person_id", "people"),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_ratings")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("wording", sa.Integer(), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        references("consents", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(
        "uq_consents_standing",
        "consents",
        ["person_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    _timers(*EARLIER, *FURTHER)


def downgrade() -> None:
    op.execute(
        sa.text("DELETE FROM timers WHERE kind IN :kinds").bindparams(
            sa.bindparam("kinds", list(FURTHER), expanding=True)
        )
    )
    _timers(*EARLIER)
    for name in ("consents", "ratings", "matters", "replaced_answers", "file_views"):
        op.drop_table(name)
    op.drop_constraint(op.f("fk_attachments_taken_from"), "attachments")
    for name in PAPER:
        op.drop_column("attachments", name)


def _matters() -> None:
    op.create_table(
        "matters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("matter_kind", "feedback", "complaint", "mending", "own_data"), nullable=False),
        sa.Column("about", one_of("matter_about", "rules", "conduct", "correction", "duplicate"), nullable=True),
        sa.Column("state", one_of("matter_state", "raised", "asked", "settled", "refused"), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("procedure_code", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("screen_by", INSTANT, nullable=True),
        sa.Column("taken_on_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("replied_at", INSTANT, nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("publish_by", INSTANT, nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("overdue_noted_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(state IN ('settled', 'refused')) = (answered_at IS NOT NULL)", name=op.f("ck_matters_answered")
        ),
        sa.CheckConstraint("kind != 'feedback' OR screen_by IS NOT NULL", name=op.f("ck_matters_feedback_is_screened")),
        references("matters", "dossier_id", "dossiers"),
        references("matters", "person_id", "people"),
        references("matters", "agency_id", "agencies"),
        references("matters", "answered_by", "posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
    )
    op.create_index("ix_matters_person", "matters", ["person_id", "raised_at"])
    op.create_index("ix_matters_dossier", "matters", ["dossier_id", "raised_at"])
    op.create_index(
        "ix_matters_agency_open", "matters", ["agency_id", "due_at"], postgresql_where=sa.text("answered_at IS NULL")
    )
    op.create_index(
        "ix_matters_published", "matters", ["published_at"], postgresql_where=sa.text("published_at IS NOT NULL")
    )


def _timers(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_timers_timer_kind"), "timers")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint("timer_kind", "timers", f"kind IN ({words})")
