"""How the questions of a form stand on a page: what was typed, what is wrong with it, which are asked now."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext

from portal.catalogue.answers import Answers, Reading, asked_in_row, facts_of, read, visible, without_hidden
from portal.catalogue.completeness import missing
from portal.catalogue.conditions import Condition, Facts
from portal.catalogue.definition import Definition
from portal.catalogue.fields import AddressField, FieldBase, MoneyField, OutlineField, PointField, RowsField, Section
from portal.catalogue.places import Places
from portal.catalogue.wording import Problem
from portal.dossiers.typed import Typed, row_numbers
from portal.foundation import formats
from portal.foundation.languages import spoken

Say = Callable[[Problem], str]
BOUNDS: Final = frozenset({"too_small", "too_large"})
"""Problems whose limit is a figure, said as the reader writes figures."""
MOST_DECIMALS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field on the page. `values` and `problems` are by part; the field's own value is under the empty name.

    `note` is what the office writes about it, `doubt` what is worth a second look; neither is a mistake.
    `was_saved` is what a colleague has saved meanwhile, in words, where both changed it.
    """

    field: FieldBase
    name: str
    is_shown: bool
    values: Mapping[str, Sequence[str]]
    problems: Mapping[str, str]
    rows: tuple["Row", ...] = ()
    can_add: bool = False
    note: str = ""
    doubt: str = ""
    was_saved: str | None = None

    @property
    def id(self) -> str:
        """The HTML id of its first box."""
        return id_of(self.name)

    @property
    def problem(self) -> str:
        """All that is wrong with it, in one text."""
        return " ".join(dict.fromkeys(self.problems.values()))

    @property
    def condition(self) -> str:
        """The condition it hangs on, as JSON for the page's script; empty for none."""
        return "" if self.field.when is None else condition_json(self.field.when)

    def value(self, part: str = "") -> str:
        """What stands in a box."""
        return (self.values.get(part) or [""])[-1]

    def chosen(self) -> list[str]:
        """What is ticked."""
        return list(self.values.get("", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One repetition of a repeatable question; `number` counts from 0, as in the names of its boxes."""

    number: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything read from what was typed so far, and what is still missing from the whole form."""

    answers: Answers
    reading: Reading
    gaps: tuple[Problem, ...]
    facts: Facts
    asked: frozenset[str]

    def problems_of(self, section: Section, *, with_gaps: bool) -> list[Problem]:
        """What is wrong on this page, in the order of the form; each place once."""
        own = {one.code for one in section.fields}
        found = [*self.reading.problems, *(self.gaps if with_gaps else ())]
        order = {one.code: position for position, one in enumerate(section.fields)}
        mine = [problem for problem in found if problem.kind == "field" and field_code(problem) in own]
        return sorted(mine, key=lambda problem: order[field_code(problem)])


def known(definition: Definition, case: str, typed: Typed, files: Mapping[str, int], places: Places) -> Known:
    """Read the whole form and judge it; `files` counts the files per document."""
    reading = read(definition, case, typed, places=places)
    unread = {problem.path for problem in reading.problems}
    gaps = [
        _as_typed(gap, definition, typed, reading.problems) for gap in missing(definition, case, reading.answers, files)
    ]
    gaps = [gap for gap in gaps if gap.path not in unread and not _is_covered(gap, unread)]
    answers = without_hidden(definition, case, reading.answers)
    return Known(
        answers=answers,
        reading=reading,
        gaps=tuple(gaps),
        facts=facts_of(case, answers),
        asked=visible(definition, case, reading.answers),
    )


def field_code(problem: Problem) -> str:
    """The code of the field a problem is about."""
    return problem.path.partition(".")[0]


def sentence(problem: Problem) -> str:
    """What is wrong, in the reader's language."""
    detail = dict(problem.detail)
    if problem.code in BOUNDS:
        detail["limit"] = formats.number(Decimal(detail["limit"]), spoken(), MOST_DECIMALS)
    return str(gettext(problem.message)) % detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the questions of a page are made from. `notes` and `doubts` are words beside a field, by its code."""

    found: Known
    typed: Typed
    problems: Iterable[Problem] = ()
    more_rows: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)

    def questions(self, fields: Iterable[FieldBase]) -> tuple[Question, ...]:
        """The questions in order; hidden ones too, so that what was typed in them comes back with them."""
        wrong: dict[str, str] = {}
        for problem in self.problems:
            wrong.setdefault(problem.path, sentence(problem))
        return tuple(self._question(one, one.code, wrong, is_shown=one.code in self.found.asked) for one in fields)

    def _question(self, one: FieldBase, name: str, wrong: Mapping[str, str], *, is_shown: bool) -> Question:
        prefix = f"{name}."
        parts = {key.removeprefix(prefix): values for key, values in self.typed.items() if key.startswith(prefix)}
        parts |= {"": self.typed[name]} if name in self.typed else {}
        problems = {path.removeprefix(prefix): text for path, text in wrong.items() if path.startswith(prefix)}
        problems |= {"": wrong[name]} if name in wrong else {}
        rows = self._rows(one, wrong) if isinstance(one, RowsField) else ()
        return Question(
            field=one,
            name=name,
            is_shown=is_shown,
            values=parts,
            problems={"": problems[""]} if rows and "" in problems else {} if rows else problems,
            rows=rows,
            can_add=isinstance(one, RowsField) and len(rows) < one.max_rows,
            note=self.notes.get(name, ""),
            doubt=self.doubts.get(name, ""),
            was_saved=self.saved.get(name),
        )

    def _rows(self, one: RowsField, wrong: Mapping[str, str]) -> tuple[Row, ...]:
        numbers = row_numbers(one, self.typed)
        wanted = max(numbers[-1] + 1 if numbers else 0, one.min_rows, 1) + (self.more_rows == one.code)
        held = self.found.answers.get(one.code)
        rows = list(held) if isinstance(held, Sequence) and not isinstance(held, str) else []
        made = []
        for number in range(min(wanted, one.max_rows)):
            row = rows[number] if number < len(rows) and isinstance(rows[number], Mapping) else {}
            asked = {part.code for part in asked_in_row(one, row, self.found.facts)}  # type: ignore[arg-type]
            questions = tuple(
                self._question(part, f"{one.code}.{number}.{part.code}", wrong, is_shown=part.code in asked)
                for part in one.fields
            )
            made.append(Row(number=number, questions=questions))
        return tuple(made)


def error_entries(definition: Definition, problems: Iterable[Problem], language: str) -> list[dict[str, str]]:
    """The entries of the error summary: label, what is wrong, and the box it is about."""
    entries: list[dict[str, str]] = []
    for problem in problems:
        entry = {"text": named(definition, problem, language), "href": f"#{anchor(definition, problem)}"}
        if entry not in entries:
            entries.append(entry)
    return entries


def named(definition: Definition, problem: Problem, language: str) -> str:
    """What is wrong, with the question it is about; in a repeatable question, with the number of the entry."""
    label = problem.label.words(language) if problem.label else ""
    asked = definition.field(field_code(problem))
    if isinstance(asked, RowsField) and problem.path.count(".") >= 2:  # noqa: PLR2004 - rows.0.field
        label = f"{asked.row_label.words(language)} {int(problem.path.split('.')[1]) + 1}, {label}"
    return f"{label}: {sentence(problem)}" if label else sentence(problem)


def anchor(definition: Definition, problem: Problem) -> str:
    """The id of the box a problem is about."""
    asked = definition.field(field_code(problem))
    path = problem.path
    if isinstance(asked, RowsField) and path != asked.code:
        inside = path.split(".")[2] if path.count(".") >= 2 else ""  # noqa: PLR2004 - rows.0.field
        asked = next((part for part in asked.fields if part.code == inside), None)
        base = ".".join(path.split(".")[:3])
    else:
        base = field_code(problem)
    if path == base and asked is not None:
        path += _first_part(asked)
    return id_of(path)


def id_of(name: str) -> str:
    """The HTML id of the box with this form name."""
    return name.replace(".", "-")


def condition_json(condition: Condition) -> str:
    """A condition as the page's script reads it."""
    return json.dumps(condition.model_dump(mode="json", exclude_none=True), ensure_ascii=False)


def plain_facts(facts: Facts, besides: Iterable[str]) -> str:
    """The facts conditions of this page need from elsewhere, as JSON; the page's own boxes are left out."""
    own = set(besides)
    elsewhere: dict[str, Any] = {code: answer for code, answer in facts.items() if code not in own}
    return json.dumps(elsewhere, ensure_ascii=False)


def _first_part(asked: FieldBase) -> str:
    if isinstance(asked, MoneyField):
        return ".amount"
    if isinstance(asked, PointField):
        return ".lat"
    if isinstance(asked, OutlineField):
        return ".points"
    if isinstance(asked, AddressField):
        return ".commune" if asked.inside_province else ".province"
    return ""


def _is_covered(gap: Problem, unread: set[str]) -> bool:
    """A question whose answer cannot be read is not also missing."""
    return any(path.startswith(f"{gap.path}.") for path in unread)


def _as_typed(gap: Problem, definition: Definition, typed: Typed, unread: Sequence[Problem]) -> Problem:
    """The gap at the row where it stands on the page: rows nothing could be read of are counted there too."""
    asked = definition.field(field_code(gap))
    if not isinstance(asked, RowsField) or gap.path.count(".") < 2:  # noqa: PLR2004 - rows.0.field
        return gap
    code, number, rest = gap.path.split(".", 2)
    broken = {problem.path for problem in unread}
    readable = [row for row in row_numbers(asked, typed) if _has_readable(asked, row, typed, broken)]
    if int(number) >= len(readable):
        return gap
    path = f"{code}.{readable[int(number)]}.{rest}"
    return Problem(code=gap.code, path=path, kind=gap.kind, label=gap.label, detail=gap.detail)


def _has_readable(asked: RowsField, row: int, typed: Typed, broken: set[str]) -> bool:
    for part in asked.fields:
        name = f"{asked.code}.{row}.{part.code}"
        filled = any(
            any(value.strip() for value in values)
            for key, values in typed.items()
            if key == name or key.startswith(f"{name}.")
        )
        if filled and not any(path == name or path.startswith(f"{name}.") for path in broken):
            return True
    return False
