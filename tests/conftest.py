"""What every test may ask for. Servers start with the first test that needs one; pure tests never wait."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from tests.servers import TEMPLATE, Servers, servers_of_run

pytest_plugins = ("tests.fixtures.app", "tests.fixtures.history", "tests.fixtures.limits")

# A property holds or does not; how long an example takes on a busy machine says nothing about it.
# HYPOTHESIS_PROFILE=full looks longer than a change can wait for.
# The same examples at every run, so that a red run is about the change; `full` looks for new ones.
settings.register_profile("ci", deadline=None, max_examples=50, print_blob=True, derandomize=True)
settings.register_profile("full", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

LONG = (
    "abuse/test_access_matrix",
    "journeys/",
    "abuse/",
    "procedures/",
    "workers/",
    "browser/",
    "run/",
    "demonstration/",
)
"""What takes minutes, or mostly waits, begins first; short modules fill up what is left beside it."""
MOST_WORKERS = 15
"""Each has a Valkey database of its own, of which there are sixteen."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means here: two more than there are cores, for tests that wait for servers and browsers."""
    return min(len(os.sched_getaffinity(0)) + 2, MOST_WORKERS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long modules first, so that no core waits at the end for one that began last."""
    items.sort(key=lambda item: next((rank for rank, part in enumerate(LONG) if f"tests/{part}" in item.nodeid), 99))


@pytest.fixture(scope="session")
def worker_number() -> int:
    """0 without xdist; 1, 2, … for its workers."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, worker_number: int) -> Servers:
    """The run's own PostgreSQL and Valkey, shared by its workers."""
    folder = tmp_path_factory.getbasetemp()
    if worker_number == 0:
        return servers_of_run(folder, os.getpid())
    return servers_of_run(folder.parent, os.getppid())


@contextmanager
def new_database(servers: Servers, name: str) -> Iterator[str]:
    """A copy of the migrated template, dropped afterwards."""
    database = sql.Identifier(name)
    with psycopg.connect(servers.administration_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, sql.Identifier(TEMPLATE)))
        try:
            yield servers.database_url(name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))


@pytest.fixture(scope="session")
def database_url(servers: Servers, worker_number: int) -> Iterator[str]:
    """A migrated database of this worker's own."""
    name = f"worker_{worker_number}"
    with new_database(servers, name) as url:
        yield url


@pytest.fixture
def empty_database_url(servers: Servers, worker_number: int, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database for this test alone, for tests that must commit, migrate or break things."""
    name = f"worker_{worker_number}_{abs(hash(request.node.nodeid)):x}"
    with new_database(servers, name) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(servers: Servers, worker_number: int) -> str:
    """A Valkey database of this worker's own."""
    return servers.redis_url.removesuffix("/0") + f"/{worker_number}"
