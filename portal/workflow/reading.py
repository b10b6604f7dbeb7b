"""Reading what an event carries, and the refusal of one that cannot be read or cannot follow."""

from enum import StrEnum
from typing import TypeVar

from portal.workflow.events import Event

Word = TypeVar("Word", bound=StrEnum)


class BrokenHistory(Exception):
    """An event that cannot follow from those before it: its version, and a stable code saying why."""

    def __init__(self, version: int, code: str, detail: str = "") -> None:
        super().__init__(f"event {version}: {code}" + (f" ({detail})" if detail else ""))
        self.version = version
        self.code = code
        self.detail = detail


def text(event: Event, name: str) -> str:
    value = event.params.get(name)
    if not isinstance(value, str):
        raise BrokenHistory(event.version, "param_missing", name)
    return value


def text_or_none(event: Event, name: str) -> str | None:
    return None if event.params.get(name) is None else text(event, name)


def word(event: Event, name: str, words: type[Word]) -> Word:
    try:
        return words(text(event, name))
    except ValueError as error:
        raise BrokenHistory(event.version, "param_wrong", name) from error
