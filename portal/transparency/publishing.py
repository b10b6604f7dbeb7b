"""The open data as files. A snapshot keeps its lines as the very CSV file that is published, compressed."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from portal.transparency.models import Snapshot
from portal.transparency.open_data import COLUMNS, Line

LICENCE = "CC0-1.0"


def _truth(cell: str) -> bool:
    return cell == "true"


_READ: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("agency_hours", "applicant_hours", "supplement_rounds", "level", "dossiers"), int),
    **dict.fromkeys(("on_time", "on_time_766"), _truth),
}
"""How the cell of a column is read; those not named here are words."""


def packed(lines: Iterable[Line]) -> bytes:
    """The CSV file of the lines, compressed with gzip; an empty cell is what is not told or does not apply.

    The same lines make the same bytes.
    """
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as file,
        io.TextIOWrapper(file, encoding="utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([_cell(getattr(line, column)) for column in COLUMNS] for line in lines)
    return out.getvalue()


def unpacked(file: bytes) -> Iterator[Line]:
    """The lines of a file, one by one; an older file tells of fewer columns."""
    with gzip.open(io.BytesIO(file), mode="rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            yield Line(**{column: _READ.get(column, str)(cell) for column, cell in row.items() if cell})


def csv_chunks(file: bytes) -> Iterator[bytes]:
    """The CSV file in pieces, for those who do not read compressed ones."""
    with gzip.open(io.BytesIO(file)) as plain:
        while piece := plain.read(io.DEFAULT_BUFFER_SIZE * 8):
            yield piece


def json_chunks(snapshot: Snapshot, *, note: str | None) -> Iterator[str]:
    """The figures of the day and the lines they follow from, piece by piece, as one JSON document.

    `note` is a warning that must travel with them. The pieces ask nothing more of the snapshot.
    """
    head = {
        "as_of": snapshot.as_of.isoformat(),
        "published_at": snapshot.published_at.isoformat(),
        "licence": LICENCE,
        "note": note,
        "figures": snapshot.figures,
    }
    begun = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    return _json_chunks(begun, snapshot.file)


def _json_chunks(begun: str, file: bytes) -> Iterator[str]:
    yield begun + ',\n "lines": ['
    between = "\n  "
    for line in unpacked(file):
        yield between + json.dumps(line.to_json(), ensure_ascii=False)
        between = ",\n  "
    yield "\n ]\n}\n"


def _cell(value: object) -> object:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value
