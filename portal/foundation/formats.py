"""Days, instants, money and figures as people write them in Vietnamese, English and Chinese.

Pure: a value and a language in, text out. Instants are shown on the office's clock. An absent value is an
en dash, never an empty cell and never zero.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

Language = Literal["vi", "en", "zh"]
Number = int | float | Decimal

OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")
ABSENT = "–"

_DAY = {"vi": "dd/MM/yyyy", "en": "dd/MM/yyyy", "zh": "yyyy年M月d日"}
_WEEKDAY = {"vi": "EEEE dd/MM/yyyy", "en": "EEEE dd/MM/yyyy", "zh": "yyyy年M月d日 EEEE"}
_DONG = {"vi": "{} đồng", "en": "{} đồng", "zh": "{} 越南盾"}
_SIZES = ((1024**3, "GB"), (1024**2, "MB"), (1024, "kB"))


def office_day(value: date | datetime) -> date:
    """The office's calendar day of an instant; a day is already one."""
    return value.astimezone(OFFICE).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None, language: Language) -> str:
    """`24/11/2026`; in Chinese `2026年11月24日`."""
    return ABSENT if value is None else _written(office_day(value), _DAY[language], language)


def weekday(value: date | datetime | None, language: Language) -> str:
    """A day on which something falls due: `Thứ Ba 24/11/2026`."""
    return ABSENT if value is None else _written(office_day(value), _WEEKDAY[language], language)


@lru_cache(maxsize=4096)
def _written(value: date, pattern: str, language: Language) -> str:
    """A list shows few days many times, and a pattern is read anew each time it is used."""
    return format_date(value, pattern, locale=language)


SHOWN_SIGNS = 4
"""Of a personal number so many signs are shown to those who only have to recognise it."""
PERSONAL_NUMBER = re.compile(r"[0-9]{12}")


def masked(number: str) -> str:
    """The number of an identity card or passport with only its last signs: `••••1234`."""
    kept = number[-SHOWN_SIGNS:] if len(number) > 2 * SHOWN_SIGNS - 1 else ""
    return f"••••{kept}"


def discreet(number: str | None) -> str:
    """The number a party is known by, for a list: a company's as it is; a person's is that of their card and masked.

    A company's tax code has 10 or 13 digits, a personal number 12.
    """
    return masked(number) if number and PERSONAL_NUMBER.fullmatch(number) else number or ""


def clock_time(value: datetime | None) -> str:
    """`16:30` on the office's clock."""
    return ABSENT if value is None else value.astimezone(OFFICE).strftime("%H:%M")


def instant(value: datetime | None, language: Language) -> str:
    """`16:30 thứ Ba 24/11/2026`: a moment inside a sentence."""
    if value is None:
        return ABSENT
    if language == "zh":
        return f"{weekday(value, language)} {clock_time(value)}"
    written = weekday(value, language)
    return f"{clock_time(value)} {written[0].lower() + written[1:] if language == 'vi' else written}"


def short_instant(value: datetime | None, language: Language) -> str:
    """`16:30 24/11/2026`: a moment in a table."""
    if value is None:
        return ABSENT
    parts = (clock_time(value), day(value, language))
    return " ".join(parts if language != "zh" else parts[::-1])


def number(value: Number | None, language: Language, decimals: int = 0) -> str:
    """`1.622` in Vietnamese, `1,622` elsewhere; at most `decimals` digits after the mark."""
    if value is None:
        return ABSENT
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    return str(format_decimal(value, pattern, locale=language))


def money(amount_vnd: int | None, language: Language) -> str:
    """Whole đồng: `1.622.000 đồng`."""
    return ABSENT if amount_vnd is None else _DONG[language].format(number(amount_vnd, language))


def percent(share: Number | None, language: Language, decimals: int = 0) -> str:
    """A share of one (0.82) as `82 %`, with a no-break space in Vietnamese; an empty set has no share."""
    if share is None:
        return ABSENT
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "") + ("\u00a0%" if language == "vi" else "%")
    return str(format_percent(share, pattern, locale=language))


def size(amount_bytes: int | None, language: Language) -> str:
    """The size of a file: `4,2 MB`."""
    if amount_bytes is None:
        return ABSENT
    for unit, name in _SIZES:
        if amount_bytes >= unit:
            return f"{number(amount_bytes / unit, language, 1)}\u00a0{name}"
    return f"{number(amount_bytes, language)}\u00a0B"
