"""An amount of money in Vietnamese words, as receipts must state it. Pure."""

from typing import Final

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES: Final = ("", "nghìn", "triệu", "tỷ", "nghìn tỷ", "triệu tỷ")
THOUSAND, HUNDRED, TEN = 1000, 100, 10
FIVE, FOUR = 5, 4


def in_words(amount_vnd: int) -> str:
    """`1.205.000` is "Một triệu hai trăm lẻ năm nghìn đồng". Amounts are whole and not negative."""
    if amount_vnd < 0:
        raise ValueError("money is not negative")
    if amount_vnd == 0:
        return "Không đồng"
    groups: list[int] = []
    rest = amount_vnd
    while rest:
        rest, group = divmod(rest, THOUSAND)
        groups.append(group)
    if len(groups) > len(SCALES):
        raise ValueError("more money than there are words for")
    parts = [
        f"{_group(group, is_first=place == len(groups) - 1)} {SCALES[place]}".strip()
        for place, group in reversed(list(enumerate(groups)))
        if group
    ]
    words = " ".join(parts)
    return f"{words[0].upper()}{words[1:]} đồng"


def _group(number: int, *, is_first: bool) -> str:
    hundreds, below = divmod(number, HUNDRED)
    tens, units = divmod(below, TEN)
    words: list[str] = []
    if hundreds or not is_first:
        words += [DIGITS[hundreds], "trăm"]
    if tens > 1:
        words += [DIGITS[tens], "mươi"]
    elif tens == 1:
        words.append("mười")
    elif units and words:
        words.append("lẻ")
    if units:
        words.append(_unit(units, tens))
    return " ".join(words)


def _unit(units: int, tens: int) -> str:
    if units == 1 and tens > 1:
        return "mốt"
    if units == FIVE and tens:
        return "lăm"
    if units == FOUR and tens > 1:
        return "tư"
    return DIGITS[units]
