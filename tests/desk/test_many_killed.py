"""A batch whose worker is killed in the middle is carried on by the next one: each dossier once, none left."""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.desk.actions import batches
from portal.desk.actions.batches import Given
from portal.desk.models import Batch, BatchItem, ItemState, ManyAct
from portal.desk.queries.batches import Chosen
from portal.dossiers.models import DossierEvent
from portal.foundation.database import driver_url
from portal.routing.actions import route
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role
from tests.factories import world as worlds
from tests.fixtures.workers import Crew, until

DOSSIERS = 16


def test_a_batch_survives_the_death_of_its_worker(empty_database_url: str, redis_url: str, tmp_path: Path) -> None:
    engine = sa.create_engine(driver_url(empty_database_url), poolclass=sa.pool.NullPool)
    with Session(engine) as session:
        batch_id = _started(session)

    def finished() -> int:
        with engine.connect() as connection:
            done = sa.select(sa.func.count()).where(BatchItem.state == ItemState.DONE)
            return connection.scalar(done) or 0

    def ended() -> bool:
        with engine.connect() as connection:
            return connection.scalar(sa.select(Batch.ended_at).where(Batch.id == batch_id)) is not None

    with Crew(database_url=empty_database_url, redis_url=redis_url, folder=tmp_path) as crew:
        crew.relay()
        worker = crew.worker()
        until(lambda: finished() > 0, why=crew.said)
        worker.kill()
        crew.worker()
        until(ended, why=crew.said)

    with Session(engine) as session:
        states = session.scalars(sa.select(BatchItem.state)).all()
        accepted = sa.select(DossierEvent.dossier_id).where(DossierEvent.kind == EventKind.ACCEPTED)
        found = session.scalars(accepted).all()
    assert set(states) == {ItemState.DONE}
    assert len(found) == len(set(found)) == DOSSIERS


def _started(session: Session) -> object:
    """Dossiers that wait at the counter, and the officer's order to accept them all."""
    world, now = worlds.build(session, procedures=("1.013225",)), datetime.now(UTC)
    dossiers = [world.file(now=now) for _ in range(DOSSIERS)]
    for dossier in dossiers:
        route(session, dossier.id, now=now)
    session.commit()
    person_id = world.posts["service_centre", Role.ONE_STOP].person_id
    chosen = [Chosen(dossier_id=one.id, node_key="", version=one.version) for one in dossiers]
    batch = batches.prepare(session, ManyAct.ACCEPT, chosen, person_id=person_id, now=now)
    batches.start(session, batch.id, Given(), person_id=person_id, confirmed_at=None, now=now)
    session.commit()
    return batch.id
