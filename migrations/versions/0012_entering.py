"""Signing in elsewhere, passkeys, and what a person may know of their own data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ABOUT = ("rules", "conduct", "correction", "duplicate")
PROOFS = ("password", "second_factor", "recovery_code")
INSTANT = sa.TIMESTAMP(timezone=True)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _one_of("matters", "about", "matter_about", *ABOUT, "erasure")
    _one_of("sign_in_attempts", "proof", "proof", *PROOFS, "passkey", "outside")
    op.create_table(
        "outside_identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("known_as", sa.String(), nullable=False),
        sa.Column("linked_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        references("outside_identities", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_outside_identities_issuer_subject")),
        sa.UniqueConstraint("person_id", "issuer", name=op.f("uq_outside_identities_person_id_issuer")),
    )


    op.create_table(
        "passkeys",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        references("passkeys", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
    )
    op.create_index(op.f("ix_passkeys_person_id"), "passkeys", ["person_id"])
    op.add_column("parties", sa.Column("country", sa.String(length=2), server_default="VN", nullable=False))
    op.add_column("attachments", sa.Column("party_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_attachments_party_id"), "attachments", "parties", ["party_id"], ["id"])
    op.create_index(
        "ix_attachments_party", "attachments", ["party_id"], postgresql_where=sa.text("party_id IS NOT NULL")
    )
    _belongs("draft_id, dossier_id, party_id")
    _choices()


def downgrade() -> None:
    op.drop_table("message_wishes")
    op.drop_table("notice_choices")
    op.drop_column("notices", "texted_at")
    op.execute("DELETE FROM attachments WHERE draft_id IS NULL AND dossier_id IS NULL")
    _belongs("draft_id, dossier_id")
    op.drop_index("ix_attachments_party", "attachments")
    op.drop_column("attachments", "party_id")
    op.drop_column("parties", "country")
    op.drop_table("passkeys")
    op.drop_table("outside_identities")
    op.execute("UPDATE sign_in_attempts SET proof = 'second_factor' WHERE proof IN ('passkey', 'outside')")
    _one_of("sign_in_attempts", "proof", "proof", *PROOFS)
    op.execute("UPDATE matters SET about = 'correction' WHERE about = 'erasure'")
    _one_of("matters", "about", "matter_about", *ABOUT)


def _one_of(table: str, column: str, name: str, *words: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")


def _belongs(columns: str) -> None:
    op.drop_constraint(op.f("ck_attachments_belongs_somewhere"), "attachments")
    op.create_check_constraint("belongs_somewhere", "attachments", f"num_nonnulls({columns}) >= 1")


def _choices() -> None:
    op.add_column("notices", sa.Column("texted_at", INSTANT, nullable=True))
    topics = ("messages", "payments", "drafts", "renewals", "steps", "lateness", "filers", "matters")
    op.create_table(
        "notice_choices",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("topic", one_of("topic", *topics), nullable=False),
        sa.Column("manner", one_of("manner", "at_once", "daily", "in_app"), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        references("notice_choices", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_notice_choices")),
    )
    op.create_table(
        "message_wishes",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", one_of("channel", "sms", "zalo"), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        references("message_wishes", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_message_wishes")),
    )
