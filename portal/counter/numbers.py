"""By which number a party is looked up at the counter. Pure.

An organisation: its tax code, or its number in the register abroad. A person: the twelve digits of the identity card,
which are their tax code too, or the number of a passport with the country that gave it.
"""

import re

from portal.accounts import tax_codes
from portal.accounts.models import PartyKind

PERSON_DIGITS = 12
PASSPORT = re.compile(r"[0-9A-Z]{6,20}")


def canonical(kind: PartyKind, text: str, country: str = tax_codes.HOME) -> str | None:
    """The number as it is stored; None if it cannot be one."""
    if kind is PartyKind.ORGANISATION:
        return tax_codes.canonical(text, country)
    plain = re.sub(r"[\s./-]", "", text.upper())
    if country == tax_codes.HOME:
        return tax_codes.canonical(plain) if len(plain) == PERSON_DIGITS else None
    return f"{country}-{plain}" if PASSPORT.fullmatch(plain) else None


def same(one: str, other: str) -> bool:
    """Whether two numbers are the same, however they are written."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())
