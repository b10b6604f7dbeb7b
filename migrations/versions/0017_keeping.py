"""Goals that change, views of figures and their mails, corrected figures, texts by version, legal holds, upgrades."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column("goals", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    _figures()
    _texts()
    _holds()
    op.create_table(
        "upgrade_notes",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("wanted_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_upgrade_notes")),
    )
    # What was counted by an earlier release has to be counted once by this one.
    op.execute(
        "INSERT INTO upgrade_notes (key, wanted_at)"
        " SELECT 'transparency.rebuild', now() WHERE EXISTS (SELECT 1 FROM dossier_facts)"
    )


def _figures() -> None:
    op.create_table(
        "figure_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("rhythm", one_of("rhythm", "never", "daily", "weekly"), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("mailed_on", sa.Date(), nullable=True),
        references("figure_views", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_views")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_figure_views_person_id_name")),
    )
    op.create_table(
        "figure_corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("corrects", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_corrections")),
        sa.UniqueConstraint("as_of", "kind", "month", name=op.f("uq_figure_corrections_as_of_kind_month")),
    )


def _texts() -> None:
    op.create_table(
        "written_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area", one_of("area", "notice", "letter"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        references("written_texts", "made_by", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_texts")),
        sa.UniqueConstraint("area", "key", "number", name=op.f("uq_written_texts_area_key_number")),
    )


def _holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", INSTANT, nullable=True),
        references("legal_holds", "dossier_id", "dossiers"),
        references("legal_holds", "set_by", "people"),
        references("legal_holds", "lifted_by", "people"),
        sa.CheckConstraint("(lifted_by IS NULL) = (lifted_at IS NULL)", name=op.f("ck_legal_holds_lifted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(
        "ix_legal_holds_standing",
        "legal_holds",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("upgrade_notes", "legal_holds", "written_texts", "figure_corrections", "figure_views"):
        op.drop_table(table)
    op.drop_column("goals", "version")
