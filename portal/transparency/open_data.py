"""The rows the public gets, and from which every public figure is computed. Pure.

What an outsider may know of somebody's dossier (procedure, agency, roughly when it ended, how it stands) is
shown only for groups of five dossiers or more, and the groups do not overlap:

- *Settled* dossiers of one procedure and agency are published in groups of five, in the order in which they
  were settled; all five carry the day on which the fifth was settled. Up to four wait for their group.
- *Stopped* ones likewise, for the whole province.
- *Open* ones are counted by procedure, agency, standing and age. A count below five is told of a wider group
  instead (age left out, then agency, …); what is below five in the whole province is left out.

Every total anybody can form of procedure, agency, day, standing and age is a sum of such disjoint groups, so no
difference of two totals isolates fewer than five; for settled and stopped dossiers also across the snapshots of
different days. Counts of open dossiers move with the days, so two days show that one came or went, not which.
How long a settled dossier took is told for each of its group. No codes, names, communes or exact instants are
published (decision 23).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, Self, TypeVar
from uuid import UUID

LEAST = 5
"""The smallest group of dossiers anything is said about."""
AGE_BANDS = (("0-7", 7), ("8-30", 30), ("31-90", 90))
OLDEST_BAND = "91+"
BANDS = (*(name for name, _ in AGE_BANDS), OLDEST_BAND)
STANDINGS = ("within_limit", "waiting_for_filer", "overdue")

_WIDER = (
    ("field", "procedure", "agency", "age"),
    ("field", "procedure", "agency"),
    ("field", "procedure"),
    ("field", "age"),
    ("field",),
    ("age",),
    (),
    None,
)
"""What is told of a group of open dossiers beside its standing and the 766 verdict, from the finest to the widest.

None: only the standing. So at most four dossiers of a standing are never told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of open data; what is not told, or does not apply, is None.

    `day`: for settled and stopped ones, when their group of five was complete. Hours are working hours, rounded
    up. `age`: days since acceptance.
    """

    kind: str
    day: str | None = None
    field: str | None = None
    procedure: str | None = None
    agency: str | None = None
    standing: str | None = None
    age: str | None = None
    agency_hours: int | None = None
    applicant_hours: int | None = None
    on_time: bool | None = None
    on_time_766: bool | None = None
    supplement_rounds: int | None = None
    stop_reason: str | None = None
    dossiers: int = 1

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The line as it was stored."""
        return cls(**stored)

    def to_json(self) -> dict[str, Any]:
        """The line as it is stored and published."""
        return asdict(self)


COLUMNS = tuple(column.name for column in fields(Line))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is known of a settled dossier."""

    id: UUID
    on: date
    field: str
    procedure: str
    agency: str
    agency_minutes: int
    applicant_minutes: int
    was_on_time: bool
    was_on_time_766: bool
    supplement_rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What is known of a dossier that was accepted and stopped without a decision."""

    id: UUID
    on: date
    reason: str
    was_on_time_766: bool


Ended = TypeVar("Ended", Settled, Stopped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What is known of an accepted dossier that waits for its decision."""

    field: str
    procedure: str
    agency: str
    standing: str
    age_days: int
    is_on_time_766: bool


def lines(
    settled: Iterable[Settled], stopped: Iterable[Stopped], still_open: Iterable[Open], *, since: date
) -> list[Line]:
    """The published lines; groups completed before `since` are not published again.

    `settled` and `stopped` must reach back to the beginning, so that a dossier stays in its group for ever.
    """
    found: list[Line] = []
    for group in _groups(settled, key=attrgetter("procedure", "agency")):
        if group[-1].on >= since:
            found += (_settled_line(one, day=group[-1].on) for one in group)
    for ended in _groups(stopped, key=lambda _: ()):
        if ended[-1].on >= since:
            found += (_stopped_line(one, day=ended[-1].on) for one in ended)
    counted = Counter(found)
    told = [_with_count(line, count) for line, count in counted.items()] + open_lines(still_open)
    return sorted(told, key=lambda line: tuple(str(value) for value in line.to_json().values()))


def open_lines(dossiers: Iterable[Open]) -> list[Line]:
    """Counts of open dossiers: each dossier in exactly one line, in the finest group of five or more there is."""
    rest = list(dossiers)
    found: list[Line] = []
    for told in _WIDER:
        groups = Counter(_open_line(one, told) for one in rest)
        large = {line for line, count in groups.items() if count >= LEAST}
        found += (_with_count(line, groups[line]) for line in large)
        rest = [one for one in rest if _open_line(one, told) not in large]
    return found


def band_of(age_days: int) -> str:
    """The band of an age in days."""
    return next((name for name, most in AGE_BANDS if age_days <= most), OLDEST_BAND)


def _groups(dossiers: Iterable[Ended], *, key: Callable[[Ended], tuple[str, ...]]) -> Iterator[Sequence[Ended]]:
    """Groups of five in the order of their ends, by key; the last ones of each key wait."""
    ordered = sorted(dossiers, key=lambda one: (key(one), one.on, one.id))
    for _, of_key in groupby(ordered, key=key):
        whole = list(of_key)
        for start in range(0, len(whole) - LEAST + 1, LEAST):
            yield whole[start : start + LEAST]


def _settled_line(one: Settled, *, day: date) -> Line:
    return Line(
        kind="settled",
        day=day.isoformat(),
        field=one.field,
        procedure=one.procedure,
        agency=one.agency,
        agency_hours=_hours(one.agency_minutes),
        applicant_hours=_hours(one.applicant_minutes),
        on_time=one.was_on_time,
        on_time_766=one.was_on_time_766,
        supplement_rounds=one.supplement_rounds,
    )


def _stopped_line(one: Stopped, *, day: date) -> Line:
    return Line(kind="stopped", day=day.isoformat(), stop_reason=one.reason, on_time_766=one.was_on_time_766)


def _open_line(one: Open, told: Sequence[str] | None) -> Line:
    if told is None:
        return Line(kind="open", standing=one.standing)
    return Line(
        kind="open",
        field=one.field if "field" in told else None,
        procedure=one.procedure if "procedure" in told else None,
        agency=one.agency if "agency" in told else None,
        standing=one.standing,
        age=band_of(one.age_days) if "age" in told else None,
        on_time_766=one.is_on_time_766,
    )


def _with_count(line: Line, count: int) -> Line:
    return Line(**(line.to_json() | {"dossiers": count}))


def _hours(minutes: int) -> int:
    return -(-minutes // 60)
