"""Files that come in parts; until when more may be asked about feedback; dossiers of a procedure by their day."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_index("ix_dossier_facts_procedure_filed", "dossier_facts", ["procedure_code", "filed_on"])
    op.add_column("matters", sa.Column("ask_by", INSTANT, nullable=True))
    op.create_table(
        "partial_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_partial_uploads_size")),
        sa.CheckConstraint("received_bytes BETWEEN 0 AND size_bytes", name=op.f("ck_partial_uploads_received")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_partial_uploads_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partial_uploads")),
    )
    op.create_index("ix_partial_uploads_person", "partial_uploads", ["person_id"])
    op.create_index("ix_partial_uploads_touched", "partial_uploads", ["touched_at"])
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["partial_uploads.id"], name=op.f("fk_upload_parts_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "starts_at", name=op.f("pk_upload_parts")),
    )


def downgrade() -> None:
    op.drop_table("upload_parts")
    op.drop_table("partial_uploads")
    op.drop_column("matters", "ask_by")
    op.drop_index("ix_dossier_facts_procedure_filed", "dossier_facts")
