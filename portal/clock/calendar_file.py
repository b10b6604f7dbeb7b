"""Reading a calendar written as TOML; the format is documented at the head of `procedures/calendars/vietnam.toml`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from portal.clock.almanac import SATURDAY
from portal.clock.errors import CalendarFault, Fault
from portal.clock.year import DayOff, Hours, MakeUpDay, Name, Pages, Span, Year

_WEEKDAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_SEASON = re.compile(r"(\d\d)-(\d\d)/(\d\d)-(\d\d)", re.ASCII)
_PLACE = re.compile(r"at line (?P<line>\d+), column (?P<column>\d+)")
_SECTIONS = {"title", "names", "years", "off", "works", "hours"}

_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b", re.ASCII)
_EVERYWHERE = {"source", "verified", "note"}
_KEYS = {
    "years": {"year", "official"} | _EVERYWHERE,
    "off": {"on", "name"} | _EVERYWHERE,
    "works": {"on", "instead_of"} | _EVERYWHERE,
    "hours": {"open", "agency", "weekdays", "season", "since", "until"} | _EVERYWHERE,
}
"""What a line of each section may say."""

MOST_BYTES = 400_000
"""Several times a calendar of all the years there are; a file is read no further."""

# A key of twenty dotted parts, which no calendar has: a reader of TOML would take minutes over a longer one.
_DEEP_KEY = re.compile(r"""(?<![\w"'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){20}""")

Row = Mapping[str, object]


def read_pages(text: str) -> Pages:
    """The pages of a calendar file. Raises CalendarFault naming the row that is wrong."""
    content = read_document(text)
    pages = pages_of(content)
    check_written(content, pages)
    return pages


def check_written(content: Row, pages: Pages) -> None:
    """Refuse what somebody wrote in vain: a key no line has, a make-up day for a day that works anyway.

    Asked of what comes in, not of editions in force: those were judged by the rules of their day and stay readable.
    Raises CalendarFault naming the row.
    """
    for section, known in _KEYS.items():
        for row in _rows(content, section):
            _check_keys(section, row, known)
    for key, name in _table(content, "names").items():
        _check_keys(f"names.{key}", _mapping(name), {"vi", "en", "zh"})
    for day in pages.make_up_days.values():
        if day.on.weekday() >= SATURDAY and day.instead_of not in pages.days_off:  # no weekend: refused for that
            raise CalendarFault(
                Fault.MAKES_UP_FOR_NOTHING, day=day.on.isoformat(), instead_of=day.instead_of.isoformat()
            )


def _check_keys(section: str, row: Row, known: set[str]) -> None:
    if stray := sorted(set(row) - known):
        raise CalendarFault(
            Fault.UNKNOWN_KEY, section=section, key=stray[0], known=", ".join(sorted(known)), row=_said(row)
        )


def read_document(text: str) -> Row:
    """The document written in a calendar file, not yet judged; a byte order mark is no part of it.

    Raises CalendarFault.
    """
    if _DEEP_KEY.search(text):
        raise CalendarFault(Fault.TOO_DEEP)
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as wrong:
        raise _not_toml(str(wrong), text.removeprefix("\ufeff")) from None
    except (RecursionError, ValueError):  # brackets without end; a number of thousands of digits
        raise CalendarFault(Fault.TOO_DEEP) from None


def text_of(content: bytes) -> str:
    """The text of a calendar file's bytes. Raises CalendarFault."""
    if len(content) > MOST_BYTES:
        raise CalendarFault(Fault.TOO_LARGE, kilobytes=str(MOST_BYTES // 1000))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise CalendarFault(Fault.NOT_TEXT) from None


def pages_of(content: Row) -> Pages:
    """The pages of a document whose days are days. Raises CalendarFault naming the row."""
    if stray := set(content) - _SECTIONS:
        raise CalendarFault(Fault.UNKNOWN_SECTION, sections=", ".join(sorted(stray)))
    names = _names(content)
    years = {year.year: year for year in map(_year, _rows(content, "years"))}
    days_off = {off.on: off for off in (_day_off(row, names) for row in _rows(content, "off"))}
    make_up_days = {day.on: day for day in map(_make_up_day, _rows(content, "works"))}
    pages = Pages(
        years=years,
        days_off=days_off,
        make_up_days=make_up_days,
        hours=tuple(map(_hours, _rows(content, "hours"))),
    )
    for section, kept in (("years", years), ("off", days_off), ("works", make_up_days)):
        if len(kept) != sum(1 for _ in _rows(content, section)):
            raise CalendarFault(Fault.LINE_TWICE, section=section)
    return pages


def _not_toml(wrong: str, text: str) -> CalendarFault:
    """Where the text stops being TOML, as the reader of TOML says it; a day there is not is said as such."""
    found = _PLACE.search(wrong)
    if found is None:
        return CalendarFault(Fault.CUT_OFF, wrong=wrong)
    line = text.split("\n")[int(found["line"]) - 1]
    day = next((day[0] for day in _DAY.finditer(line) if not _exists(day)), None)
    if day is not None:
        return CalendarFault(Fault.NO_SUCH_DAY, line=found["line"], day=day)
    return CalendarFault(Fault.NOT_TOML, wrong=wrong, line=found["line"], column=found["column"])


def _exists(day: re.Match[str]) -> bool:
    try:
        date.fromisoformat(day[0])
    except ValueError:
        return False
    return True


def _said(row: Row) -> str:
    """A line of the file, to be recognised by."""
    return ", ".join(f"{key} = {value}" for key, value in row.items())


def _rows(content: Row, section: str) -> Iterator[Row]:
    rows = content.get(section, [])
    if not isinstance(rows, list):
        raise CalendarFault(Fault.NOT_A_LIST, section=section)
    for row in rows:
        if not isinstance(row, dict):
            raise CalendarFault(Fault.LINE_NOT_A_TABLE, section=section)
        yield row


def _table(content: Row, section: str) -> Row:
    table = content.get(section, {})
    if not isinstance(table, dict):
        raise CalendarFault(Fault.NOT_A_TABLE, section=section)
    return table


def _mapping(value: object) -> Row:
    return value if isinstance(value, dict) else {}


def _names(content: Row) -> dict[str, Name]:
    table = _table(content, "names")
    names = {}
    for key, row in table.items():
        if not isinstance(row, dict):
            raise CalendarFault(Fault.NOT_A_TABLE, section=f"names.{key}")
        names[key] = Name(vi=_text(row, "vi"), en=_text(row, "en"), zh=_text(row, "zh"))
    return names


def _year(row: Row) -> Year:
    year, official = row.get("year"), row.get("official")
    if not isinstance(year, int) or not isinstance(official, bool):
        raise CalendarFault(Fault.YEAR_INCOMPLETE, row=_said(row))
    return Year(year=year, official=official, source=_text(row, "source", ""), verified=_verified(row), note=_note(row))


def _day_off(row: Row, names: Mapping[str, Name]) -> DayOff:
    key = _text(row, "name")
    if key not in names:
        raise CalendarFault(Fault.NO_SUCH_NAME, name=key)
    on, source = _day(row, "on"), _text(row, "source", "")
    return DayOff(on=on, name=names[key], source=source, verified=_verified(row), note=_note(row))


def _make_up_day(row: Row) -> MakeUpDay:
    on, instead_of, source = _day(row, "on"), _day(row, "instead_of"), _text(row, "source", "")
    return MakeUpDay(on=on, instead_of=instead_of, source=source, verified=_verified(row), note=_note(row))


def _hours(row: Row) -> Hours:
    weekdays, spans = _texts(row, "weekdays", list(_WEEKDAYS)), _texts(row, "open", [])
    if stray := set(weekdays) - set(_WEEKDAYS):
        raise CalendarFault(Fault.NOT_A_WEEKDAY, weekdays=", ".join(sorted(stray)))
    agency = row.get("agency")
    return Hours(
        spans=tuple(map(_span, spans)),
        weekdays=frozenset(_WEEKDAYS[name] for name in weekdays),
        agency=None if agency is None else _text(row, "agency"),
        since=_day(row, "since") if "since" in row else None,
        until=_day(row, "until") if "until" in row else None,
        season=_season(_text(row, "season")) if "season" in row else None,
        source=_text(row, "source", ""),
        verified=_verified(row),
        note=_note(row),
    )


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise CalendarFault(Fault.NOT_OPENING_HOURS, text=text)
    hour, minute, last_hour, last_minute = map(int, found.groups())
    return Span(opens=hour * 60 + minute, closes=last_hour * 60 + last_minute)


def _season(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    found = _SEASON.fullmatch(text)
    if found is None:
        raise CalendarFault(Fault.NOT_A_SEASON, text=text)
    month, day, last_month, last_day = map(int, found.groups())
    return (month, day), (last_month, last_day)


def _verified(row: Row) -> bool:
    value = row.get("verified", True)
    if not isinstance(value, bool):
        raise CalendarFault(Fault.NOT_YES_OR_NO, key="verified", row=_said(row))
    return value


def _note(row: Row) -> str:
    return _text(row, "note", "")


def _text(row: Row, key: str, default: str | None = None) -> str:
    value = row.get(key, default)
    if not isinstance(value, str):
        raise CalendarFault(Fault.NO_TEXT, key=key, row=_said(row))
    return value


def _texts(row: Row, key: str, default: list[str]) -> list[str]:
    value = row.get(key, default)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CalendarFault(Fault.NO_TEXTS, key=key, row=_said(row))
    return value


def _day(row: Row, key: str) -> date:
    value = row.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise CalendarFault(Fault.NO_DAY, key=key, row=_said(row))
    return value
