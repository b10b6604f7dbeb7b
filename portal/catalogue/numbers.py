"""Numbers as people write them: 1.250,5 in Vietnamese, 1,250.5 in English, full-width in Chinese."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

MAX_DIGITS: Final = 24
_PLAIN = re.compile(r"[+-]?[0-9]+")
_SEPARATED = re.compile(r"[+-]?[0-9.,]*[0-9][0-9.,]*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")


class NotANumber(Exception):
    """The text is no number; `ambiguous` says that it could be two."""

    def __init__(self, *, ambiguous: bool = False) -> None:
        super().__init__("ambiguous" if ambiguous else "not a number")
        self.ambiguous = ambiguous


def read_number(text: str, *, decimals: int) -> Decimal:
    """Read `text` as a number that may have `decimals` digits after the comma.

    Never guesses: where a single separator could mean thousands or a fraction, NotANumber says so.
    """
    compact = re.sub(r"[\s'’_]", "", unicodedata.normalize("NFKC", text)).replace("−", "-").replace("–", "-")
    if len(compact) > MAX_DIGITS + 12 or not _SEPARATED.fullmatch(compact):
        raise NotANumber
    sign, digits = ("-", compact[1:]) if compact[0] == "-" else ("", compact.lstrip("+"))
    whole, fraction = _split(digits, decimals)
    if len(whole) + len(fraction) > MAX_DIGITS:
        raise NotANumber
    return Decimal(f"{sign}{whole or '0'}.{fraction or '0'}")


def write_number(number: Decimal) -> str:
    """Write a number the one canonical way: digits, a dot, no needless zeros, no exponent."""
    text = format(number.normalize(), "f")
    return "0" if text in {"-0", "0"} else text


def _split(digits: str, decimals: int) -> tuple[str, str]:
    if _PLAIN.fullmatch(digits):
        return digits, ""
    if "." in digits and "," in digits:
        mark = max(".", ",", key=digits.rfind)
        group = "," if mark == "." else "."
        whole, _, fraction = digits.rpartition(mark)
        if mark in whole or not _is_grouped(whole, group) or not fraction:
            raise NotANumber
        return whole.replace(group, ""), fraction
    mark = "." if "." in digits else ","
    whole, _, fraction = digits.rpartition(mark)
    grouped = _GROUPED.fullmatch(digits) is not None and not digits.startswith("0")
    if not grouped:
        if mark in whole or not fraction:
            raise NotANumber
        return whole, fraction
    if mark in whole or decimals < len(fraction):
        return digits.replace(mark, ""), ""
    raise NotANumber(ambiguous=True)


def _is_grouped(whole: str, mark: str) -> bool:
    return mark not in whole or (_GROUPED.fullmatch(whole) is not None)
