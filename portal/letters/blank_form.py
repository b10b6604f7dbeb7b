"""The form of a procedure as an empty sheet: to read before one begins, to prepare answers, to fill in at a counter.

Vietnamese is the text that counts; in English and Chinese it stands above its courtesy translation. The sheet is
ours: what the law prescribes is named on it. Source: Decree 63/2010/NĐ-CP, Article 8(2) (form, declaration).
"""

import functools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, Final

from flask_babel import force_locale

from portal.catalogue.condition_words import in_words, simplified
from portal.catalogue.conditions import Condition
from portal.catalogue.definition import Case, Definition, content_hash
from portal.catalogue.fields import (
    AddressField,
    ChoiceField,
    DateField,
    FieldBase,
    ManyField,
    MoneyField,
    NumberField,
    OutlineField,
    PointField,
    RowsField,
    TextField,
    YesNoField,
)
from portal.catalogue.leaflet import Leaflet, leaflet_of, name_of
from portal.catalogue.registers import agencies
from portal.catalogue.text import Text
from portal.foundation.formats import Language
from portal.letters.coverage import drawable
from portal.letters.pdf import typeset
from portal.letters.standing import standing_words

MOST_LINES: Final = 5
"""Ruled lines for the longest answers; the rest is written on an annex."""
MOST_COLUMNS: Final = 5
"""A repeatable question with more parts is asked as a block instead of a table."""
BOX: Final = "box"
LINES: Final = "lines"
TABLE: Final = "table"
BLOCK: Final = "block"


def filename(definition: Definition, case: Case) -> str:
    """The name of the file."""
    return f"{definition.code}-{case.code}.pdf"


def printed(definition: Definition, case: Case, *, language: Language) -> bytes:
    """Print the empty form of one case. Equal definitions give equal bytes. Raises `LetterError`."""
    facts = _Sheet(definition, case, language).facts()
    made = datetime.combine(definition.effective_from, time(), UTC)
    return _set(content_hash(definition), json.dumps(facts, ensure_ascii=False), made)


@functools.lru_cache(maxsize=32)
def _set(_version: str, facts: str, made_at: datetime) -> bytes:
    return typeset("blank_form", {"form": facts}, made_at=made_at)


class _Sheet:
    """What the template is told, as plain data: nothing of it is ever read as markup."""

    def __init__(self, definition: Definition, case: Case, language: Language) -> None:
        self.definition, self.case, self.language = definition, case, language

    def facts(self) -> dict[str, Any]:
        register = agencies().by_key
        leaflet = leaflet_of(self.definition, self.case, agencies=register, language=self.language)
        return {
            "language": self.language,
            "code": self.definition.code,
            "name": self._said(self.definition.name),
            "case": self._said(self.case.name) if len(self.definition.cases) > 1 else None,
            "to": drawable(name_of(leaflet.competence[-1].thing.agency, register, "vi"))  # type: ignore[union-attr]
            if len(leaflet.competence) == 1
            else drawable(name_of(self.definition.intake, register, "vi")),
            "words": {name: self._said(text) for name, text in _words().items()},
            "forms": [
                {"name": self._said(found.thing.name), "number": drawable(found.thing.number)}  # type: ignore[union-attr]
                for found in leaflet.forms
            ],
            "parts": [
                {
                    "title": self._said(part.title),
                    "only_if": self._condition(part.when),
                    "questions": [self._question(field) for field in part.fields if self._may_be_asked(field)],
                }
                for part in leaflet.sections
            ],
            "documents": list(self._documents(leaflet)),
        }

    def _documents(self, leaflet: Leaflet) -> Iterator[dict[str, Any]]:
        for document in leaflet.always:
            yield {"name": self._said(document.name), "only_if": None}
        for found in (*leaflet.depending, *leaflet.if_at_hand):
            yield {"name": self._said(found.thing.name), "only_if": self._condition(found.thing.when)}  # type: ignore[union-attr]

    def _may_be_asked(self, field: FieldBase) -> bool:
        """Whether the case leaves it open; a condition on another case drops the question."""
        return simplified(field.when, self.case.code) is not False

    def _question(self, field: FieldBase) -> dict[str, Any]:
        return {
            "label": self._said(field.label),
            "help": self._said(field.help) if field.help else None,
            "required": field.required,
            "only_if": self._condition(field.when),
            **self._room_for(field),
        }

    def _room_for(self, field: FieldBase) -> dict[str, Any]:
        """What is left open for the answer."""
        match field:
            case YesNoField():
                return {"kind": BOX, "options": [self._said(_words()["yes"]), self._said(_words()["no"])]}
            case ChoiceField() | ManyField():
                hint = _words()["tick_one" if isinstance(field, ChoiceField) else "tick_many"]
                options = [self._said(option.label) for option in field.options]
                return {"kind": BOX, "options": options, "hint": self._said(hint)}
            case RowsField():
                parts = [self._question(part) for part in field.fields if self._may_be_asked(part)]
                is_table = field.layout == "table" and len(parts) <= MOST_COLUMNS
                return {"kind": TABLE if is_table else BLOCK, "one": self._said(field.row_label), "parts": parts}
            case TextField():
                return {"kind": LINES, "count": min(max(field.lines - 1, 1), MOST_LINES)}
            case _:
                return {"kind": LINES, "count": 1, "hint": self._hint(field)}

    def _hint(self, field: FieldBase) -> dict[str, str] | None:
        match field:
            case NumberField() if field.unit:
                return self._said(Text(vi=f"({field.unit.vi})", en=f"({field.unit.en})", zh=f"（{field.unit.zh}）"))
            case MoneyField():
                units = ", ".join(field.currencies)
                return self._said(Text(vi=f"({units})", en=f"({units})", zh=f"（{units}）"))
            case AddressField():
                return self._said(_words()["address"])
            case DateField():
                return self._said(_words()["day"])
            case PointField():
                return self._said(_words()["place"])
            case OutlineField():
                return self._said(_words()["outline"])
        return None

    def _condition(self, condition: Condition | None) -> dict[str, str] | None:
        with force_locale("vi"):
            vietnamese = in_words(condition, self.definition, self.case.code, "vi")
        if not vietnamese:
            return None
        own = in_words(condition, self.definition, self.case.code, self.language)
        return {"vi": drawable(vietnamese), "own": drawable(own) if self.language != "vi" else ""}

    def _said(self, text: Text) -> dict[str, str]:
        own = "" if self.language == "vi" else text.words(self.language)
        return {"vi": drawable(text.vi), "own": "" if own == text.vi else drawable(own)}


@functools.cache
def _words() -> dict[str, Text]:
    """The words of the sheet, and what stands at the head of every paper of the State."""
    standing = standing_words()
    head = {name: standing[name] for name in ("nation", "motto")}
    return {name: Text(**said) for name, said in (head | standing["blank_form"]).items()}
