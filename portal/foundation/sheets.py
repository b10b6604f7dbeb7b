"""Rows as a CSV file that a spreadsheet opens and never calculates."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"
"""Spreadsheets read UTF-8 only with it."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a text for a formula, in narrow and in wide letters."""


def harmless(text: str) -> str:
    """The text with a quotation mark before it where a spreadsheet would calculate it.

    >>> harmless("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_STARTS) else text


def csv_pieces(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as pieces of a CSV file (RFC 4180), one at a time, so that a long list needs no memory."""
    yield BOM
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([harmless("" if cell is None else str(cell)) for cell in row])
        yield line.getvalue()
