"""Approving, turning down, taking back and the clock at the same moment: one of them happens, and it is seen which.

Fifty pairs in an everyday run, spread over the six kinds; five hundred of each kind with MOTCUA_FULL=1
(`make races-full`).
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.viewer import Viewer
from portal.dossiers.actions import steps, withdrawal
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.record import history
from portal.foundation.database import driver_url
from portal.foundation.errors import PortalError
from portal.foundation.outbox import Timer, TimerKind
from portal.routing.actions import ring, route
from portal.workflow.events import EventKind
from portal.workflow.refusal import REFUSE
from tests.abuse.test_races import at_approval, raced, refusals, seen
from tests.abuse.wholeness import assert_whole
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

FULL = os.environ.get("MOTCUA_FULL") == "1"
KINDS = list(combinations(("approve", "refuse", "withdraw", "timer"), 2))
PAIRS = 500 if FULL else -(-50 // len(KINDS))
WHEN = MONDAY + timedelta(days=7)
"""The approval's own time has run out by then, and the day is a working day."""

TRACES = {
    "approve": {EventKind.STEP_COMPLETED},
    "refuse": {EventKind.STEP_COMPLETED},
    "withdraw": {EventKind.WITHDRAWAL_REQUESTED},
    "timer": {EventKind.ESCALATED},
}


@pytest.fixture
def factory(empty_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = sa.create_engine(driver_url(empty_database_url), pool_size=8)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def world(factory: sessionmaker[Session]) -> Iterator[World]:
    with factory() as session:
        world = worlds.build(session, procedures=("1.013225",))
        session.commit()
        yield world


Deed = Callable[[Session], object]


def deeds(world: World, dossier: Dossier, node: str, viewer: Viewer) -> dict[str, Deed]:
    """What each of the four does, from a page made as the dossier stands now; the clock needs no page."""

    def approve(session: Session) -> None:
        steps.complete(session, seen(session, dossier, viewer), node, viewer=viewer, note="Đồng ý.", now=WHEN)

    def refuse(session: Session) -> None:
        mine = seen(session, dossier, viewer)
        steps.complete(session, mine, node, viewer=viewer, note="Không đủ.", conclusion=REFUSE, now=WHEN)

    def withdraw(session: Session) -> None:
        mine = seen(session, dossier, world.company_viewer)
        withdrawal.withdraw(session, mine, viewer=world.company_viewer, reason="Thôi.", now=WHEN)

    def timer(session: Session) -> None:
        waiting = session.scalars(
            sa.select(Timer)
            .join(DossierStep, DossierStep.id == Timer.subject_id)
            .where(DossierStep.dossier_id == dossier.id, DossierStep.node_key == node)
            .where(Timer.kind == TimerKind.STEP_LIMIT)
        ).one()
        ring(session, waiting, now=WHEN)

    return {"approve": approve, "refuse": refuse, "withdraw": withdraw, "timer": timer}


@pytest.mark.parametrize(("one", "other"), KINDS)
def test_of_two_at_once_the_first_happens_and_the_second_meets_what_it_left(
    world: World, factory: sessionmaker[Session], one: str, other: str
) -> None:
    won: set[str] = set()
    for number in range(PAIRS):
        dossier, node, viewer = at_approval(world, number)
        route(world.session, dossier.id, now=WHEN - timedelta(days=6))
        world.session.commit()
        before, possible = dossier.version, deeds(world, dossier, node, viewer)

        outcomes = raced(factory, possible[one], possible[other])

        with factory() as session:
            assert_whole(session, dossier.id)
            new = [event.kind for event in history(session, dossier.id)[before:]]
        assert new, "something happened"
        firsts = [name for name in (one, other) if new[0] in TRACES[name]]
        assert firsts, new
        if "timer" not in (one, other):
            assert refusals(outcomes) == [409]
            assert sum(kind in TRACES[one] | TRACES[other] for kind in new) == 1
        elif firsts == ["timer"]:  # whoever had the page from before is told that it has changed
            assert refusals(outcomes) == [409]
            assert new == [EventKind.ESCALATED]
        else:  # the clock found the step done, or the dossier at rest
            assert not [outcome for outcome in outcomes if isinstance(outcome, PortalError)]
            assert EventKind.ESCALATED not in new
        won.update(firsts)
    assert won
