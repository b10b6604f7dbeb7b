"""Enter the goals that come with the portal; write, change and end them, with an audit row of before and after.

The target of a goal that has begun does not change: whoever sets another one ends the old goal and writes a new
one, so that both stay on record with their time.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.models import Agency
from portal.catalogue import registers
from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound, Refused, Stale
from portal.transparency import queries
from portal.transparency.models import Goal

MEASURED = (queries.ON_TIME, "online_filing", "full_process_share")
"""What the portal can measure; at any time one goal may hold for each."""
OWN_PREFIX = "own_"
PERCENT, AT_LEAST = "percent", "at_least"
FIXED = ("measure", "target", "direction", "by_year", "valid_from")
"""What a goal that has begun keeps until its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What may be put right of any goal. `owner` is the key of the agency that answers for it, or None."""

    names: Mapping[str, str]
    source: str
    owner: str | None
    is_verified: bool
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is promised. `key` is one of `MEASURED`, or "" for something the portal does not measure."""

    key: str
    measure: str
    target: float
    direction: str
    by_year: int | None
    valid_from: date


def seed(session: Session, *, now: datetime) -> int:
    """Enter the goals of the register that have never been entered; an administrator's stay as they are."""
    known = set(session.scalars(sa.select(Goal.key)))
    new = [goal for goal in registers.goals().goals if goal.code not in known]
    for goal in new:
        session.add(
            Goal(
                key=goal.code,
                names={"vi": goal.name.vi, "en": goal.name.en, "zh": goal.name.zh},
                measure=goal.unit,
                target=float(goal.target),
                direction=goal.direction,
                by_year=goal.by_year,
                source=goal.source,
                is_verified=goal.verified,
                valid_from=office_day(now),
            )
        )
    session.flush()
    return len(new)


def write(session: Session, wording: Wording, target: Target, *, by: UUID, now: datetime) -> Goal:
    """Enter a goal. Raises Invalid beside the field for what makes no sense or is promised already."""
    goal_id = new_id()
    key = target.key or f"{OWN_PREFIX}{goal_id.hex}"
    _check(session, wording, target, key=key, besides=goal_id)
    made = Goal(id=goal_id, version=1, **(asdict(wording) | asdict(target) | {"key": key}))
    session.add(made)
    session.flush()
    audit.record(session, "transparency.write_goal", _thing(made), by=by, now=now, after=_seen(made))
    return made


def change(
    session: Session,
    goal_id: UUID,
    wording: Wording,
    target: Target | None,
    *,
    version: int,
    by: UUID,
    now: datetime,
) -> Goal:
    """Put a goal right; `target` only before it begins. Raises Stale, Refused once it has begun or is over."""
    goal = _locked(session, goal_id, version=version)
    if is_over(goal, on=office_day(now)) or (target is not None and has_begun(goal, on=office_day(now))):
        raise Refused("transparency.goal_begun")
    before = _seen(goal)
    promised = target or _target_of(goal)
    _check(session, wording, promised, key=goal.key, besides=goal.id)
    for name, value in asdict(wording).items():
        setattr(goal, name, value)
    if target is not None:
        for name in FIXED:
            setattr(goal, name, getattr(target, name))
    if _seen(goal) != before:
        goal.version += 1
        audit.record(
            session, "transparency.change_goal", _thing(goal), by=by, now=now, before=before, after=_seen(goal)
        )
    session.flush()
    return goal


def end(session: Session, goal_id: UUID, *, last: date, reason: str, version: int, by: UUID, now: datetime) -> Goal:
    """The goal holds until the end of `last`, today at the earliest. Raises Invalid, Stale, Refused once it is over."""
    goal = _locked(session, goal_id, version=version)
    today = office_day(now)
    if is_over(goal, on=today):
        raise Refused("transparency.goal_begun")
    if last < max(today, goal.valid_from):
        raise Invalid(fields={"last": "transparency.day_past"})
    before = _seen(goal)
    goal.valid_until = last
    goal.version += 1
    after = _seen(goal) | {"reason": reason}
    audit.record(session, "transparency.end_goal", _thing(goal), by=by, now=now, before=before, after=after)
    session.flush()
    return goal


def has_begun(goal: Goal, *, on: date) -> bool:
    """Whether it holds, or held, before the day: its target is on record then."""
    return goal.valid_from < on


def is_over(goal: Goal, *, on: date) -> bool:
    """Whether its time has passed."""
    return goal.valid_until is not None and goal.valid_until < on


def _check(session: Session, wording: Wording, target: Target, *, key: str, besides: UUID) -> None:
    wrong: dict[str, str] = {}
    if wording.valid_until is not None and wording.valid_until < target.valid_from:
        wrong["valid_until"] = "transparency.ends_before"
    if wording.owner is not None and not session.scalar(sa.select(sa.exists().where(Agency.key == wording.owner))):
        wrong["owner"] = "transparency.owner_unknown"
    if target.measure == PERCENT and not 0 < target.target <= 100:  # noqa: PLR2004 - a share in percent
        wrong["target"] = "transparency.not_a_percentage"
    if key in MEASURED and (target.measure, target.direction) != (PERCENT, AT_LEAST):
        wrong["measure"] = "transparency.measured_in_percent"
    if key in MEASURED and _overlaps(session, key, target.valid_from, wording.valid_until, besides):
        wrong["valid_from"] = "transparency.goal_holds"
    if wrong:
        raise Invalid(fields=wrong)


def _overlaps(session: Session, key: str, first: date, last: date | None, besides: UUID) -> bool:
    conditions = [Goal.key == key, Goal.id != besides, sa.or_(Goal.valid_until.is_(None), Goal.valid_until >= first)]
    if last is not None:
        conditions.append(Goal.valid_from <= last)
    return bool(session.scalar(sa.select(sa.exists().where(*conditions))))


def _locked(session: Session, goal_id: UUID, *, version: int) -> Goal:
    goal = session.scalar(sa.select(Goal).where(Goal.id == goal_id).with_for_update())
    if goal is None:
        raise NotFound
    if goal.version != version:
        raise Stale
    return goal


def _target_of(goal: Goal) -> Target:
    return Target(key=goal.key, **{name: getattr(goal, name) for name in FIXED})


def _thing(goal: Goal) -> str:
    return f"goal:{goal.id}"


def _seen(goal: Goal) -> dict[str, Any]:
    days = {name: None if (day := getattr(goal, name)) is None else day.isoformat() for name in _DAYS}
    return {name: getattr(goal, name) for name in _SEEN} | days


_DAYS = ("valid_from", "valid_until")
_SEEN = ("names", "key", "measure", "target", "direction", "by_year", "source", "owner", "is_verified")
