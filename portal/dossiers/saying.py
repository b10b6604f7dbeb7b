"""Answers in words: for the review page, the dossier's page, and the comparison of two people's work."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from portal.catalogue.answers import Answers, asked_in_row, facts_of, rows_of, visible
from portal.catalogue.conditions import Answer
from portal.catalogue.definition import Definition
from portal.catalogue.fields import FieldBase, PersonIdField, RowsField, Section
from portal.catalogue.places import Places
from portal.catalogue.readers import Unreadable, read_answer
from portal.catalogue.shown import shown
from portal.dossiers.typed import Typed, row_numbers
from portal.foundation.formats import ABSENT, Language, masked

Line = tuple[str, str]
Saying = Callable[[FieldBase, Answer | None, Language, Places], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One question with its answer in words; a repeatable one has `rows` of (label, answer) lines instead."""

    field: FieldBase
    words: str
    rows: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSection:
    """A page of the form in words."""

    section: Section
    lines: tuple[Said, ...]


def as_text(sections: Iterable[SaidSection], language: Language) -> str:
    """The answers as plain text, one question a line, to be kept beside the papers."""
    pages = ((one.section.title.words(language), *_plain(one.lines, language)) for one in sections)
    return "\n".join("".join(f"{line}\n" for line in page) for page in pages)


def _plain(lines: Iterable[Said], language: Language) -> Iterator[str]:
    for said in lines:
        label = said.field.label.words(language)
        yield f"  {label}:" if said.rows else f"  {label}: {said.words or ABSENT}"
        for number, row in enumerate(said.rows, start=1):
            yield f"    {number}. " + "; ".join(f"{name}: {words or ABSENT}" for name, words in row)


def in_words(
    definition: Definition,
    case: str,
    answers: Answers,
    language: Language,
    places: Places,
    *,
    is_masked: bool = False,
) -> tuple[SaidSection, ...]:
    """Every question that is asked, with its answer; unanswered ones have no words.

    `is_masked`: of the numbers of identity cards and passports only the last signs (`sensitive.needs_papers`).
    """
    said = _masked if is_masked else shown
    asked = visible(definition, case, answers)
    pages = []
    for section in definition.sections:
        fields = [field for field in section.fields if field.code in asked]
        if fields:
            lines = tuple(_said(field, answers, case, language, places, said) for field in fields)
            pages.append(SaidSection(section=section, lines=lines))
    return tuple(pages)


def typed_in_words(field: FieldBase | None, typed: Typed, language: Language, places: Places) -> str:
    """What was typed for a field, as words where it can be read, else as typed."""
    if field is None:
        return ""
    if isinstance(field, RowsField):
        return "; ".join(_row_as_typed(field, number, typed, language, places) for number in row_numbers(field, typed))
    prefix = f"{field.code}."
    parts = {name.removeprefix(prefix): list(values) for name, values in typed.items() if name.startswith(prefix)}
    parts |= {"": list(typed[field.code])} if field.code in typed else {}
    return _part_as_typed(field, parts, language, places)


def _masked(field: FieldBase, answer: Answer | None, language: Language, places: Places) -> str:
    words = shown(field, answer, language, places)
    return masked(words) if words and isinstance(field, PersonIdField) else words


def _said(field: FieldBase, answers: Answers, case: str, language: Language, places: Places, said: Saying) -> Said:
    answer = answers.get(field.code)
    if not isinstance(field, RowsField):
        return Said(field=field, words=said(field, answer, language, places))
    facts = facts_of(case, answers)
    rows = tuple(tuple(_cells(asked_in_row(field, row, facts), row, language, places, said)) for row in rows_of(answer))
    return Said(field=field, words="", rows=rows)


def _cells(
    parts: Iterable[FieldBase], row: Mapping[str, Answer], language: Language, places: Places, said: Saying
) -> Iterable[Line]:
    for part in parts:
        if words := said(part, row.get(part.code), language, places):
            yield part.label.words(language), words


def _row_as_typed(field: RowsField, number: int, typed: Typed, language: Language, places: Places) -> str:
    cells = []
    for part in field.fields:
        name = f"{field.code}.{number}.{part.code}"
        dot = f"{name}."
        parts = {key.removeprefix(dot): list(values) for key, values in typed.items() if key.startswith(dot)}
        parts |= {"": list(typed[name])} if name in typed else {}
        cells.append(_part_as_typed(part, parts, language, places))
    return ", ".join(cell for cell in cells if cell)


def _part_as_typed(field: FieldBase, parts: Mapping[str, list[str]], language: Language, places: Places) -> str:
    try:
        return shown(field, read_answer(field, parts, places), language, places)
    except Unreadable:
        return " ".join(value for values in parts.values() for value in values if value.strip())
