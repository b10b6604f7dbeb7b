"""The answers of a form: read from what was posted, shown again, kept only where the question is asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portal.catalogue.conditions import CASE, Answer, Facts, holds, is_empty
from portal.catalogue.definition import Definition
from portal.catalogue.fields import AnyField, FieldBase, NumberField, RowsField, Section, all_fields
from portal.catalogue.places import Places
from portal.catalogue.readers import Parts, Unreadable, read_answer
from portal.catalogue.text import Text
from portal.catalogue.wording import Problem

Posted = Mapping[str, Sequence[str]]
"""Form values as a browser posts them: `field`, `field.part`, `rows.0.field`, `rows.0.field.part`."""

Answers = Mapping[str, Answer]
"""Canonical answers by field code."""

_ROW: Final = re.compile(r"0|[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a posted form says: the answers that could be read, and what could not, in the order of the form."""

    answers: Answers
    problems: tuple[Problem, ...]


def read(definition: Definition, case: str, posted: Posted, *, places: Places, section: str | None = None) -> Reading:
    """Read a posted form, or one `section` of it.

    Empty answers are left out. Of a whole form hidden answers are dropped, too; of one section they are kept
    until it is put together with the others (`without_hidden`). Whether something is missing is not judged
    here: a draft may be kept half filled.
    """
    grouped = _grouped(posted)
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for part_of_form, field in all_fields(definition.sections):
        if section is not None and part_of_form.code != section:
            continue
        answer, found = _read_field(field, grouped.get(field.code, {}), places)
        problems += found
        if not is_empty(answer) and answer is not None:
            answers[field.code] = answer
    if section is not None:
        return Reading(answers=answers, problems=tuple(problems))
    asked = visible(definition, case, answers)
    kept = {code: answer for code, answer in answers.items() if code in asked}
    wanted = tuple(problem for problem in problems if problem.path.split(".")[0] in asked)
    return Reading(answers=without_hidden(definition, case, kept), problems=wanted)


def visible(definition: Definition, case: str, answers: Answers) -> frozenset[str]:
    """Return the codes of the fields that are asked, given these answers.

    An answer to a question that is not asked counts for nothing, so questions hanging on it fall away too.
    """
    everything = frozenset(field.code for _, field in all_fields(definition.sections))
    shown = everything
    for _ in range(len(everything) + 1):
        facts = facts_of(case, {code: answer for code, answer in answers.items() if code in shown})
        now = _asked(definition, facts)
        if now == shown:
            break
        shown = now
    return shown


def visible_sections(definition: Definition, case: str, answers: Answers) -> tuple[Section, ...]:
    """Return the sections that ask something, given these answers."""
    asked = visible(definition, case, answers)
    return tuple(section for section in definition.sections if any(field.code in asked for field in section.fields))


def without_hidden(definition: Definition, case: str, answers: Answers) -> dict[str, Answer]:
    """Return the answers to questions that are asked; hidden ones, in rows too, are dropped."""
    asked = visible(definition, case, answers)
    facts = facts_of(case, {code: answer for code, answer in answers.items() if code in asked})
    kept: dict[str, Answer] = {}
    for _, field in all_fields(definition.sections):
        if field.code not in asked or field.code not in answers:
            continue
        answer = answers[field.code]
        if isinstance(field, RowsField):
            answer = [_kept_row(field, row, facts) for row in rows_of(answer)]
        kept[field.code] = answer
    return kept


def facts_of(case: str, answers: Answers) -> Facts:
    """Return what conditions are judged over: the answers, and the case."""
    return {**answers, CASE: case}


def rows_of(answer: Answer | None) -> list[Mapping[str, Answer]]:
    """Return the rows of a repeatable answer; none where it is of another shape."""
    if answer is None or isinstance(answer, str | bool | Mapping):
        return []
    return [row for row in answer if isinstance(row, Mapping)]


def asked_in_row(field: RowsField, row: Mapping[str, Answer], facts: Facts) -> tuple[FieldBase, ...]:
    """Return the questions asked in this row; a row's own answers come before those of the form."""
    return tuple(part for part in field.fields if holds(part.when, {**facts, **row}))


def posted_from(definition: Definition, answers: Answers) -> dict[str, list[str]]:
    """Write canonical answers back as the form values that would be posted, to show them again."""
    posted: dict[str, list[str]] = {}
    for _, field in all_fields(definition.sections):
        answer = answers.get(field.code)
        if isinstance(field, RowsField):
            for number, row in enumerate(rows_of(answer)):
                for part in field.fields:
                    name = f"{field.code}.{number}.{part.code}"
                    posted |= _posted(name, _typed(part, row.get(part.code)))
        else:
            posted |= _posted(field.code, _typed(field, answer))
    return posted


def _typed(field: FieldBase, answer: Answer | None) -> Answer | None:
    """A number of three decimals is shown with a further 0, so that it cannot be taken for thousands."""
    if isinstance(field, NumberField) and isinstance(answer, str) and len(answer.partition(".")[2]) == 3:  # noqa: PLR2004
        return answer + "0"
    return answer


def _posted(name: str, answer: Answer | None) -> dict[str, list[str]]:
    if answer is None:
        return {}
    if isinstance(answer, bool):
        return {name: ["yes" if answer else "no"]}
    if isinstance(answer, str):
        return {name: [answer]}
    if isinstance(answer, Mapping):
        return {f"{name}.{part}": [str(value)] for part, value in answer.items()}
    return {name: [str(value) for value in answer]}


def _asked(definition: Definition, facts: Facts) -> frozenset[str]:
    sections = (section for section in definition.sections if holds(section.when, facts))
    return frozenset(field.code for section in sections for field in section.fields if holds(field.when, facts))


def _kept_row(field: RowsField, row: Mapping[str, Answer], facts: Facts) -> dict[str, Answer]:
    asked = {part.code for part in asked_in_row(field, row, facts)}
    return {code: value for code, value in row.items() if code in asked}


def _grouped(posted: Posted) -> dict[str, dict[str, Sequence[str]]]:
    grouped: dict[str, dict[str, Sequence[str]]] = {}
    for name, typed in posted.items():
        code, _, rest = name.partition(".")
        grouped.setdefault(code, {})[rest] = typed
    return grouped


def _read_field(field: AnyField, parts: Parts, places: Places) -> tuple[Answer | None, list[Problem]]:
    if isinstance(field, RowsField):
        return _read_rows(field, parts, places)
    return _read_simple(field, parts, places, path=field.code, label=field.label)


def _read_simple(
    field: FieldBase, parts: Parts, places: Places, *, path: str, label: Text
) -> tuple[Answer | None, list[Problem]]:
    try:
        return read_answer(field, parts, places), []
    except Unreadable as refusal:
        where = f"{path}.{refusal.part}" if refusal.part else path
        return None, [Problem(code=refusal.code, path=where, label=label, detail=refusal.detail)]


def _read_rows(field: RowsField, parts: Parts, places: Places) -> tuple[Answer | None, list[Problem]]:
    rows: list[Answer] = []
    problems: list[Problem] = []
    numbers = sorted({int(name.split(".")[0]) for name in parts if _ROW.fullmatch(name.split(".")[0])})
    for number in numbers[: field.max_rows]:
        inside = _row_parts(parts, number)
        row: dict[str, Answer] = {}
        for part in field.fields:
            path = f"{field.code}.{number}.{part.code}"
            answer, found = _read_simple(part, inside.get(part.code, {}), places, path=path, label=part.label)
            problems += found
            if answer is not None and not is_empty(answer):
                row[part.code] = answer
        if row:
            rows.append(row)
    if len(numbers) > field.max_rows:
        too_many = Problem(code="too_many_rows", path=field.code, label=field.label, detail={"limit": field.max_rows})
        problems.append(too_many)
    return rows, problems


def _row_parts(parts: Parts, number: int) -> dict[str, dict[str, Sequence[str]]]:
    prefix = f"{number}."
    return _grouped({name.removeprefix(prefix): typed for name, typed in _starting(parts, prefix)})


def _starting(parts: Parts, prefix: str) -> Iterable[tuple[str, Sequence[str]]]:
    return ((name, typed) for name, typed in parts.items() if name.startswith(prefix))
