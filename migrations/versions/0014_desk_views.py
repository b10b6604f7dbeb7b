"""Saved views of the queue, acts on many dossiers, internal notes, decisions signed outside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CONSIGNED = "jsonb_path_exists(definition, '$.sections[*].fields[*] ? (@.code == \"expected_arrival\")')"
INSTANT = sa.TIMESTAMP(timezone=True)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def references(table: str, column: str, other: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    _batches()
    op.create_table(
        "queue_habits",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=True),
        sa.Column("views", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        references("queue_habits", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_queue_habits")),
    )
    op.create_table(
        "internal_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        references("internal_notes", "dossier_id", "dossiers"),
        references("internal_notes", "post_id", "posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_notes")),
    )
    op.create_index("ix_internal_notes_dossier", "internal_notes", ["dossier_id", "written_at"])
    op.create_index(
        "ix_procedure_versions_consigned",
        "procedure_versions",
        ["content_hash"],
        postgresql_where=sa.text(CONSIGNED),
    )
    _signed_outside()


def downgrade() -> None:
    op.drop_index("ix_procedure_versions_consigned", "procedure_versions")
    op.drop_column("letters", "outside_key")
    for table in ("signing_handouts", "internal_notes", "queue_habits", "desk_batch_items", "desk_batches"):
        op.drop_table(table)


def _batches() -> None:
    op.create_table(
        "desk_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", one_of("many_act", "accept", "give", "forward", "sign", "issue"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "ended_at IS NULL OR started_at IS NOT NULL", name=op.f("ck_desk_batches_ended_was_started")
        ),
        references("desk_batches", "person_id", "people"),
        references("desk_batches", "post_id", "posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_batches")),
    )
    op.create_index("ix_desk_batches_person", "desk_batches", ["person_id", "made_at"])
    op.create_table(
        "desk_batch_items",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("node_key", sa.String(), nullable=False),
        sa.Column("version_seen", sa.Integer(), nullable=False),
        sa.Column("state", one_of("item_state", "waiting", "done", "not_done"), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name=op.f("ck_desk_batch_items_done_at")),
        references("desk_batch_items", "batch_id", "desk_batches", ondelete="CASCADE"),
        references("desk_batch_items", "dossier_id", "dossiers"),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_desk_batch_items")),
        sa.UniqueConstraint(
            "batch_id", "dossier_id", "node_key", name=op.f("uq_desk_batch_items_batch_id_dossier_id_node_key")
        ),
    )
    op.create_index(op.f("ix_desk_batch_items_dossier_id"), "desk_batch_items", ["dossier_id"])


def _signed_outside() -> None:
    op.add_column("letters", sa.Column("outside_key", sa.String(), nullable=True))
    op.create_table(
        "signing_handouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_version", sa.Integer(), nullable=False),
        sa.Column("node_key", sa.String(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("signed_bytes", sa.LargeBinary(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        references("signing_handouts", "dossier_id", "dossiers"),
        references("signing_handouts", "post_id", "posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_handouts")),
        sa.UniqueConstraint("token", name=op.f("uq_signing_handouts_token")),
    )
    op.create_index("ix_signing_handouts_dossier", "signing_handouts", ["dossier_id", "made_at"])
