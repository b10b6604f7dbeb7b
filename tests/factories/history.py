"""A province with a history: patterns lived through the real verbs, and thousands of dossiers grown from them.

Built once per run and never changed: each test works in a transaction that is undone.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Agency
from portal.calendars.actions import publish_packaged
from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.catalogue.queries import in_force
from portal.clock.zone import office_day
from portal.demonstration.bulk import grow
from portal.demonstration.cast import gather
from portal.demonstration.lives import Fate, Stage, life
from portal.demonstration.seeding import play
from portal.foundation import database
from portal.foundation.settings import Settings
from portal.letters.printing import PrintingOffice
from portal.payments.gateways import sandbox_bank
from portal.transparency import counting
from tests.factories.world import ONE_OF_EACH_FIELD
from tests.fixtures.app import settings_for_tests
from tests.servers import TEMPLATE, Servers

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""Friday 20 November 2026, 10:00 at the office."""
MONTHS = 15
NUMBER = 11
BEGAN = NOW - timedelta(weeks=9)
FATES = (
    Fate(),
    Fate(),
    Fate(supplemented=True),
    Fate(refused=True),
    Fate(withdrawn=True),
    Fate(not_accepted=True),
)


def database_of(servers: Servers, folder: Path, *, dossiers: int) -> str:
    """The address of the province with so many grown dossiers; built by whoever asks first."""
    name = f"history_{dossiers}"
    url = servers.database_url(name)
    with (folder / f"{name}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() != "built":
            with psycopg.connect(servers.administration_url, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
                )
            _build(url, folder / name, dossiers=dossiers)
            lock.write("built")
    return url


@contextmanager
def visited(url: str) -> Iterator[Session]:
    """A session in the province; everything is undone after it."""
    engine = sa.create_engine(database.driver_url(url), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        transaction = connection.begin()
        factory = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        database.bind(factory)
        with factory() as session:
            yield session
        transaction.rollback()
    engine.dispose()


def _build(url: str, data_dir: Path, *, dossiers: int) -> None:
    data_dir.mkdir(exist_ok=True)
    engine = sa.create_engine(database.driver_url(url), poolclass=sa.pool.NullPool)
    database.bind(sessionmaker(engine, expire_on_commit=False))
    with database.sessions()() as session:
        for path in registers.definition_files():
            if path.stem in ONE_OF_EACH_FIELD:
                publish(session, registers.read_definition(path), now=BEGAN, origin=path.name)
        publish_packaged(session, now=BEGAN)
        session.commit()
        _live(session, settings_for_tests(database_url=url, data_dir=data_dir))
        while counting.count(session):
            pass
        session.commit()
        share = dossiers // len(ONE_OF_EACH_FIELD)
        grow(session, dict.fromkeys(ONE_OF_EACH_FIELD, share), months=MONTHS, number=NUMBER, now=NOW)
        session.commit()
    engine.dispose()


def _live(session: Session, settings: Settings) -> None:
    """A life of each fate for every procedure."""
    cast = gather(session, chance=Random(NUMBER), now=BEGAN)
    agencies = {agency.id: agency for agency in session.scalars(sa.select(Agency))}
    office, bank = PrintingOffice.of(settings), sandbox_bank(settings)
    stage = Stage(session=session, cast=cast, agencies=agencies, office=office, bank=bank)
    timeline: list[tuple[datetime, int, Iterator[datetime]]] = []
    for code in ONE_OF_EACH_FIELD:
        version = in_force(session, code, on=office_day(NOW))
        assert version is not None
        for place, fate in enumerate(FATES):
            party, filer = cast.companies[place % len(cast.companies)]
            begins_at, chance = BEGAN + timedelta(hours=7 * place), Random(f"{code}/{place}")
            one = life(stage, version, party, filer, begins_at=begins_at, chance=chance, fate=fate)
            timeline.append((next(one), len(timeline), one))
    play(timeline, now=NOW, progress=lambda _done, _of: None)
