"""Absences, substitutions, learned effort, skills, conflicts of interest, apologies; further timers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EARLIER = ("acceptance_limit", "step_limit", "total_limit", "supplement_deadline", "opinion_deadline")
FURTHER = ("step_half", "step_most", "opinion_reminder", "result_uncollected", "promise_near")
CURRENT = sa.text("ended_at IS NULL")
INSTANT = sa.TIMESTAMP(timezone=True)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=64)


def ref(name: str, table: str, *, nullable: bool = False, key: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=nullable, primary_key=key)


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), primary_key=True),
        ref("person_id", "people"),
        sa.Column("kind", one_of("absence_kind", "leave", "sick", "mission", "training"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        ref("made_by", "people"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("first_day <= last_day", name="period"),
    )
    op.create_index("ix_absences_person", "absences", ["person_id", "last_day"], postgresql_where=CURRENT)
    op.create_table(
        "substitutions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        ref("post_id", "posts"),
        ref("substitute_post_id", "posts"),
        sa.Column("manner", one_of("manner", "KT.", "TL."), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        ref("made_by", "people"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("first_day <= last_day", name="period"),
        sa.CheckConstraint("post_id <> substitute_post_id", name="two_posts"),
    )
    op.create_index("ix_substitutions_post", "substitutions", ["post_id"], postgresql_where=CURRENT)
    op.create_index("ix_substitutions_substitute", "substitutions", ["substitute_post_id"], postgresql_where=CURRENT)
    op.create_table(
        "step_efforts",
        sa.Column("procedure_code", sa.String(), primary_key=True),
        sa.Column("node_key", sa.String(), primary_key=True),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("prior_minutes", sa.Integer(), nullable=False),
        sa.Column("expected_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("samples >= 0 AND expected_minutes >= 1", name="sense"),
    )
    op.create_table(
        "person_skills", ref("person_id", "people", key=True), sa.Column("skill", sa.String(), primary_key=True)
    )
    op.create_table(
        "skill_needs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        ref("agency_id", "agencies"),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.UniqueConstraint("agency_id", "procedure_code", "role", "skill"),
    )
    op.create_table(
        "conflicts_of_interest",
        sa.Column("id", sa.Uuid(), primary_key=True),
        ref("person_id", "people"),
        ref("party_id", "parties"),
        sa.Column("reason", sa.String(), nullable=False),
        ref("made_by", "people"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
    )
    op.create_index(
        "uq_conflicts_of_interest_current",
        "conflicts_of_interest",
        ["person_id", "party_id"],
        unique=True,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "apologies",
        ref("dossier_id", "dossiers", key=True),
        sa.Column("state", one_of("apology_state", "drafted", "sent", "dropped"), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("new_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False),
        ref("decided_by", "posts", nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
    )
    op.create_index(
        "ix_dossier_steps_done",
        "dossier_steps",
        ["post_id", "closed_at"],
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.add_column("letters", sa.Column("signed_for", sa.Uuid(), nullable=True))
    op.add_column("letters", sa.Column("signed_manner", sa.String(), nullable=True))
    op.create_foreign_key("fk_letters_signed_for", "letters", "posts", ["signed_for"], ["id"])
    _timers(*EARLIER, *FURTHER)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM timers WHERE kind IN :kinds").bindparams(
        sa.bindparam("kinds", list(FURTHER), expanding=True)
    ))
    _timers(*EARLIER)
    op.drop_constraint("fk_letters_signed_for", "letters")
    op.drop_index("ix_dossier_steps_done", "dossier_steps")
    op.drop_column("letters", "signed_manner")
    op.drop_column("letters", "signed_for")
    for name in (
        "apologies", "conflicts_of_interest", "skill_needs", "person_skills", "step_efforts", "substitutions", "absences",
    ):  # fmt: skip
        op.drop_table(name)


def _timers(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_timers_timer_kind"), "timers")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint("timer_kind", "timers", f"kind IN ({words})")
