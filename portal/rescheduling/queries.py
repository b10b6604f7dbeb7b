"""Which open dossiers another calendar would move, and how far: the same reckoning for preview and job."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Agency
from portal.calendars import comparing
from portal.calendars.editions import Edition
from portal.calendars.queries import edition
from portal.catalogue.queries import definition_of
from portal.catalogue.text import Text
from portal.clock.zone import VIETNAM, office_day
from portal.dossiers import deadlines
from portal.dossiers.deadlines import Dates
from portal.dossiers.models import Dossier, DossierEvent, DossierStep
from portal.dossiers.projection import Visit, step_limits
from portal.dossiers.record import as_event
from portal.dossiers.replaying import replayed
from portal.workflow.events import Event
from portal.workflow.lifecycle import ENDED
from portal.workflow.projection import Projection

BATCH = 100
"""Dossiers looked at in one go."""

PAGE = 50
"""Moved dossiers on one page of the preview."""

MOST_EXAMINED = 4000
"""The preview counts among so many dossiers and says "at least" beyond: the job always looks at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One date of a dossier that moves. `name`: acceptance, statutory or promised."""

    name: str
    old: datetime
    new: datetime

    @property
    def days(self) -> int:
        """By how many calendar days; 0 where only the hour moves."""
        return (office_day(self.new) - office_day(self.old)).days


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShift:
    """The date of an open step that moves. `name` is the step's own."""

    name: Text
    old: datetime
    new: datetime

    @property
    def days(self) -> int:
        """By how many calendar days; 0 where only the hour moves."""
        return (office_day(self.new) - office_day(self.old)).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What another calendar changes in one open dossier, both editions asked at the same moment.

    `because` is the first day between filing and the dates that differs; None where only it is surer now. `is_paused`:
    the dates are as if the answer came now.
    """

    dossier_id: UUID
    code: str
    procedure_code: str
    agency_id: UUID | None
    shifts: tuple[Shift, ...]
    steps: tuple[StepShift, ...]
    because: date | None
    was_provisional: bool
    is_provisional: bool
    is_paused: bool

    @property
    def moves_date(self) -> bool:
        """Whether a date of the dossier itself moves, not only those of its steps or how sure they are."""
        return bool(self.shifts)

    @property
    def moves_promise(self) -> bool:
        """Whether the day by law or the day on the receipt becomes another: what the filer has to be told."""
        return any(shift.days for shift in self.shifts if shift.name != "acceptance")


@dataclass(slots=True, kw_only=True)
class Preview:
    """What saving would do. Counts are exact unless `is_cut`; `moves` is one page, `after` the key of the next."""

    moved: int = 0
    later: int = 0
    earlier: int = 0
    most_days: int = 0
    steps_only: int = 0
    surer: int = 0
    less_sure: int = 0
    is_cut: bool = False
    moves: list[Move] = field(default_factory=list)
    after: UUID | None = None


def preview(session: Session, new: Edition, *, now: datetime, after: UUID | None = None) -> Preview:
    """Count what the edition would move, and list a page of the dossiers with a date that moves, by id."""
    found = Preview()
    for examined, move in enumerate(_moves(session, new, now=now)):
        if examined >= MOST_EXAMINED:
            found.is_cut = True
            break
        if move is None:
            continue
        _count(found, move)
        if not (move.moves_date or move.steps) or (after is not None and move.dossier_id <= after):
            continue
        if len(found.moves) < PAGE:
            found.moves.append(move)
        elif found.after is None:
            found.after = found.moves[-1].dossier_id
    return found


def batch(
    session: Session, new: Edition, *, now: datetime, after: UUID | None = None, limit: int = BATCH
) -> tuple[list[Move], UUID | None]:
    """The dossiers to move among the next ones by id, and where the batch after it begins (None: that was all)."""
    dossiers = _candidates(session, new, after=after, limit=limit)
    moves = [move for move in _judged(session, dossiers, new, now=now) if move is not None]
    return moves, dossiers[-1].id if len(dossiers) == limit else None


def move_of(
    dossier: Dossier, projected: Projection, events: Sequence[Event], new: Edition, *, now: datetime
) -> Move | None:
    """What the edition changes in this open dossier; None where it changes nothing."""
    if dossier.state in ENDED or edition(projected.calendar).content_hash == new.content_hash:
        return None
    # The clock of a stopped dossier is asked as of today, as its page does: what its row holds is from when it stopped.
    asked = replace(projected, last_at=max(now, projected.last_at))
    recounted = replace(asked, calendar=new.content_hash)
    before, after = deadlines.of(dossier, asked), deadlines.of(dossier, recounted)
    shifts = tuple(_shifts(projected, before, after))
    steps = _step_shifts(dossier, step_limits(dossier, asked, events), step_limits(dossier, recounted, events))
    if not shifts and not steps and before == after:
        return None
    return Move(
        dossier_id=dossier.id,
        code=dossier.code,
        procedure_code=dossier.procedure.code,
        agency_id=dossier.agency_id or dossier.intake_agency_id,
        shifts=shifts,
        steps=steps,
        because=_because(dossier, asked, new, (*shifts, *steps)),
        was_provisional=before.is_provisional,
        is_provisional=after.is_provisional,
        is_paused=projected.open_pause is not None,
    )


def agency_names(session: Session) -> dict[UUID, dict[str, Any]]:
    """The short names of all agencies."""
    return {row.id: row.short_names for row in session.execute(sa.select(Agency.id, Agency.short_names))}


def _shifts(projected: Projection, old: Dates, new: Dates) -> Iterator[Shift]:
    if projected.accepted_at is None and old.acceptance_due_at != new.acceptance_due_at:
        yield Shift(name="acceptance", old=old.acceptance_due_at, new=new.acceptance_due_at)
    pairs = (
        ("statutory", old.statutory_due_at, new.statutory_due_at),
        ("promised", old.promised_due_at, new.promised_due_at),
    )
    for name, before, after in pairs:
        if before is not None and after is not None and before != after:
            yield Shift(name=name, old=before, new=after)


def _step_shifts(
    dossier: Dossier, old: Mapping[Visit, datetime], new: Mapping[Visit, datetime]
) -> tuple[StepShift, ...]:
    names = {step.code: step.name for step in definition_of(dossier.procedure).steps} if old != new else {}
    return tuple(
        StepShift(name=names.get(visit[0], Text(vi=visit[0])), old=before, new=new[visit])
        for visit, before in sorted(old.items(), key=lambda item: item[1])
        if before != new[visit]
    )


def _because(dossier: Dossier, projected: Projection, new: Edition, shifts: Sequence[Shift | StepShift]) -> date | None:
    """The first day on which the calendars differ between the filing and the furthest of these dates.

    A day inside a pause moves nothing, and is not it.
    """
    if not shifts:
        return None
    begins, ends = office_day(dossier.filed_at), office_day(max(max(shift.old, shift.new) for shift in shifts))
    days = (begins + timedelta(days=after) for after in range((ends - begins).days + 1))
    stops = [
        (office_day(pause.began_at), office_day(pause.ended_at or projected.last_at)) for pause in projected.pauses
    ]
    counted = (day for day in days if not any(first < day < last for first, last in stops))
    agency = projected.agency_id
    return comparing.first_differing(edition(projected.calendar).hours_of(agency), new.hours_of(agency), counted)


def _count(found: Preview, move: Move) -> None:
    found.moved += move.moves_date
    found.steps_only += not move.moves_date and bool(move.steps)
    found.surer += move.was_provisional and not move.is_provisional
    found.less_sure += move.is_provisional and not move.was_provisional
    if move.shifts:
        days = move.shifts[0].days
        found.later += move.shifts[0].new > move.shifts[0].old
        found.earlier += move.shifts[0].new < move.shifts[0].old
        found.most_days = max(found.most_days, days, key=abs)


def _moves(session: Session, new: Edition, *, now: datetime) -> Iterator[Move | None]:
    """One answer per candidate, in the order of ids."""
    after: UUID | None = None
    while True:
        dossiers = _candidates(session, new, after=after, limit=BATCH)
        yield from _judged(session, dossiers, new, now=now)
        if len(dossiers) < BATCH:
            return
        after = dossiers[-1].id


def _judged(session: Session, dossiers: Sequence[Dossier], new: Edition, *, now: datetime) -> Iterator[Move | None]:
    histories = _histories(session, [dossier.id for dossier in dossiers])
    for dossier in dossiers:
        events = histories[dossier.id]
        yield move_of(dossier, replayed(dossier, events), events, new, now=now)


def _histories(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Event]]:
    columns = sa.inspect(DossierEvent).local_table.columns
    statement = (
        sa.select(*columns)
        .where(DossierEvent.dossier_id.in_(ids))
        .order_by(DossierEvent.dossier_id, DossierEvent.version)
    )
    rows = session.execute(statement).all() if ids else []
    return {key: [as_event(row) for row in group] for key, group in groupby(rows, key=lambda row: row.dossier_id)}


def _candidates(session: Session, new: Edition, *, after: UUID | None, limit: int) -> Sequence[Dossier]:
    """Open dossiers that the edition could move: a day that differs lies between their filing and their last date."""
    hashes = session.scalars(sa.select(Dossier.calendar_hash).where(Dossier.ended_at.is_(None)).distinct()).all()
    touched = [
        sa.and_(Dossier.calendar_hash.is_not_distinct_from(held), _reached_by(edition(held), new))
        for held in hashes
        if edition(held).content_hash != new.content_hash
    ]
    if not touched:
        return []
    statement = (
        sa.select(Dossier)
        .where(Dossier.ended_at.is_(None), sa.or_(*touched))
        .options(joinedload(Dossier.procedure, innerjoin=True))
        .order_by(Dossier.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    if after is not None:
        statement = statement.where(Dossier.id > after)
    return session.scalars(statement).all()


def _reached_by(held: Edition, new: Edition) -> sa.ColumnElement[bool]:
    """Whether a changed day lies between filing and last date; while the filer has the turn, any later day may."""
    last_step = (
        sa.select(sa.func.max(DossierStep.due_at))
        .where(DossierStep.dossier_id == Dossier.id, DossierStep.closed_at.is_(None))
        .scalar_subquery()
    )
    until = sa.func.greatest(Dossier.acceptance_due_at, Dossier.statutory_due_at, Dossier.promised_due_at, last_step)
    waits = Dossier.state.in_(("supplement_requested", "payment_due", "withdrawal_requested"))
    ranges = [
        sa.and_(Dossier.filed_at < _midnight(last + timedelta(days=1)), sa.or_(waits, until >= _midnight(first)))
        for first, last in comparing.changed_days(held, new)
    ]
    return sa.or_(*ranges) if ranges else sa.false()


def _midnight(day: Any) -> datetime:
    """The first moment of an office day."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
