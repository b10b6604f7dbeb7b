"""The public figures, computed from the published lines and nothing else. Pure.

`portal/static/recompute.py` does the same in thirty lines of its own; a test compares the two.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from portal.facts.turnaround import ENOUGH, LONGEST_WINDOW, Standing, Tally, measured, share_of, window_of
from portal.transparency.open_data import (
    ACCEPTANCE,
    BANDS,
    CHANNEL,
    COMMUNE,
    FEEDBACK,
    IN_TIME,
    LEVEL,
    OUTCOME,
    PAYMENT,
    RATING,
    STANDINGS,
    TOPICS,
    YEAR,
    Line,
)

MONTHS = 12
PARTS = ("field", "procedure", "agency")
"""What the province consists of: columns of the lines."""
EDITION = 3
"""Raised whenever figures are added: an older snapshot is compared in what it published."""
MINUTES = 60
Wanted = Callable[[Line], bool]
Parts = Mapping[str, Mapping[str, Mapping[str, Any]]]


def compute(lines: Sequence[Line], *, on: date) -> dict[str, Any]:
    """Every public figure of the day, as it is stored with the snapshot."""
    return {
        "province": of(lines, on=on),
        "fields": _by(lines, "field", on=on),
        "procedures": _by(lines, "procedure", on=on),
        "agencies": _by(lines, "agency", on=on),
        "ageing": ageing(lines),
        "months": months(lines, on=on),
        "stopped": _stopped(lines),
        "topics": topics(lines, on=on),
        "edition": EDITION,
    }


def part(lines: Sequence[Line], scope: str, *, on: date) -> dict[str, Any]:
    """The figures of one field, procedure or agency and of what it consists of, from the lines that tell of it.

    `scope` is the column they have in common. Every line is one the public has, so whatever is summed here is a sum
    of groups of five (see `open_data`).
    """
    return {
        "whole": of(lines, on=on),
        "ageing": ageing(lines),
        "months": months(lines, on=on),
        **{f"by_{name}": _by(lines, name, on=on) for name in PARTS if name != scope},
    }


def parts(lines: Iterable[Line], *, on: date) -> Parts:
    """The figures of every field, procedure and agency the lines tell of, by scope and key."""
    told: dict[str, dict[str, list[Line]]] = {scope: {} for scope in PARTS}
    for line in lines:
        for scope, by_key in told.items():
            key = getattr(line, scope)
            if key:
                by_key.setdefault(key, []).append(line)
    return {
        scope: {key: part(of_key, scope, on=on) for key, of_key in by_key.items()} for scope, by_key in told.items()
    }


def of(lines: Iterable[Line], *, on: date) -> dict[str, Any]:
    """The figures of the dossiers in these lines."""
    by_window: dict[int, Tally] = {}
    standing, before = Standing(), {True: Counter[int](), False: Counter[int]()}
    for line in lines:
        match line.kind:
            case "settled":
                window = _window(line.day or "", on)
                if window is not None:
                    _take_in(by_window.setdefault(window, Tally()), line)
            case "stopped":
                window = _window(line.day or "", on)
                if window is not None:
                    standing.stopped[window] += line.dossiers
                    standing.stopped_kept_766[window] += line.dossiers if line.on_time_766 else 0
            case "open":
                _stands(standing, line)
            case "earlier":
                before[bool(line.on_time)][_window(line.day or "", on - YEAR) or 0] += line.dossiers
    found = measured(by_window, standing)
    longest = found.window_days or LONGEST_WINDOW
    kept, missed = (sum(n for days, n in before[was].items() if 0 < days <= longest) for was in (True, False))
    return {
        "n": found.n,
        "window_days": found.window_days,
        "p50_hours": _hours(found.p50),
        "p80_hours": _hours(found.p80),
        "p90_hours": _hours(found.p90),
        "on_time": found.on_time,
        "late": found.late,
        "open": found.open,
        "open_overdue": found.open_overdue,
        "open_waiting": found.open_waiting,
        "on_time_share": found.on_time_share,
        "on_time_766": found.on_time_766,
        "counted_766": found.counted_766,
        "on_time_766_share": found.on_time_766_share,
        "agency_hours": found.agency_minutes // MINUTES,
        "applicant_hours": found.applicant_minutes // MINUTES,
        "supplemented": found.supplemented,
        "year_ago_n": kept + missed,
        "year_ago_on_time": kept,
        "year_ago_share": share_of(kept, kept + missed) if kept + missed >= ENOUGH else None,
        "durations_hours": [[minutes // MINUTES, count] for minutes, count in sorted(found.durations.items())],
    }


def _by(lines: Sequence[Line], name: str, *, on: date) -> dict[str, Any]:
    by_key: dict[str, list[Line]] = {}
    for line in lines:
        key = getattr(line, name)
        if key is not None:
            by_key.setdefault(key, []).append(line)
    return {key: of(of_key, on=on) for key, of_key in sorted(by_key.items())}


@lru_cache(maxsize=4096)
def _window(day: str, on: date) -> int | None:
    """The smallest window before `on` in which the day of a line lies. Few days, very many lines."""
    return window_of((on - date.fromisoformat(day)).days)


def _take_in(tally: Tally, line: Line) -> None:
    n, agency, rounds = line.dossiers, (line.agency_hours or 0) * MINUTES, line.supplement_rounds or 0
    tally.durations[agency] += n
    tally.agency_minutes += agency * n
    tally.applicant_minutes += (line.applicant_hours or 0) * MINUTES * n
    tally.on_time += n if line.on_time else 0
    tally.on_time_766 += n if line.on_time_766 else 0
    tally.supplement_rounds += rounds * n
    tally.supplemented += n if rounds else 0


def _stands(standing: Standing, line: Line) -> None:
    match line.standing:
        case "overdue":
            standing.overdue += line.dossiers
        case "waiting_for_filer":
            standing.waiting += line.dossiers
        case _:
            standing.running += line.dossiers
    standing.open_kept_766 += line.dossiers if line.on_time_766 else 0


def ageing(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Open dossiers by days since acceptance and standing; the last band holds those too few to tell their age."""
    counts: Counter[tuple[str | None, str | None]] = Counter()
    for line in lines:
        if line.kind == "open":
            counts[line.age, line.standing] += line.dossiers
    return [
        {"age": age, **{standing: counts[age, standing] for standing in STANDINGS}}
        for age in (*BANDS, None)
        if any(counts[age, standing] for standing in STANDINGS)
    ]


def months(lines: Iterable[Line], *, on: date) -> list[dict[str, Any]]:
    """Settled dossiers by the month of their group of five: how many, and how many of them on time."""
    return _by_month((line for line in lines if line.kind == "settled"), on)


def _by_month(lines: Iterable[Line], on: date) -> list[dict[str, Any]]:
    first = _months_before(on, MONTHS - 1)
    n: Counter[str] = Counter()
    on_time: Counter[str] = Counter()
    for line in lines:
        if (line.day or "") >= first:
            month = (line.day or "")[:7]
            n[month] += line.dossiers
            on_time[month] += line.dossiers if line.on_time else 0
    return [{"month": month, "n": n[month], "share": share_of(on_time[month], n[month])} for month in sorted(n)]


def _stopped(lines: Iterable[Line]) -> dict[str, int]:
    reasons: Counter[str] = Counter()
    for line in lines:
        if line.kind == "stopped":
            reasons[line.stop_reason or ""] += line.dossiers
    return dict(sorted(reasons.items()))


def topics(lines: Iterable[Line], *, on: date) -> dict[str, Any]:
    """What is counted apart, of the last 365 days: `counts` by topic and answer, and `shares` of twenty or more.

    `communes`: of each how many were settled (`n`), and how many of them on time (`part`); `commune_months`: the same
    by the month of their group of five, as of the province.
    """
    counts: dict[str, Counter[str]] = {topic: Counter() for topic in TOPICS}
    of_commune: dict[str, list[Line]] = {}
    for line in lines:
        if line.kind == "counted" and line.topic and line.answer:
            counts[line.topic][line.answer] += line.dossiers
            if line.topic == COMMUNE:
                of_commune.setdefault(line.answer, []).append(line)
    communes = counts.pop(COMMUNE)
    on_time = {code: sum(line.dossiers for line in found if line.on_time) for code, found in of_commune.items()}
    return {
        "counts": {topic: dict(sorted(of.items())) for topic, of in counts.items()},
        "shares": {
            name: _share(sum(counts[topic][answer] for answer in answers), counts[topic].total())
            for name, (topic, answers) in SHARES.items()
        },
        "communes": {code: _share(on_time[code], n) for code, n in sorted(communes.items())},
        "commune_months": {code: _by_month(found, on) for code, found in sorted(of_commune.items())},
    }


def _share(part_: int, n: int) -> dict[str, Any]:
    return {"part": part_, "n": n, "share": share_of(part_, n) if n >= ENOUGH else None}


SHARES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "online_filing": (CHANNEL, ("online",)),
    "level_4": (LEVEL, ("4",)),
    "accepted_on_time": (ACCEPTANCE, (IN_TIME,)),
    "refused": (OUTCOME, ("refused",)),
    "satisfied": (RATING, ("4", "5")),
    "feedback_on_time": (FEEDBACK, ("on_time",)),
    "online_payment": (PAYMENT, ("online",)),
}
"""The shares of the counted lines: of which topic, and which answers make the part."""


def _months_before(on: date, months: int) -> str:
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return f"{year}-{month + 1:02}"


def published_since(on: date) -> date:
    """The first day whose groups are still published."""
    return on - timedelta(days=LONGEST_WINDOW - 1)


def _hours(minutes: int | None) -> int | None:
    return None if minutes is None else minutes // MINUTES
