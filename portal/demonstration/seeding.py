"""Filling an empty database with the demonstration: all lives on one timeline, earliest act first."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party
from portal.accounts.viewer import Viewer
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import in_force
from portal.clock.zone import office_day
from portal.demonstration.cast import Cast, gather
from portal.demonstration.lives import Stage, life
from portal.foundation.outbox import Job, OutboxRow
from portal.foundation.packaged import office_calendar
from portal.letters.printing import PrintingOffice

WEEKS = 10
QUIET_HOURS_BEFORE_FILING = (60, 1380)
TELL_EVERY = 100

Progress = Callable[[int, int], None]


def seed(
    session: Session,
    *,
    dossiers: int,
    number: int,
    office: PrintingOffice,
    now: datetime,
    progress: Progress = lambda _done, _of: None,
) -> int:
    """Make the cast and live `dossiers` dossiers up to `now`; the same `number` makes the same history.

    All in one transaction: a seeding that is interrupted leaves nothing behind.
    Returns how many acts were done. What would happen after `now` has not happened yet: those dossiers are open.
    """
    chance = Random(number)  # noqa: S311 - a story, not a secret
    begins = now - timedelta(weeks=WEEKS)
    cast = gather(session, chance=chance, now=begins)
    stage = Stage(
        session=session,
        cast=cast,
        agencies={agency.id: agency for agency in session.scalars(sa.select(Agency))},
        office=office,
    )
    timeline = [
        (moment, order, life(stage, version, party, filer, begins_at=moment, chance=Random(f"{number}/{order}")))  # noqa: S311
        for order, (moment, version, party, filer) in enumerate(
            _filings(session, cast, dossiers, begins=begins, now=now, chance=chance)
        )
    ]
    for _, _, one in timeline:
        next(one)
    acts = _play(timeline, now=now, progress=progress)
    _close_what_is_past(session, now=now)
    session.commit()
    return acts


def _play(timeline: list[tuple[datetime, int, Iterator[datetime]]], *, now: datetime, progress: Progress) -> int:
    heapq.heapify(timeline)
    of, acts = len(timeline), 0
    while timeline:
        moment, order, one = heapq.heappop(timeline)
        if moment > now:
            continue
        upcoming = next(one, None)
        acts += 1
        if upcoming is not None:
            heapq.heappush(timeline, (upcoming, order, one))
        if acts % TELL_EVERY == 0:
            progress(of - len(timeline), of)
    return acts


def _filings(
    session: Session, cast: Cast, dossiers: int, *, begins: datetime, now: datetime, chance: Random
) -> Iterator[tuple[datetime, ProcedureVersion, Party, Viewer]]:
    codes = [code for (code,) in session.execute(sa.select(ProcedureVersion.code).distinct().order_by("code"))]
    span = (now - begins).total_seconds()
    for order in range(dossiers):
        moment = begins + timedelta(seconds=chance.random() * span)
        moment = office_calendar().add_working_minutes(moment, chance.randint(0, 200))
        if moment >= now:
            moment = now - timedelta(minutes=chance.randint(*QUIET_HOURS_BEFORE_FILING))
        version = in_force(session, codes[order % len(codes)], on=office_day(moment))
        party, filer = chance.choice(cast.companies)
        if version is None:
            continue
        if party.id == cast.agent.acting_for[0].party_id and version.field in cast.agent.acting_for[0].fields:
            filer = chance.choice((filer, cast.agent))
        yield moment, version, party, filer


def _close_what_is_past(session: Session, *, now: datetime) -> None:
    """The jobs of the past were done by the story itself, but for the letters: a worker writes those."""
    session.execute(
        sa.update(OutboxRow)
        .where(OutboxRow.closed_at.is_(None), OutboxRow.kind != Job.RENDER_LETTER.value)
        .values(closed_at=now)
    )
