"""A company may have its filings co-signed: whether it does, who was asked, and what they answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("parties", sa.Column("needs_cosignature", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "cosignatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_of", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("content_fingerprint", sa.String(64), nullable=False),
        sa.Column("digests", postgresql.JSONB(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("certificate", postgresql.JSONB(), nullable=True),
        sa.Column("paper_sha256", sa.String(64), nullable=True),
        sa.Column("declined_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("asked_by <> asked_of", name=op.f("ck_cosignatures_two_people")),
        sa.CheckConstraint("num_nonnulls(signed_at, declined_at) <= 1", name=op.f("ck_cosignatures_one_answer")),
        sa.CheckConstraint(
            "(declined_at IS NULL) = (reason IS NULL)", name=op.f("ck_cosignatures_declined_has_reason")
        ),
        sa.CheckConstraint(
            "(certificate IS NULL) = (paper_sha256 IS NULL) AND (certificate IS NULL OR signed_at IS NOT NULL)",
            name=op.f("ck_cosignatures_certificate_signs"),
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_cosignatures_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_cosignatures_asked_by")),
        sa.ForeignKeyConstraint(["asked_of"], ["people.id"], name=op.f("fk_cosignatures_asked_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cosignatures")),
    )
    op.create_index("ix_cosignatures_draft", "cosignatures", ["draft_id", "asked_at"])
    op.create_index(
        "uq_cosignatures_open", "cosignatures", ["draft_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(
        "ix_cosignatures_asked_of", "cosignatures", ["asked_of"], postgresql_where=sa.text("ended_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("cosignatures")
    op.drop_column("parties", "needs_cosignature")
