"""Reading a file of people: every line is judged before any is taken, with the place of each mistake. Pure."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import get_args

from portal.foundation.formats import Language
from portal.workflow.lifecycle import Role

COLUMNS = ("name", "email", "agency", "role", "until", "language")
NEEDED = ("name", "email", "agency", "role")
MOST_ROWS = 1000
LONGEST_NAME = 200
LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong, and where: the row as a spreadsheet counts it, and the column; row 0 is the file itself."""

    row: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """One person with one or several posts, from as many lines with the same address."""

    name: str
    email: str
    language: Language
    posts: tuple[tuple[str, Role, date | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file says. `people` may be taken only while there are no mistakes."""

    people: tuple[Newcomer, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


UNREADABLE = Read(mistakes=(Mistake(row=0, column="", code="not_utf8"),))
"""What is said of a file whose letters cannot be told for certain."""


TOO_LONG = Read(mistakes=(Mistake(row=0, column="", code="too_many"),))


def decoded(raw: bytes) -> str | None:
    """The text of a file in UTF-8, or in UTF-16 with its mark, as spreadsheets write it; None for any other writing.

    Guessing would put wrong letters into people's names.
    """
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return plain(raw[: len(raw) // 2 * 2].decode("utf-16") if is_wide else raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def plain(text: str) -> str:
    """The text without the character no database takes."""
    return text.replace("\0", "")


@dataclass(slots=True)
class _Reading:
    agencies: Collection[str]
    taken: Collection[str]
    today: date
    mistakes: list[Mistake] = field(default_factory=list)
    people: dict[str, Newcomer] = field(default_factory=dict)

    def wrong(self, row: int, column: str, code: str, value: str = "") -> None:
        self.mistakes.append(Mistake(row=row, column=column, code=code, value=value[:80]))


def read(text: str, *, agencies: Collection[str], taken: Collection[str], today: date) -> Read:
    """Read the text of a CSV file with commas, semicolons or tabs and the names of the columns in its first row.

    `agencies` are the keys there are, `taken` the addresses that have an account already.
    """
    reading = _Reading(agencies, taken, today)
    rows = _rows(text)
    names = [name.strip().lower() for name in rows[0]] if rows else []
    for name in NEEDED:
        if name not in names:
            reading.wrong(1, name, "column_missing")
    for name in names:
        if name not in COLUMNS:
            reading.wrong(1, name, "column_unknown")
    if not reading.mistakes and len(rows) > MOST_ROWS + 1:
        reading.wrong(0, "", "too_many")
    if not reading.mistakes and not any(any(cells) for cells in rows[1:]):
        reading.wrong(0, "", "nobody")
    if not reading.mistakes:
        for number, cells in enumerate(rows[1:], start=2):
            if any(cell.strip() for cell in cells):
                _take(reading, number, dict(zip(names, (cell.strip() for cell in cells), strict=False)))
    return Read(people=() if reading.mistakes else tuple(reading.people.values()), mistakes=tuple(reading.mistakes))


def _rows(text: str) -> list[Sequence[str]]:
    first = text.lstrip("\ufeff").partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=mark, strict=False))
    except csv.Error:
        return []


def _take(reading: _Reading, row: int, cells: Mapping[str, str]) -> None:
    before = len(reading.mistakes)
    name, email = " ".join(cells.get("name", "").split()), cells.get("email", "").lower()
    if not name or len(name) > LONGEST_NAME:
        reading.wrong(row, "name", "name_missing", name)
    if not EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL:
        reading.wrong(row, "email", "email_wrong", email)
    elif email in reading.taken:
        reading.wrong(row, "email", "email_taken", email)
    if cells.get("agency", "") not in reading.agencies:
        reading.wrong(row, "agency", "agency_unknown", cells.get("agency", ""))
    if cells.get("role", "") not in set(Role):
        reading.wrong(row, "role", "role_unknown", cells.get("role", ""))
    until = _day(reading, row, cells.get("until", ""))
    language = cells.get("language", "") or "vi"
    if language not in get_args(Language):
        reading.wrong(row, "language", "language_unknown", language)
    if len(reading.mistakes) > before:
        return
    post = (cells["agency"], Role(cells["role"]), until)
    known = reading.people.get(email)
    if known is not None and known.name != name:
        reading.wrong(row, "name", "two_names", name)
    elif known is not None and any(held[:2] == post[:2] for held in known.posts):
        reading.wrong(row, "role", "twice", cells["role"])
    else:
        posts = (*known.posts, post) if known else (post,)
        reading.people[email] = Newcomer(name=name, email=email, language=_language(language), posts=posts)


def _day(reading: _Reading, row: int, text: str) -> date | None:
    if not text:
        return None
    parts = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        day = date(int(parts[3]), int(parts[2]), int(parts[1])) if parts else date.fromisoformat(text)
    except ValueError:
        reading.wrong(row, "until", "day_wrong", text)
        return None
    if day < reading.today:
        reading.wrong(row, "until", "day_past", text)
    return day


def _language(text: str) -> Language:
    return next(language for language in get_args(Language) if language == text)
