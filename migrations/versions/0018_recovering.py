"""Links in letters have purposes: an invitation, a forgotten password, an address to confirm. Known people are known.

Whoever has an account when this is put in place counts as reached by their letters since they made it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

PURPOSES = ("invitation", "reset", "address_check")
PROOFS = ("password", "second_factor", "recovery_code", "passkey", "outside")


def upgrade() -> None:
    op.add_column("people", sa.Column("email_verified_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute("UPDATE people SET email_verified_at = created_at")
    purpose = sa.Enum(*PURPOSES, name="purpose", native_enum=False, create_constraint=True, length=64)
    op.add_column("invitations", sa.Column("purpose", purpose, server_default="invitation", nullable=False))
    op.add_column("invitations", sa.Column("address", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_invitations_checked_address"), "invitations", "purpose <> 'address_check' OR address IS NOT NULL"
    )
    op.create_index(
        "ix_invitations_address",
        "invitations",
        ["address", "made_at"],
        postgresql_where=sa.text("address IS NOT NULL"),
    )
    _one_proof_of(*PROOFS, "letter")


def downgrade() -> None:
    op.execute("DELETE FROM sign_in_attempts WHERE proof = 'letter'")
    _one_proof_of(*PROOFS)
    op.execute("DELETE FROM invitations WHERE purpose <> 'invitation'")
    op.drop_index("ix_invitations_address", "invitations")
    op.drop_constraint(op.f("ck_invitations_checked_address"), "invitations", type_="check")
    op.drop_column("invitations", "address")
    op.drop_column("invitations", "purpose")
    op.drop_column("people", "email_verified_at")


def _one_proof_of(*values: str) -> None:
    """Replace the list of proofs a try to sign in may show."""
    op.drop_constraint(op.f("ck_sign_in_attempts_proof"), "sign_in_attempts", type_="check")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(op.f("ck_sign_in_attempts_proof"), "sign_in_attempts", f"proof IN ({listed})")
