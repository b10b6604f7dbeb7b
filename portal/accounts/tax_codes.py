"""Vietnamese tax codes: ten digits for a company, with three more for a branch, twelve for a person.

Source: Law on Tax Administration 38/2019/QH14, article 30; Circular 86/2024/TT-BTC, articles 5 and 7 (since
1 July 2025 the personal identification number is the tax code of a person or household business).
"""

from stdnum.exceptions import ValidationError
from stdnum.vn import mst

PERSONAL_DIGITS = 12
HIGHEST_PROVINCE = 96  # of the codes in personal identification numbers: 001 to 096


def canonical(text: str) -> str | None:
    """The code as it is stored and shown, `0100109106` or `0100109106-001`; None if it cannot be one."""
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
