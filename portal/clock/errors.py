"""What the clock refuses, each with a stable code a page or a command can translate."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Refusal(StrEnum):
    """Why the clock cannot answer."""

    NAIVE_INSTANT = "naive_instant"
    UNREADABLE_LIMIT = "unreadable_limit"
    UNREADABLE_PAUSE = "unreadable_pause"
    UNREADABLE_CALENDAR = "unreadable_calendar"
    OPEN_PAUSE_WITHOUT_NOW = "open_pause_without_now"
    BEYOND_THE_CALENDAR = "beyond_the_calendar"


class ClockError(Exception):
    """The clock was asked something it cannot answer; `code` is stable, the message says what was wrong."""

    def __init__(self, code: Refusal, message: str) -> None:
        super().__init__(message)
        self.code = code


class Fault(StrEnum):
    """What is wrong with a calendar."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    TOO_DEEP = "too_deep"
    NOT_TOML = "not_toml"
    CUT_OFF = "cut_off"
    NO_SUCH_DAY = "no_such_day"
    UNKNOWN_SECTION = "unknown_section"
    UNKNOWN_KEY = "unknown_key"
    NOT_A_LIST = "not_a_list"
    NOT_A_TABLE = "not_a_table"
    LINE_NOT_A_TABLE = "line_not_a_table"
    LINE_TWICE = "line_twice"
    YEAR_INCOMPLETE = "year_incomplete"
    NO_SUCH_NAME = "no_such_name"
    NOT_A_WEEKDAY = "not_a_weekday"
    NOT_OPENING_HOURS = "not_opening_hours"
    NOT_A_SEASON = "not_a_season"
    NO_TEXT = "no_text"
    NO_TEXTS = "no_texts"
    NOT_YES_OR_NO = "not_yes_or_no"
    NO_DAY = "no_day"
    NO_YEARS = "no_years"
    YEAR_NOT_LOADED = "year_not_loaded"
    NO_MAKE_UP_DAY = "no_make_up_day"
    MAKES_UP_FOR_NOTHING = "makes_up_for_nothing"
    HOURS_IN_DISORDER = "hours_in_disorder"
    NO_HOURS = "no_hours"


_IN_ENGLISH: Final[Mapping[Fault, str]] = MappingProxyType(
    {
        Fault.TOO_LARGE: "longer than {kilobytes} kB",
        Fault.NOT_TEXT: "not a text in UTF-8",
        Fault.TOO_DEEP: "nested too deeply, or a number without end",
        Fault.NOT_TOML: "not TOML: {wrong}",
        Fault.CUT_OFF: "not TOML: {wrong}",
        Fault.NO_SUCH_DAY: "line {line}: there is no day {day}",
        Fault.UNKNOWN_SECTION: "unknown section {sections}",
        Fault.UNKNOWN_KEY: "[{section}] knows no `{key}` (only {known}): {row}",
        Fault.NOT_A_LIST: "[{section}] is not a list",
        Fault.NOT_A_TABLE: "[{section}] is not a table",
        Fault.LINE_NOT_A_TABLE: "a line of [{section}] is not a table",
        Fault.LINE_TWICE: "a line stands twice in [{section}]",
        Fault.YEAR_INCOMPLETE: "a year needs `year` and `official`: {row}",
        Fault.NO_SUCH_NAME: 'no name "{name}"',
        Fault.NOT_A_WEEKDAY: "not a weekday: {weekdays}",
        Fault.NOT_OPENING_HOURS: 'not opening hours: "{text}" (write for example "07:00-11:30")',
        Fault.NOT_A_SEASON: 'not a season: "{text}" (write for example "04-16/10-15")',
        Fault.NO_TEXT: "`{key}` is missing or no text: {row}",
        Fault.NO_TEXTS: "`{key}` is no list of texts: {row}",
        Fault.NOT_YES_OR_NO: "`{key}` is neither true nor false: {row}",
        Fault.NO_DAY: "`{key}` is missing or no day: {row}",
        Fault.NO_YEARS: "needs loaded years",
        Fault.YEAR_NOT_LOADED: "{day} lies in a year that is not loaded",
        Fault.NO_MAKE_UP_DAY: "{day} cannot be a make-up day",
        Fault.MAKES_UP_FOR_NOTHING: "{day} works in place of {instead_of}, which is no day off",
        Fault.HOURS_IN_DISORDER: "opening hours must be in order, not empty and not overlap",
        Fault.NO_HOURS: "no opening hours for {day}",
    }
)


class CalendarFault(ClockError):
    """A calendar that contradicts itself or cannot be read: a kind and its parameters, for pages in any language.

    The message is the English line of the command.
    """

    def __init__(self, kind: Fault, **parameters: str) -> None:
        super().__init__(Refusal.UNREADABLE_CALENDAR, f"calendar: {_IN_ENGLISH[kind].format(**parameters)}")
        self.kind = kind
        self.parameters = parameters
