"""Numbers by which the post finds an item. Pure.

The postal form is two letters, eight digits, a check digit and two letters of the country (UPU S10); the check digit
is the weighted sum modulo 11. Other carriers have forms of their own, which nobody can check.
"""

import re
from typing import Final

_POSTAL: Final = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_OTHER: Final = re.compile(r"[A-Z0-9]{6,30}")
_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)


def canonical(typed: str) -> str | None:
    """The number in capitals without blanks and dashes; None if it cannot be one."""
    text = re.sub(r"[\s.\-]", "", typed).upper()
    if _POSTAL.fullmatch(text):
        return text if int(text[10]) == check_digit(text[2:10]) else None
    return text if _OTHER.fullmatch(text) and any(sign.isdigit() for sign in text) else None


def check_digit(serial: str) -> int:
    """The check digit of the eight digits of a postal number."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(serial, _WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)
