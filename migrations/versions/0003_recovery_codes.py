"""Recovery codes; secrets of second factors are sealed; a notice may be about an account instead of a dossier."""

import sqlalchemy as sa
from alembic import op

from portal.accounts.sealing import seal, unseal

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PEOPLE = sa.table("people", sa.column("id", sa.Uuid), sa.column("one_time_secret", sa.String))


def upgrade() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_person_id"), "recovery_codes", ["person_id"])
    op.alter_column("notices", "dossier_id", existing_type=sa.Uuid(), nullable=True)
    op.alter_column("notices", "event_version", existing_type=sa.Integer(), nullable=True)
    _rewrite(seal)


def downgrade() -> None:
    _rewrite(lambda sealed: unseal(sealed) or sealed)
    op.execute("DELETE FROM notices WHERE dossier_id IS NULL")
    op.alter_column("notices", "event_version", existing_type=sa.Integer(), nullable=False)
    op.alter_column("notices", "dossier_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_index(op.f("ix_recovery_codes_person_id"), table_name="recovery_codes")
    op.drop_table("recovery_codes")


def _rewrite(written_anew):
    """The key is only needed where somebody has a second factor already."""
    connection = op.get_bind()
    having = sa.select(PEOPLE.c.id, PEOPLE.c.one_time_secret).where(PEOPLE.c.one_time_secret.is_not(None))
    for row in connection.execute(having).all():
        connection.execute(
            PEOPLE.update().where(PEOPLE.c.id == row.id).values(one_time_secret=written_anew(row.one_time_secret))
        )
