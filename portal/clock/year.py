"""What a calendar is made of: years, days off, make-up days and opening hours, each with its deciding document.

Every line has a `source` (the deciding document), says whether it is `verified` (compared with that document's own
text), and may carry a `note` for administrators: where it was read, what is still to be looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """The name of a day off in the three languages."""

    vi: str
    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """The name in "vi", "en" or "zh"."""
        return {"vi": self.vi, "en": self.en, "zh": self.zh}[language]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A loaded year. `official` is true once its days off are decided and the year is locked."""

    year: int
    official: bool
    source: str = ""
    verified: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOff:
    """A public holiday, a day in lieu or the free half of a swap. `source` names the deciding document."""

    on: date
    name: Name
    source: str = ""
    verified: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeUpDay:
    """A day that works in place of `instead_of`, with the opening hours of that weekday."""

    on: date
    instead_of: date
    source: str = ""
    verified: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One opening, half-open: `opens` and `closes` are minutes after midnight, and closing lies outside."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours. The last rule that fits a day wins; a rule of the agency wins over one for everybody.

    `weekdays`: Monday is 0. `since` and `until` bound the rule by date, `season` by (month, day) every year; all
    inclusive, and a season may run over the new year.
    """

    spans: tuple[Span, ...]
    weekdays: frozenset[int] = frozenset(range(7))
    agency: str | None = None
    since: date | None = None
    until: date | None = None
    season: tuple[tuple[int, int], tuple[int, int]] | None = None
    source: str = ""
    verified: bool = True
    note: str = ""

    def covers(self, day: date, weekday: int) -> bool:
        """Whether these hours hold on the day, taken as the given weekday (a make-up day stands for another)."""
        if weekday not in self.weekdays or (self.since and day < self.since) or (self.until and day > self.until):
            return False
        if self.season is None:
            return True
        begins, ends = self.season
        here = (day.month, day.day)
        return begins <= here <= ends if begins <= ends else here >= begins or here <= ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Everything written down in a calendar."""

    years: Mapping[int, Year]
    days_off: Mapping[date, DayOff]
    make_up_days: Mapping[date, MakeUpDay]
    hours: tuple[Hours, ...]
