"""Every procedure found by search and filed through its real pages, by a browser without a script engine.

Once for each procedure; in full runs each of its cases, led to its end afterwards: granted, and refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.examples import valid_answers
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier
from portal.dossiers.queries import locked
from portal.letters.printing import PrintingOffice
from portal.workflow.lifecycle import Outcome, State
from tests.conftest import new_database
from tests.factories.world import World
from tests.journeys import filing
from tests.journeys.town import Town
from tests.procedures import laws, walker
from tests.procedures.laws import CODES, FULL
from tests.procedures.walking import Led
from tests.servers import Servers

FILINGS = [
    (code, case.code, outcome)
    for code in CODES
    for case in laws.definition(code).cases
    for outcome in (Outcome if FULL else (Outcome.GRANTED,))
    if FULL or case.code == laws.case_of_the_run(code)
]
SEEDS = {Outcome.GRANTED: 1, Outcome.REFUSED: 2}


@dataclass
class Streets:
    """A web server, and the world behind it. What happens later behind the pages is for other tests."""

    town: Town
    world: World


@pytest.fixture(scope="module")
def streets(
    servers: Servers, worker_number: int, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Streets]:
    with (
        new_database(servers, f"forms_{worker_number}") as database_url,
        Town(database_url=database_url, redis_url=redis_url, folder=tmp_path_factory.mktemp("forms")) as town,
    ):
        world = town.settle(CODES)
        town.web()
        yield Streets(town, world)


@pytest.mark.parametrize(("code", "case", "outcome"), FILINGS)
def test_it_is_found_by_its_name_read_filled_in_and_filed(
    streets: Streets, office: PrintingOffice, code: str, case: str, outcome: Outcome
) -> None:
    company, law = streets.town.company(), laws.definition(code)
    day = office_day(datetime.now(UTC))
    typed = valid_answers(law, case, places=registers.places(), day=day, seed=SEEDS[outcome])
    found = company.get(f"/vi/procedures?{urlencode({'q': law.name.vi})}").follow(part=f"/vi/procedures/{code}")
    assert law.name.vi in found

    page = filing.fill_in(filing.begin_at(found, case), law, typed)
    assert page.path.endswith("/documents"), page.words()
    filed_as = filing.file(filing.add_documents(page, law, case))

    with Session(streets.town.engine) as session:
        dossier = locked(session, session.scalars(sa.select(Dossier.id).where(Dossier.code == filed_as)).one())
        assert dossier is not None
        assert (dossier.procedure.code, dossier.case_key) == (code, case)
        assert dossier.state in {State.FILED, State.AWAITING_PREPAYMENT}
        if FULL:
            assert_led_to(outcome, dossier, replace(streets.world, session=session), office)


def assert_led_to(outcome: Outcome, dossier: Dossier, world: World, office: PrintingOffice) -> None:
    """What the pages filed, the officers can end."""
    led = Led(world, office, dossier, now=datetime.now(UTC) + timedelta(minutes=1))
    led.prepay()
    led.accept()
    plan = led.plan()
    led.follow((walker.tour(plan, most_loops=0) if outcome is Outcome.GRANTED else walker.refused(plan)).moves)
    assert (led.dossier.state, led.dossier.outcome) == (State.RETURNED, outcome)
