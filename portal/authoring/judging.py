"""What is wrong with a draft as it stands, and where: the catalogue's lint, sorted to the parts of the editor."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.authoring import documents
from portal.catalogue import registers
from portal.catalogue.checking import check
from portal.catalogue.definition import Definition
from portal.catalogue.findings import Finding, Severity
from portal.catalogue.locating import KeyPath
from portal.clock.calendar import Calendar

BASICS: Final = "basics"
TIMES: Final = "supplement"
LISTS: Final = (
    "cases",
    "questions",
    "forms",
    "sections",
    "documents",
    "fees",
    "limits",
    "promised_limits",
    "competence",
    "steps",
    "results",
    "letters",
    "legal_basis",
)
"""The parts that are lists, in the order somebody describes a procedure."""
PARTS: Final = (BASICS, "cases", "questions", "forms", "sections", "documents", "fees", "limits", "promised_limits", TIMES, "competence", "steps", "results", "letters", "legal_basis")  # fmt: skip  # noqa: E501
"""The pages of the editor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A draft with all that is wrong with it. `definition` is None while something is still missing or unreadable."""

    definition: Definition | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps it from being published."""
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is worth a look."""
        return tuple(one for one in self.findings if one.severity is Severity.WARNING)

    def below(self, path: KeyPath) -> tuple[Finding, ...]:
        """What is wrong at a place or inside it."""
        return tuple(one for one in self.findings if one.path[: len(path)] == path)

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Errors and warnings by the page where they can be put right."""
        errors = Counter(part_of(one.path) for one in self.errors)
        warnings = Counter(part_of(one.path) for one in self.warnings)
        return {part: (errors[part], warnings[part]) for part in PARTS}


def judge(text: str, *, today: date, calendar: Calendar | None = None) -> Judged:
    """Judge a draft; with a calendar, which takes longer, also whether the longest way fits the limit on every day."""
    parsed = documents.parsed(text)
    if parsed.thing is None:
        return Judged(definition=None, findings=_without_codes_to_come(parsed.findings))
    found = check(parsed.thing, agencies=registers.agencies().by_key, calendar=calendar, today=today)
    return Judged(definition=parsed.thing, findings=found)


def _without_codes_to_come(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Leave out that a thing without a name has no code: the code is made from the name (never the procedure's own)."""
    things = Counter(one.path[:-1] for one in findings)
    return tuple(
        one
        for one in findings
        if one.path[1:][-1:] != ("code",) or one.detail.get("type") != "missing" or things[one.path[:-1]] == 1
    )


def part_of(path: KeyPath) -> str:
    """The page of the editor a place is on."""
    first = str(path[0]) if path else BASICS
    return first if first in PARTS else BASICS


def page_of(path: KeyPath) -> KeyPath:
    """The thing with a page of its own that a place lies in: `("sections", 0, "fields", 3)`; empty for a part."""
    end = 0
    for position in range(1, len(path)):
        if isinstance(path[position], int) and path[position - 1] in {*LISTS, "fields"}:
            end = position + 1
    return path[:end]


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Errors before warnings, each in the order of the definition."""
    return sorted(findings, key=lambda one: one.severity is not Severity.ERROR)
