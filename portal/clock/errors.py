"""What the clock refuses, each with a stable code a page or a command can translate."""

from enum import StrEnum


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
