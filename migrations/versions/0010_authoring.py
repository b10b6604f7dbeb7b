"""Drafts of procedures written in the editor, and the rule by which they are published."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "procedure_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("decision_number", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_procedure_drafts_version")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_procedure_drafts_created_by")),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_procedure_drafts_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_drafts")),
    )
    op.create_table(
        "procedure_draft_versions",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["procedure_drafts.id"],
            name=op.f("fk_procedure_draft_versions_draft_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_procedure_draft_versions_changed_by")),
        sa.PrimaryKeyConstraint("draft_id", "version", name=op.f("pk_procedure_draft_versions")),
    )
    op.create_table(
        "publishing_rule",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("needs_two", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_publishing_rule_one_row")),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_publishing_rule_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishing_rule")),
    )


def downgrade() -> None:
    for table in ("publishing_rule", "procedure_draft_versions", "procedure_drafts"):
        op.drop_table(table)
