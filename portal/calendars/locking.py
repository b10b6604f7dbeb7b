"""What a lock means: the days of a year that is officially decided stay as they are until it is opened again."""

from collections.abc import Iterator
from datetime import date

from portal.calendars import comparing
from portal.calendars.documents import Document
from portal.foundation.errors import Invalid

DAYS = ("off", "works")
"""The sections a lock holds. Opening hours belong to no year."""


def require_open(before: Document, after: Document, field: str = "") -> None:
    """Raise `Invalid` beside `field` where a day of a year that is locked in `before` is another in `after`."""
    locked = {row["year"] for row in before.get("years", ()) if row["official"]}
    for day in _changed(before, after):
        if day.year in locked:
            code = "calendars.year_locked"
            raise Invalid(code, fields={field: code} if field else {}, year=day.year, day=f"{day:%d/%m/%Y}")


def past_days(before: Document, after: Document, *, today: date) -> list[date]:
    """The days before today that differ: closed dossiers keep their dates, only open ones are counted anew."""
    return sorted({day for day in _changed(before, after) if day < today})


def _changed(before: Document, after: Document) -> Iterator[date]:
    for one in comparing.lines(before, after):
        row = one.new or one.old
        if one.section in DAYS and row is not None:
            yield date.fromisoformat(str(row["on"]))
