"""Printing a letter: facts in, an archival and accessible PDF out (PDF/A-2a, PDF/UA-1).

The templates of `templates/letters` receive the facts as data only; nothing a person typed is ever read as
markup. Equal facts give equal bytes: the fonts are our own and the file's date is the letter's.
"""

import dataclasses
import functools
import io
import json
import re
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import segno
import typst

from portal.catalogue.text import LANGUAGES, Language, Text
from portal.clock.zone import VIETNAM
from portal.letters import wording
from portal.letters.contents import DocumentRow, FilingReceipt, Letter, Letterhead, Person, Subject
from portal.letters.coverage import FONTS, drawable

TEMPLATES = Path(__file__).parents[2] / "templates" / "letters"


_UNBROKEN = re.compile(r"[!-~\u00a1-\u1eff]{41,}")
"""A word so long that it would run off the paper."""
_PIECE = re.compile(r"(.{20})(?=.)")
_COPIED_BY_HAND = frozenset({"verification_url", "content_fingerprint"})
"""Printed whole: people copy them out of the file."""
_MASK = 3
"""Any of the eight patterns reads as well in print; trying them all took longer than setting the letter."""

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"] | None
"""What a template may receive: text, numbers, lists and tables of them."""


class LetterError(RuntimeError):
    """A letter could not be printed; the template and the facts do not fit together."""

    code = "letter_not_printed"


def render(
    letter: Letter, *, language: Language = "vi", demo: bool = False, own: Mapping[str, Any] | None = None
) -> bytes:
    """Print `letter` in Vietnamese, with courtesy lines in the filer's `language` where that is another.

    `own` holds the sentences the house has written in place of the standing ones (`own_words.overlay`).
    `demo` prints a watermark and the words that the paper has no legal effect. Raises `LetterError`.
    """
    facts = facts_of(letter)
    facts.update(language=language, demo=demo, qr=qr_code(letter.subject.verification_url))
    inputs = {name: json.dumps(value, ensure_ascii=False) for name, value in (("letter", facts), ("words", own or {}))}
    return typeset(str(letter.kind), inputs, made_at=letter.issued_at)


def typeset(template: str, inputs: dict[str, str], *, made_at: datetime) -> bytes:
    """Set `templates/letters/<template>.typ` with its facts as JSON; the file bears `made_at`. Raises `LetterError`."""
    with _one_at_a_time:
        try:
            printed = _compiler().compile(
                str(TEMPLATES / f"{template}.typ"),
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=["a-2a", "ua-1"],
                timestamp=made_at.astimezone(UTC).replace(microsecond=0),
            )
        except typst.TypstError as error:
            raise LetterError(f"{template}: {error.message}") from error
    if not isinstance(printed, bytes):  # pragma: no cover - only image formats come as several pages
        raise LetterError(template)
    return printed


def prewarm() -> None:
    """Read the fonts and the house style, so that the first letter of a worker is not the slow one.

    To be called in each process after it was forked.
    """
    for language in LANGUAGES:
        render(_FIRST, language=language)


def qr_code(address: str) -> str:
    """Return the address as a QR code in SVG; a fifth of it may be soiled or creased."""
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=_MASK).save(drawing, kind="svg", border=2, xmldecl=False)
    return drawing.getvalue().decode()


def facts_of(letter: Letter) -> dict[str, Plain]:
    """Return the facts as the templates read them: days and instants in words of all three languages."""
    return {field.name: _plain(getattr(letter, field.name), field.name) for field in dataclasses.fields(letter)} | {
        "issued_at": _instant(letter.issued_at)
    }


def _plain(value: object, name: str) -> Plain:
    match value:
        case Text():
            return _sentence(value)
        case Enum():
            return str(value.value)
        case str():
            return drawable(value) if name in _COPIED_BY_HAND else _fitting(value)
        case bool() | int() | None:
            return value
        case datetime():
            return _instant(value)
        case date():
            return {**_sentence(wording.day_with_weekday(value)), "day": _sentence(wording.letter_day(value))}
        case tuple():
            return [_plain(item, name) for item in value]
        case _ if dataclasses.is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name), field.name) for field in dataclasses.fields(value)}
    raise LetterError(f"{name}: {type(value).__name__}")


def _instant(instant: datetime) -> dict[str, Plain]:
    local = instant.astimezone(VIETNAM)
    return {
        **_sentence(wording.moment(instant)),
        "day": _sentence(wording.letter_day(local.date())),
        "short": f"{local:%H:%M %d/%m/%Y}",
        "stamp": f"{local:%d-%m-%Y, %H:%M:%S} +07:00",
    }


def _sentence(text: Text) -> dict[str, Plain]:
    return {"vi": _fitting(text.vi), "en": _fitting(text.en), "zh": _fitting(text.zh)}


def _fitting(value: str) -> str:
    """Allow a break inside words that would run off the paper, by an invisible space."""
    return _UNBROKEN.sub(lambda found: _PIECE.sub("\\1\u200b", found.group()), drawable(value))


_WORDS = Text(vi="Một", en="One", zh="一")
_FIRST = FilingReceipt(
    head=Letterhead(agency=_WORDS),
    subject=Subject(code="0", procedure=_WORDS, procedure_code="0", verification_url="https://localhost/"),
    filer=Person(name="0"),
    owner=Person(name="0"),
    filed_at=datetime(2026, 1, 1, tzinfo=UTC),
    answer_by=datetime(2026, 1, 1, tzinfo=UTC),
    answer_within=_WORDS,
    documents=(DocumentRow(name=_WORDS),),
)
"""A letter nobody receives: printing it reads the fonts and the house style."""

_one_at_a_time = threading.Lock()
"""The compiler keeps its work between letters and serves one caller at a time."""


@functools.cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
