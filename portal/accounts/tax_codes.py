"""What a company is known by: its tax code, or abroad its number in the register there.

Vietnamese tax codes have ten digits for a company, three more for a branch, twelve for a person. Chinese companies have
a unified social credit code of eighteen signs. Others are kept as the country and the number: `SG-201912345K`.

Source: Law on Tax Administration 38/2019/QH14, article 30; Circular 86/2024/TT-BTC, articles 5 and 7 (since
1 July 2025 the personal identification number is the tax code of a person or household business); GB 32100-2015.
"""

import re

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.vn import mst

PERSONAL_DIGITS = 12
HIGHEST_PROVINCE = 96  # of the codes in personal identification numbers: 001 to 096
HOME, CHINA = "VN", "CN"
REGISTER_NUMBER = re.compile(r"[0-9A-Z]{4,30}")


def canonical(text: str, country: str = HOME) -> str | None:
    """The code as it is stored and shown, `0100109106` or `0100109106-001`; None if it cannot be one."""
    if country == CHINA:
        return _social_credit(text)
    return _vietnamese(text) if country == HOME else _elsewhere(text, country)


def _vietnamese(text: str) -> str | None:
    digits = mst.compact(text)
    if not digits.isascii() or not digits.isdigit():
        return None
    if len(digits) == PERSONAL_DIGITS:
        in_range = 1 <= int(digits[:3]) <= HIGHEST_PROVINCE
        return digits if in_range and "-" not in text else None  # a branch's code with a digit missing
    try:
        return str(mst.format(mst.validate(digits)))
    except ValidationError:
        return None


def _social_credit(text: str) -> str | None:
    try:
        return str(uscc.validate(text))
    except ValidationError:
        return None


def _elsewhere(text: str, country: str) -> str | None:
    """Registers write their numbers in many ways: letters and digits count, signs between them do not."""
    number = re.sub(r"[\s./-]", "", text.upper())
    return f"{country}-{number}" if REGISTER_NUMBER.fullmatch(number) else None
