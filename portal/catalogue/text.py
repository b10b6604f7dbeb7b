"""Words in three languages, and the base of everything written in a procedure file."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

import pydantic
from pydantic import ConfigDict

Language = Literal["vi", "en", "zh"]
LANGUAGES: tuple[Language, ...] = ("vi", "en", "zh")


class Model(pydantic.BaseModel):
    """A part of a procedure definition: immutable, and refusing words it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class TextStatus(StrEnum):
    """How far a text may be relied on; only Vietnamese can be authoritative."""

    AUTHORITATIVE = "authoritative"
    REVIEWED = "reviewed"
    DRAFT = "draft"


class Text(Model):
    """One sentence in Vietnamese, English and Chinese.

    English and Chinese are courtesy translations; the status says whether somebody has read them over.
    """

    vi: str
    en: str = ""
    zh: str = ""
    vi_status: TextStatus = TextStatus.AUTHORITATIVE
    en_status: TextStatus = TextStatus.DRAFT
    zh_status: TextStatus = TextStatus.DRAFT

    def words(self, language: str) -> str:
        """Return the text in `language`, or in Vietnamese where that language has none."""
        chosen = {"en": self.en, "zh": self.zh}.get(language, self.vi)
        return chosen or self.vi

    def status(self, language: str) -> TextStatus:
        """Return how far the text of `language` may be relied on."""
        return {"en": self.en_status, "zh": self.zh_status}.get(language, self.vi_status)

    def missing(self) -> tuple[Language, ...]:
        """Return the languages that have no words."""
        return tuple(code for code in LANGUAGES if not getattr(self, code))


def texts_of(thing: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Text]]:
    """Yield every text inside a part of a definition with its place."""
    if isinstance(thing, Text):
        yield path, thing
    elif isinstance(thing, pydantic.BaseModel):
        for name in type(thing).model_fields:
            yield from texts_of(getattr(thing, name), (*path, name))
    elif isinstance(thing, tuple):
        for number, part in enumerate(thing):
            yield from texts_of(part, (*path, number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliance:
    """How far the texts of one language may be relied on: how many there are, and how many were read over."""

    total: int
    reviewed: int
    is_authoritative: bool

    @property
    def is_mixed(self) -> bool:
        """Whether some texts were read over and others were not, so that each has to say which it is."""
        return not self.is_authoritative and 0 < self.reviewed < self.total


def reliance_on(thing: object, language: str) -> Reliance:
    """Count the texts of a definition by their status in this language."""
    states = [text.status(language) for _, text in texts_of(thing)]
    return Reliance(
        total=len(states),
        reviewed=sum(state is not TextStatus.DRAFT for state in states),
        is_authoritative=language == "vi",
    )


class Sourced(Model):
    """A statement of law or practice: where it was read, and whether an official has confirmed it."""

    source: str = ""
    verified: bool = False


def _plain(number: Decimal) -> Decimal:
    """Return the same number written without needless zeros, so that 0.50 and 0.5 are one text."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


Number = Annotated[Decimal, pydantic.Field(max_digits=24, decimal_places=9), pydantic.AfterValidator(_plain)]
"""A decimal number with one way of being written."""
