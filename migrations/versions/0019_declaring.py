"""Declarations signed outside: which papers are out, and what they said. Sensitive papers and who opened them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "declaration_papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("content_fingerprint", sa.String(64), nullable=False),
        sa.Column("digests", postgresql.JSONB(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_declaration_papers_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_declaration_papers_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_papers")),
    )
    op.create_index("ix_declaration_papers_draft", "declaration_papers", ["draft_id", "made_at"])
    op.add_column("attachments", sa.Column("is_sensitive", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("file_views", "dossier_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM file_views WHERE dossier_id IS NULL")  # the release before kept no looks at drafts
    op.alter_column("file_views", "dossier_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("attachments", "is_sensitive")
    op.drop_table("declaration_papers")
