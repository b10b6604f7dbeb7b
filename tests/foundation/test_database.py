"""The connection of a process: what was prepared outlives a transaction that is undone."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from portal.foundation.database import engine_at

OFTEN = 8
"""More often than the driver must see a statement before it prepares it."""

PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, 'of one page') > 0"


@pytest.fixture
def reader(database_url: str) -> Iterator[sa.Engine]:
    engine = engine_at(database_url, pool_size=1)
    yield engine
    engine.dispose()


def _read_a_page(reader: sa.Engine) -> None:
    with reader.connect() as connection:
        connection.execute(sa.text("SELECT 'of one page'"))


def test_a_statement_is_prepared_though_every_page_that_reads_is_undone(reader: sa.Engine) -> None:
    for _ in range(OFTEN):
        _read_a_page(reader)
    with reader.connect() as connection:
        assert connection.exec_driver_sql(PREPARED).scalar_one() == 1


def test_a_failed_statement_leaves_a_connection_that_can_be_used(reader: sa.Engine) -> None:
    for _ in range(OFTEN):
        _read_a_page(reader)
    with reader.connect() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.exec_driver_sql("SELECT 1 / 0")
    with reader.connect() as connection:
        assert connection.execute(sa.text("SELECT 'of one page'")).scalar_one() == "of one page"


def test_what_was_not_committed_is_undone(reader: sa.Engine) -> None:
    with reader.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE never_kept (n integer)")
    with reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT to_regclass('never_kept')").scalar_one() is None


def test_a_connection_that_is_gone_is_noticed_and_replaced(reader: sa.Engine) -> None:
    with reader.connect() as connection:
        gone = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with reader.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({gone})")
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("SELECT 1")
    with reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() != gone
