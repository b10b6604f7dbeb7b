"""Changes to a calendar's document, one line at a time; each returns a new document and leaves the old one alone.

What makes no sense is `Invalid` with the field it concerns, so that a page says it beside the box.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from portal.calendars import documents
from portal.calendars.documents import Document, Row
from portal.clock.almanac import FIRST_YEAR, LAST_YEAR, SATURDAY
from portal.clock.errors import CalendarFault
from portal.foundation.errors import Invalid

_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_SEASON = re.compile(r"\d\d-\d\d/\d\d-\d\d", re.ASCII)


def add_day_off(
    document: Document, *, on: date, name: str, source: str, names: Mapping[str, str] | None = None
) -> Document:
    """Add a day off under a name the document has (`name` is its key), or under new `names` by language."""
    _require_year(document, on, "on")
    if _line(document, "off", on):
        raise Invalid("calendars.day_off_twice", fields={"on": "calendars.day_off_twice"})
    if _line(document, "works", on):
        raise Invalid("calendars.is_make_up_day", fields={"on": "calendars.is_make_up_day"})
    known = dict(document.get("names", {}))
    if names:
        name = _key_for(names, known)
        known[name] = dict(names)
    elif name not in known:
        raise Invalid("calendars.name_missing", fields={"name": "calendars.name_missing"})
    row = {"on": on.isoformat(), "name": name, "source": source}
    return _made({**document, "names": known, "off": [*document.get("off", ()), row]}, "on")


def add_make_up_day(document: Document, *, on: date, instead_of: date, source: str) -> Document:
    """A Saturday or Sunday works in place of another day, with that weekday's hours."""
    _require_year(document, on, "on")
    if _line(document, "works", on):
        raise Invalid("calendars.make_up_day_twice", fields={"on": "calendars.make_up_day_twice"})
    if on.weekday() < SATURDAY or _line(document, "off", on):
        raise Invalid("calendars.works_anyway", fields={"on": "calendars.works_anyway"})
    if not _line(document, "off", instead_of):
        raise Invalid("calendars.no_day_off", fields={"instead_of": "calendars.no_day_off"})
    row = {"on": on.isoformat(), "instead_of": instead_of.isoformat(), "source": source}
    return _made({**document, "works": [*document.get("works", ()), row]}, "on")


def remove(document: Document, section: str, on: date) -> Document:
    """Take the day off ("off") or the make-up day ("works") away."""
    if section not in {"off", "works"} or not _line(document, section, on):
        raise Invalid("calendars.no_such_line")
    makes_up = next((row for row in document.get("works", ()) if row["instead_of"] == on.isoformat()), None)
    if section == "off" and makes_up is not None:
        raise Invalid("calendars.is_made_up_for", day=date.fromisoformat(makes_up["on"]).strftime("%d/%m/%Y"))
    rows = [row for row in document[section] if row["on"] != on.isoformat()]
    return _made({**document, section: rows}, "on")


def add_hours(
    document: Document,
    *,
    spans: Sequence[str],
    source: str,
    agency: str = "",
    weekdays: Sequence[str] = (),
    season: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Document:
    """Opening hours for everybody or for one agency; they win over the lines before them."""
    if not spans or not all(_SPAN.fullmatch(span) for span in spans):
        raise Invalid("calendars.hours_unreadable", fields={"open": "calendars.hours_unreadable"})
    if season and not _SEASON.fullmatch(season):
        raise Invalid("calendars.season_unreadable", fields={"season": "calendars.season_unreadable"})
    if since and until and until < since:
        raise Invalid("calendars.until_before_since", fields={"until": "calendars.until_before_since"})
    row: Row = {"open": list(spans), "source": source}
    for key, value in (("agency", agency), ("weekdays", list(weekdays)), ("season", season)):
        if value:
            row[key] = value
    for key, day in (("since", since), ("until", until)):
        if day:
            row[key] = day.isoformat()
    return _made({**document, "hours": [*document.get("hours", ()), row]}, "open")


def remove_hours(document: Document, position: int) -> Document:
    """Take one line of opening hours away; the first one, for everybody, must stay."""
    rows = list(document.get("hours", ()))
    if not 0 < position < len(rows):
        raise Invalid("calendars.no_such_line")
    del rows[position]
    return _made({**document, "hours": rows}, "open")


def set_year(document: Document, *, year: int, is_official: bool, source: str) -> Document:
    """Load a year, lock it as officially decided, or open it again."""
    if not FIRST_YEAR < year < LAST_YEAR:
        raise Invalid("calendars.year_out_of_range", fields={"year": "calendars.year_out_of_range"})
    if is_official and not source.strip():
        raise Invalid("calendars.document_missing", fields={"source": "calendars.document_missing"})
    rows = [row for row in document.get("years", ()) if row["year"] != year]
    row = {"year": year, "official": is_official, "source": source}
    return _made({**document, "years": [*rows, row]}, "year")


def replace_year(document: Document, year: int, proposed: Document) -> Document:
    """All lines of one year as proposed, the others as they are."""

    def others(section: str) -> list[Row]:
        return [row for row in document.get(section, ()) if not row["on"].startswith(f"{year:04}-")]

    return _made(
        {
            **document,
            "years": [row for row in document.get("years", ()) if row["year"] != year] + proposed["years"],
            "off": others("off") + proposed["off"],
            "works": others("works") + proposed["works"],
            "names": {**document.get("names", {}), **proposed["names"]},
        },
        "year",
    )


def _made(document: Document, field: str) -> Document:
    """The tidied document, refused beside the field if it is no calendar."""
    tidy = documents.tidied(document)
    try:
        documents.judged(tidy)
    except CalendarFault as fault:
        raise documents.refused(fault, field) from None
    return tidy


def _require_year(document: Document, day: date, field: str) -> None:
    if day.year not in documents.years_of(document):
        raise Invalid("calendars.year_not_loaded", fields={field: "calendars.year_not_loaded"})


def _line(document: Document, section: str, on: date) -> Row | None:
    return next((row for row in document.get(section, ()) if row["on"] == on.isoformat()), None)


def _key_for(names: Mapping[str, str], known: Mapping[str, object]) -> str:
    """The key of these very names if the document has them, else one nothing uses yet."""
    same = next((key for key, value in known.items() if value == dict(names)), None)
    if same is not None:
        return same
    words = re.sub(r"[^a-z0-9]+", "_", names["en"].lower()).strip("_") or "day_off"
    number, key = 1, words
    while key in known:
        number += 1
        key = f"{words}_{number}"
    return key
