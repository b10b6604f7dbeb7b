"""Calendars have editions; the first is the file that comes with the portal."""

import hashlib
import json
import tomllib
import unicodedata
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FILE = Path(__file__).resolve().parents[2] / "procedures" / "calendars" / "vietnam.toml"


def upgrade() -> None:
    editions = op.create_table(
        "calendar_editions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("agencies", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_calendar_editions_number")),
        sa.CheckConstraint("(made_by IS NULL) = (origin IS NOT NULL)", name=op.f("ck_calendar_editions_maker")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_calendar_editions_made_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_calendar_editions")),
    )
    op.create_index("ix_calendar_editions_content_hash", "calendar_editions", ["content_hash"])
    op.create_table(
        "calendar_drafts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["based_on"], ["calendar_editions.number"], name=op.f("fk_calendar_drafts_based_on")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calendar_drafts_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_drafts")),
    )
    op.add_column("dossiers", sa.Column("calendar_hash", sa.String(), nullable=True))
    document = _plain(tomllib.loads(FILE.read_text(encoding="utf-8")))
    op.execute(
        editions.insert().values(
            number=1,
            content_hash=_hash({"agencies": {}, "document": document}),
            document=document,
            agencies={},
            reason="",
            origin=FILE.name,
            made_by=None,
            made_at=sa.func.now(),
        )
    )
    op.execute(
        "CREATE TRIGGER calendar_editions_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_editions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    # Every statement of a volatile function sees what was committed before it, so the look comes after the lock.
    op.execute(
        """
        CREATE FUNCTION calendar_in_force() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(7204504);
            RETURN (SELECT content_hash FROM calendar_editions ORDER BY number DESC LIMIT 1);
        END $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION calendar_in_force()")
    op.execute("DROP TRIGGER calendar_editions_only_added ON calendar_editions")
    op.drop_column("dossiers", "calendar_hash")
    op.drop_table("calendar_drafts")
    op.drop_index("ix_calendar_editions_content_hash", "calendar_editions")
    op.drop_table("calendar_editions")


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _hash(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()
