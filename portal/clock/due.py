"""When an authority must have answered: the walks behind every due date, with their ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from portal.clock import explain
from portal.clock.calendar import Calendar
from portal.clock.explain import Idle, Kind, Line
from portal.clock.hands import Hand, MinuteHand, hand_for, months_later
from portal.clock.limit import MINUTES_PER_WORKING_DAY, Limit, Unit
from portal.clock.stopwatch import Pause, Policy, Stretch, stretches
from portal.clock.zone import office_time

# An answer to an online filing is owed within eight working hours of its arrival.
# Source: Decree 45/2020/ND-CP, Article 11, and Decree 61/2018/ND-CP, Article 17 (text not verified).
ACCEPTANCE_MINUTES = MINUTES_PER_WORKING_DAY
ACCEPTANCE_SOURCE = "45/2020/NĐ-CP, 61/2018/NĐ-CP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A new promised day given by the letter of apology (Form 04). The law allows one; the letter room sees to it."""

    decided_at: datetime
    until: date
    reason: str = ""
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """A leader's recorded correction that puts a settled dossier back to work. The clock had never stopped."""

    at: datetime
    reason: str = ""
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A due date and why. Instants are office time (Asia/Ho_Chi_Minh).

    `provisional`: a day between reception and due date lies in a year not officially decided. `open_pause`: the
    applicant's answer is still awaited, and the date is what it would be if the answer came now.
    """

    due_at: datetime
    effective_reception: datetime
    provisional: bool
    lines: tuple[Line, ...]
    open_pause: bool = False

    @property
    def due_on(self) -> date:
        """The office day of the due date."""
        return self.due_at.date()


def clock_starts_at(limit: Limit, *, filed_at: datetime, accepted_at: datetime) -> datetime:
    """Acceptance, except that a limit in working hours holds acceptance as its first step and runs from filing."""
    return filed_at if limit.unit is Unit.WORKING_HOUR else accepted_at


def due(
    *,
    received_at: datetime,
    limit: Limit,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    policy: Policy = Policy.RESUME,
    now: datetime | None = None,
    extensions: Iterable[Extension] = (),
    reopenings: Iterable[Reopening] = (),
) -> Due:
    """The due date of a limit that runs from `received_at` (the valid intake), with its ledger.

    Call it with the statutory limit for the statutory date, with the promised limit and the `extensions` for the
    promised one. `now` is needed only while a pause is open.

    Raises ClockError (naive_instant, open_pause_without_now, beyond_the_calendar).
    """
    came_at = office_time(received_at)
    effective = _reception(came_at, calendar, limit.same_day_cutoff)
    hand = hand_for(limit, calendar, start=effective)
    run = _Run(calendar=calendar, hand=hand, start=effective, used=[], lines=[])
    pauses = tuple(pauses)
    stops = stretches(pauses, after=effective, effective=calendar.effective, now=now)
    run.leave_out(pauses, stops, now)
    for happening in _by_time(stops, tuple(extensions)):
        if isinstance(happening, Extension):
            run.extend(happening)
        elif happening.began_at >= run.hand.due_at():
            run.too_late(happening)
        elif policy is Policy.RESTART:
            anew = _reception(happening.ended_at, calendar, limit.same_day_cutoff)
            run.restart(happening, anew, hand_for(limit, calendar, start=anew))
        else:
            run.pause(happening)
    lines = explain.reception(Kind.RECEIVED, came_at, effective, calendar)
    lines += [explain.limit_line(limit, effective), *_reopened(reopenings)]
    if limit.unit is Unit.MONTH:
        lines += explain.short_month(limit, effective, months_later(effective.date(), limit.count))
    if limit.unit is Unit.WORKING_HOUR:
        lines.append(explain.office_hours(calendar, effective))
    return _finished(run, lines, came_at=came_at, effective=effective)


def step_due(
    *,
    entered_at: datetime,
    minutes: int,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    now: datetime | None = None,
) -> Due:
    """The due date of one step inside the total, in working minutes (`limit.minutes_of` turns days into them).

    `entered_at` is the step's first entry, also where the dossier came back to it: only the applicant's time
    (`pauses`) is added back.
    """
    return _minute_clock(Kind.ENTERED, entered_at, minutes, calendar, pauses, now)


def acceptance_due(
    filed_at: datetime,
    calendar: Calendar,
    *,
    minutes: int = ACCEPTANCE_MINUTES,
    source: str = ACCEPTANCE_SOURCE,
    pauses: Iterable[Pause] = (),
    now: datetime | None = None,
) -> Due:
    """When an online filing must have been accepted or refused; it runs before the statutory clock starts.

    Where the limit itself is in working hours, acceptance is its first step: `minutes` are then that step's.
    """
    return _minute_clock(Kind.FILED, filed_at, minutes, calendar, pauses, now, source=source)


def _minute_clock(
    kind: Kind,
    came_at: datetime,
    minutes: int,
    calendar: Calendar,
    pauses: Iterable[Pause],
    now: datetime | None,
    *,
    source: str = "",
) -> Due:
    came_at = office_time(came_at)
    effective = calendar.effective(came_at)
    hand = MinuteHand(calendar, minutes, start=effective)
    run = _Run(calendar=calendar, hand=hand, start=effective, used=[], lines=[])
    pauses = tuple(pauses)
    stops = stretches(pauses, after=effective, effective=calendar.effective, now=now)
    run.leave_out(pauses, stops, now)
    for stop in stops:
        if stop.began_at < hand.due_at():
            run.pause(stop)
        else:
            run.too_late(stop)
    lines = explain.reception(kind, came_at, effective, calendar)
    lines += [explain.minutes_line(minutes, effective, source=source), explain.office_hours(calendar, effective)]
    return _finished(run, lines, came_at=came_at, effective=effective)


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run of the clock: its hand, the pauses that counted since the last start, and the lines they left."""

    calendar: Calendar
    hand: Hand
    start: datetime
    used: list[Stretch]
    lines: list[Line]
    open_pause: bool = False

    def leave_out(self, pauses: tuple[Pause, ...], stops: tuple[Stretch, ...], now: datetime | None) -> None:
        """Note the pauses that are in no stretch: over before the limit began, without a working minute, to come."""
        if len(pauses) == sum(len(stop.pauses) for stop in stops):
            return
        used = {id(pause) for stop in stops for pause in stop.pauses}
        for pause in pauses:
            if id(pause) not in used:
                self.lines.append(explain.without_effect(pause, _idle(pause, self.start, now)))

    def too_late(self, stop: Stretch) -> None:
        """Note a pause that began when the limit had run out already: it changes nothing."""
        self.lines += [explain.without_effect(pause, Idle.AFTER_THE_LIMIT) for pause in stop.pauses]

    def pause(self, stop: Stretch) -> None:
        days, minutes = self.hand.pause(stop)
        self.lines.append(explain.pause_line(stop, days=days, minutes=minutes))
        self.used.append(stop)
        self.open_pause = self.open_pause or stop.is_open

    def restart(self, stop: Stretch, anew: datetime, hand: Hand) -> None:
        self.pause(stop)
        hand.extend_to(self.hand.floor)
        self.hand, self.start, self.used = hand, anew, []
        self.lines.append(Line(kind=Kind.RESTART, at=anew))

    def extend(self, extension: Extension) -> None:
        due_on = self.hand.due_at().date()
        days = max((extension.until - due_on).days, 0)
        if days:
            self.hand.extend_to(extension.until.toordinal())
        self.lines.append(
            Line(
                kind=Kind.EXTENSION,
                at=office_time(extension.decided_at),
                days=days,
                parameters={"until": extension.until} | _reason(extension.reason),
                events=_events(extension.event),
            )
        )


def _finished(run: _Run, lines: list[Line], *, came_at: datetime, effective: datetime) -> Due:
    """Close the run: what it skipped, what held it, where it ends, and how sure that is."""
    due_at = run.hand.due_at()
    lines += [line for line in run.lines if line.kind is Kind.RESTART]
    if run.hand.skips_its_first_day:
        lines.append(Line(kind=Kind.DAY_NOT_COUNTED, at=run.start, days=1))
    lines += run.hand.skipped(run.start.toordinal(), due_at.toordinal(), run.used)
    lines += [line for line in run.lines if line.kind is not Kind.RESTART]
    unmoved, held_until = run.hand.before_moving()
    if held_until is not None:
        lines.append(Line(kind=Kind.HELD, at=held_until))
    if unmoved < due_at.toordinal():
        lines.append(explain.moved(run.calendar, date.fromordinal(unmoved), due_at.date()))
        if due_at.toordinal() - unmoved > 1:
            between = explain.skipped(run.calendar, unmoved, due_at.toordinal() - 1, ())
            lines += [line for line in between if line not in lines]
    lines = explain.in_order(lines)
    doubtful = run.calendar.provisional_years(came_at.date(), due_at.date())
    if doubtful:
        lines += explain.doubts(run.calendar, doubtful, due_at)
    lines.append(Line(kind=Kind.DUE, at=due_at))
    return Due(
        due_at=due_at,
        effective_reception=effective,
        provisional=bool(doubtful),
        lines=tuple(lines),
        open_pause=run.open_pause,
    )


def _idle(pause: Pause, start: datetime, now: datetime | None) -> Idle:
    if now is not None and pause.ended_at is None and office_time(pause.began_at) >= office_time(now):
        return Idle.NOT_BEGUN
    ended_at = pause.ended_at or now
    if ended_at is not None and office_time(ended_at) <= start:
        return Idle.BEFORE_RECEPTION
    return Idle.NO_WORKING_TIME


def _reception(instant: datetime, calendar: Calendar, same_day_cutoff: time | None) -> datetime:
    effective = calendar.effective(instant)
    if same_day_cutoff is not None and effective.time() > same_day_cutoff:
        return calendar.next_opening(effective)
    return effective


def _by_time(stops: tuple[Stretch, ...], extensions: tuple[Extension, ...]) -> Iterable[Stretch | Extension]:
    if not extensions:
        return stops
    happenings: list[tuple[datetime, Stretch | Extension]] = [
        *((stop.began_at, stop) for stop in stops),
        *((office_time(extension.decided_at), extension) for extension in extensions),
    ]
    return [happening for _, happening in sorted(happenings, key=lambda one: one[0])]


def _reopened(reopenings: Iterable[Reopening]) -> list[Line]:
    return [
        Line(
            kind=Kind.REOPENED,
            at=office_time(reopening.at),
            parameters=_reason(reopening.reason),
            events=_events(reopening.event),
        )
        for reopening in reopenings
    ]


def _reason(reason: str) -> dict[str, explain.Parameter]:
    return {"reason": reason} if reason else {}


def _events(event: str | None) -> tuple[str, ...]:
    return (event,) if event else ()
