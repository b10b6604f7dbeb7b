"""The rows the public gets, and from which every public figure is computed. Pure.

What an outsider may know of somebody's dossier (procedure, agency, commune, how it was filed and paid, how it ended,
what its filer said of it, roughly when, how it stands) is shown only by whole groups of five, and the groups of one
kind of line do not overlap:

- *Settled* dossiers of one procedure, agency and level are published in groups of five, in the order in which they
  were settled; all five carry the day on which the fifth was settled. Up to four wait for their group.
- *Stopped* ones likewise by reason, for the whole province.
- *Open* ones are counted by procedure, agency, standing and age, five at a time. What is left over is told of a wider
  group instead (age left out, then agency, …); what is left over in the whole province is left out.
- *Counted* lines tell one thing alone of the whole province (`TOPICS`), by groups of five with the same answer.
- *Earlier* lines are the settled groups of the year before, by day and field.

So every number of dossiers that anybody can form of these columns is a multiple of five, in one file or in the files
of any days, and so is every sum and every difference of any of them: none is one to four. How long a settled dossier
took, whether it was on time and how often it was sent back is told for each of its group, not who it was. No codes,
names or exact instants are published (decision 23).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar
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

YEAR = timedelta(days=365)

COMMUNE, CHANNEL, LEVEL, OUTCOME, REFUSAL = "commune", "channel", "level", "outcome", "refusal"
ACCEPTANCE, RATING, FEEDBACK, PAYMENT = "acceptance", "rating", "feedback", "payment"
TOPICS = (COMMUNE, CHANNEL, LEVEL, OUTCOME, REFUSAL, ACCEPTANCE, RATING, FEEDBACK, PAYMENT)
"""What counted lines are about. The first six are of settled dossiers."""
IN_TIME, LATE = "on_time", "late"
OWN_WORDS = "own_words"
"""The answer of a refusal that stands in own words alone."""


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
    level: int | None = None
    topic: str | None = None
    answer: str | None = None
    dossiers: int = 1

    def to_json(self) -> dict[str, Any]:
        """The line as it is published."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = tuple(column.name for column in fields(Line))
_IN_ORDER = attrgetter(*COLUMNS)


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
    commune: str | None = None
    level: int | None = None
    channel: str | None = None
    outcome: str | None = None
    refusal_reason: str | None = None
    acceptance_was_late: bool | None = None

    @property
    def order(self) -> str:
        """Which of the same day comes first."""
        return self.id.hex

    @property
    def has_level(self) -> str:
        """The level as a text; empty where it is not known."""
        return str(self.level or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What is known of a dossier that was accepted and stopped without a decision."""

    id: UUID
    on: date
    reason: str
    was_on_time_766: bool

    @property
    def order(self) -> str:
        """Which of the same day comes first."""
        return self.id.hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that is counted apart. `order` says which of the same day comes first, always the same way."""

    on: date
    topic: str
    answer: str
    order: str = ""
    was_on_time: bool | None = None


Ended = TypeVar("Ended", Settled, Stopped, Told)


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
    settled: Iterable[Settled],
    stopped: Iterable[Stopped],
    still_open: Iterable[Open],
    *,
    since: date,
    heard: Iterable[Told] = (),
) -> list[Line]:
    """The published lines; groups completed before `since` are not published again, but for the year before it.

    This is the definition; `grouping` makes the same in a province of any size.

    `settled`, `stopped` and `heard` must reach back to the beginning, so that each stays in its group for ever.
    """
    ended = list(settled)
    earliest = since - YEAR if since > date.min + YEAR else since
    found: list[Line] = []
    for group in _groups(ended, key=attrgetter("procedure", "agency", "has_level")):
        if group[-1].on >= since:
            found += (_settled_line(one, day=group[-1].on) for one in group)
        elif group[-1].on >= earliest:
            found += (_earlier_line(one, day=group[-1].on) for one in group)
    for of_reason in _groups(stopped, key=attrgetter("reason")):
        if of_reason[-1].on >= since:
            found += (_stopped_line(one, day=of_reason[-1].on) for one in of_reason)
    for of_answer in _groups([*_topics(ended), *heard], key=attrgetter("topic", "answer")):
        if of_answer[-1].on >= since:
            found += (_counted_line(one, day=of_answer[-1].on) for one in of_answer)
    return in_order([_with_count(line, count) for line, count in Counter(found).items()] + open_lines(still_open))


def in_order(told: Iterable[Line]) -> list[Line]:
    """The lines as they are published: by what stands in them, so that their order tells nothing."""
    return sorted(told, key=lambda line: [str(value) for value in _IN_ORDER(line)])


def open_lines(dossiers: Iterable[Open]) -> list[Line]:
    """Counts of open dossiers, all multiples of five: each dossier in one line, of the finest group that has room."""
    rest = list(dossiers)
    found: list[Line] = []
    for told in _WIDER:
        groups: dict[Line, list[Open]] = {}
        for one in rest:
            groups.setdefault(_open_line(one, told), []).append(one)
        rest = []
        for line, group in groups.items():
            whole = len(group) // LEAST * LEAST
            if whole:
                found.append(_with_count(line, whole))
            rest += group[whole:]
    return found


def band_of(age_days: int) -> str:
    """The band of an age in days."""
    return next((name for name, most in AGE_BANDS if age_days <= most), OLDEST_BAND)


def _topics(settled: Iterable[Settled]) -> Iterator[Told]:
    """What is counted apart of settled dossiers."""
    for one in settled:
        answers = {
            COMMUNE: one.commune,
            CHANNEL: one.channel,
            LEVEL: one.has_level or None,
            OUTCOME: one.outcome,
            REFUSAL: (one.refusal_reason or OWN_WORDS) if one.outcome == "refused" else None,
            ACCEPTANCE: None if one.acceptance_was_late is None else LATE if one.acceptance_was_late else IN_TIME,
        }
        for topic, answer in answers.items():
            if answer:
                on_time = one.was_on_time if topic == COMMUNE else None
                yield Told(on=one.on, topic=topic, answer=answer, order=one.order, was_on_time=on_time)


def _groups(dossiers: Iterable[Ended], *, key: Callable[[Ended], Any]) -> Iterator[Sequence[Ended]]:
    """Groups of five in the order of their ends, by key; the last ones of each key wait."""
    ordered = sorted(dossiers, key=lambda one: (key(one), one.on, one.order))
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
        level=one.level,
    )


def _earlier_line(one: Settled, *, day: date) -> Line:
    return Line(kind="earlier", day=day.isoformat(), field=one.field, on_time=one.was_on_time)


def _counted_line(one: Told, *, day: date) -> Line:
    return Line(kind="counted", day=day.isoformat(), topic=one.topic, answer=one.answer, on_time=one.was_on_time)


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
    return line if count == 1 else replace(line, dossiers=count)


def _hours(minutes: int) -> int:
    return -(-minutes // 60)
