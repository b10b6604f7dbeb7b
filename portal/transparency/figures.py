"""The public figures, computed from the published lines and nothing else. Pure.

`docs/recompute.py` does the same in thirty lines of its own; a test compares the two.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from portal.facts.turnaround import LONGEST_WINDOW, Standing, Tally, measured, share_of, window_of
from portal.transparency.open_data import BANDS, STANDINGS, Line

MONTHS = 12
MINUTES = 60
Wanted = Callable[[Line], bool]


def compute(lines: Sequence[Line], *, on: date) -> dict[str, Any]:
    """Every public figure of the day, as it is stored with the snapshot."""
    return {
        "province": of(lines, on=on),
        "fields": _by(lines, "field", on=on),
        "procedures": _by(lines, "procedure", on=on),
        "agencies": _by(lines, "agency", on=on),
        "ageing": _ageing(lines),
        "months": _months(lines, on=on),
        "stopped": _stopped(lines),
    }


def of(lines: Iterable[Line], *, on: date) -> dict[str, Any]:
    """The figures of the dossiers in these lines."""
    by_window: dict[int, Tally] = {}
    standing = Standing()
    for line in lines:
        if line.kind == "open":
            _stands(standing, line)
            continue
        window = window_of((on - date.fromisoformat(line.day or "")).days)
        if window is None:
            continue
        if line.kind == "settled":
            by_window.setdefault(window, Tally()).add(_tally(line))
        else:
            standing.stopped[window] += line.dossiers
            standing.stopped_kept_766[window] += line.dossiers if line.on_time_766 else 0
    found = measured(by_window, standing)
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
        "durations_hours": [[minutes // MINUTES, count] for minutes, count in sorted(found.durations.items())],
    }


def _by(lines: Sequence[Line], name: str, *, on: date) -> dict[str, Any]:
    keys = sorted({key for line in lines if (key := getattr(line, name)) is not None})
    return {key: of([line for line in lines if getattr(line, name) == key], on=on) for key in keys}


def _tally(line: Line) -> Tally:
    agency, applicant = (line.agency_hours or 0) * MINUTES, (line.applicant_hours or 0) * MINUTES
    rounds = line.supplement_rounds or 0
    return Tally(
        durations=Counter({agency: line.dossiers}),
        on_time=line.dossiers if line.on_time else 0,
        on_time_766=line.dossiers if line.on_time_766 else 0,
        agency_minutes=agency * line.dossiers,
        applicant_minutes=applicant * line.dossiers,
        supplement_rounds=rounds * line.dossiers,
        supplemented=line.dossiers if rounds else 0,
    )


def _stands(standing: Standing, line: Line) -> None:
    match line.standing:
        case "overdue":
            standing.overdue += line.dossiers
        case "waiting_for_filer":
            standing.waiting += line.dossiers
        case _:
            standing.running += line.dossiers
    standing.open_kept_766 += line.dossiers if line.on_time_766 else 0


def _ageing(lines: Iterable[Line]) -> list[dict[str, Any]]:
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


def _months(lines: Iterable[Line], *, on: date) -> list[dict[str, Any]]:
    """Settled dossiers by the month of their group of five: how many, and how many of them on time."""
    first = _months_before(on, MONTHS - 1)
    n: Counter[str] = Counter()
    on_time: Counter[str] = Counter()
    for line in lines:
        if line.kind == "settled" and (line.day or "") >= first:
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


def _months_before(on: date, months: int) -> str:
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return f"{year}-{month + 1:02}"


def published_since(on: date) -> date:
    """The first day whose groups are still published."""
    return on - timedelta(days=LONGEST_WINDOW - 1)


def _hours(minutes: int | None) -> int | None:
    return None if minutes is None else minutes // MINUTES
