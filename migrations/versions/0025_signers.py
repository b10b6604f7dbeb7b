"""Certificates of seals and signatures: how they were found when they were last looked at, and the warnings given."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "signer_certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("warned_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("num_nonnulls(agency_id, person_id) = 1", name=op.f("ck_signer_certificates_one_owner")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_signer_certificates_agency_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_signer_certificates_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signer_certificates")),
        sa.UniqueConstraint("agency_id", name=op.f("uq_signer_certificates_agency_id")),
        sa.UniqueConstraint("person_id", name=op.f("uq_signer_certificates_person_id")),
    )


def downgrade() -> None:
    op.drop_table("signer_certificates")
