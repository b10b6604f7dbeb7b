"""Dates and limits in three languages, and procedure texts with their blanks filled."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from portal.catalogue.text import Text
from portal.clock import words
from portal.clock.limit import MINUTES_PER_HOUR
from portal.clock.zone import VIETNAM

LimitUnit = Literal["working_hour", "working_day", "calendar_day", "month"]

_WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_MONTHS_WITH_A_ZERO = (1, 2)
_UNITS = {
    "working_hour": ("giờ làm việc", "working hour", "个工作时"),
    "working_day": ("ngày làm việc", "working day", "个工作日"),
    "calendar_day": ("ngày", "calendar day", "个自然日"),
    "month": ("tháng", "month", "个月"),
}
_BLANK = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


class UnknownPlaceholderError(LookupError):
    """A procedure's letter text names a blank nobody can fill."""


def letter_day(day: date) -> Text:
    """A day as the place-and-date line has it. Source: Decree 30/2020/NĐ-CP, Annex I: 05, 02 below ten and three."""
    month = f"{day.month:02d}" if day.month in _MONTHS_WITH_A_ZERO else str(day.month)
    return Text(
        vi=f"ngày {day.day:02d} tháng {month} năm {day.year}",
        en=f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
        zh=f"{day.year}年{day.month}月{day.day}日",
    )


def day_with_weekday(day: date) -> Text:
    """A day where a deadline is meant."""
    weekday = day.weekday()
    return Text(
        vi=f"{_WEEKDAYS['vi'][weekday]}, ngày {day:%d/%m/%Y}",
        en=f"{_WEEKDAYS['en'][weekday]} {day.day} {_MONTHS[day.month - 1]} {day.year}",
        zh=f"{day.year}年{day.month}月{day.day}日（{_WEEKDAYS['zh'][weekday]}）",
    )


def moment(instant: datetime) -> Text:
    """An instant by the office's clock, to the minute, with its weekday."""
    local = instant.astimezone(VIETNAM)
    day = day_with_weekday(local.date())
    return Text(
        vi=f"{local:%H} giờ {local:%M} phút, {day.vi}",
        en=f"{local:%H:%M}, {day.en}",
        zh=f"{day.zh}{local:%H:%M}",
    )


def limit(amount: int, unit: LimitUnit) -> Text:
    """A statutory limit in words: 5 working days is "5 ngày làm việc", none is "trong ngày làm việc"."""
    if amount == 0:
        vi, en, zh = (words.limit("0", "working_day", language) for language in words.LANGUAGES)
        return Text(vi=vi, en=en, zh=zh)
    vi, en, zh = _UNITS[unit]
    return Text(vi=f"{amount} {vi}", en=f"{amount} {en}{'' if amount == 1 else 's'}", zh=f"{amount}{zh}")


def answer_time(minutes: int) -> Text:
    """Working time to accept or refuse in words: whole hours as such, other times to the minute."""
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    if not rest:
        return limit(hours, "working_hour")
    vi, en, zh = (words.working_time(minutes, language) for language in words.LANGUAGES)
    return Text(vi=vi, en=en, zh=zh)


def filled(text: Text, values: Mapping[str, str | Text]) -> Text:
    """Fill the blanks of a procedure's letter text, as in `{dossier_code}` or `{answers.project_name}`.

    One pass: a value that itself looks like a blank stays as it is. Raises `UnknownPlaceholderError`.
    """

    def fill(sentence: str, language: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = found.group(1)
            if name not in values:
                raise UnknownPlaceholderError(name)
            chosen = values[name]
            return chosen.words(language) if isinstance(chosen, Text) else chosen

        return _BLANK.sub(value, sentence)

    return Text(vi=fill(text.vi, "vi"), en=fill(text.en, "en"), zh=fill(text.zh, "zh"))
