"""Figures of more kinds: why dossiers are refused, what people say of it, how they pay; and what more is erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEPT_BEFORE = ("drafts", "notices", "sign_in_log", "ended_sign_ins", "answers")
RULES = (
    ("batch_notes", 730, "Decided by the house"),
    ("registration_papers", 1825, "Decided by the house; Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15"),
    ("closed_accounts", 365, "Decided by the house; Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15"),
)
KEY = ("kind", "day", "procedure_code", "agency_id", "answer")


def upgrade() -> None:
    op.add_column("dossier_facts", sa.Column("refusal_reason", sa.String(), nullable=True))
    words = {"server_default": sa.text("''"), "nullable": False}
    op.add_column("counted_shares", sa.Column("refusal_reason", sa.String(), **words))
    op.add_column("signing_handouts", sa.Column("managed_reason", sa.String(), **words))
    refusals = sa.Column("refusals", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False)
    op.add_column("rollups", refusals)
    # What was counted before says nothing of reasons: of all that was refused, in own words.
    op.execute("UPDATE rollups SET refusals = jsonb_build_object('', refused) WHERE refused > 0")
    op.create_table(
        "heard_counts",
        sa.Column("kind", _one_of("heard", "rating", "feedback", "payment"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_heard_counts_n")),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_heard_counts")),
    )
    _keep((*KEPT_BEFORE, *(name for name, _, _ in RULES)))
    rules = sa.table(
        "retention_rules",
        *(sa.column(name) for name in ("subject", "keep_days", "source", "is_in_force", "version", "changed_at")),
    )
    for name, days, source in RULES:
        values = {"keep_days": days, "source": source, "is_in_force": False, "version": 1, "changed_at": sa.func.now()}
        op.execute(rules.insert().values(subject=name, **values))


def downgrade() -> None:
    names = ", ".join(f"'{name}'" for name, _, _ in RULES)
    op.execute(f"DELETE FROM retention_rules WHERE subject IN ({names})")
    _keep(KEPT_BEFORE)
    op.drop_table("heard_counts")
    op.drop_column("rollups", "refusals")
    op.drop_column("signing_handouts", "managed_reason")
    op.drop_column("counted_shares", "refusal_reason")
    op.drop_column("dossier_facts", "refusal_reason")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def _keep(subjects: tuple[str, ...]) -> None:
    values = ", ".join(f"'{name}'" for name in subjects)
    op.drop_constraint(op.f("ck_retention_rules_kept"), "retention_rules", type_="check")
    op.create_check_constraint(op.f("ck_retention_rules_kept"), "retention_rules", f"subject IN ({values})")
