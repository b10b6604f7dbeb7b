"""What pages show of the figures: the promise, a procedure's reality, rows of charts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.definition import LimitRule
from portal.catalogue.limit_words import limit_words
from portal.clock.limit import Unit
from portal.clock.words import working_time
from portal.facts.turnaround import ENOUGH, Turnaround
from portal.foundation import formats, languages
from portal.transparency import queries, wording
from portal.transparency.models import Goal
from portal.transparency.open_data import LEAST
from portal.transparency.public_goals import trend

__all__ = ["trend"]
HOURS_PER_DAY = 8
MOST_COLUMNS = 8
PERCENT = 100
MINUTES_PER_HOUR = 60
CLOSE = 0.08
"""Marks nearer to each other than this part of the picture share one name."""

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The promise and its state, of the newest snapshot. `goal` and the share are shares of one, of `n` dossiers."""

    as_of: date
    n: int
    window_days: int | None
    on_time_share: float | None
    goal: float | None
    half_within: str
    most_within: str
    is_demonstration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Really:
    """What really happens with a procedure, of the newest snapshot. Percentiles in the reader's words."""

    as_of: date
    n: int
    window_days: int | None
    on_time_share: float | None
    p50: str
    p80: str
    p90: str
    is_demonstration: bool


def province_promise(session: Session, *, on: date, is_demonstration: bool) -> Promise | None:
    """The promise for the front door; None before the first snapshot. Two statements."""
    snapshot = queries.latest(session)
    if snapshot is None:
        return None
    province = snapshot.figures["province"]
    goal = on_time_goal(queries.goals(session, on=on))
    return Promise(
        as_of=snapshot.as_of,
        n=province["n"] + province["open_overdue"],
        window_days=province["window_days"],
        on_time_share=province["on_time_share"],
        goal=goal.target / PERCENT if goal else None,
        half_within=within_hours(province["p50_hours"]),
        most_within=within_hours(province["p90_hours"]),
        is_demonstration=is_demonstration,
    )


def procedure_turnaround(session: Session, code: str, *, is_demonstration: bool) -> Really | None:
    """The figures of a procedure; None where nothing has been published of it. One statement."""
    snapshot = queries.latest(session)
    found = snapshot.figures["procedures"].get(code) if snapshot else None
    if snapshot is None or found is None:
        return None
    return Really(
        as_of=snapshot.as_of,
        n=found["n"],
        window_days=found["window_days"],
        on_time_share=found["on_time_share"],
        p50=within_hours(found["p50_hours"]),
        p80=within_hours(found["p80_hours"]),
        p90=within_hours(found["p90_hours"]),
        is_demonstration=is_demonstration,
    )


def took(minutes: int | None) -> str:
    """An amount of working time in the reader's words; a dash where there is none to tell."""
    return formats.ABSENT if minutes is None else working_time(minutes, languages.spoken())


def took_hours(hours: int | None) -> str:
    """The same, from working hours."""
    return took(None if hours is None else hours * MINUTES_PER_HOUR)


def within_hours(hours: int | None) -> str:
    """Within which time, for people: hours under a day, else days rounded up to the half, so that it stays true."""
    if hours is None or hours < HOURS_PER_DAY:
        return took_hours(hours)
    halves = -(-hours * 2 // HOURS_PER_DAY)
    if halves % 2 == 0:
        return took_hours(halves // 2 * HOURS_PER_DAY)
    return str(gettext("%(days)s working days", days=formats.number(halves / 2, languages.spoken(), 1)))


def units_beside(limits: Iterable[LimitRule]) -> str:
    """The limits of the law and the unit of each, for beside times that are told in the office's working days."""
    counted = sorted({(one.unit, one.amount) for one in limits})
    by_law = gettext("By law: %(limits)s.", limits=" / ".join(limit_words(amount, unit) for unit, amount in counted))
    if all(unit in {Unit.WORKING_DAY, Unit.WORKING_HOUR} for unit, _ in counted):
        beside = gettext("The times here are the office's working time, too, without the filer's.")
    else:
        beside = gettext(
            "The times here are counted otherwise: working days of the office, five in a week without a holiday, and "
            "without the filer's time. So the numbers cannot be compared; each dossier is judged by its own due day."
        )
    return f"{by_law} {beside}"


def on_time_goal(goals: Any) -> Goal | None:
    """The goal that is measured: the share of dossiers settled in time."""
    return next((goal for goal in goals if goal.key == queries.ON_TIME), None)


def least_share(figures: Figures) -> float | None:
    """The on-time share if as many overdue dossiers were left out as a group too small to tell of can hold."""
    if figures["on_time_share"] is None:
        return None
    return float(figures["on_time"] / (figures["n"] + figures["open_overdue"] + LEAST - 1))


def name_of(names: queries.Names, key: object) -> str:
    """The name of an agency or procedure in the reader's language; its key where it has none."""
    found = names.get(str(key), {})
    return found.get(languages.spoken()) or found.get("vi") or str(key)


def cited(goal: Goal) -> str:
    """Where a goal comes from, in the reader's language; as an administrator wrote it, where that was changed."""
    known = next((one for one in registers.goals().goals if one.code == goal.key and one.source == goal.source), None)
    return goal.source if known is None else known.cited.words(languages.spoken())


def target_words(goal: Goal) -> str:
    """The target of a goal with its unit, in the reader's language."""
    language = languages.spoken()
    match goal.measure:
        case "percent":
            return formats.percent(goal.target / PERCENT, language, 1)
        case "working_day":
            return str(gettext("%(days)s working days", days=formats.number(goal.target, language, 1)))
        case _:
            return str(gettext("rank %(rank)s", rank=formats.number(goal.target, language)))


def columns(durations: Any) -> list[dict[str, Any]]:
    """[working hours, dossiers] pairs as at most eight columns of whole working days, with edges in days."""
    pairs = [(int(hours), int(count)) for hours, count in durations]
    if not pairs:
        return []
    longest = max(-(-hours // HOURS_PER_DAY) for hours, _ in pairs) or 1
    width = -(-longest // MOST_COLUMNS)
    counts = [0] * -(-longest // width)
    for hours, count in pairs:
        counts[max(0, -(-hours // (width * HOURS_PER_DAY)) - 1)] += count
    return [
        {"label": _days(place * width + 1, (place + 1) * width), "count": count, "late": False}
        for place, count in enumerate(counts)
    ]


def marks(figures: Figures, column_count: int) -> list[dict[str, Any]]:
    """P50, P80 and P90 as places on the width of the columns."""
    pairs = figures["durations_hours"]
    longest = max((-(-int(hours) // HOURS_PER_DAY) for hours, _ in pairs), default=1) or 1
    width = column_count * -(-longest // MOST_COLUMNS) * HOURS_PER_DAY
    found: list[dict[str, Any]] = []
    for name, key in (("P50", "p50_hours"), ("P80", "p80_hours"), ("P90", "p90_hours")):
        if figures[key] is None or not width:
            continue
        at = figures[key] / width
        if found and at - found[-1]["at"] < CLOSE:  # two names would cover each other: the last line carries both
            before, found[-1]["name"] = f"{found[-1]['name']}, ", ""
        else:
            before = ""
        found.append({"name": before + name, "at": at})
    return found


def marks_minutes(found: Turnaround, durations: Any, column_count: int) -> list[dict[str, Any]]:
    """The same places for figures in minutes whose durations are counted by whole days."""
    hours = {
        f"{name}_hours": value / MINUTES_PER_HOUR for name in ("p50", "p80", "p90") if (value := getattr(found, name))
    }
    empty = {"p50_hours": None, "p80_hours": None, "p90_hours": None}
    return marks({**empty, **hours, "durations_hours": durations}, column_count)


def month_rows(months: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Months as rows of a bar chart: how many of how many were on time, as a percentage from twenty on."""
    rows = []
    for month in months:
        if n := int(month["n"]):
            kept = month["on_time"] if "on_time" in month else round(month["share"] * n)
            rows.append({"label": month_name(month["month"]), "value": kept / n, "text": _of_all(kept, n), "n": n})
    return rows


def month_name(month: str) -> str:
    """`2026-11` in the reader's language: `11/2026`, `2026年11月`."""
    year, number = month.split("-")
    return f"{year}年{int(number)}月" if languages.spoken() == "zh" else f"{number}/{year}"


def commune_name(code: str) -> str:
    """The name of a commune; its code where the register does not know it."""
    known = registers.places().commune_by_code.get(code)
    return known.full_name if known else code


def _days(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def ended_words(kind: str) -> str:
    """How a dossier ended, in words."""
    return str(wording.END_WORDS.get(kind, kind))


def of_the_office(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The steps whose time is the office's: not those that wait for the filer to pay or to fetch the result."""
    return [step for step in steps if step.get("is_counted", True)]  # older sheets do not say


def bottleneck(steps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The step in which the agencies' time went most, of all working minutes spent in steps; None without any."""
    return max(of_the_office(steps), key=lambda step: int(step["agency_minutes"]), default=None)


def longest_steps(steps: Sequence[Mapping[str, Any]], most: int = 12) -> list[Mapping[str, Any]]:
    """The steps that took most of the time, the longest first."""
    return sorted(of_the_office(steps), key=lambda step: -int(step["agency_minutes"]))[:most]


def all_minutes(steps: Sequence[Mapping[str, Any]]) -> int:
    """All the agencies' working minutes in steps."""
    return sum(int(step["agency_minutes"]) for step in of_the_office(steps))


def first_time_right(rounds: Sequence[int]) -> float | None:
    """Which part of the settled dossiers needed no supplement; None under twenty."""
    return rounds[0] / sum(rounds) if sum(rounds) >= ENOUGH else None


def tally_rows(counts: Mapping[str, int], words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Counts as rows of a bar chart, each with its share of all: a percentage where all are twenty or more."""
    whole = sum(counts.values())
    return [
        {"label": words.get(key, key), "value": n, "text": _of_all(n, whole), "n": n}
        for key, n in sorted(counts.items(), key=lambda item: -item[1])
    ]


def _of_all(part: int, whole: int) -> str:
    """A share as a percentage from twenty on; under that as the two counts."""
    return formats.percent(part / whole, languages.spoken()) if whole >= ENOUGH else f"{part}/{whole}"


def _reason(names: queries.Names, key: str) -> Any:
    """A managed reason in the reader's language."""
    known = f"{queries.REFUSAL}{key}"
    return name_of(names, known) if known in names else wording.OWN_WORDS


def topic_rows(topic: str, counts: Mapping[str, int], names: queries.Names) -> list[dict[str, Any]]:
    """The answers of a topic as rows of a bar chart: ratings by score, all else the most frequent first."""
    words: Mapping[str, Any] = {
        "outcome": wording.OUTCOME_WORDS,
        "refusal": {key: _reason(names, key) for key in counts},
        "acceptance": wording.IN_TIME_WORDS,
        "level": wording.LEVEL_WORDS,
        "channel": wording.CHANNEL_WORDS,
        "payment": wording.CHANNEL_WORDS,
        "rating": wording.RATING_WORDS,
        "feedback": wording.IN_TIME_WORDS,
    }[topic]
    rows = tally_rows(counts, words)
    return sorted(rows, key=lambda row: str(row["label"]), reverse=True) if topic == "rating" else rows
