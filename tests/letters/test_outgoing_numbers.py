"""Outgoing numbers: one row per agency and year, on real threads, connections and locks; none twice, none missing."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation.database import driver_url
from portal.letters.actions import next_number
from portal.letters.models import LetterCounter
from tests.factories import world as worlds

CLERKS = 6
ACTS = 25
MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)
NEW_YEARS_EVE_IN_HANOI = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
NEW_YEAR_IN_HANOI = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)


@pytest.fixture
def factory(empty_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = sa.create_engine(driver_url(empty_database_url), pool_size=CLERKS + 1)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def agencies(factory: sessionmaker[Session]) -> list[UUID]:
    with factory() as session:
        world = worlds.build(session, procedures=())
        session.commit()
        return [world.agencies[key].id for key in ("construction", "finance")]


def clerk(
    factory: sessionmaker[Session], agencies: list[UUID], together: threading.Barrier, seed: int
) -> list[tuple[UUID, int]]:
    """Number many letters of two agencies; every third act fails after the number was given out."""
    chance, kept = random.Random(seed), []
    together.wait(timeout=30)
    for _ in range(ACTS):
        with factory() as session:
            agency = chance.choice(agencies)
            year, number = next_number(session, agency_id=agency, now=MONDAY)
            assert year == MONDAY.year
            if chance.random() < 1 / 3:
                session.rollback()  # what the act did besides is undone, and its number with it
            else:
                session.commit()
                kept.append((agency, number))
    return kept


def test_clerks_who_number_at_once_and_fail_now_and_then_leave_no_gap(
    factory: sessionmaker[Session], agencies: list[UUID]
) -> None:
    together = threading.Barrier(CLERKS)
    with ThreadPoolExecutor(CLERKS) as pool:
        done = [pool.submit(clerk, factory, agencies, together, seed) for seed in range(CLERKS)]
        kept = [given for one in done for given in one.result()]

    assert len(kept) < CLERKS * ACTS, "no act failed, so nothing was shown"
    for agency in agencies:
        numbers = sorted(number for given_by, number in kept if given_by == agency)
        assert len(numbers) > CLERKS
        assert numbers == list(range(1, len(numbers) + 1))
    with factory() as session:
        counters = {row.agency_id: row.last for row in session.scalars(sa.select(LetterCounter))}
    assert counters == {agency: sum(given_by == agency for given_by, _ in kept) for agency in agencies}


def test_the_year_turns_with_the_offices_day_and_begins_at_one(
    factory: sessionmaker[Session], agencies: list[UUID]
) -> None:
    with factory() as session:
        before = [next_number(session, agency_id=agencies[0], now=NEW_YEARS_EVE_IN_HANOI) for _ in range(2)]
        after = next_number(session, agency_id=agencies[0], now=NEW_YEAR_IN_HANOI)

    assert (before, after) == ([(2026, 1), (2026, 2)], (2027, 1))
