"""What a draft's own questions, steps and fees are: what its conditions and references may name. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.catalogue.conditions import CASE
from portal.catalogue.locating import KeyPath

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("province", "commune"),
    "money": ("amount", "currency"),
}
"""Parts of an answer that conditions ask about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something a condition may speak of: its name, its words by language, its type, its answers."""

    code: str
    label: Mapping[str, str]
    type: str
    options: tuple[tuple[str, Mapping[str, str]], ...] = ()
    part: str = ""
    inside_province: bool = False
    currencies: tuple[str, ...] = ()

    def words(self, language: str) -> str:
        """The question in this language, in Vietnamese where it has none, else its code."""
        return words_of(self.label, language) or self.code


def words_of(text: object, language: str) -> str:
    """Return the words of a text that may still have gaps."""
    if not isinstance(text, Mapping):
        return ""
    return str(text.get(language) or text.get("vi") or "")


def asked_at(document: Mapping[str, Any], path: KeyPath) -> dict[str, Asked]:
    """Return what a condition at this place may speak of, by name, in the order of the form."""
    known = {CASE: _cases(document)}
    if path[:1] == ("questions",):
        known |= {one.code: one for question in _things(document, "questions") for one in _asked(question.get("ask"))}
        return known
    for section in _things(document, "sections"):
        for field in _things(section, "fields"):
            known |= {one.code: one for one in _asked(field)}
    if path[:1] == ("sections",) and path[2:3] == ("fields",) and "fields" in path[4:5]:
        rows = _things(_things(document, "sections")[int(path[1])], "fields")[int(path[3])]
        known |= {one.code: one for field in _things(rows, "fields") for one in _asked(field)}
    return known


def fields_of(document: Mapping[str, Any]) -> list[Asked]:
    """Return the questions of the form without their parts and without those of rows."""
    return [
        one
        for section in _things(document, "sections")
        for field in _things(section, "fields")
        for one in _asked(field)
        if not one.part
    ]


def named(document: Mapping[str, Any], part: str) -> list[tuple[str, Mapping[str, str]]]:
    """Return codes and names of the things of a part: steps, fees, cases."""
    return [(str(thing["code"]), _text(thing.get("name"))) for thing in _things(document, part) if thing.get("code")]


def _cases(document: Mapping[str, Any]) -> Asked:
    return Asked(code=CASE, label={}, type="choice", options=tuple(named(document, "cases")))


def _asked(field: object) -> Iterator[Asked]:
    if not isinstance(field, Mapping) or not field.get("code"):
        return
    code, kind, label = str(field["code"]), str(field.get("type", "")), _text(field.get("label"))
    options = tuple((str(one["code"]), _text(one.get("label"))) for one in _things(field, "options") if one.get("code"))
    currencies = field.get("currencies", ["VND"])
    yield Asked(
        code=code,
        label=label,
        type=kind,
        options=options,
        inside_province=bool(field.get("inside_province")),
        currencies=tuple(map(str, currencies)) if isinstance(currencies, list) else (),
    )
    for part in PARTS.get(kind, ()):
        yield Asked(code=f"{code}.{part}", label=label, type="number" if part == "amount" else "text", part=part)


def _things(holder: object, name: str) -> list[Mapping[str, Any]]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return [one if isinstance(one, Mapping) else {} for one in found] if isinstance(found, list) else []


def _text(text: object) -> Mapping[str, str]:
    return text if isinstance(text, Mapping) else {}
