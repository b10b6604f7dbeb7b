"""Filing at a counter: who stood there, drafts of an office, the channel of a dossier, claims to take one over."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column("parties", sa.Column("taken_down_at", INSTANT, nullable=True))
    _walk_ins()
    _drafts()
    _dossiers()
    _claims()


def _walk_ins() -> None:
    op.create_table(
        "walk_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("standing", one_of("standing", "owner", "representative", "authorised"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("identity_number", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", one_of("language", "vi", "en", "zh"), nullable=False),
        sa.Column("consent_wording", sa.Integer(), nullable=True),
        sa.Column("taken_at", INSTANT, nullable=False),
        references("walk_ins", "agency_id", "agencies"),
        references("walk_ins", "taken_by", "posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_ins")),
    )


def _drafts() -> None:
    op.add_column("drafts", sa.Column("counter_agency_id", sa.Uuid(), nullable=True))
    op.add_column("drafts", sa.Column("walk_in_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_drafts_counter_agency_id"), "drafts", "agencies", ["counter_agency_id"], ["id"])
    op.create_foreign_key(op.f("fk_drafts_walk_in_id"), "drafts", "walk_ins", ["walk_in_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_drafts_counter"), "drafts", "(walk_in_id IS NULL) = (counter_agency_id IS NULL)"
    )
    op.create_index(
        "ix_drafts_counter",
        "drafts",
        ["counter_agency_id", "updated_at"],
        postgresql_where=sa.text("closed_at IS NULL AND counter_agency_id IS NOT NULL"),
    )


def _dossiers() -> None:
    op.add_column(
        "dossiers",
        sa.Column("channel", one_of("channel", "online", "counter"), server_default="online", nullable=False),
    )
    op.add_column("dossiers", sa.Column("walk_in_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_dossiers_walk_in_id"), "dossiers", "walk_ins", ["walk_in_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_dossiers_counter_has_walk_in"), "dossiers", "(channel = 'counter') = (walk_in_id IS NOT NULL)"
    )
    op.create_index(
        "ix_dossiers_counter",
        "dossiers",
        ["intake_agency_id", sa.text("filed_at DESC")],
        postgresql_where=sa.text("walk_in_id IS NOT NULL"),
    )


def _claims() -> None:
    op.create_table(
        "party_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name=op.f("ck_party_claims_decided")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_party_claims_decided_by")),
        references("party_claims", "party_id", "parties"),
        references("party_claims", "person_id", "people"),
        references("party_claims", "dossier_id", "dossiers"),
        references("party_claims", "agency_id", "agencies"),
        references("party_claims", "decided_by", "posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_claims")),
    )
    op.create_index(
        "uq_party_claims_open",
        "party_claims",
        ["person_id", "party_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index(
        "ix_party_claims_waiting",
        "party_claims",
        ["agency_id", "made_at"],
        postgresql_where=sa.text("decided_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("party_claims")
    op.drop_index("ix_dossiers_counter", "dossiers")
    op.drop_constraint(op.f("ck_dossiers_counter_has_walk_in"), "dossiers")
    op.drop_column("dossiers", "walk_in_id")
    op.drop_column("dossiers", "channel")
    op.drop_index("ix_drafts_counter", "drafts")
    op.drop_constraint(op.f("ck_drafts_counter"), "drafts")
    op.drop_column("drafts", "walk_in_id")
    op.drop_column("drafts", "counter_agency_id")
    op.drop_table("walk_ins")
    op.drop_column("parties", "taken_down_at")
