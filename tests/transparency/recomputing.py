"""The figures once more, by other means: raw events, minutes counted one by one, plain lists and sorting.

Shares no code with the portal but the enumerations' texts in the database: the calendar is the slow oracle of the
clock's tests, and nothing here knows windows, cells, rollups or sheets.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.clock.oracles import ORIGIN, Office, date_of, day_of, office_of

CALENDAR = Path(__file__).resolve().parents[2] / "procedures" / "calendars" / "vietnam.toml"
SEVEN_HOURS = timedelta(hours=7)
UNITS = {"working_day": "working days", "calendar_day": "calendar days", "month": "months"}
OPENS = {"step_opened", "opinion_requested"}
CLOSES = {"step_completed", "opinion_given", "signed", "numbered", "issued", "returned"}


@lru_cache(maxsize=1)
def office() -> Office:
    return office_of(CALENDAR)


def minute(at: datetime) -> int:
    """Minutes of the office's wall clock."""
    return int((at.astimezone(UTC).replace(tzinfo=None) + SEVEN_HOURS - ORIGIN).total_seconds() // 60)


def day(at: datetime) -> date:
    return (at.astimezone(UTC) + SEVEN_HOURS).date()


def worked(begin: int, end: int) -> int:
    return office().open_minutes.count(1, begin, end) if end > begin else 0


@dataclass
class Stay:
    procedure: str
    agency: str
    step: str
    ended_on: date
    minutes: int
    waited: int
    limit: int


@dataclass
class Case:
    """What one dossier's raw events say."""

    id: Any
    procedure: str
    case: str
    field: str
    agency: str
    commune: str | None
    level: int
    filed_on: date
    rounds: int = 0
    accepted: int | None = None
    settled_on: date | None = None
    ended_on: date | None = None
    outcome: str | None = None
    stop_reason: str | None = None
    refused_for: str = ""
    paused_on: date | None = None
    own: int = 0
    filers: int = 0
    due_on: date | None = None
    promised_on: date | None = None
    stays: list[Stay] = dataclass_field(default_factory=list)

    @property
    def accepted_on(self) -> date | None:
        return None if self.accepted is None else date_of(day_of(self.accepted))

    @property
    def on_time(self) -> bool:
        assert self.settled_on
        assert self.due_on
        return self.settled_on <= self.due_on

    def kept_766(self, today: date) -> bool:
        """Within the promised day and with at most one supplement; an open one still, as of its stop or today."""
        assert self.promised_on
        until = self.settled_on or self.ended_on or self.paused_on or today
        return until <= self.promised_on and self.rounds <= 1

    def standing(self, today: date) -> str:
        assert self.due_on
        if self.due_on < (self.paused_on or today):
            return "overdue"
        return "waiting_for_filer" if self.paused_on else "within_limit"

    @property
    def quarters(self) -> int:
        return ceil(Fraction(self.own, 15)) * 15

    @property
    def is_open(self) -> bool:
        return self.accepted is not None and self.ended_on is None


def cases(session: Session, now: datetime) -> list[Case]:
    """Every dossier, from its events and terms."""
    limits = _step_limits(session)
    events: dict[Any, list[Any]] = defaultdict(list)
    for row in session.execute(
        sa.text("SELECT dossier_id, kind, at, params FROM dossier_events ORDER BY dossier_id, version")
    ):
        events[row.dossier_id].append(row)
    dossiers = session.execute(
        sa.text(
            "SELECT d.id, d.case_key, d.terms, d.commune, v.code, v.field, v.level, v.content_hash FROM dossiers d"
            " JOIN procedure_versions v ON v.id = d.procedure_version_id"
        )
    )
    return [_case(row, events[row.id], minute(now), limits) for row in dossiers]


def _step_limits(session: Session) -> dict[tuple[str, str, str], int]:
    """Working minutes by procedure, case and step; the empty case is any that has no limit of its own."""
    found: dict[tuple[str, str, str], int] = {}
    for code, steps in session.execute(sa.text("SELECT code, definition->'steps' FROM procedure_versions")):
        for step in steps or ():
            for case, limit in {"": step.get("limit"), **(step.get("limit_by_case") or {})}.items():
                if limit:
                    found[code, case, step["code"]] = int(Fraction(limit["amount"]) * 480)
    return found


def _case(row: Any, events: Sequence[Any], now: int, limits: Mapping[tuple[str, str, str], int]) -> Case:
    agency = next(event.params["agency"] for event in reversed(events) if event.kind == "routed")
    case = Case(
        id=row.id,
        procedure=row.code,
        case=row.case_key,
        field=row.field,
        agency=agency,
        commune=row.commune,
        level=row.level,
        filed_on=day(events[0].at),
    )
    pauses: list[list[int]] = []
    for event in events:
        at = minute(event.at)
        if event.kind == "accepted":
            case.accepted = at
        elif event.kind == "supplement_requested":
            case.rounds += 1
            pauses.append([at, -1])
        elif event.kind == "supplement_answered":
            pauses[-1][1] = at
        elif event.kind == "signed":
            case.refused_for = event.params.get("managed_reason") or ""
        elif event.kind in ENDS:
            if event.kind == "refused_intake":
                case.refused_for = event.params.get("managed_reason") or ""
            case.ended_on = day(event.at)
            case.settled_on = case.ended_on if event.kind == "issued" else None
            case.outcome = event.params.get("outcome")
            case.stop_reason = "withdrawn" if event.kind == "withdrawal_granted" else None
            now = at
    if case.accepted is not None:
        _measure(case, row.terms, pauses, now=now, last=minute(events[-1].at))
        case.stays = list(_stays(case, events, pauses, limits))
    return case


ENDS = {"issued", "withdrawal_granted", "refused_intake", "stopped"}


def _measure(case: Case, terms: Mapping[str, Any], pauses: Sequence[list[int]], *, now: int, last: int) -> None:
    """Minutes and due days. `now` is the end of an ended one; `last` is the last event."""
    assert case.accepted is not None
    is_paused = bool(pauses) and pauses[-1][1] < 0 and case.ended_on is None
    if is_paused:
        case.paused_on = date_of(day_of(pauses[-1][0]))
    over = [(begin, finish) for begin, finish in pauses if finish >= 0]
    case.filers = sum(worked(begin, finish) for begin, finish in over)
    case.own = worked(case.accepted, pauses[-1][0] if is_paused else now) - case.filers
    stops = over + ([(pauses[-1][0], last)] if is_paused else [])
    judged = now if case.settled_on else last
    known = [(begin, min(finish, judged)) for begin, finish in stops]
    case.due_on, case.promised_on = (
        date_of(
            office().days_due(
                case.accepted,
                terms[name]["amount"],
                _unit(terms[name]),
                known,
                restart=terms["policy"] == "restart",
            )
        )
        for name in ("statutory", "promised")
    )


def _stays(
    case: Case, events: Sequence[Any], pauses: Sequence[list[int]], limits: Mapping[tuple[str, str, str], int]
) -> Iterator[Stay]:
    opened: dict[str, tuple[int, str]] = {}
    named: dict[str, int] = {}

    def own(begin: int, finish: int) -> int:
        filers = sum(worked(max(since, begin), min(until, finish)) for since, until in pauses if until >= 0)
        return worked(begin, finish) - filers

    for event in events:
        at, node = minute(event.at), event.params.get("node")
        if event.kind in OPENS:
            opened[node] = (at, event.params.get("agency") or case.agency)
        elif event.kind == "step_assigned" and event.params.get("assignee"):
            named.setdefault(node, at)
        elif event.kind in CLOSES and node in opened:
            begin, whose = opened.pop(node)
            yield Stay(
                procedure=case.procedure,
                agency=whose,
                step=node,
                ended_on=date_of(day_of(at)),
                minutes=own(begin, at),
                waited=own(begin, named.pop(node, at)),
                limit=limits.get((case.procedure, case.case, node), limits.get((case.procedure, "", node), 0)),
            )


def _unit(limit: Mapping[str, Any]) -> str:
    return "calendar days but holidays" if limit["skips_holidays"] else UNITS[limit["unit"]]


# --- figures, from lists


def rank(values: Iterable[int], share: Fraction) -> int | None:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[ceil(share * len(ordered)) - 1] if ordered else None


def window_of(ages: Iterable[int]) -> int | None:
    ages = list(ages)
    return next((days for days in (30, 90, 180, 365) if sum(age < days for age in ages) >= 20), None)


PERCENTILES = {"p50": Fraction(1, 2), "p80": Fraction(4, 5), "p90": Fraction(9, 10)}


def now_of(group: Sequence[Case], today: date, *, soon: date) -> dict[str, Any]:
    """What a sheet says under `now`."""
    settled = [one for one in group if one.settled_on]
    ages = {id(one): (today - one.settled_on).days for one in settled if one.settled_on}
    window = window_of(ages.values())
    longest = window or 365
    lately = [one for one in settled if ages[id(one)] < longest]
    still = [one for one in group if one.is_open]
    stopped = [
        one
        for one in group
        if one.accepted is not None and one.ended_on and not one.settled_on and (today - one.ended_on).days < longest
    ]
    overdue = [one for one in still if one.standing(today) == "overdue"]
    n, on_time = len(lately), sum(one.on_time for one in lately)
    counted = [*lately, *still, *stopped]
    kept = sum(one.kept_766(today) for one in counted)
    return {
        "n": n,
        "window_days": window,
        **{
            name: rank((one.quarters for one in lately), share) if window else None
            for name, share in PERCENTILES.items()
        },
        "on_time": on_time,
        "late": n - on_time,
        "on_time_share": on_time / (n + len(overdue)) if window else None,
        "on_time_766": kept,
        "counted_766": len(counted),
        "on_time_766_share": kept / len(counted) if window else None,
        "open": len(still),
        "open_overdue": len(overdue),
        "open_waiting": sum(one.standing(today) == "waiting_for_filer" for one in still),
        "open_due_soon": sum(
            not one.paused_on and one.due_on is not None and today <= one.due_on <= soon for one in still
        ),
        "stopped": len(stopped),
        "agency_minutes": sum(one.own for one in lately),
        "applicant_minutes": sum(one.filers for one in lately),
        "supplement_rounds": sum(one.rounds for one in lately),
        "supplemented": sum(one.rounds > 0 for one in lately),
        "durations": sorted(
            [8 * days, count]
            for days, count in Counter(max(1, ceil(Fraction(one.quarters, 480))) for one in lately).items()
        ),
    }


def survival_of(group: Sequence[Case], today: date) -> dict[str, Any]:
    """Kaplan–Meier by the book: at each time, one minus settled over still watched, multiplied up exactly."""
    cohort = [one for one in group if one.accepted_on and (today - one.accepted_on).days < 365]
    done = Counter(one.quarters for one in cohort if one.settled_on)
    watched = Counter(one.quarters for one in cohort if not one.settled_on)
    found: dict[str, Any] = {"settled": done.total(), "watched": watched.total()}
    still, steps = Fraction(1), []
    for minutes in sorted(done):
        at_risk = sum(n for other, n in (done + watched).items() if other >= minutes)
        still *= 1 - Fraction(done[minutes], at_risk)
        steps.append((minutes, still))
    for name, share in PERCENTILES.items():
        reached = next((minutes for minutes, left in steps if 1 - left >= share), None)
        found[name] = reached if done.total() >= 20 else None
    return found


def months_of(group: Sequence[Case], today: date) -> list[dict[str, Any]]:
    found = []
    for back in range(11, -1, -1):
        ordinal = today.year * 12 + today.month - 1 - back
        month = (ordinal // 12, ordinal % 12 + 1)
        of_month = [one for one in group if one.settled_on and (one.settled_on.year, one.settled_on.month) == month]
        enough = len(of_month) >= 20
        found.append(
            {
                "month": f"{month[0]}-{month[1]:02}",
                "n": len(of_month),
                "on_time": sum(one.on_time for one in of_month),
                "on_time_766": sum(one.kept_766(today) for one in of_month),
                "early": sum(bool(one.due_on and one.settled_on and one.settled_on < one.due_on) for one in of_month),
                **{
                    name: rank((one.quarters for one in of_month), share) if enough else None
                    for name, share in PERCENTILES.items()
                },
            }
        )
    return found


def sheet_of(group: Sequence[Case], today: date, *, soon: date) -> dict[str, Any]:
    """Everything a sheet says, but the names of steps and the sampled curve."""
    now = now_of(group, today, soon=soon)
    longest = now["window_days"] or 365
    settled = [(one, (today - one.settled_on).days) for one in group if one.settled_on]
    lately = [one for one, age in settled if age < longest]
    then = [one for one, age in settled if 365 <= age < 365 + longest]
    ended = [one for one in group if one.ended_on and (today - one.ended_on).days < 365]
    last_year = [one for one in ended if one.settled_on]
    return {
        "now": now,
        "early": sum(bool(one.due_on and one.settled_on and one.settled_on < one.due_on) for one in lately),
        "refused": sum(one.outcome == "refused" for one in lately),
        "refusals": dict(Counter(one.refused_for for one in lately if one.outcome == "refused")),
        "not_accepted": dict(Counter(one.refused_for for one in ended if not one.outcome and not one.stop_reason)),
        "lately": sum(age < 30 for _, age in settled),
        "year_ago": {
            "n": len(then),
            "share": sum(one.on_time for one in then) / len(then) if len(then) >= 20 else None,
            **{
                name: rank((one.quarters for one in then), share) if len(then) >= 20 else None
                for name, share in PERCENTILES.items()
            },
        },
        "months": months_of(group, today),
        "survival": survival_of(group, today),
        "ageing": ageing_of(group, today),
        "rounds": [sum(min(one.rounds, 2) == rounds for one in last_year) for rounds in range(3)],
        "levels": dict(Counter(str(one.level) for one in last_year)),
        "channels": {"online": len(last_year)} if last_year else {},
        "ends": dict(Counter(one.outcome or one.stop_reason or "not_accepted" for one in ended)),
    }


def ageing_of(group: Sequence[Case], today: date) -> list[dict[str, Any]]:
    bands: dict[str, Callable[[int], bool]] = {
        "0-7": lambda age: age <= 7,
        "8-30": lambda age: 8 <= age <= 30,
        "31-90": lambda age: 31 <= age <= 90,
        "91+": lambda age: age >= 91,
    }
    still = [(one.standing(today), (today - one.accepted_on).days) for one in group if one.is_open and one.accepted_on]
    return [
        {
            "age": name,
            **{
                standing: sum(one == standing and holds(age) for one, age in still)
                for standing in ("within_limit", "waiting_for_filer", "overdue")
            },
        }
        for name, holds in bands.items()
    ]


def risks_of(group: Sequence[Case], today: date) -> list[dict[str, Any]]:
    """Of each agency and procedure: late, due within seven days, and those of them that wait for the filer."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in group:
        if not one.is_open or not one.due_on or one.due_on > today + timedelta(days=7):
            continue
        standing = one.standing(today)
        which = {"overdue": "overdue", "waiting_for_filer": "waiting", "within_limit": "week"}[standing]
        counts[one.agency, one.procedure][which] += 1
    found = [
        {"agency_id": agency, "procedure_code": code, **{which: of[which] for which in ("overdue", "week", "waiting")}}
        for (agency, code), of in counts.items()
        if of["overdue"] or of["week"]
    ]
    return sorted(found, key=lambda one: (-one["overdue"], -one["week"], one["procedure_code"], one["agency_id"]))
