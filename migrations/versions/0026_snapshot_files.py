"""Snapshots keep their lines as the compressed file that is published, and the figures of their parts."""

import csv
import gzip
import io

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS = (
    "kind", "day", "field", "procedure", "agency", "standing", "age", "agency_hours", "applicant_hours", "on_time",
    "on_time_766", "supplement_rounds", "stop_reason", "level", "topic", "answer", "dossiers",
)  # fmt: skip
NUMBERS = ("agency_hours", "applicant_hours", "supplement_rounds", "level", "dossiers")
TRUTHS = ("on_time", "on_time_766")

snapshots = sa.table(
    "snapshots",
    sa.column("id", sa.Uuid()),
    sa.column("rows", postgresql.JSONB()),
    sa.column("file", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "snapshot_parts",
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_snapshot_parts_snapshot_id")),
        sa.PrimaryKeyConstraint("snapshot_id", "scope", "key", name=op.f("pk_snapshot_parts")),
    )
    op.add_column("snapshots", sa.Column("file", sa.LargeBinary(), nullable=True))
    _convert(snapshots.c.rows, snapshots.c.file, _packed)
    op.alter_column("snapshots", "file", nullable=False)
    op.drop_column("snapshots", "rows")


def downgrade() -> None:
    op.add_column("snapshots", sa.Column("rows", postgresql.JSONB(), nullable=True))
    _convert(snapshots.c.file, snapshots.c.rows, _unpacked)
    op.alter_column("snapshots", "rows", nullable=False)
    op.drop_column("snapshots", "file")
    op.drop_table("snapshot_parts")


def _convert(old, new, changed) -> None:
    """One snapshot after the other: together they may not fit into memory."""
    bind = op.get_bind()
    for one in bind.scalars(sa.select(snapshots.c.id)).all():
        kept = bind.scalar(sa.select(old).where(snapshots.c.id == one))
        bind.execute(sa.update(snapshots).where(snapshots.c.id == one).values({new.name: changed(kept)}))


def _packed(rows: list[dict]) -> bytes:
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as file,
        io.TextIOWrapper(file, encoding="utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            values = [row.get(column) for column in COLUMNS]
            writer.writerow(
                "" if one is None else str(one).lower() if isinstance(one, bool) else one for one in values
            )
    return out.getvalue()


def _unpacked(file: bytes) -> list[dict]:
    with gzip.open(io.BytesIO(file), mode="rt", encoding="utf-8", newline="") as text:
        return [{column: _read(column, cell) for column, cell in row.items()} for row in csv.DictReader(text)]


def _read(column: str, cell: str) -> object:
    if not cell:
        return None
    return int(cell) if column in NUMBERS else cell == "true" if column in TRUTHS else cell
