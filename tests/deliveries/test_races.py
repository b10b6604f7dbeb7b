"""Many want the same time at once, on real threads and connections: no place is given twice."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.clock.zone import VIETNAM
from portal.deliveries.actions import choosing, counter, serving
from portal.deliveries.actions.choosing import Wanted
from portal.deliveries.models import Booking, BookingState
from portal.dossiers import queries
from portal.dossiers.models import Dossier
from portal.dossiers.receiving import Way
from portal.foundation.database import driver_url
from portal.foundation.errors import PortalError
from portal.letters.printing import PrintingOffice
from tests.abuse.wholeness import assert_whole
from tests.deliveries.conftest import CODE, ISSUED, settle
from tests.factories import world as worlds
from tests.factories.world import World

NINE = datetime(2026, 3, 5, 9, 0, tzinfo=VIETNAM)
CAPACITY = 2
WANTING = 5


@pytest.fixture
def factory(empty_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = sa.create_engine(driver_url(empty_database_url), pool_size=WANTING + 1)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


def raced(factory: sessionmaker[Session], world: World, wanted: list[tuple[str, datetime]]) -> list[str]:
    """Each booking in its own thread, connection and transaction, begun together; how each ended."""
    together = threading.Barrier(len(wanted))

    def run(one: tuple[str, datetime]) -> str:
        code, when = one
        with factory() as session:
            session.execute(sa.text("SELECT 1"))  # connected before the start
            session.rollback()
            together.wait(timeout=30)
            try:
                dossier = queries.for_update(session, code, viewer=world.company_viewer)
                counter.book(session, dossier, when, viewer=world.company_viewer, now=ISSUED)
                session.commit()
            except PortalError as refusal:
                session.rollback()
                return refusal.code
        return "booked"

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(run, wanted))


def test_a_slot_is_never_overbooked_and_two_clicks_of_one_company_are_one_booking(
    factory: sessionmaker[Session], office: PrintingOffice
) -> None:
    with factory() as session:
        world = worlds.build(session, procedures=(CODE,))
        found = [settle(world, session, office) for _ in range(WANTING)]
        for dossier in found:
            choosing.choose(session, dossier, Wanted(way=Way.COUNTER), viewer=world.company_viewer, now=ISSUED)
        agency = next(one for one in world.agencies.values() if one.id == found[0].intake_agency_id)
        serving.serve(session, agency, slot_minutes=30, capacity=CAPACITY, version=1, by=found[0].filer_id, now=ISSUED)
        session.commit()
        codes = [dossier.code for dossier in found]

    outcomes = raced(factory, world, [(code, NINE) for code in codes])
    assert sorted(outcomes) == ["booked"] * CAPACITY + ["deliveries.slot_taken"] * (WANTING - CAPACITY)

    late = next(code for code, outcome in zip(codes, outcomes, strict=True) if outcome != "booked")
    assert raced(factory, world, [(late, NINE + timedelta(hours=1)), (late, NINE + timedelta(hours=1))]).count("booked")

    with factory() as session:
        rows = session.execute(
            sa.select(Booking.starts_at, Booking.place).where(Booking.state == BookingState.BOOKED)
        ).all()
        assert len(rows) == len(set(rows)) == CAPACITY + 1
        assert {place for starts_at, place in rows if starts_at == NINE} == {1, 2}
        for dossier_id in session.scalars(sa.select(Dossier.id)):
            assert_whole(session, dossier_id)
