"""Assignment beside disabling, routing twice, taking over: on real threads, connections and locks."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.actions import people as accounts
from portal.accounts.models import Person, Post
from portal.accounts.viewer import Viewer
from portal.dossiers import queries
from portal.dossiers.models import Dossier, DossierEvent, DossierStep
from portal.foundation.database import driver_url
from portal.routing.actions import place, route, take_over
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from tests.abuse.test_races import raced, refusals
from tests.abuse.wholeness import assert_whole
from tests.factories.world import MONDAY
from tests.routing.conftest import Bureau, found_bureau, viewer_of

ROUNDS = 3


@pytest.fixture
def factory(empty_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = sa.create_engine(driver_url(empty_database_url), pool_size=8)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def office(factory: sessionmaker[Session]) -> Iterator[Bureau]:
    with factory() as session:
        bureau = found_bureau(session)
        session.commit()
        yield bureau


def unassigned(bureau: Bureau) -> Dossier:
    """A dossier whose check has just opened and that nobody has routed yet."""
    from portal.dossiers.actions import steps  # noqa: PLC0415

    dossier = bureau.at(Act.ASSIGN)
    step = bureau.step(dossier)
    steps.complete(bureau.session, dossier, step.node_key, viewer=bureau.holder(step), now=MONDAY)
    bureau.session.commit()
    return dossier


def holder(factory: sessionmaker[Session], dossier_id: UUID) -> Person:
    with factory() as session:
        assert_whole(session, dossier_id)
        return session.scalars(
            sa.select(Person)
            .join(Post, Post.person_id == Person.id)
            .join(DossierStep, DossierStep.post_id == Post.id)
            .where(DossierStep.dossier_id == dossier_id, DossierStep.closed_at.is_(None))
        ).one()


def assignments(factory: sessionmaker[Session], dossier_id: UUID) -> int:
    with factory() as session:
        counted = sa.select(sa.func.count()).where(
            DossierEvent.dossier_id == dossier_id,
            DossierEvent.kind == EventKind.STEP_ASSIGNED,
            DossierEvent.params["node"].astext == "check",
        )
        return session.scalar(counted) or 0


def test_two_workers_routing_the_same_dossier_assign_it_once(office: Bureau, factory: sessionmaker[Session]) -> None:
    for _ in range(ROUNDS):
        dossier = unassigned(office)

        def deed(session: Session, dossier_id: UUID = dossier.id) -> None:
            route(session, dossier_id, now=MONDAY)

        assert refusals(raced(factory, deed, deed, deed)) == []
        assert assignments(factory, dossier.id) == 1


def test_three_dossiers_routed_at_once_go_to_three_people(office: Bureau, factory: sessionmaker[Session]) -> None:
    dossiers = [unassigned(office) for _ in range(3)]
    deeds = [lambda session, one=one.id: route(session, one, now=MONDAY) for one in dossiers]

    assert refusals(raced(factory, *deeds)) == []
    assert len({holder(factory, one.id).id for one in dossiers}) == 3


def test_assignment_beside_disabling_never_leaves_a_step_with_somebody_who_has_gone(
    office: Bureau, factory: sessionmaker[Session]
) -> None:
    victims = office.specialists[:2]
    for victim in victims:
        dossier = unassigned(office)

        def assign(session: Session, dossier_id: UUID = dossier.id) -> None:
            route(session, dossier_id, now=MONDAY)

        def disable(session: Session, person_id: UUID = victim.person_id) -> None:
            accounts.disable(session, person_id, by=None, now=MONDAY)

        assert refusals(raced(factory, assign, disable)) == []
        with factory() as session:  # the job that disabling asked for, and those it asks for
            place(session, person_id=victim.person_id)
            session.commit()
            route(session, dossier.id, now=MONDAY)
            session.commit()
        assert holder(factory, dossier.id).disabled_at is None


def test_taking_over_beside_assignment_leaves_one_holder_and_a_whole_record(
    office: Bureau, factory: sessionmaker[Session]
) -> None:
    for _ in range(ROUNDS):
        dossier = unassigned(office)
        taker = office.specialists[2]
        viewer = viewer_of(office.session, taker)

        def assign(session: Session, dossier_id: UUID = dossier.id) -> None:
            route(session, dossier_id, now=MONDAY)

        def take(session: Session, code: str = dossier.code, viewer: Viewer = viewer) -> None:
            found = queries.for_update(session, code, viewer=viewer)
            take_over(session, found, "check", viewer=viewer, now=MONDAY)

        outcomes = raced(factory, assign, take)
        assert set(refusals(outcomes)) <= {409}
        held = holder(factory, dossier.id)
        assert held.id == taker.person_id or refusals(outcomes) == [409]
