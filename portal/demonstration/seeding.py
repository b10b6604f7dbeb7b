"""Filling an empty database with the demonstration: all lives on one timeline, earliest act first."""

import gc
import heapq
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party
from portal.accounts.viewer import Viewer
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import in_force
from portal.clock.zone import VIETNAM, office_day
from portal.demonstration import arriving, bulk, colleagues, founding, receiving, speaking
from portal.demonstration.cast import Cast, gather
from portal.demonstration.lives import Stage, life
from portal.foundation.outbox import Job, OutboxRow
from portal.foundation.packaged import office_calendar
from portal.letters.printing import PrintingOffice
from portal.payments.gateways import Gateway

WEEKS = 16
MONTHS = 12
HOUSES, HOUSE_SHARE = "1.013225", 0.4
"""Of this procedure so many dossiers are for a house, and filed by the family that builds it."""
RECENT_WEEKS = 4
RECENT = 0.25
"""The part of the dossiers that is filed in the recent weeks: these fill the queues, the others the figures."""
SHARES: Mapping[str, int] = {"1.004191": 30, "1.009645": 40, "1.013225": 35, "1.013952": 26}
"""How many of 131 dossiers are of which procedure. Those that take weeks need more, so that each has the twenty
settled ones without which no figure is shown (decision 23); procedures not named here are published without a past.
"""
LIVED = 131
"""So many live through the real verbs, with their letters and files; any more live by the pattern of these."""
QUIET_HOURS_BEFORE_FILING = (60, 1380)
TELL_EVERY = 100

Progress = Callable[[int, int], None]


def seed(
    session: Session,
    *,
    dossiers: int,
    number: int,
    office: PrintingOffice,
    bank: Gateway,
    now: datetime,
    months: int = MONTHS,
    progress: Progress = lambda _done, _of: None,
) -> int:
    """Make the cast and live `dossiers` dossiers up to `now`; the same `number` makes the same history.

    The first live through the real verbs in the last weeks, the others in bulk over the last `months` (`bulk.grow`).
    All in one transaction: a seeding that is interrupted leaves nothing behind.
    Returns how many acts were done. What would happen after `now` has not happened yet: those dossiers are open.
    """
    lived = min(dossiers, LIVED)
    chance = Random(number)  # noqa: S311 - a story, not a secret
    begins = now - timedelta(weeks=WEEKS)
    cast = gather(session, chance=chance, now=begins)
    stage = Stage(
        session=session,
        cast=cast,
        agencies={agency.id: agency for agency in session.scalars(sa.select(Agency))},
        office=office,
        bank=bank,
    )
    timeline = [
        (moment, order, life(stage, version, party, filer, begins_at=moment, chance=Random(f"{number}/{order}")))  # noqa: S311
        for order, (moment, version, party, filer) in enumerate(
            _filings(session, cast, lived, begins=begins, now=now, chance=chance)
        )
    ]
    after = len(timeline)
    timeline += [(moment, after + order, one) for moment, order, one in arriving.lives(stage, now=now, number=number)]
    for _, _, one in timeline:
        next(one)
    with _uncollected():
        acts = play(timeline, now=now, progress=progress)
    colleagues.join(session, cast, chance=Random(f"{number}/colleagues"), now=now)  # noqa: S311 - a story
    receiving.arrange(session, cast, now=now)
    founding.found(stage, chance=Random(f"{number}/founding"), now=now)  # noqa: S311 - a story
    if dossiers > lived:
        session.flush()
        bulk.grow(session, _counts(dossiers - lived), months=months, number=number, now=now, progress=progress)
    speaking.speak(session, cast, now=now)
    _close_what_is_past(session, now=now)
    session.commit()
    return acts


def play(timeline: list[tuple[datetime, int, Iterator[datetime]]], *, now: datetime, progress: Progress) -> int:
    """Let the lives go on in the order of their moments until now; returns how many acts were done."""
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


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which would search the growing story again and again and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _filings(
    session: Session, cast: Cast, dossiers: int, *, begins: datetime, now: datetime, chance: Random
) -> Iterator[tuple[datetime, ProcedureVersion, Party, Viewer]]:
    """Of each procedure its share of the dossiers, spread over the whole time with a little chance."""
    first_days = dict(
        session.execute(
            sa.select(ProcedureVersion.code, sa.func.min(ProcedureVersion.effective_on)).group_by(ProcedureVersion.code)
        ).all()
    )
    for code, count in _counts(dossiers).items():
        if code not in first_days:
            continue
        since = max(begins, datetime.combine(first_days[code], time(), VIETNAM))
        for order in range(count):
            moment = _spread((order + chance.random()) / count, since=since, now=now)
            moment = office_calendar().add_working_minutes(moment, chance.randint(0, 200))
            if moment >= now:
                moment = now - timedelta(minutes=chance.randint(*QUIET_HOURS_BEFORE_FILING))
            version = in_force(session, code, on=office_day(moment))
            is_house = code == HOUSES and chance.random() < HOUSE_SHARE
            party, filer = chance.choice(cast.residents if is_house else cast.companies)
            if version is None:
                continue
            if party.id == cast.agent.acting_for[0].party_id and version.field in cast.agent.acting_for[0].fields:
                filer = chance.choice((filer, cast.agent))
            yield moment, version, party, filer


def _spread(place: float, *, since: datetime, now: datetime) -> datetime:
    """The moment of a filing that stands at `place` (0 to 1) in the row of all: thin at first, dense of late."""
    recent = max(since, now - timedelta(weeks=RECENT_WEEKS))
    if place < 1 - RECENT:
        return since + (recent - since) * (place / (1 - RECENT))
    return recent + (now - recent) * ((place - 1 + RECENT) / RECENT)


def _counts(dossiers: int) -> dict[str, int]:
    """So many dossiers divided by the shares; what rounding leaves goes to the largest remainders."""
    whole = sum(SHARES.values())
    counts = {code: dossiers * share // whole for code, share in SHARES.items()}
    by_remainder = sorted(SHARES, key=lambda code: (-(dossiers * SHARES[code] % whole), code))
    for code in by_remainder[: dossiers - sum(counts.values())]:
        counts[code] += 1
    return counts


def _close_what_is_past(session: Session, *, now: datetime) -> None:
    """The jobs of the past were done by the story itself, but for the letters: a worker writes those."""
    session.execute(
        sa.update(OutboxRow)
        .where(OutboxRow.closed_at.is_(None), OutboxRow.kind != Job.RENDER_LETTER.value)
        .values(closed_at=now)
    )
