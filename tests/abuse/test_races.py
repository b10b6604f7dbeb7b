"""Two people act in the same moment, on real threads and connections: one act counts, the other is told."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.viewer import Viewer
from portal.dossiers import moves, queries
from portal.dossiers.actions import drafts, filing, intake, steps, withdrawal
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.projection import graph_of
from portal.foundation.database import driver_url
from portal.foundation.errors import PortalError
from portal.routing.actions import route
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.abuse.wholeness import assert_whole
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

PAIRS = 3
"""Of each kind."""
CODE = "1.013225"
Deed = Callable[[Session], object]


@pytest.fixture
def factory(empty_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = sa.create_engine(driver_url(empty_database_url), pool_size=8)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def world(factory: sessionmaker[Session]) -> Iterator[World]:
    with factory() as session:
        world = worlds.build(session)
        session.commit()
        yield world


def raced(factory: sessionmaker[Session], *deeds: Deed) -> list[object]:
    """Each deed in its own thread, connection and transaction, begun together; a refusal is an outcome too."""
    together = threading.Barrier(len(deeds))

    def run(deed: Deed) -> object:
        with factory() as session:
            session.execute(sa.text("SELECT 1"))  # connected before the start
            together.wait(timeout=30)
            try:
                with session.begin_nested():
                    done = deed(session)
                session.commit()
            except PortalError as refusal:
                session.rollback()
                return refusal
        return done

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def refusals(outcomes: list[object]) -> list[int]:
    return [outcome.status for outcome in outcomes if isinstance(outcome, PortalError)]


def events(factory: sessionmaker[Session], dossier_id: UUID, *kinds: EventKind) -> int:
    with factory() as session:
        assert_whole(session, dossier_id)
        counted = sa.select(sa.func.count()).where(DossierEvent.dossier_id == dossier_id, DossierEvent.kind.in_(kinds))
        return session.scalar(counted) or 0


def filed(world: World, number: int) -> Dossier:
    dossier = world.file(CODE, seed=number)
    route(world.session, dossier.id, now=MONDAY)
    world.session.commit()
    return dossier


def seen(session: Session, dossier: Dossier, viewer: Viewer) -> Dossier:
    """As a form does that was made from the dossier as it stands now."""
    return queries.for_update(session, dossier.code, viewer=viewer, version=dossier.version)


def test_filing_twice_at_once_makes_one_dossier(world: World, factory: sessionmaker[Session]) -> None:
    for number in range(PAIRS):
        draft = world.draft(CODE, seed=number)
        world.session.commit()

        def file(session: Session, draft_id: UUID = draft.id) -> str:
            mine = drafts.editable(session, draft_id, viewer=world.company_viewer)
            return filing.file(session, mine, viewer=world.company_viewer, language="vi", now=MONDAY).code

        first, second = raced(factory, file, file)

        assert isinstance(first, str)
        assert first == second
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Dossier)) == PAIRS


def test_many_file_at_once_and_no_number_is_given_twice_or_left_out(
    world: World, factory: sessionmaker[Session]
) -> None:
    prepared = [world.draft(CODE, seed=number).id for number in range(6)]
    world.session.commit()

    def filing_of(draft_id: UUID) -> Deed:
        def file(session: Session) -> str:
            mine = drafts.editable(session, draft_id, viewer=world.company_viewer)
            return filing.file(session, mine, viewer=world.company_viewer, language="vi", now=MONDAY).code

        return file

    codes = raced(factory, *(filing_of(draft_id) for draft_id in prepared))

    assert sorted(map(str, codes)) == [f"H37.01-260302-{number:04d}" for number in range(1, 7)]


def test_accepting_twice_at_once_accepts_once(world: World, factory: sessionmaker[Session]) -> None:
    officer = world.viewer("service_centre", Role.ONE_STOP)
    for number in range(PAIRS):
        dossier = filed(world, number)

        def accept(session: Session, dossier: Dossier = dossier) -> None:
            intake.accept(session, seen(session, dossier, officer), viewer=officer, now=MONDAY)

        assert refusals(raced(factory, accept, accept)) == [409]
        assert events(factory, dossier.id, EventKind.ACCEPTED) == 1


def test_accepting_and_refusing_at_once_does_one_of_them(world: World, factory: sessionmaker[Session]) -> None:
    officer = world.viewer("service_centre", Role.ONE_STOP)
    for number in range(PAIRS):
        dossier = filed(world, number)

        def accept(session: Session, dossier: Dossier = dossier) -> None:
            intake.accept(session, seen(session, dossier, officer), viewer=officer, now=MONDAY)

        def refuse(session: Session, dossier: Dossier = dossier) -> None:
            mine = seen(session, dossier, officer)
            intake.refuse_intake(session, mine, viewer=officer, reason="Sai.", legal_ground="", now=MONDAY)

        assert refusals(raced(factory, accept, refuse)) == [409]
        assert events(factory, dossier.id, EventKind.ACCEPTED, EventKind.REFUSED_INTAKE) == 1


def at_approval(world: World, number: int) -> tuple[Dossier, str, Viewer]:
    """A dossier on the desk of whoever approves it."""
    dossier, now = filed(world, number), MONDAY + timedelta(hours=1)
    intake.accept(world.session, dossier, viewer=world.viewer("service_centre", Role.ONE_STOP), now=now)
    route(world.session, dossier.id, now=now)
    graph = graph_of(dossier)
    for _ in range(20):
        node = min(moves.open_nodes(world.session, dossier))
        step = steps.open_step(world.session, dossier, node)
        viewer = replace(world.holder(step.agency_id, step.role), stepped_up_at=now)
        if graph[node].act is Act.APPROVE:
            world.session.commit()
            return dossier, node, viewer
        steps.complete(world.session, dossier, node, viewer=viewer, note="Đủ.", now=now)
        route(world.session, dossier.id, now=now)
    raise AssertionError("nobody approves")


def test_approving_and_taking_back_at_once_does_the_first_and_refuses_the_second(
    world: World, factory: sessionmaker[Session]
) -> None:
    now = MONDAY + timedelta(hours=2)
    for number in range(PAIRS):
        dossier, node, viewer = at_approval(world, number)

        def approve(session: Session, dossier: Dossier = dossier, node: str = node, viewer: Viewer = viewer) -> None:
            steps.complete(session, seen(session, dossier, viewer), node, viewer=viewer, note="Đồng ý.", now=now)

        def take_back(session: Session, dossier: Dossier = dossier) -> None:
            mine = seen(session, dossier, world.company_viewer)
            withdrawal.withdraw(session, mine, viewer=world.company_viewer, reason="Thôi.", now=now)

        before = events(factory, dossier.id, EventKind.STEP_COMPLETED, EventKind.WITHDRAWAL_REQUESTED)

        assert refusals(raced(factory, approve, take_back)) == [409]
        after = events(factory, dossier.id, EventKind.STEP_COMPLETED, EventKind.WITHDRAWAL_REQUESTED)
        assert after == before + 1


def test_approving_twice_at_once_moves_the_dossier_one_step(world: World, factory: sessionmaker[Session]) -> None:
    now = MONDAY + timedelta(hours=2)
    dossier, node, viewer = at_approval(world, 1)

    def approve(session: Session) -> None:
        # Without the version a form would carry: the second finds another step, or none.
        mine = queries.for_update(session, dossier.code, viewer=viewer)
        steps.complete(session, mine, node, viewer=viewer, note="Đồng ý.", now=now)

    before = events(factory, dossier.id, EventKind.STEP_COMPLETED)
    outcomes = raced(factory, approve, approve, approve)

    assert len(refusals(outcomes)) == 2
    assert events(factory, dossier.id, EventKind.STEP_COMPLETED) == before + 1
