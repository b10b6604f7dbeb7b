"""A printing office of their own for the procedures' lives, and the people of the province, who move in once."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, Person, Post
from portal.catalogue.actions import publish
from portal.foundation import database
from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.printing import PrintingOffice
from tests.conftest import new_database
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.procedures import laws
from tests.servers import Servers

Settle = Callable[[str], World]
"""Publishes a procedure in a province whose people are there already."""


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )


@pytest.fixture(scope="session")
def engine(servers: Servers, worker_number: int) -> Iterator[sa.Engine]:
    """A database of these tests' own, with the agencies and the people of the small province."""
    with new_database(servers, f"procedures_{worker_number}") as url:
        engine = sa.create_engine(database.driver_url(url), poolclass=sa.pool.NullPool)
        with Session(engine) as session:
            worlds.build(session, procedures=())
            session.commit()
        yield engine
        engine.dispose()


@pytest.fixture
def settle(session: Session) -> Settle:
    """Several hundred lives are led in the same province, one after the other, and nothing of them stays."""

    def published(code: str) -> World:
        agencies = {agency.id: agency for agency in session.scalars(sa.select(Agency))}
        version = publish(session, laws.definition(code), now=MONDAY, origin=f"{code}.toml")
        assert version is not None
        return World(
            session,
            agencies={agency.key: agency for agency in agencies.values()},
            posts={(_key(agencies, post.agency_id), post.role): post for post in session.scalars(sa.select(Post))},
            versions={code: version},
            company=session.scalars(sa.select(Party)).one(),
            filer=session.scalars(sa.select(Person).where(~sa.exists().where(Post.person_id == Person.id))).one(),
        )

    return published


def _key(agencies: dict[UUID, Agency], agency_id: UUID) -> str:
    key = agencies[agency_id].key
    assert key is not None
    return key
