"""The ledger behind a due date: one line for each thing that moved it or did not, as kinds and parameters.

The words of the lines are in `words`; a line is data, so that a page, a slip and a command say the same.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from weakref import WeakKeyDictionary

from portal.clock.almanac import Almanac
from portal.clock.calendar import Calendar, moment
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Pause, Stretch
from portal.clock.year import Name
from portal.clock.zone import office_time

Parameter = str | int | datetime | date | Name


class Kind(StrEnum):
    """What a line of the ledger is about."""

    RECEIVED = "received"
    ENTERED = "entered"
    FILED = "filed"
    EFFECTIVE = "effective_reception"
    LIMIT = "limit"
    OFFICE_HOURS = "office_hours"
    DAY_NOT_COUNTED = "day_not_counted"
    SHORT_MONTH = "short_month"
    WEEKEND = "weekend_skipped"
    HOLIDAY = "holiday_skipped"
    MAKE_UP_DAY = "make_up_day"
    PAUSE = "pause"
    PAUSE_OPEN = "pause_open"
    PAUSE_WITHOUT_EFFECT = "pause_without_effect"
    RESTART = "restart"
    HELD = "held_by_pause"
    EXTENSION = "extension"
    REOPENED = "reopened"
    MOVED = "moved_to_working_day"
    PROVISIONAL = "provisional"
    NOT_LOADED = "not_loaded"
    DUE = "due"


class Because(StrEnum):
    """Why something counts from a later moment than it came in."""

    BEFORE_OPENING = "before_opening"
    LUNCH = "lunch"
    AFTER_CLOSING = "after_closing"
    DAY_OFF = "day_off"
    LATE_IN_THE_DAY = "late_in_the_day"


class Idle(StrEnum):
    """Why a pause changes nothing."""

    BEFORE_RECEPTION = "before_reception"
    AFTER_THE_LIMIT = "after_the_limit"
    NO_WORKING_TIME = "no_working_time"
    NOT_BEGUN = "not_begun"


_NOTHING: Mapping[str, Parameter] = MappingProxyType({})

# What the public tracking page leaves out of a line.
_PRIVATE = frozenset({"reason", "legal_ground"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger.

    `days` is the number of days the line is about (left out, added or working by exception), 0 for a moment.
    `events` are the identities of the events behind the line.
    """

    kind: Kind
    at: datetime
    days: int = 0
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: _NOTHING)
    events: tuple[str, ...] = ()


def for_everybody(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines as the public tracking page shows them: without the text of reasons and without links."""
    return tuple(
        replace(
            line,
            parameters={key: value for key, value in line.parameters.items() if key not in _PRIVATE},
            events=(),
        )
        for line in lines
    )


def reception(kind: Kind, came_at: datetime, effective: datetime, calendar: Calendar) -> list[Line]:
    """What came in, and from when it counts where that is later, with the days off in between."""
    lines = [Line(kind=kind, at=came_at)]
    if effective > came_at:
        parameters = _why_later(came_at, effective, calendar)
        came_on, works_on = came_at.toordinal(), effective.toordinal()
        if works_on - came_on > 1:
            lines += skipped(calendar, came_on, works_on - 1, ())
        lines.append(Line(kind=Kind.EFFECTIVE, at=effective, parameters=parameters))
    return lines


def limit_line(limit: Limit, start: datetime) -> Line:
    """The time the authority has, and the act that gives it."""
    parameters: dict[str, Parameter] = {"amount": str(limit.amount), "unit": limit.unit.value}
    if limit.source:
        parameters["source"] = limit.source
    if limit.is_verified is not None:
        parameters["verified"] = limit.is_verified
    if limit.skips_holidays:
        parameters["skips_holidays"] = True
    if limit.same_day_cutoff is not None:
        parameters["same_day_cutoff"] = f"{limit.same_day_cutoff:%H:%M}"
    return Line(kind=Kind.LIMIT, at=start, parameters=parameters)


def minutes_line(minutes: int, start: datetime, *, source: str = "") -> Line:
    """The same for a limit in working minutes: a step's, or the one for accepting."""
    parameters: dict[str, Parameter] = {"minutes": minutes}
    return Line(kind=Kind.LIMIT, at=start, parameters=parameters | {"source": source} if source else parameters)


def office_hours(calendar: Calendar, start: datetime) -> Line:
    """The hours in which a limit in working time runs, as they are on the day it begins."""
    spans = calendar.spans_of(start.date())
    said = ", ".join(f"{_clock(span.opens)}–{_clock(span.closes)}" for span in spans)
    return Line(kind=Kind.OFFICE_HOURS, at=start, parameters={"hours": said})


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def short_month(limit: Limit, start: datetime, day: date) -> list[Line]:
    """A line where the month in which a limit of months ends has no such date as it began on; `day` is its last."""
    if limit.unit is not Unit.MONTH or day.day == start.day:
        return []
    return [Line(kind=Kind.SHORT_MONTH, at=moment(day.toordinal(), 0), parameters={"number": start.day})]


def without_effect(pause: Pause, because: Idle) -> Line:
    """A pause that changes nothing, and why."""
    parameters: dict[str, Parameter] = {"because": because}
    if pause.ended_at is not None:
        parameters["until"] = office_time(pause.ended_at)
    events = (pause.event,) if pause.event else ()
    return Line(kind=Kind.PAUSE_WITHOUT_EFFECT, at=office_time(pause.began_at), parameters=parameters, events=events)


def _why_later(came_at: datetime, effective: datetime, calendar: Calendar) -> dict[str, Parameter]:
    day = came_at.date()
    spans = calendar.spans_of(day)
    minute = came_at.hour * 60 + came_at.minute
    if not spans:
        off = calendar.day_off(day)
        return {"because": Because.DAY_OFF, "name": off.name} if off else {"because": Because.DAY_OFF}
    if minute < spans[0].opens:
        because = Because.BEFORE_OPENING
    elif minute >= spans[-1].closes:
        because = Because.AFTER_CLOSING
    elif effective.date() == day:
        because = Because.LUNCH
    else:
        because = Because.LATE_IN_THE_DAY
    return {"because": because}


class _Notes:
    """The lines on the days of an almanac that do not work, and on make-up days, written once and shared."""

    __slots__ = ("days", "lines")

    def __init__(self, calendar: Calendar, almanac: Almanac) -> None:
        self.days: list[int] = []
        self.lines: list[Line] = []
        for ordinal in almanac.exceptions:
            note = _note(calendar, ordinal)
            together = note.kind is Kind.WEEKEND and self.days[-1:] == [ordinal - 1]
            if together and self.lines[-1].kind is Kind.WEEKEND:
                self.lines[-1] = replace(self.lines[-1], days=2)
            else:
                self.days.append(ordinal)
                self.lines.append(note)

    def between(self, after: int, until: int) -> list[Line]:
        """The lines on the days after one day up to and with another; a weekend cut by the end counts one day."""
        end = bisect_right(self.days, until)
        lines = self.lines[bisect_right(self.days, after) : end]
        if lines and lines[-1].days > 1 and self.days[end - 1] == until:
            lines[-1] = replace(lines[-1], days=1)
        return lines


_notes: WeakKeyDictionary[Almanac, _Notes] = WeakKeyDictionary()


def _note(calendar: Calendar, ordinal: int) -> Line:
    day = date.fromordinal(ordinal)
    off = calendar.day_off(day)
    if off is not None:
        return Line(kind=Kind.HOLIDAY, at=moment(ordinal, 0), days=1, parameters={"name": off.name})
    swap = calendar.make_up_day(day)
    if swap is not None:
        parameters = {"instead_of": swap.instead_of}
        return Line(kind=Kind.MAKE_UP_DAY, at=moment(ordinal, 0), days=1, parameters=parameters)
    return Line(kind=Kind.WEEKEND, at=moment(ordinal, 0), days=1)


def skipped(calendar: Calendar, after: int, until: int, pauses: Iterable[Stretch]) -> list[Line]:
    """Weekends, holidays and make-up days after one day up to another, but for the days a pause covers."""
    almanac = calendar.almanac_over(after, until)
    notes = _notes.get(almanac)
    if notes is None:
        notes = _notes[almanac] = _Notes(calendar, almanac)
    lines: list[Line] = []
    for pause in pauses:
        lines += notes.between(after, min(pause.began_at.toordinal(), until))
        after = pause.ended_at.toordinal()
    return lines + notes.between(after, until)


def holidays(calendar: Calendar, after: int, until: int, pauses: Iterable[Stretch]) -> list[Line]:
    """The days off by name that a limit in calendar days leaves out."""
    covered = [(pause.began_at.toordinal(), pause.ended_at.toordinal()) for pause in pauses]
    return [
        Line(kind=Kind.HOLIDAY, at=moment(day.on.toordinal(), 0), days=1, parameters={"name": day.name})
        for day in sorted(calendar.pages.days_off.values(), key=lambda off: off.on)
        if after < day.on.toordinal() <= until
        and not any(began < day.on.toordinal() <= ended for began, ended in covered)
    ]


def pause_line(stretch: Stretch, *, days: int, minutes: int) -> Line:
    """A stop of the clock with its reasons; `days` and working `minutes` are what it took out of the count."""
    reasons = "; ".join(dict.fromkeys(pause.reason for pause in stretch.pauses if pause.reason))
    grounds = "; ".join(dict.fromkeys(pause.legal_ground for pause in stretch.pauses if pause.legal_ground))
    parameters: dict[str, Parameter] = {"until": stretch.ended_at, "minutes": minutes}
    if stretch.answered_at < stretch.ended_at:
        parameters["answered_at"] = stretch.answered_at
    if reasons:
        parameters["reason"] = reasons
    if grounds:
        parameters["legal_ground"] = grounds
    return Line(
        kind=Kind.PAUSE_OPEN if stretch.is_open else Kind.PAUSE,
        at=stretch.began_at,
        days=days,
        parameters=parameters,
        events=tuple(pause.event for pause in stretch.pauses if pause.event),
    )


def moved(calendar: Calendar, from_day: date, to_day: date) -> Line:
    """The due day fell on a day off and moved to the next working day."""
    off = calendar.day_off(from_day)
    parameters: dict[str, Parameter] = {"to": to_day, "name": off.name} if off else {"to": to_day}
    return Line(
        kind=Kind.MOVED, at=moment(from_day.toordinal(), 0), days=(to_day - from_day).days, parameters=parameters
    )


def doubts(calendar: Calendar, years: Iterable[int], due_at: datetime) -> list[Line]:
    """What is not sure about a date: years whose days off are not decided, and years nobody has loaded."""
    lines: list[Line] = []
    for kind, loaded in ((Kind.PROVISIONAL, True), (Kind.NOT_LOADED, False)):
        found = ", ".join(str(year) for year in years if (year in calendar.pages.years) is loaded)
        if found:
            lines.append(Line(kind=kind, at=due_at, parameters={"years": found}))
    return lines


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The lines by time; lines of the same moment keep their order."""
    return sorted(lines, key=lambda line: line.at)
