"""What dossiers and their steps add to the figures, the rollups of it, and the sheets officers read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OF_FACTS = ("filed_on", "accepted_on", "settled_on")
KEY = ("day", "procedure_code", "case_key", "agency_id", "step", "channel")


def upgrade() -> None:
    op.add_column("dossier_facts", sa.Column("accepted_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("dossier_facts", sa.Column("level", sa.SmallInteger(), nullable=True))
    op.add_column("dossier_facts", sa.Column("channel", sa.String(), nullable=True))
    op.add_column(
        "dossier_facts", sa.Column("counted_version", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_index(
        "ix_dossier_facts_uncounted",
        "dossier_facts",
        ["dossier_id"],
        postgresql_where=sa.text("counted_version <> version"),
    )
    for name in OF_FACTS:
        op.create_index(f"ix_dossier_facts_{name}", "dossier_facts", [name])
    op.add_column("goals", sa.Column("owner", sa.String(), nullable=True))
    _shares()
    _rollups()
    op.create_table(
        "figure_sheets",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_figure_sheets")),
    )


def _shares() -> None:
    op.create_table(
        "counted_shares",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("case_key", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("agency_minutes", sa.Integer(), nullable=False),
        sa.Column("waiting_minutes", sa.Integer(), nullable=False),
        sa.Column("applicant_minutes", sa.Integer(), nullable=False),
        sa.Column("supplement_rounds", sa.Integer(), nullable=False),
        sa.Column("was_on_time", sa.Boolean(), nullable=False),
        sa.Column("was_on_time_766", sa.Boolean(), nullable=False),
        sa.Column("was_early", sa.Boolean(), nullable=False),
        sa.Column("was_refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", "entry", "step", name=op.f("pk_counted_shares")),
    )
    op.create_index("ix_counted_shares_rollup", "counted_shares", list(KEY))


def _rollups() -> None:
    op.create_table(
        "rollups",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("case_key", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("dossiers", sa.Integer(), nullable=False),
        sa.Column("durations", postgresql.JSONB(), nullable=False),
        sa.Column("waits", postgresql.JSONB(), nullable=False),
        sa.Column("agency_minutes", sa.BigInteger(), nullable=False),
        sa.Column("waiting_minutes", sa.BigInteger(), nullable=False),
        sa.Column("applicant_minutes", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("supplement_rounds", "supplemented", "on_time", "on_time_766", "early", "refused")
        ),
        sa.CheckConstraint("dossiers > 0", name=op.f("ck_rollups_dossiers")),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_rollups")),
    )


def downgrade() -> None:
    for table in ("figure_sheets", "rollups", "counted_shares"):
        op.drop_table(table)
    op.drop_column("goals", "owner")
    for name in OF_FACTS:
        op.drop_index(f"ix_dossier_facts_{name}", "dossier_facts")
    op.drop_index("ix_dossier_facts_uncounted", "dossier_facts")
    for name in ("counted_version", "channel", "level", "accepted_at"):
        op.drop_column("dossier_facts", name)
