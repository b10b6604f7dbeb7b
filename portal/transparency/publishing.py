"""The open data as files."""

import csv
import io
import json

from portal.transparency.models import Snapshot
from portal.transparency.open_data import COLUMNS

LICENCE = "CC0-1.0"


def as_csv(snapshot: Snapshot) -> str:
    """The lines of the snapshot; an empty cell is what is not told or does not apply."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in snapshot.rows:
        writer.writerow([_cell(row.get(column)) for column in COLUMNS])  # older lines tell of fewer columns
    return out.getvalue()


def as_json(snapshot: Snapshot, *, note: str | None) -> str:
    """The figures of the day and the lines they follow from. `note` is a warning that must travel with them."""
    content = {
        "as_of": snapshot.as_of.isoformat(),
        "published_at": snapshot.published_at.isoformat(),
        "licence": LICENCE,
        "note": note,
        "figures": snapshot.figures,
        "lines": snapshot.rows,
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _cell(value: object) -> object:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value
