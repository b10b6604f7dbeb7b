"""Forecasts and how they came true."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    methods = sa.Enum("standing", "whole", name="method", native_enum=False, create_constraint=True, length=64)
    op.create_table(
        "forecasts",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("method", methods, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("quantiles", postgresql.ARRAY(INSTANT), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", "version", "method", name=op.f("pk_forecasts")),
    )
    op.create_index("ix_forecasts_made_at", "forecasts", ["made_at"])
    op.create_table(
        "calibrations",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("as_of", name=op.f("pk_calibrations")),
    )


def downgrade() -> None:
    op.drop_table("calibrations")
    op.drop_table("forecasts")
