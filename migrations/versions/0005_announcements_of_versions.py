"""A procedure's version knows the decision that announced it, why it came and why it went; it never changes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("procedure_versions", sa.Column("decision_number", sa.String(), nullable=True))
    op.add_column("procedure_versions", sa.Column("decided_on", sa.Date(), nullable=True))
    op.add_column("procedure_versions", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("procedure_versions", sa.Column("withdrawal_reason", sa.String(), nullable=True))
    op.execute(
        """
        CREATE FUNCTION keep_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.code, OLD.number, OLD.content_hash, OLD.definition, OLD.effective_on, OLD.published_at)
               IS DISTINCT FROM
               (NEW.code, NEW.number, NEW.content_hash, NEW.definition, NEW.effective_on, NEW.published_at) THEN
                RAISE EXCEPTION 'a published version of a procedure never changes'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER procedure_versions_kept BEFORE UPDATE ON procedure_versions "
        "FOR EACH ROW EXECUTE FUNCTION keep_published_version()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER procedure_versions_kept ON procedure_versions")
    op.execute("DROP FUNCTION keep_published_version()")
    for name in ("withdrawal_reason", "reason", "decided_on", "decision_number"):
        op.drop_column("procedure_versions", name)
