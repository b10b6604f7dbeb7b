"""Plain values as they stand in a box, and what is typed there as a value again. Pure.

What cannot be read stays as it was typed, so that nothing is lost; the definition's own model then says what is
wrong with it.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from portal.authoring.shapes import Kind

LONGEST_NUMBER: Final = 40
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def shown(value: object) -> str:
    """Return what stands in the box of a value: `0,5`, `24/11/2026`, words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int | float | Decimal):
        return _number_shown(value)
    return tidy(str(value))


def tidy(typed: str) -> str:
    """Return typed words with one kind of line ending and without space around them."""
    return typed.replace("\r\n", "\n").replace("\r", "\n").strip()


def read(kind: Kind, typed: str, *, is_whole: bool = True) -> object:
    """Return the value that was typed, or the words themselves where it is none of its kind."""
    if kind is Kind.NUMBER:
        return read_number(typed, is_whole=is_whole)
    if kind is Kind.DATE:
        return read_day(typed)
    return typed


def read_number(typed: str, *, is_whole: bool) -> int | Decimal | str:
    """Read `1.622.000`, `0,5`, `12`; a dot before exactly three digits parts thousands."""
    compact = typed.replace(" ", "").replace("\u00a0", "")
    if len(compact) > LONGEST_NUMBER or not (_THOUSANDS.fullmatch(compact) or _NUMBER.fullmatch(compact)):
        return typed
    if _THOUSANDS.fullmatch(compact):
        compact = compact.replace(".", "")
    try:
        number = Decimal(compact.replace(",", "."))
    except InvalidOperation:  # pragma: no cover - the patterns let none through
        return typed
    if number == number.to_integral_value():
        return int(number)
    return typed if is_whole else number


def read_day(typed: str) -> date | str:
    """Read `24/11/2026` or `2026-11-24`."""
    if found := _DAY.fullmatch(typed):
        day, month, year = map(int, found.groups())
    elif found := _ISO.fullmatch(typed):
        year, month, day = map(int, found.groups())
    else:
        return typed
    try:
        return date(year, month, day)
    except ValueError:
        return typed


def _number_shown(value: float | Decimal) -> str:
    if isinstance(value, int):
        return str(value)
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        return str(value)
    written = format(number, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return written.replace(".", ",")
