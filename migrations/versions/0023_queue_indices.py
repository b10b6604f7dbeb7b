"""The officers' search looks at the newest dossiers first; a filter by procedure goes straight to its dossiers.

Where the table is large and in use, both may be built beforehand by CREATE INDEX CONCURRENTLY under these names.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indices more."""
    op.create_index("ix_dossiers_filed", "dossiers", ["filed_at", "id"], if_not_exists=True)
    op.create_index("ix_dossiers_version", "dossiers", ["procedure_version_id"], if_not_exists=True)


def downgrade() -> None:
    """Without them again."""
    op.drop_index("ix_dossiers_version", table_name="dossiers", if_exists=True)
    op.drop_index("ix_dossiers_filed", table_name="dossiers", if_exists=True)
