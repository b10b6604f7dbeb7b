"""What the rollups do not hold: open dossiers, how long they have been watched, and who was accepted in a year.

The Kaplan–Meier estimate is made from all dossiers accepted in the last 365 days: settled ones to their issue,
stopped ones and open ones as far as they were watched.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calendars.queries import in_force
from portal.clock.zone import VIETNAM
from portal.facts.models import BIN_MINUTES, DossierFact
from portal.facts.queries import Group
from portal.facts.turnaround import ENOUGH, LONGEST_WINDOW
from portal.hearing.models import Matter, MatterKind, Rating
from portal.transparency.open_data import BANDS, STANDINGS, band_of
from portal.transparency.survival import counted_curve, counted_within

CURVE_POINTS = 10
MINUTES_PER_DAY = 480
COUNTS = ("levels", "channels", "ends", "not_accepted", "service")
SETTLED, LATE_766, DISLIKED, ACCEPTED_LATE = "settled", "late_766", "disliked", "accepted_late"
"""Of the dossiers settled in the last 365 days: all, late by the official formula, with feedback, a complaint or a
rating of one or two, and accepted after their eight working hours."""
DISLIKE = 2
"""The highest score of whoever is not content."""
MOST_ROUNDS = 2
"""Two supplement rounds or more are one row."""


@dataclass(slots=True, kw_only=True)
class Cohort:
    """Counts of one procedure and agency, or of several together."""

    settled: Counter[int] = field(default_factory=Counter)
    watched: Counter[int] = field(default_factory=Counter)
    ageing: Counter[tuple[str, str]] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    not_accepted: Counter[str] = field(default_factory=Counter)
    service: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Cohort") -> None:
        for name in ("settled", "watched", "ageing", "rounds", *COUNTS):
            getattr(self, name).update(getattr(other, name))

    def figures(self) -> dict[str, Any]:
        """The counts as a sheet holds them."""
        n, curve = self.settled.total(), counted_curve(self.settled, self.watched)
        enough = n >= ENOUGH
        return {
            "survival": {
                "settled": n,
                "watched": self.watched.total(),
                **{
                    name: counted_within(curve, share) if enough else None
                    for name, share in (("p50", 0.5), ("p80", 0.8), ("p90", 0.9))
                },
                "curve": _sampled(curve) if enough else [],
            },
            "ageing": [
                {"age": band, **{standing: self.ageing[band, standing] for standing in STANDINGS}} for band in BANDS
            ],
            "rounds": [self.rounds[rounds] for rounds in range(MOST_ROUNDS + 1)],
            "levels": dict(sorted(self.levels.items())),
            "channels": dict(sorted(self.channels.items())),
            "ends": dict(sorted(self.ends.items())),
            "not_accepted": dict(sorted(self.not_accepted.items())),
            "service": {name: self.service[name] for name in (SETTLED, LATE_766, DISLIKED, ACCEPTED_LATE)},
        }


def read(session: Session, *, on: date, now: datetime) -> dict[Group, Cohort]:
    """The cohorts of every procedure and agency as of the day and moment."""
    found: dict[Group, Cohort] = {}
    _take_ended(session, found, on)
    _take_open(session, found, on, now)
    _take_profile(session, found, on)
    _take_service(session, found, on)
    return found


def _of(found: dict[Group, Cohort], code: str, agency: UUID | None) -> Cohort:
    """The cohort of the group; dossiers no agency has yet belong to none."""
    return Cohort() if agency is None else found.setdefault(Group(code, agency), Cohort())


def _take_ended(session: Session, found: dict[Group, Cohort], on: date) -> None:
    fact = DossierFact
    bin_ = sa.cast(sa.func.ceil(fact.agency_minutes / sa.cast(sa.literal(BIN_MINUTES), sa.Numeric)), sa.Integer)
    keys = (fact.procedure_code, fact.agency_id, fact.settled_on.is_not(None), bin_)
    statement = (
        sa.select(*keys, sa.func.count())
        .where(_accepted_lately(on), fact.ended_on <= on, fact.agency_minutes.is_not(None))
        .group_by(*keys)
    )
    for code, agency, is_settled, quarter, n in session.execute(statement):
        cohort = _of(found, code, agency)
        (cohort.settled if is_settled else cohort.watched)[quarter * BIN_MINUTES] += n


def _take_open(session: Session, found: dict[Group, Cohort], on: date, now: datetime) -> None:
    """Each open dossier: its band and standing, and the quarters of an hour its agency has had it so far."""
    fact = DossierFact
    stopped_on = sa.cast(sa.func.timezone(VIETNAM.key, fact.clock_stopped_at), sa.Date)
    due_on = sa.cast(sa.func.timezone(VIETNAM.key, fact.statutory_due_at), sa.Date)
    overdue = due_on < sa.func.coalesce(stopped_on, sa.literal(on))
    columns = (
        fact.procedure_code, fact.agency_id, fact.accepted_on, fact.accepted_at,
        fact.clock_stopped_at, fact.applicant_minutes, sa.func.coalesce(overdue, sa.false()),
    )  # fmt: skip
    statement = sa.select(*columns).where(fact.ended_on.is_(None), fact.accepted_on <= on, fact.agency_id.is_not(None))
    edition = in_force(session)
    for code, agency, accepted_on, accepted_at, stopped_at, filers, late in session.execute(statement):
        if accepted_on is None:
            continue
        cohort = _of(found, code, agency)
        standing = "overdue" if late else "waiting_for_filer" if stopped_at is not None else "within_limit"
        cohort.ageing[band_of((on - accepted_on).days), standing] += 1
        if accepted_at is not None and accepted_on > on - timedelta(days=LONGEST_WINDOW):
            until = min(stopped_at or now, now)
            whole = edition.hours_of(agency).working_minutes(accepted_at, until) if until > accepted_at else 0
            quarters = -(-max(0, whole - (filers or 0)) // BIN_MINUTES)
            cohort.watched[quarters * BIN_MINUTES] += 1


def _take_profile(session: Session, found: dict[Group, Cohort], on: date) -> None:
    """Of the dossiers that ended in the last year: how, after how many rounds, of which level and channel."""
    fact = DossierFact
    how = sa.func.coalesce(fact.outcome, fact.stop_reason, fact.state)
    keys = (
        fact.procedure_code, fact.agency_id, fact.settled_on.is_not(None),
        sa.func.least(fact.supplement_rounds, MOST_ROUNDS), fact.level, fact.channel, how,
        sa.case((fact.settled_on.is_(None), fact.refusal_reason)),
    )  # fmt: skip
    statement = (
        sa.select(*keys, sa.func.count())
        .where(fact.ended_on <= on, fact.ended_on > on - timedelta(days=LONGEST_WINDOW), fact.agency_id.is_not(None))
        .group_by(*keys)
    )
    for code, agency, is_settled, rounds, level, channel, end, reason, n in session.execute(statement):
        cohort = _of(found, code, agency)
        cohort.ends[end] += n
        if reason is not None:
            cohort.not_accepted[reason] += n
        if is_settled:
            cohort.rounds[rounds] += n
            cohort.levels[str(level or "")] += n
            cohort.channels[channel or ""] += n


def _take_service(session: Session, found: dict[Group, Cohort], on: date) -> None:
    """Of the dossiers settled in the last year: how many were late by 766, disliked, accepted late."""
    fact, count = DossierFact, sa.func.count
    said = Matter.kind.in_((MatterKind.FEEDBACK, MatterKind.COMPLAINT))
    disliked = sa.or_(
        fact.dossier_id.in_(sa.select(Rating.dossier_id).where(Rating.score <= DISLIKE)),
        fact.dossier_id.in_(sa.select(Matter.dossier_id).where(said, Matter.dossier_id.is_not(None))),
    )
    columns = (
        count().label(SETTLED),
        count().filter(fact.was_on_time_766.is_not(True)).label(LATE_766),
        count().filter(disliked).label(DISLIKED),
        count().filter(fact.acceptance_was_late.is_(True)).label(ACCEPTED_LATE),
    )
    statement = (
        sa.select(fact.procedure_code, fact.agency_id, *columns)
        .where(fact.settled_on <= on, fact.settled_on > on - timedelta(days=LONGEST_WINDOW))
        .group_by(fact.procedure_code, fact.agency_id)
    )
    for code, agency, *counts in session.execute(statement):
        names = (SETTLED, LATE_766, DISLIKED, ACCEPTED_LATE)
        _of(found, code, agency).service.update(dict(zip(names, counts, strict=True)))


def communes(session: Session, *, on: date) -> list[dict[str, Any]]:
    """Dossiers settled in the last year by the commune they are about, and how many are open and overdue."""
    fact = DossierFact
    settled = sa.and_(fact.settled_on <= on, fact.settled_on > on - timedelta(days=LONGEST_WINDOW))
    is_open = sa.and_(fact.ended_on.is_(None), fact.accepted_on.is_not(None))
    due_on = sa.cast(sa.func.timezone(VIETNAM.key, fact.statutory_due_at), sa.Date)
    stopped_on = sa.cast(sa.func.timezone(VIETNAM.key, fact.clock_stopped_at), sa.Date)
    overdue = due_on < sa.func.coalesce(stopped_on, sa.literal(on))
    count = sa.func.count
    n, late = count().filter(settled), count().filter(is_open, overdue)
    middle = sa.func.percentile_disc(sa.literal(0.5)).within_group(fact.agency_minutes).filter(settled)
    kept = count().filter(settled, fact.was_on_time.is_(True))
    statement = (
        sa.select(fact.commune, n, kept, count().filter(is_open), late, middle)
        .where(fact.commune.is_not(None), sa.or_(settled, is_open))
        .group_by(fact.commune)
        .order_by(n.desc(), fact.commune)
    )
    return [
        {
            "commune": commune,
            "n": done,
            "on_time": on_time,
            "open": still,
            "overdue": overdue_,
            "share": on_time / (done + overdue_) if done >= ENOUGH else None,
            "p50": int(half) if half is not None and done >= ENOUGH else None,
        }
        for commune, done, on_time, still, overdue_, half in session.execute(statement)
    ]


def _accepted_lately(on: date) -> sa.ColumnElement[bool]:
    return sa.and_(DossierFact.accepted_on <= on, DossierFact.accepted_on > on - timedelta(days=LONGEST_WINDOW))


def _sampled(curve: list[tuple[int, float]]) -> list[list[float]]:
    """The share settled after whole working days, at ten points up to the last moment known."""
    if not curve:
        return []
    days = max(1, -(-curve[-1][0] // MINUTES_PER_DAY))
    width = -(-days // CURVE_POINTS)
    points = []
    for day in range(width, width * CURVE_POINTS + 1, width):
        still = next((share for minutes, share in reversed(curve) if minutes <= day * MINUTES_PER_DAY), 1.0)
        points.append([day, round(1 - still, 6)])
        if day >= days:
            break
    return points
