"""Words in three languages, and the base of everything written in a procedure file."""

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


class Sourced(Model):
    """A statement of law or practice: where it was read, and whether an official has confirmed it."""

    source: str = ""
    verified: bool = False


def _plain(number: Decimal) -> Decimal:
    """Return the same number written without needless zeros, so that 0.50 and 0.5 are one text."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


Number = Annotated[Decimal, pydantic.Field(max_digits=24, decimal_places=9), pydantic.AfterValidator(_plain)]
"""A decimal number with one way of being written."""
